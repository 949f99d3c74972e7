package treesitter

// #cgo darwin LDFLAGS: -Wl,-undefined,dynamic_lookup
// #include <stdlib.h>
// #include "walk.h"
import "C"

import (
	"bytes"
	"unsafe"

	"github.com/dbwise/dbwise/parsers/source"
	sitter "github.com/smacker/go-tree-sitter"
)

// Raw is one node of a tree, named or not. Nodes stand in pre-order: the
// first child of i is i+1, and all that is below it ends before Stop.
type Raw struct {
	Start, End uint32
	// Parent is -1 for the root.
	Parent, Stop int32
	reuse        int32
	Symbol       uint16
	// Field is the role in the parent, 0 for none.
	Field uint16
	Flags RawFlag
	_     uint16
}

// RawFlag marks a property of a Raw.
type RawFlag uint16

// The flags.
const (
	// Named: not a keyword or a punctuation mark.
	Named RawFlag = 1 << iota
	// Broken: an error node, or one stands inside.
	Broken
	// Missing: the grammar added it to make sense of the text; it is empty.
	Missing
	// Extra: a comment, or an error node between others.
	Extra
)

// Nodes is a whole tree in pre-order; 0 is the root. It is plain memory and
// outlives its Tree.
type Nodes struct {
	Raw     []Raw
	Source  []byte
	Grammar *Grammar
	memo    *Memo
}

// Nodes lists the tree.
func (t *Tree) Nodes() *Nodes { return t.nodes(nil) }

func (t *Tree) nodes(m *Memo) *Nodes {
	root := rootOf(t.tree)
	var stops *C.dbwise_stop
	if m != nil && len(m.stops) > 0 {
		stops = (*C.dbwise_stop)(unsafe.Pointer(&m.stops[0]))
	}
	var count C.uint32_t
	list := C.dbwise_walk(root, stops, C.uint32_t(m.len()), &count)
	nodes := &Nodes{Source: t.text, Grammar: t.grammar, memo: m}
	if list == nil {
		nodes.Raw = []Raw{{End: uint32(len(t.text)), Parent: -1, Stop: 1, reuse: -1, Symbol: ErrorSymbol, Flags: Broken}}
		return nodes
	}
	nodes.Raw = make([]Raw, count)
	copy(nodes.Raw, unsafe.Slice((*Raw)(unsafe.Pointer(list)), count))
	C.free(unsafe.Pointer(list))
	return nodes
}

// rootOf is tree-sitter's own value of a root: a sitter.Node begins with it; a
// test holds the layouts together.
func rootOf(t *sitter.Tree) C.dbwise_node {
	return *(*C.dbwise_node)(unsafe.Pointer(t.RootNode()))
}

// editTree tells a tree that old became text by a change.
func editTree(t *sitter.Tree, c Change, old, text []byte) {
	C.dbwise_edit_tree(rootOf(t), C.dbwise_edit{
		start:         C.uint32_t(c.Old.Start),
		old_end:       C.uint32_t(c.Old.End),
		new_end:       C.uint32_t(c.New.End),
		start_point:   point(old, c.Old.Start),
		old_end_point: point(old, c.Old.End),
		new_end_point: point(text, c.New.End),
	})
}

func point(text []byte, off int) C.dbwise_point {
	before := text[:off]
	return C.dbwise_point{
		row:    C.uint32_t(bytes.Count(before, []byte{'\n'})),
		column: C.uint32_t(off - bytes.LastIndexByte(before, '\n') - 1),
	}
}

// First is the first child of i, -1 if there is none.
func (n *Nodes) First(i int) int {
	if i+1 < int(n.Raw[i].Stop) {
		return i + 1
	}
	return -1
}

// Next is the sibling behind i, -1 if there is none.
func (n *Nodes) Next(i int) int {
	r := &n.Raw[i]
	if r.Parent >= 0 && r.Stop < n.Raw[r.Parent].Stop {
		return int(r.Stop)
	}
	return -1
}

// Child is the first child of i in the role of field, -1 if there is none.
func (n *Nodes) Child(i int, field uint16) int {
	if field == 0 {
		return -1
	}
	for k := n.First(i); k >= 0; k = n.Next(k) {
		if n.Raw[k].Field == field {
			return k
		}
	}
	return -1
}

// Kind is the grammar's name of i, "ERROR" for text without a place.
func (n *Nodes) Kind(i int) string { return n.Grammar.Name(n.Raw[i].Symbol) }

// Is reports whether i has the flag.
func (n *Nodes) Is(i int, f RawFlag) bool { return n.Raw[i].Flags&f != 0 }

// Span is where i stands.
func (n *Nodes) Span(i int) source.Span {
	return source.Span{Start: int(n.Raw[i].Start), End: int(n.Raw[i].End)}
}

// Text is the text of i.
func (n *Nodes) Text(i int) string { return n.Span(i).In(n.Source) }
