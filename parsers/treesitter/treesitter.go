// Package treesitter is the only door to the tree-sitter grammars: it parses
// TypeScript, TSX, JavaScript and Go and hands out the tree as a flat slice of
// plain values. It is the only importer of go-tree-sitter, and no syntax node
// or C value leaves it.
//
//	tree, err := treesitter.Parse(source.Go, text)
//	if err != nil {
//		return err
//	}
//	defer tree.Close()
//	nodes := tree.Nodes()
//	for i := nodes.First(0); i >= 0; i = nodes.Next(i) {
//		fmt.Println(nodes.Kind(i), nodes.Text(i))
//	}
package treesitter

import (
	"context"
	"fmt"
	"time"

	"github.com/dbwise/dbwise/parsers/source"
	sitter "github.com/smacker/go-tree-sitter"
)

// MaxBytes is the largest text that is parsed.
const MaxBytes = 1 << 20

// How long one parse may take: for files of the workspace, and for the
// document under the user's fingers.
const (
	Background  = 2 * time.Second
	Interactive = 200 * time.Millisecond
)

// Tree is a parsed text. It holds about 17 times the text's size in C memory,
// which the garbage collector does not see: Close it. One goroutine at a time
// may use it.
type Tree struct {
	grammar *Grammar
	tree    *sitter.Tree
	text    []byte
}

// Parse reads text within the Background limit.
func Parse(lang source.Lang, text []byte) (*Tree, error) {
	return ParseWithin(Background, lang, text)
}

// ParseWithin reads text and gives up after limit. Half-typed text is no
// error: the tree then holds error nodes.
func ParseWithin(limit time.Duration, lang source.Lang, text []byte) (*Tree, error) {
	g := GrammarOf(lang)
	if g == nil {
		return nil, fmt.Errorf("no grammar for language %q", lang)
	}
	tree, err := g.parse(limit, nil, text)
	if err != nil {
		return nil, err
	}
	return &Tree{grammar: g, tree: tree, text: text}, nil
}

// parse uses a parser once: one that gave up resumes the old text when it is
// used again.
func (g *Grammar) parse(limit time.Duration, old *sitter.Tree, text []byte) (*sitter.Tree, error) {
	if len(text) > MaxBytes {
		return nil, fmt.Errorf("text of %d bytes is over the limit of %d", len(text), MaxBytes)
	}
	p := sitter.NewParser()
	defer p.Close()
	p.SetLanguage(g.lang)
	p.SetOperationLimit(int(limit.Microseconds()))
	tree, err := p.ParseCtx(context.Background(), old, text)
	if err != nil {
		return nil, fmt.Errorf("parse %d bytes: %w", len(text), err)
	}
	return tree, nil
}

// Close frees the tree. Nodes taken from it stay valid.
func (t *Tree) Close() {
	if t != nil && t.tree != nil {
		t.tree.Close()
		t.tree = nil
	}
}
