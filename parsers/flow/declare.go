package flow

import (
	"sort"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
)

// declare makes the scopes of the file and the variables in them.
func (u *unit) declare() {
	size := u.whole().Len()
	u.scopes = make([]scope, 0, 16+size/120)
	u.vars = make([]variable, 0, 16+size/50)
	u.newScope(nil, u.whole(), none)
	u.scopes[0].function = true
	u.declareAll(u.file.Body, 0, 0)
	u.sortScopes()
}

// declareAll declares statements, functions by their names.
func (u *unit) declareAll(list []*code.Node, sc int32, depth int) {
	for _, n := range list {
		if n != nil && n.Kind == code.Func && n.Receiver() == nil {
			u.add(sc, n.Text, funcVar, 0, n)
		}
		u.declareNode(n, sc, depth+1)
	}
}

// declareNamed declares what n is if it is one of the forms with a scope or
// names of their own.
func (u *unit) declareNamed(n *code.Node, sc int32, depth int) bool {
	switch n.Kind {
	case code.Func:
		u.declareFunc(n, sc, depth, false)
	case code.Class, code.Interface:
		u.declareClass(n, sc, depth)
	case code.TypeAlias:
		u.add(sc, n.Text, typeVar, 0, n)
	case code.Enum:
		u.add(sc, n.Text, enumVar, 0, n)
	case code.Import:
		u.declareImport(n, sc)
	case code.Object:
		u.declareObject(n, sc, depth)
	case code.ForEach:
		u.declareForEach(n, sc, depth)
	default:
		return false
	}
	return true
}

func (u *unit) declareNode(n *code.Node, sc int32, depth int) {
	for n != nil && depth <= maxDepth && !u.declareNamed(n, sc, depth) {
		switch n.Kind {
		case code.Var:
			u.declareVar(n, sc)
			n = kid(n, 1)
		case code.If:
			if init := kid(n, 3); init != nil {
				sc = u.newScope(n, n.Span, sc)
				u.declareNode(init, sc, depth+1)
			}
			u.declareNode(kid(n, 0), sc, depth+1)
			u.declareNode(kid(n, 1), sc, depth+1)
			n = kid(n, 2)
		case code.Block, code.Case:
			if declares(n) {
				sc = u.newScope(n, n.Span, sc)
			}
			u.declareAll(n.Kids, sc, depth)
			return
		case code.For, code.Switch, code.Try:
			sc = u.newScope(n, n.Span, sc)
			kids := n.Kids
			if init := kid(n, 0); n.Kind == code.For && init != nil && init.Kind == code.Block {
				u.scopeOf[init] = sc // several variables
				u.declareAll(init.Kids, sc, depth)
				kids = kids[1:]
			}
			u.declareAll(kids, sc, depth)
			return
		case code.Call, code.New, code.Tagged, code.Member, code.Index, code.Slice,
			code.Binary, code.Assert, code.Await, code.Cond:
			// These nest to the left without end: a chain, a long sum.
			for _, k := range n.Kids[1:] {
				u.declareNode(k, sc, depth+1)
			}
			n = n.Kids[0]
		case code.Ident, code.Number, code.Null, code.Bool:
			return
		case code.Other, code.Export:
			u.declareAll(n.Kids, sc, depth)
			return
		default:
			u.declareKids(n, sc, depth)
			return
		}
	}
}

// declares reports whether a block may declare names of its own.
func declares(n *code.Node) bool {
	for _, k := range n.Kids {
		if k == nil {
			continue
		}
		switch k.Kind {
		case code.Var, code.Func, code.Class, code.Interface, code.TypeAlias, code.Enum, code.Import, code.Other, code.Export:
			return true
		}
	}
	return false
}

func (u *unit) declareKids(n *code.Node, sc int32, depth int) {
	for _, k := range n.Kids {
		u.declareNode(k, sc, depth+1)
	}
}

// declareFunc opens the scope of a function: its parameters and its body share it.
func (u *unit) declareFunc(n *code.Node, sc int32, depth int, method bool) {
	id := u.newScope(n, n.Span, sc)
	u.scopes[id].function = true
	if !method && n.Text != "" && u.inScope(sc, n.Text) < 0 {
		u.add(id, n.Text, funcVar, 0, n) // a named function expression knows itself
	}
	for _, t := range n.Types {
		if t != nil && t.Kind == code.Named {
			u.add(id, t.Name, genericVar, 0, n)
		}
	}
	for _, p := range n.Kids[:len(n.Kids)-1] {
		if p == nil {
			continue
		}
		if p.Kind != code.Param {
			u.declareNode(p, id, depth+1)
			continue
		}
		if v := u.add(id, p.Text, paramVar, 0, p); v >= 0 {
			u.vars[v].typ = p.Type
		}
		for _, k := range p.Kids {
			if k != nil && (k.Kind == code.ObjectPattern || k.Kind == code.ArrayPattern) {
				u.declareTarget(k, id, paramVar, 0, depth+1)
			}
			u.declareNode(k, id, depth+1)
		}
	}
	if body := n.Body(); body != nil && body.Kind == code.Block {
		u.scopeOf[body] = id
		u.declareAll(body.Kids, id, depth)
	} else {
		u.declareNode(body, id, depth+1)
	}
}

func (u *unit) declareClass(n *code.Node, sc int32, depth int) {
	kind := classVar
	if n.Kind == code.Interface {
		kind = typeVar
	}
	u.add(sc, n.Text, kind, 0, n)
	id := u.newScope(n, n.Span, sc)
	if n.Kind == code.Class {
		u.scopes[id].class = n
	}
	for _, k := range n.Kids {
		if k != nil && k.Kind == code.Func {
			u.declareFunc(k, id, depth+1, true)
		} else {
			u.declareNode(k, id, depth+1)
		}
	}
}

// declareObject keeps the names of methods out of their own scope.
func (u *unit) declareObject(n *code.Node, sc int32, depth int) {
	for _, k := range n.Kids {
		if k != nil && k.Kind == code.Func {
			u.declareFunc(k, sc, depth+1, true)
		} else {
			u.declareNode(k, sc, depth+1)
		}
	}
}

func (u *unit) declareImport(n *code.Node, sc int32) {
	for _, p := range n.Kids {
		if p == nil || p.Kind != code.Pair || kid(p, 0) == nil {
			continue
		}
		if v := u.add(sc, p.Kids[0].Text, importVar, 0, n); v >= 0 {
			u.vars[v].ref, u.vars[v].state = code.Ref{Module: n.Text, Name: p.Text}, 2
		}
	}
}

func (u *unit) declareVar(n *code.Node, sc int32) {
	from := 0
	if u.isGo && sc != 0 {
		from = n.Span.End
	}
	if n.Text == "var" && !u.isGo {
		sc = u.functionScope(sc)
	}
	u.declareTarget(kid(n, 0), sc, localVar, from, 0)
	if t := kid(n, 0); t != nil && t.Kind == code.Ident && n.Type != nil {
		if v := u.inScope(sc, t.Text); v >= 0 {
			u.vars[v].typ = n.Type
		}
	}
}

// declareForEach makes the element visible in the body, and not in the
// collection: Go allows `for _, users := range users`.
func (u *unit) declareForEach(n *code.Node, sc int32, depth int) {
	id := u.newScope(n, n.Span, sc)
	u.declareNode(kid(n, 1), id, depth+1)
	from := 0
	if body := kid(n, 2); body != nil {
		from = body.Span.Start
	}
	u.declareTarget(kid(n, 0), id, localVar, from, depth+1)
	u.declareNode(kid(n, 2), id, depth+1)
}

// declareTarget declares the names of a pattern.
func (u *unit) declareTarget(t *code.Node, sc int32, kind varKind, from, depth int) {
	if t == nil || depth > maxDepth {
		return
	}
	switch t.Kind {
	case code.Ident:
		if v := u.add(sc, t.Text, kind, from, t); v >= 0 && t.Type != nil {
			u.vars[v].typ = t.Type
		}
	case code.Var, code.Assign, code.Spread:
		u.declareTarget(kid(t, 0), sc, kind, from, depth+1)
	case code.ObjectPattern:
		for _, p := range t.Kids {
			if p != nil {
				u.declareTarget(kid(p, 0), sc, kind, from, depth+1)
			}
		}
	case code.ArrayPattern:
		for _, k := range t.Kids {
			u.declareTarget(k, sc, kind, from, depth+1)
		}
	}
}

// sortScopes puts the scopes in the order of their starts, outer ones first,
// which scopeAt needs. Left-deep expressions are declared from their end.
func (u *unit) sortScopes() {
	less := func(a, b int32) bool {
		x, y := u.scopes[a].span, u.scopes[b].span
		if x.Start != y.Start {
			return x.Start < y.Start
		}
		if x.End != y.End {
			return x.End > y.End
		}
		return a < b
	}
	order := make([]int32, len(u.scopes))
	for i := range order {
		order[i] = int32(i)
	}
	if sort.SliceIsSorted(order, func(i, j int) bool { return less(order[i], order[j]) }) {
		return
	}
	sort.SliceStable(order[1:], func(i, j int) bool { return less(order[1+i], order[1+j]) })
	place := make([]int32, len(order))
	sorted := make([]scope, len(order))
	for i, old := range order {
		place[old], sorted[i] = int32(i), u.scopes[old]
	}
	for i := range sorted {
		if p := sorted[i].parent; p >= 0 {
			sorted[i].parent = place[p]
		}
	}
	u.scopes = sorted
	for i := range u.vars {
		u.vars[i].scope = place[u.vars[i].scope]
	}
	for n, id := range u.scopeOf {
		u.scopeOf[n] = place[id]
	}
}

// text cuts a span out of the source.
func (u *unit) cut(s source.Span) string { return s.In(u.text) }
