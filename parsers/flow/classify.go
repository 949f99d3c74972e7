package flow

import (
	"strconv"
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/source"
)

// classify decides what kind each loop is, and which variables hold its element.
func (u *unit) classify() {
	for i := range u.loops {
		l := &u.loops[i]
		switch {
		case l.it.name != "" || l.node.Kind == code.ForEach:
			u.classifyOver(l)
		case l.node.Kind == code.For && (kid(l.node, 0) != nil || kid(l.node, 2) != nil):
			u.classifyCount(l)
		default:
			u.classifyWhile(l)
		}
	}
	u.findConcurrent()
}

// findConcurrent marks loops whose bodies run at the same time: goroutines
// started by a group, promises that are collected and then awaited together.
func (u *unit) findConcurrent() {
	for i := range u.loops {
		l := &u.loops[i]
		if id, ok := u.callOf[l.node]; ok && l.it.name == "map" && !u.isGo {
			c := &u.calls[id]
			l.concurrent = l.concurrent || c.use.gathered || c.use.bind >= 0 && u.vars[c.use.bind].gathered
		}
	}
	for i := range u.calls {
		c := &u.calls[i]
		if !u.isGo || len(c.in) == 0 || len(c.links) == 0 || c.links[len(c.links)-1].name != "Go" {
			continue
		}
		if r := u.ref(c.root); goroutines[r.Module] {
			u.loops[c.in[len(c.in)-1]].concurrent = true
		}
	}
}

// goroutines are packages whose types have a method Go that runs a function at
// the same time as others (pkg.go.dev).
var goroutines = map[string]bool{
	"sync": true, "golang.org/x/sync/errgroup": true, "github.com/sourcegraph/conc": true,
	"github.com/sourcegraph/conc/pool": true,
}

// smallCount is up to how many runs a count is a constant small one.
const smallCount = 100

// classifyOver decides by what is iterated.
func (u *unit) classifyOver(l *loop) {
	over := u.collection(l.over)
	l.call = u.resultOf(l.over)
	l.kind = facts.Each
	switch {
	case over == nil:
		l.kind = facts.Endless
	case u.lengthOf(l, over) != nil:
		l.kind = facts.Endless
		if n, ok := u.constant(u.lengthOf(l, over)); ok && n <= smallCount {
			l.kind = facts.Bounded
		}
	case u.isFixed(over, 0):
		l.kind = facts.Bounded
	case u.isChunks(over, l):
		l.kind = facts.Chunked
	case u.isGo:
		u.classifyRange(l, over)
	}
}

// classifyRange tells what only Go's range can iterate: numbers and channels.
func (u *unit) classifyRange(l *loop, over *code.Node) {
	if l.it.name != "" {
		return
	}
	if n, ok := u.constant(over); ok {
		l.kind = facts.Endless
		if n <= smallCount {
			l.kind = facts.Bounded
		}
		return
	}
	t := u.writtenType(over)
	if over.Kind == code.Call && len(over.Types) > 0 {
		t = over.Types[0]
	}
	counts := t != nil && t.Kind == code.Named && t.Qual == "" && strings.HasPrefix(t.Name, "int") ||
		over.Kind == code.Call && over.Kids[0].Kind == code.Ident && over.Kids[0].Text == "len"
	switch {
	case t != nil && t.Kind == code.Named && t.Name == "chan" && t.Qual == "", over.Kind == code.Member && over.Text == "C":
		l.kind = facts.Endless
	case kid(l.node, 0) == nil, t == nil && u.received(l):
		l.kind = facts.Endless
	case counts:
		l.kind = facts.Endless
		if xs := u.indexedBy(l, l.elems); xs != nil {
			l.kind, l.over = facts.Counted, xs
		}
	}
}

// received reports whether the one variable of a range is looked into: of a
// slice it would be an index, so what is iterated is a channel or an iterator
// (The Go Programming Language Specification, For statements with range clause).
func (u *unit) received(l *loop) bool {
	if elementTarget(l.node) != nil {
		return false
	}
	for _, v := range l.elems {
		if v >= 0 && l.body != nil && u.lookedInto(v, l.body) {
			return true
		}
	}
	return false
}

// listMethods give a list of at most as many elements as the one they are
// called on (MDN, Array).
var listMethods = map[string]bool{
	"filter": true, "sort": true, "toSorted": true, "slice": true, "reverse": true, "toReversed": true, "map": true,
	"entries": true, "keys": true, "values": true,
}

// collection strips what leaves the number of elements as it is, or lowers it,
// and follows variables: of Object.keys(X).map(f) it is X.
func (u *unit) collection(n *code.Node) *code.Node {
	for range maxDepth {
		n = unwrap(n)
		if n == nil {
			return nil
		}
		switch n.Kind {
		case code.Ident:
			next := u.value(n)
			if next == n || u.extended[next] {
				return n
			}
			n = next
			continue
		case code.Call:
			next := u.sameSize(n)
			if next == nil {
				return n
			}
			n = next
			continue
		case code.Array:
			if len(n.Kids) == 1 && n.Kids[0] != nil && n.Kids[0].Kind == code.Spread && n.Type == nil {
				n = n.Kids[0].Kids[0]
				continue
			}
		}
		return n
	}
	return n
}

// sameSize is the list or object a Call gives the elements or keys of.
func (u *unit) sameSize(n *code.Node) *code.Node {
	m := strip(n.Kids[0])
	if m.Kind != code.Member || u.isGo {
		return nil
	}
	base := m.Kids[0]
	if base.Kind == code.Ident && u.varOf(base) < 0 && len(n.Kids) == 2 {
		switch {
		case base.Text == "Object" && (m.Text == "keys" || m.Text == "values" || m.Text == "entries"),
			base.Text == "Array" && m.Text == "from" && u.isLength(n) == nil:
			return n.Kids[1]
		}
		return nil
	}
	if listMethods[m.Text] && !(base.Kind == code.Ident && u.varOf(base) < 0) {
		return base
	}
	return nil
}

// isFixed reports whether n is a list or object written out in the file, or a
// name for one that nothing is added to.
func (u *unit) isFixed(n *code.Node, depth int) bool {
	if n == nil || depth > maxAliases {
		return false
	}
	switch n.Kind {
	case code.Array, code.Object:
		if len(n.Kids) == 0 {
			return false
		}
		for _, k := range n.Kids {
			if k != nil && k.Kind == code.Spread {
				if inner := u.collection(k.Kids[0]); inner == n || !u.isFixed(inner, depth+1) {
					return false
				}
			}
		}
		return true
	case code.Ident:
		v := u.varOf(n)
		if v < 0 {
			return false
		}
		if u.vars[v].kind == enumVar {
			return true
		}
	}
	return false
}

// lengthOf is the length of a list that is made for its length only.
func (u *unit) lengthOf(l *loop, over *code.Node) *code.Node {
	if l.it.name == "from" && over.Kind == code.Object {
		return over.Get("length")
	}
	return u.isLength(over)
}

// isLength is n of Array.from({ length: n }), Array(n), new Array(n).
func (u *unit) isLength(n *code.Node) *code.Node {
	if n.Kind != code.Call && n.Kind != code.New || u.isGo || len(n.Kids) < 2 {
		return nil
	}
	callee := strip(n.Kids[0])
	if n.Kind == code.Call && callee.Kind == code.Member && callee.Text == "fill" {
		if inner := strip(callee.Kids[0]); inner.Kind == code.Call || inner.Kind == code.New {
			return u.isLength(inner)
		}
		return nil
	}
	first := n.Kids[1]
	switch {
	case first == nil:
		return nil
	case callee.Kind == code.Ident && callee.Text == "Array" && u.varOf(callee) < 0 && len(n.Kids) == 2:
		return first
	case callee.Kind == code.Member && callee.Text == "from" && callee.Kids[0].Kind == code.Ident && callee.Kids[0].Text == "Array":
		return first.Get("length")
	}
	return nil
}

// constant is the value of an expression that is a whole number, or a name for one.
func (u *unit) constant(n *code.Node) (int, bool) {
	if n == nil {
		return 0, false
	}
	n = u.value(n)
	if n.Kind != code.Number {
		return 0, false
	}
	i, err := strconv.Atoi(strings.ReplaceAll(n.Text, "_", ""))
	return i, err == nil
}

// headOf is what is worth underlining of a loop: all in front of its body, or
// the collection with the method that iterates it, if they are on one line.
func (u *unit) headOf(l *loop) source.Span {
	s := l.node.Span
	switch {
	case l.it.name != "":
		_, links := spine(l.node)
		name := links[len(links)-1].nameSpan()
		s.End = name.End
		if strings.ContainsRune(u.cut(s), '\n') && !name.Empty() {
			return name
		}
		return s
	case l.node.Kind == code.DoWhile:
		s.End = min(s.End, s.Start+len("do"))
	case l.body != nil:
		s.End = l.body.Span.Start
	}
	s.End = s.Start + len(strings.TrimRight(u.cut(s), " \t\r\n{"))
	return s
}
