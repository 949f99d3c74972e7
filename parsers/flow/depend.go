package flow

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/source"
)

// edge says that variable v depends on the occurrences from to to.
type edge struct {
	v        int32
	mentions []occurrence
}

// maxRounds limits the fixed point. A round carries dependence along the order
// of the text, so more than a few are needed only for values that travel
// backwards, through one more variable with each turn of a loop.
const maxRounds = 64

// bit is the loop's place in the sets of its function.
func (u *unit) bit(id int32) uint64 {
	return 1 << min(uint(id-u.funcs[u.loops[id].fn].base), 63)
}

// solve finds what every variable depends on: elements of loops and parameters
// of its function, through any number of other variables.
func (u *unit) solve() {
	for i := range u.loops {
		l := &u.loops[i]
		for _, v := range l.elems {
			if v >= 0 {
				u.vars[v].loops |= u.bit(int32(i))
				u.vars[v].window = u.vars[v].window || l.kind == facts.Chunked && l.node.Kind != code.For
			}
		}
	}
	var edges []edge
	add := func(v int32, n *code.Node) {
		if n == nil {
			return
		}
		if m := u.mentions(n.Span); len(m) > 0 {
			edges = append(edges, edge{v, m})
		}
	}
	for i := range u.vars {
		if u.isContext(int32(i), 0) {
			continue
		}
		x := &u.vars[i]
		if x.param >= 0 {
			x.params |= 1 << min(uint(x.param), 63)
		}
		for k := range x.defs {
			d := &x.defs[k]
			add(int32(i), d.value)
			if d.cb != nil && d.value == nil {
				u.callbackEdges(d.cb, func(n *code.Node) { add(int32(i), n) })
			}
		}
	}
	for i := range u.muts {
		if m := &u.muts[i]; !m.method || u.isContainer(m.v) {
			add(m.v, m.node)
		}
	}
	for round, changed := 0, true; changed && round < maxRounds; round++ {
		changed = false
		for _, e := range edges {
			x := &u.vars[e.v]
			loops, params := u.union(e.mentions, x.owner)
			if loops|x.loops != x.loops || params|x.params != x.params {
				x.loops, x.params, changed = x.loops|loops, x.params|params, true
			}
		}
	}
}

// isContext reports whether a Go variable is a context.Context: by its type,
// or because it was derived from one under the same name, as in
// `ctx, span := tracer.Start(ctx, name)`. What a context was made with says
// nothing about what is asked for with it.
func (u *unit) isContext(v int32, depth int) bool {
	if !u.isGo || depth > maxAliases || u.vars[v].kind == importVar {
		return false
	}
	if t := u.vars[v].typ; t != nil {
		return t.Kind == code.Named && t.Name == "Context" && u.typeRef(t).Module == "context"
	}
	for i := range u.vars[v].defs {
		d := &u.vars[v].defs[i]
		if d.value == nil || d.value.Kind != code.Call || len(d.path) > 0 && (d.path[0].Op != code.Result || d.path[0].N > 0) {
			continue
		}
		if m := d.value.Kids[0]; m.Kind == code.Member && m.Kids[0].Kind == code.Ident && u.ref(m).Module == "context" {
			return true
		}
		if len(d.value.Kids) < 2 || d.value.Kids[1] == nil || d.value.Kids[1].Text != u.vars[v].name {
			continue
		}
		if from := u.varOf(d.value.Kids[1]); from >= 0 && from != v && u.isContext(from, depth+1) {
			return true
		}
	}
	return false
}

// callbackEdges gives the parts of a call that its callback's parameters
// depend on: all but the callback itself.
func (u *unit) callbackEdges(cb *callback, add func(*code.Node)) {
	add(cb.call.Kids[0])
	for i, a := range cb.call.Kids[1:] {
		if i != cb.arg {
			add(a)
		}
	}
}

// isContainer reports whether a method like push may be that of the language:
// nothing is known about where the variable comes from, or it is a literal.
func (u *unit) isContainer(v int32) bool { return !u.varRef(v, 0).Known() }

// union is what the variables mentioned depend on, seen from function fn.
func (u *unit) union(mentions []occurrence, fn int32) (loops, params uint64) {
	for _, m := range mentions {
		if m.v == thisVar {
			if fn != 0 {
				params |= 1 << receiverBit
			}
			continue
		}
		x := &u.vars[m.v]
		switch {
		case x.owner == fn:
			loops, params = loops|x.loops, params|x.params
		case x.owner != 0:
			loops |= x.loops // captured, or of a function inside
		}
	}
	return loops, params
}

// around are the loops in which a call runs, as a set of its function.
func (u *unit) around(c *call) uint64 {
	set := uint64(0)
	for _, id := range c.in {
		set |= u.bit(id)
	}
	for fn := c.fn; fn > 0; fn = u.funcs[fn].parent {
		for _, id := range u.funcs[fn].in {
			set |= u.bit(id)
		}
	}
	return set
}

// deps is what the values within spans depend on, for a call.
func (u *unit) deps(c *call, spans ...source.Span) (loops, params facts.Deps) {
	var l, p uint64
	for _, s := range spans {
		a, b := u.union(u.mentions(s), c.fn)
		l, p = l|a, p|b
	}
	l &= u.around(c)
	if c.fn == 0 {
		p = 0
	}
	return u.global(c, l), facts.Deps(p)
}

// global translates a set of loops to the numbers of the file.
func (u *unit) global(c *call, set uint64) facts.Deps {
	var out facts.Deps
	each := func(in []int32) {
		for _, id := range in {
			if set&u.bit(id) != 0 {
				out |= facts.Dep(int(id))
			}
		}
	}
	if set == 0 {
		return 0
	}
	each(c.in)
	for fn := c.fn; fn > 0; fn = u.funcs[fn].parent {
		each(u.funcs[fn].in)
	}
	return out
}

// isList reports whether an expression is a list: cut from another, put
// together, or handed over as one by a loop over chunks.
func (u *unit) isList(n *code.Node, depth int) bool {
	n = unwrap(n)
	if n == nil || depth > maxAliases {
		return false
	}
	switch n.Kind {
	case code.Array:
		return n.Type == nil || n.Type.Kind == code.List
	case code.Slice, code.Spread:
		return true
	case code.Ident:
		return u.isListVar(n, depth)
	case code.Call:
		callee := strip(n.Kids[0])
		switch {
		case u.isGo:
			return callee.Kind == code.Ident && callee.Text == "append" ||
				callee.Kind == code.Ident && callee.Text == "make" && len(n.Types) > 0 && n.Types[0].Kind == code.List
		case callee.Kind == code.Member && (callee.Text == "slice" || callee.Text == "splice"):
			return true
		case callee.Kind == code.Member && (listMethods[callee.Text] || callee.Text == "flatMap"):
			return len(n.Kids) > 1 && n.Kids[1] != nil && strip(n.Kids[1]).Kind == code.Func || u.isList(callee.Kids[0], depth+1)
		}
	}
	return false
}

func (u *unit) isListVar(n *code.Node, depth int) bool {
	v := u.varOf(n)
	if v < 0 {
		return false
	}
	x := &u.vars[v]
	if x.window {
		return true
	}
	if t := x.typ; t != nil && t.Kind != code.Opaque {
		for t.Kind == code.Pointer && t.Elem != nil {
			t = t.Elem
		}
		return t.Kind == code.List || t.Kind == code.Named && t.Qual == "" && (t.Name == "Array" || t.Name == "ReadonlyArray" || t.Name == "Set")
	}
	for i := range x.defs {
		if d := &x.defs[i]; d.kind == bind && d.value != nil && len(d.path) == 0 && u.isList(d.value, depth+1) {
			return true
		}
	}
	return false
}
