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
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/treesitter"
)

// Parse reads a whole file. Bad syntax is no error; a text beyond the limits
// of package treesitter is.
func Parse(f *source.File) (*code.File, error) {
	tree, err := treesitter.Parse(source.Go, f.Text)
	if err != nil {
		return nil, err
	}
	defer tree.Close()
	return convert(f, tree.Nodes()), nil
}

// Document is an open document, read again after every edit at the cost of
// what the edit touched. It belongs to one goroutine.
type Document struct{ doc *treesitter.Document }

// NewDocument makes a document without text.
func NewDocument() *Document { return &Document{treesitter.NewDocument(source.Go)} }

// Update reads the next version of the text. The result equals Parse of it.
func (d *Document) Update(f *source.File) (*code.File, error) {
	nodes, err := d.doc.Update(f.Text)
	if err != nil {
		return nil, err
	}
	return convert(f, nodes), nil
}

// Close frees what the document holds outside of Go's memory.
func (d *Document) Close() { d.doc.Close() }
