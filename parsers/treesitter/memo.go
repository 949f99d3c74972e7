package treesitter

import (
	"cmp"
	"slices"

	"github.com/dbwise/dbwise/parsers/code"
)

// memoBytes is the size from which a node is remembered; smaller ones are
// cheaper to convert than to look up.
const memoBytes = 128

// Memo remembers what the larger nodes of a text were converted to, so that
// the next version converts only what the edit touched: a node of the same
// kind over text the edit did not touch has the same meaning. Nodes with
// errors inside are never remembered, they may be the edit's work.
type Memo struct {
	// kept are entries of this version, made during the conversion.
	kept []entry
	// old are entries of the version before, at their place in this one, and
	// stops the same for C. Both are sorted by start, the larger node first.
	old   []entry
	stops []stop
}

type stop struct {
	start, end uint32
	symbol     uint16
	_          uint16
}

// entry is a converted node. The place of node itself may be that of an
// earlier version.
type entry struct {
	stop
	node *code.Node
}

func (m *Memo) len() int {
	if m == nil {
		return 0
	}
	return len(m.stops)
}

// next is the memo for the version after a change. What the change touches,
// or stands right beside, is forgotten.
func (m *Memo) next(c Change) *Memo {
	slices.SortFunc(m.kept, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end), cmp.Compare(a.symbol, b.symbol))
	})
	n := &Memo{kept: make([]entry, 0, len(m.kept))}
	n.old = make([]entry, 0, len(m.kept))
	n.stops = make([]stop, 0, len(m.kept))
	delta := c.New.End - c.Old.End
	for i, e := range m.kept {
		if i > 0 && e.stop == m.kept[i-1].stop {
			continue
		}
		switch {
		case int(e.end) < c.Old.Start:
		case int(e.start) > c.Old.End:
			e.start, e.end = uint32(int(e.start)+delta), uint32(int(e.end)+delta)
		default:
			continue
		}
		n.old = append(n.old, e)
		n.stops = append(n.stops, e.stop)
	}
	return n
}

// pending is a memo of what the version before knows, at its place in this
// one, for the version behind it.
func (m *Memo) pending() *Memo { return &Memo{kept: m.old} }

// Kept is what i was converted to in the version before, at its place in this
// one; nil if i must be converted. The children of a kept node are not listed.
func (n *Nodes) Kept(i int) *code.Node {
	at := n.Raw[i].reuse
	if at < 0 {
		return nil
	}
	m := n.memo
	e := &m.old[at]
	e.node = e.node.Shift(int(e.start) - e.node.Span.Start)
	m.kept = append(m.kept, *e)
	for k := int(at) + 1; k < len(m.old) && m.old[k].end <= e.end; k++ {
		m.kept = append(m.kept, m.old[k])
	}
	return e.node
}

// Keep remembers what i was converted to. The conversion must depend on
// nothing but the node itself, and its result must not be changed afterwards.
func (n *Nodes) Keep(i int, node *code.Node) {
	r := &n.Raw[i]
	if n.memo == nil || r.End-r.Start < memoBytes || r.Flags&Broken != 0 || node == nil || node.Span.Start != int(r.Start) {
		return
	}
	n.memo.kept = append(n.memo.kept, entry{stop{start: r.Start, end: r.End, symbol: r.Symbol}, node})
}
