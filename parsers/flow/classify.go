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
	over, opaque := u.collection(l.over)
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
	case opaque:
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
	case kid(l.node, 0) == nil:
		l.kind = facts.Endless
	case counts:
		l.kind = facts.Endless
		if xs := u.indexedBy(l, l.elems); xs != nil {
			l.kind, l.over = facts.Counted, xs
		}
	}
}

// listMethods give a list of at most as many elements as the one they are
// called on (MDN, Array).
var listMethods = map[string]bool{
	"filter": true, "sort": true, "toSorted": true, "slice": true, "reverse": true, "toReversed": true, "map": true,
	"entries": true, "keys": true, "values": true,
}

// collection strips what leaves the number of elements as it is, or lowers it,
// and follows variables: of Object.keys(X).map(f) it is X.
func (u *unit) collection(n *code.Node) (over *code.Node, opaque bool) {
	for range maxDepth {
		n = unwrap(n)
		if n == nil {
			return nil, false
		}
		switch n.Kind {
		case code.Ident:
			next := u.value(n)
			if next == n || u.extended[next] {
				return n, false
			}
			n = next
			continue
		case code.Call:
			next := u.sameSize(n)
			if next == nil {
				return n, false
			}
			n = next
			continue
		case code.Array:
			if len(n.Kids) == 1 && n.Kids[0] != nil && n.Kids[0].Kind == code.Spread && n.Type == nil {
				n = n.Kids[0].Kids[0]
				continue
			}
		}
		return n, false
	}
	return n, true
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
				if inner, _ := u.collection(k.Kids[0]); inner == n || !u.isFixed(inner, depth+1) {
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

// chunkModules are libraries with a function that cuts a list into lists, by
// the function's name.
var chunkModules = map[string]string{
	"slices": "Chunk", "github.com/samber/lo": "Chunk", "lodash": "chunk", "lodash-es": "chunk", "lodash/chunk": "default",
	"lodash.chunk": "default", "es-toolkit": "chunk", "remeda": "chunk", "radash": "cluster", "ramda": "splitEvery",
	"underscore": "chunk",
}

// isChunks reports whether n is a list of lists cut from a longer one: by a
// library made for it, or by a function called so whose pieces are used as lists.
func (u *unit) isChunks(n *code.Node, l *loop) bool {
	if n.Kind != code.Call {
		return false
	}
	root, links := spine(n)
	last := links[len(links)-1]
	name := last.name
	if name == "" && root.Kind == code.Ident {
		name = root.Text
	}
	if r := u.ref(n.Kids[0]); r.Known() {
		if want, ok := chunkModules[r.Module]; ok {
			return r.Name == want && len(r.Steps) == 0 || r.Name == "default" && len(r.Steps) == 1 && r.Steps[0].Name == want
		}
	}
	lower := strings.ToLower(name)
	if !strings.Contains(lower, "chunk") && !strings.Contains(lower, "batch") {
		return false
	}
	for _, v := range l.elems {
		if u.usedAsList(v, l.body) {
			return true
		}
	}
	return false
}

// usedAsList reports whether body iterates, measures, slices or spreads v.
func (u *unit) usedAsList(v int32, body *code.Node) bool {
	found, name := false, u.vars[v].name
	is := func(n *code.Node) bool { n = strip(n); return n != nil && n.Kind == code.Ident && n.Text == name }
	body.Walk(func(n *code.Node) bool {
		switch n.Kind {
		case code.ForEach:
			found = found || is(kid(n, 1))
		case code.Spread, code.Slice:
			found = found || is(n.Kids[0])
		case code.Member:
			_, iterates := arrayMethods[n.Text]
			found = found || is(n.Kids[0]) && (iterates || n.Text == "length")
		case code.Call:
			found = found || u.isGo && n.Kids[0].Kind == code.Ident && n.Kids[0].Text == "len" && is(kid(n, 1))
		}
		return !found
	})
	return found
}

// resultOf is the call whose result is iterated: directly, awaited, through a
// variable, or filtered and mapped.
func (u *unit) resultOf(n *code.Node) int32 {
	for range maxAliases {
		n = unwrap(n)
		if n == nil {
			return none
		}
		switch n.Kind {
		case code.Call, code.Tagged:
			if id, ok := u.callOf[n]; ok && u.calls[id].loop < 0 && u.sameSizeOf(n) == nil {
				return id
			}
			if n = u.sameSizeOf(n); n == nil {
				return none
			}
		case code.Member:
			if n.Text != "rows" {
				return none
			}
			n = n.Kids[0]
		case code.Ident:
			v := u.varOf(n)
			if v < 0 {
				return none
			}
			d := u.resultDef(v, n.Span.Start)
			if d == nil {
				return none
			}
			n = d.value
			if d.cb != nil {
				n = d.cb.then
			}
		default:
			return none
		}
	}
	return none
}

func (u *unit) sameSizeOf(n *code.Node) *code.Node {
	if n.Kind != code.Call {
		return nil
	}
	return u.sameSize(n)
}

// resultDef is the last definition of v before off if it is the whole result
// of a call, or what a call was given the address of.
func (u *unit) resultDef(v int32, off int) *def {
	var d *def
	for i := range u.vars[v].defs {
		k := &u.vars[v].defs[i]
		if k.at <= off && k.value != nil && k.kind != update && (d == nil || k.at >= d.at) {
			d = k
		}
	}
	switch {
	case d == nil:
		return nil
	case d.kind == out || d.cb != nil && d.cb.then != nil && len(d.path) == 0:
		return d
	case d.cb != nil || d.kind == element:
		return nil
	case len(d.path) == 0:
		return d
	case len(d.path) == 1 && (d.path[0].Op == code.Result && d.path[0].N == 0 || d.path[0].Name == "rows"):
		return d
	}
	return nil
}

// spanOf cuts the head of a loop out: up to its body.
func (u *unit) headOf(l *loop) source.Span {
	s := l.node.Span
	if l.it.name != "" {
		if root, links := spine(l.node); len(links) > 0 {
			s.End = links[len(links)-1].nameSpan().End
			if last := links[len(links)-1]; strings.ContainsRune(u.cut(s), '\n') && !last.nameSpan().Empty() {
				return last.nameSpan()
			}
			_ = root
		}
		return s
	}
	if l.body != nil && l.node.Kind != code.DoWhile {
		s.End = l.body.Span.Start
	} else if l.node.Kind == code.DoWhile {
		s.End = min(s.End, s.Start+len("do"))
	}
	s.End = s.Start + len(strings.TrimRight(u.cut(s), " \t\r\n{"))
	return s
}
