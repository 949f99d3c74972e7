package flow

import (
	"github.com/dbwise/dbwise/parsers/code"
)

// varRef is the origin of a variable's value.
func (u *unit) varRef(v int32, depth int) code.Ref {
	x := &u.vars[v]
	if x.state == 2 {
		return x.ref
	}
	if x.state == 1 || depth > maxDepth {
		return code.Ref{} // defined by itself
	}
	x.state = 1
	r := u.originOf(v, depth)
	u.vars[v].state, u.vars[v].ref = 2, r
	return r
}

func (u *unit) originOf(v int32, depth int) code.Ref {
	x := &u.vars[v]
	switch x.kind {
	case classVar, typeVar, enumVar:
		return code.Ref{Module: ".", Name: x.name}
	case funcVar:
		return u.topLevel(v)
	case genericVar:
		return code.Ref{}
	}
	if x.typ != nil {
		if r := u.typeRefAt(x.typ, depth+1); r.Known() {
			return r
		}
	}
	var r code.Ref
	for i := range u.vars[v].defs {
		if d := &u.vars[v].defs[i]; d.kind == bind || d.kind == element {
			r = better(r, u.defRef(v, d, depth+1))
		}
	}
	return r
}

// topLevel names a variable of the file itself, which other files can find too.
func (u *unit) topLevel(v int32) code.Ref {
	if u.vars[v].scope != 0 {
		return code.Ref{}
	}
	return code.Ref{Module: ".", Name: u.vars[v].name}
}

// defRef is the origin that one definition gives.
func (u *unit) defRef(v int32, d *def, depth int) code.Ref {
	if d.typ != nil {
		if r := u.pathRef(u.typeRefAt(d.typ, depth), d.typ, d.path, depth); r.Known() {
			return r
		}
	}
	if d.cb != nil {
		return steps(u.callbackRef(d.cb, depth), d.path)
	}
	if d.value == nil {
		return code.Ref{}
	}
	value := strip(d.value)
	if len(d.path) == 0 {
		switch value.Kind {
		case code.Func:
			return u.topLevel(v)
		case code.Object:
			if value.Type == nil {
				return u.topLevel(v)
			}
		case code.Class:
			return u.topLevel(v)
		}
		return u.refAt(d.value, depth)
	}
	if inner, path := u.descend(d.value, d.path); inner != nil {
		return steps(u.refAt(inner, depth), path)
	}
	if value.Kind == code.Ident || value.Kind == code.Assert && value.Type != nil {
		if t := u.writtenType(d.value); t != nil {
			if r := u.pathRef(code.Ref{}, t, d.path, depth); r.Known() {
				return r
			}
		}
	}
	return steps(u.refAt(d.value, depth), d.path)
}

// steps applies a path; which of several elements it was does not matter.
func steps(r code.Ref, path []code.Step) code.Ref {
	for _, s := range path {
		if s.Op == code.Elem {
			s.N = 0
		}
		r = r.Then(s)
	}
	return r
}

// descend follows a path into a literal: of [a, b] = [f(), g()], of
// [a, b] = await Promise.all([f(), g()]), where the element is awaited.
func (u *unit) descend(value *code.Node, path []code.Step) (*code.Node, []code.Step) {
	n, waits := strip(value), false
	if n.Kind == code.Await {
		n, waits = strip(n.Kids[0]), true
		if n.Kind != code.Call || !u.isPromiseAll(n) || len(n.Kids) < 2 || n.Kids[1] == nil {
			return nil, nil
		}
		n = strip(n.Kids[1])
	}
	switch {
	case n.Kind == code.Array && path[0].Op == code.Elem && path[0].N < len(n.Kids):
		e := n.Kids[path[0].N]
		for _, k := range n.Kids[:path[0].N+1] {
			if k == nil || k.Kind == code.Spread {
				return nil, nil
			}
		}
		rest := path[1:]
		if waits {
			rest = append([]code.Step{{Op: code.Awaited}}, rest...)
		}
		return e, rest
	case n.Kind == code.Object && path[0].Op == code.Get && !waits:
		if e := n.Get(path[0].Name); e != nil {
			return e, path[1:]
		}
	}
	return nil, nil
}

// isPromiseAll reports whether a Call is Promise.all or allSettled.
func (u *unit) isPromiseAll(n *code.Node) bool {
	m := n.Kids[0]
	return m.Kind == code.Member && (m.Text == "all" || m.Text == "allSettled") && m.Kids[0].Kind == code.Ident &&
		m.Kids[0].Text == "Promise" && u.varOf(m.Kids[0]) < 0
}

// callbackRef is what a call hands to a parameter of its callback.
func (u *unit) callbackRef(cb *callback, depth int) code.Ref {
	switch {
	case cb.over != nil:
		return u.refAt(cb.over, depth).Then(code.Step{Op: code.Elem})
	case cb.then != nil:
		if cb.arg != 0 || cb.param != 0 {
			return code.Ref{}
		}
		return u.refAt(cb.then, depth).Then(code.Step{Op: code.Awaited})
	}
	r := u.refAt(cb.call.Kids[0], depth)
	if cb.call.Kind == code.New {
		return code.Ref{}
	}
	return r.Then(code.Step{Op: code.Callback, N: cb.arg, M: cb.param})
}

// writtenType is the declared or asserted type of an expression, if it has one.
func (u *unit) writtenType(n *code.Node) *code.Type {
	switch n.Kind {
	case code.Assert:
		return n.Type
	case code.Ident:
		v := u.varOf(n)
		if v < 0 {
			return nil
		}
		if t := u.vars[v].typ; t != nil {
			return t
		}
		if d := u.onlyDef(v); d != nil && d.value != nil && d.value.Kind == code.Assert && len(d.path) == 0 {
			return d.value.Type
		}
	}
	return nil
}
