package treesitter

import (
	"github.com/dbwise/dbwise/parsers/source"
	sitter "github.com/smacker/go-tree-sitter"
)

// Document is an open document. It keeps the tree of the last version without
// errors, and what that was converted to, so that a version costs what it
// changed. Every version is parsed from that one: a tree with errors that is
// parsed again keeps errors which the text no longer has. It belongs to one
// goroutine.
type Document struct {
	lang source.Lang
	// Whole is up to how many bytes a text with errors is parsed once more
	// without reuse, which guesses best and does not depend on what was
	// typed before. It takes some 25 ms for 64 KB.
	Whole int

	// text is the last version and masked what the grammar saw of it.
	text, masked []byte
	// sound is the tree of the last version without errors, told of all edits
	// since. It is nil as long as there was none.
	sound *sitter.Tree
	memo  *Memo
}

// NewDocument makes an empty document.
func NewDocument(lang source.Lang) *Document { return &Document{lang: lang} }

// Update lists the nodes of the next version of the text. Nodes that need no
// conversion are told by Nodes.Kept.
func (d *Document) Update(text []byte) (*Nodes, error) { return d.UpdateAs(text, text) }

// UpdateAs is Update for a grammar that does not know all of the language: it
// parses masked, which is text with what the grammar does not know replaced by
// as many bytes of something it does. Source of the nodes is text.
func (d *Document) UpdateAs(text, masked []byte) (*Nodes, error) {
	nodes, err := d.parse(text, masked)
	if err != nil {
		d.Close()
		return nil, err
	}
	d.text, d.masked, nodes.Source = text, masked, text
	return nodes, nil
}

func (d *Document) parse(text, masked []byte) (*Nodes, error) {
	g := GrammarOf(d.lang)
	if d.sound == nil || g == nil {
		return d.open(masked)
	}
	change := Diff(d.masked, masked)
	editTree(d.sound, change, d.masked, masked)
	memo := d.memo.next(change.union(Diff(d.text, text), len(text)))
	tree, err := g.parse(Interactive, d.sound, masked)
	if err != nil {
		return d.open(masked)
	}
	t := &Tree{grammar: g, tree: tree, text: masked}
	if !tree.RootNode().HasError() {
		d.sound.Close()
		d.sound, d.memo = tree, memo
		return t.nodes(memo), nil
	}
	defer t.Close()
	d.memo = memo.pending()
	if len(masked) <= d.Whole {
		return fresh(d.lang, masked)
	}
	return t.nodes(memo), nil
}

// open parses without a version before.
func (d *Document) open(masked []byte) (*Nodes, error) {
	d.Close()
	t, err := ParseWithin(Background, d.lang, masked)
	if err != nil {
		return nil, err
	}
	if t.tree.RootNode().HasError() {
		defer t.Close()
		return t.Nodes(), nil
	}
	d.sound, d.memo = t.tree, &Memo{}
	return t.nodes(d.memo), nil
}

func fresh(lang source.Lang, masked []byte) (*Nodes, error) {
	t, err := ParseWithin(Background, lang, masked)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	return t.Nodes(), nil
}

// Close frees the tree; the document can be updated again.
func (d *Document) Close() {
	if d.sound != nil {
		d.sound.Close()
	}
	d.sound, d.memo, d.text, d.masked = nil, nil, nil, nil
}
