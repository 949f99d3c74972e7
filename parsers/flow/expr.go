package flow

import (
	"github.com/dbwise/dbwise/parsers/code"
)

func (w *walker) expression(n *code.Node, u use) {
	switch n.Kind {
	case code.Ident:
		w.mention(n, u)
	case code.This:
		w.occs = append(w.occs, occurrence{n.Span.Start, thisVar})
	case code.Call, code.Tagged, code.Member:
		w.chain(n, u)
	case code.New:
		w.node(n.Kids[0], unused)
		for i, a := range n.Args() {
			w.argument(n, i, a, iteration{cb: none}, use{bind: none})
		}
	case code.Await:
		w.node(n.Kids[0], use{awaited: true, consumed: true, bind: u.bind, name: u.name})
	case code.Assert:
		w.node(n.Kids[0], u)
	case code.Cond:
		w.node(n.Kids[0], unused)
		w.guarded(n.Kids[0], n.Kids[1], u)
		w.guarded(n.Kids[0], n.Kids[2], u)
	case code.Binary:
		w.binary(n, u)
	case code.String:
		if looksSQL(n) {
			w.strings = append(w.strings, n)
		}
		for _, k := range n.Kids {
			w.node(k, unused)
		}
	case code.Object:
		w.object(n, u)
	case code.Array:
		for _, k := range n.Kids {
			w.node(k, use{awaited: u.awaited, consumed: u.consumed, bind: none})
		}
	case code.Spread:
		w.node(n.Kids[0], use{awaited: u.awaited, consumed: u.consumed, bind: none})
	case code.Pair:
		for _, k := range n.Kids {
			w.node(k, u)
		}
	default:
		for _, k := range n.Kids {
			w.node(k, unused)
		}
	}
}

// guarded visits n, which runs only after cond was looked at.
func (w *walker) guarded(cond, n *code.Node, u use) {
	mark := len(w.guards)
	if len(w.in) > 0 {
		w.guards = append(w.guards, cond)
	}
	w.node(n, u)
	w.guards = w.guards[:mark]
}

// binary visits a left-deep sum from its left end.
func (w *walker) binary(n *code.Node, u use) {
	var spine []*code.Node
	for n.Kind == code.Binary {
		spine = append(spine, n)
		n = n.Kids[0]
	}
	choice := func(op string) use {
		if op == "??" || op == "||" || op == "&&" {
			return u
		}
		return unused
	}
	w.node(n, choice(spine[len(spine)-1].Text))
	for i := len(spine) - 1; i >= 0; i-- {
		s := spine[i]
		if u := choice(s.Text); u != unused || s.Text == "??" || s.Text == "||" || s.Text == "&&" {
			w.guarded(s.Kids[0], s.Kids[1], u)
		} else {
			w.node(s.Kids[1], unused)
		}
	}
}

// object visits a literal. Its functions have names if the literal has one.
func (w *walker) object(n *code.Node, u use) {
	for _, k := range n.Kids {
		if k == nil {
			continue
		}
		fn, name, at := k, k.Text, k.Name
		if k.Kind == code.Pair {
			fn = strip(kid(k, 0))
			w.node(kid(k, 1), unused)
		}
		switch {
		case fn == nil:
		case fn.Kind == code.Func && u.name != "" && name != "":
			w.named(fn, name, at, u.name, nil)
		case fn.Kind == code.Func:
			w.inline(fn, nil)
		case fn.Kind == code.Object && u.name != "" && name != "":
			w.node(fn, use{consumed: u.consumed, bind: none, name: u.name + "." + name})
		case k.Kind == code.Pair:
			w.node(k.Kids[0], use{consumed: u.consumed, bind: none})
		default:
			w.node(k, use{consumed: u.consumed, bind: none})
		}
	}
}

func (w *walker) mention(n *code.Node, u use) {
	v := w.lookup(w.scope, n.Text, n.Span.Start)
	if v < 0 {
		return
	}
	w.occs = append(w.occs, occurrence{n.Span.Start, v})
	if u.consumed {
		w.vars[v].consumed = true
		w.vars[v].awaited = w.vars[v].awaited || u.awaited
		w.vars[v].gathered = w.vars[v].gathered || u.gathered
	}
}

func (w *walker) export(n *code.Node) {
	for _, p := range n.Kids {
		if p == nil {
			continue
		}
		value := kid(p, 0)
		if p.Kind != code.Pair || value == nil {
			w.node(p, unused)
			continue
		}
		if n.Text != "" {
			continue // names of another module
		}
		if fn := strip(value); fn.Kind == code.Func {
			w.named(fn, p.Text, p.Name, "", nil)
			continue
		}
		w.node(value, use{bind: none, name: p.Text})
	}
}
