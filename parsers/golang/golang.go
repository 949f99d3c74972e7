// Package golang reads Go source into code.File.
//
// It works on the tree-sitter tree, so half-typed text is read as far as it
// makes sense, and resolves nothing: a name is a name, whether it stands for a
// package, a type or a variable. It imports package treesitter and floor 0.
//
//	file, err := golang.Parse(source.NewFile("/app/users.go", source.Go, text))
//	if err != nil {
//		return err // too large, or took too long
//	}
//	for _, n := range file.Body {
//		fmt.Println(n)
//	}
package golang

import (
	"bytes"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/treesitter"
)

// Parse reads a whole file. Bad syntax is no error; a text beyond the limits
// of package treesitter is.
func Parse(f *source.File) (*code.File, error) {
	tree, err := treesitter.Parse(source.Go, mask(f.Text))
	if err != nil {
		return nil, err
	}
	defer tree.Close()
	return convert(f, tree.Nodes()), nil
}

// Document is an open document, read again after every edit at the cost of
// what the edit touched. It belongs to one goroutine.
type Document struct {
	doc  *treesitter.Document
	text []byte // as the tree has it
}

// NewDocument makes a document without text.
func NewDocument() *Document { return &Document{doc: treesitter.NewDocument(source.Go)} }

// Update reads the next version of the text. The result equals Parse of it.
func (d *Document) Update(f *source.File) (*code.File, error) {
	text := mask(f.Text)
	if tokenOverflows(d.text, text) {
		d.Close()
	}
	nodes, err := d.doc.Update(text)
	if err == nil && nodes.Is(0, treesitter.Broken) {
		// Where the grammar guesses, the guess depends on what it reuses, and
		// one stray quote may cost the whole file. Without reuse it guesses
		// best, and as Parse does.
		d.doc.Close()
		nodes, err = d.doc.Update(text)
	}
	if err != nil {
		d.Close()
		return nil, err
	}
	d.text = text
	return convert(f, nodes), nil
}

// Close frees what the document holds outside of Go's memory.
func (d *Document) Close() {
	d.doc.Close()
	d.text = nil
}

// tokenOverflows reports whether the edit between two texts may grow a token
// of one line to 256 bytes. Tree-sitter keeps the size of short tokens in a
// byte and decides by their columns whether it fits; the Go binding passes the
// columns from before the edit, so the size wraps around and all behind it is
// read at the wrong place.
func tokenOverflows(old, text []byte) bool {
	const limit = 256
	if len(old) == 0 {
		return false
	}
	change := treesitter.Diff(old, text)
	inserted := change.New.Len()
	if inserted == 0 {
		return false
	}
	start := bytes.LastIndexByte(old[:change.Old.Start], '\n') + 1
	end := bytes.IndexByte(old[change.Old.Start:], '\n')
	if end < 0 {
		end = len(old) - change.Old.Start
	}
	return change.Old.Start+end-start+inserted >= limit
}
