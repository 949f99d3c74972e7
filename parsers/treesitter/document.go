package treesitter

import (
	"bytes"
	"time"
	"unicode/utf8"

	"github.com/dbwise/dbwise/parsers/source"
	sitter "github.com/smacker/go-tree-sitter"
)

// Change says that Old of one text became New of the next; both begin at the
// same byte, and what stands before and behind them is equal.
type Change struct{ Old, New source.Span }

// Diff is the smallest change that makes one text of another, widened to whole
// runes.
func Diff(old, text []byte) Change {
	n := min(len(old), len(text))
	at := commonPrefix(old[:n], text[:n])
	for at > 0 && at < n && !utf8.RuneStart(old[at]) {
		at--
	}
	if at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
		for at--; at > 0 && !utf8.RuneStart(text[at]); at-- {
		}
	}
	tail := commonSuffix(old[at:], text[at:])
	for tail > 0 && !utf8.RuneStart(text[len(text)-tail]) {
		tail--
	}
	return Change{source.Span{Start: at, End: len(old) - tail}, source.Span{Start: at, End: len(text) - tail}}
}

// union covers two changes that lead to texts of the same size.
func (c Change) union(o Change, size int) Change {
	start := min(c.New.Start, o.New.Start)
	tail := min(size-c.New.End, size-o.New.End)
	old := size - c.New.Len() + c.Old.Len()
	return Change{source.Span{Start: start, End: old - tail}, source.Span{Start: start, End: size - tail}}
}

func commonPrefix(a, b []byte) int {
	const step = 256
	n, at := min(len(a), len(b)), 0
	for at+step <= n && bytes.Equal(a[at:at+step], b[at:at+step]) {
		at += step
	}
	for at < n && a[at] == b[at] {
		at++
	}
	return at
}

func commonSuffix(a, b []byte) int {
	const step = 256
	n, tail := min(len(a), len(b)), 0
	for tail+step <= n && bytes.Equal(a[len(a)-tail-step:len(a)-tail], b[len(b)-tail-step:len(b)-tail]) {
		tail += step
	}
	for tail < n && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	return tail
}

// Update parses the next version of the text, reusing what did not change. If
// it fails the tree is as before.
func (t *Tree) Update(limit time.Duration, text []byte) (Change, error) {
	change := Diff(t.text, text)
	old := t.tree.Copy()
	defer old.Close()
	old.Edit(sitter.EditInput{
		StartIndex:  uint32(change.Old.Start),
		OldEndIndex: uint32(change.Old.End),
		NewEndIndex: uint32(change.New.End),
		StartPoint:  point(t.text, change.Old.Start),
		OldEndPoint: point(t.text, change.Old.End),
		NewEndPoint: point(text, change.New.End),
	})
	tree, err := t.grammar.parse(limit, old, text)
	if err != nil {
		return change, err
	}
	t.tree.Close()
	t.tree, t.text = tree, text
	return change, nil
}

func point(text []byte, off int) sitter.Point {
	before := text[:off]
	return sitter.Point{
		Row:    uint32(bytes.Count(before, []byte{'\n'})),
		Column: uint32(off - bytes.LastIndexByte(before, '\n') - 1),
	}
}

// Document is an open document: its tree and what its nodes were converted to.
// It belongs to one goroutine.
type Document struct {
	lang source.Lang
	text []byte
	tree *Tree
	memo *Memo
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
		return nil, err
	}
	d.text, nodes.Source = text, text
	return nodes, nil
}

func (d *Document) parse(text, masked []byte) (*Nodes, error) {
	if d.tree != nil {
		change, err := d.tree.Update(Interactive, masked)
		if err == nil {
			d.memo = d.memo.next(change.union(Diff(d.text, text), len(text)))
			return d.tree.nodes(d.memo), nil
		}
	}
	d.Close()
	tree, err := ParseWithin(Background, d.lang, masked)
	if err != nil {
		return nil, err
	}
	d.tree, d.memo = tree, &Memo{}
	return tree.nodes(d.memo), nil
}

// Close frees the tree; the document can be updated again.
func (d *Document) Close() {
	d.tree.Close()
	d.tree, d.memo, d.text = nil, nil, nil
}
