package flow

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
)

// receiverType is the type a Go method belongs to.
func receiverType(n *code.Node) string {
	r := n.Receiver()
	if r == nil {
		return ""
	}
	t := r.Type
	for t != nil && t.Kind == code.Pointer {
		t = t.Elem
	}
	if t == nil {
		return ""
	}
	return t.Name
}

// named visits a function of its own. What stands around it does not run it.
func (w *walker) named(n *code.Node, name string, at source.Span, typ string, class *code.Node) int32 {
	if id, ok := w.funcOf[n]; ok {
		return id
	}
	if at.Empty() {
		at = source.Span{Start: n.Span.Start, End: n.Span.Start}
	}
	id := int32(len(w.funcs))
	w.funcs = append(w.funcs, function{
		node: n, name: name, nameSpan: at, typ: typ, parent: w.fn, in: w.in, broken: n.Is(code.Broken), class: class,
		exported: n.Is(code.Exported),
	})
	w.funcOf[n] = id
	if w.fn == 0 {
		w.funcs[id].base, w.funcs[id].in = int32(len(w.loops)), nil
	} else {
		w.funcs[id].base = w.funcs[w.fn].base
	}
	if v := w.lookup(w.scope, n.Text, n.Span.Start); v >= 0 && w.vars[v].node == n {
		w.bindFunc(v, id, n)
	}
	inner := *w
	inner.fn, inner.in, inner.guards, inner.frames = id, nil, nil, nil
	inner.body(n, nil)
	w.depth = inner.depth
	return id
}

// bindFunc makes v the function id.
func (w *walker) bindFunc(v, id int32, n *code.Node) {
	w.vars[v].fn = id
	w.defineVar(v, def{value: n, at: n.Span.End, scope: w.vars[v].scope})
}

// inline visits a callback, or a function whose value is not kept under a
// name: it runs where it stands, in the loops around it.
func (w *walker) inline(n *code.Node, cb *callback) {
	inner := *w
	inner.body(n, cb)
	w.depth = inner.depth
}

// body visits parameters and body of a function. The walker is one of its own.
func (w *walker) body(n *code.Node, cb *callback) {
	w.loopFrame, w.loopsHere, w.caught, w.factory = none, 0, false, ""
	if w.funcOf[n] != 0 {
		w.factory = w.funcs[w.fn].name
	}
	w.enter(n)
	if n.Text != "" && cb == nil && w.funcOf[n] == 0 {
		if v := w.inScope(w.scope, n.Text); v >= 0 && w.vars[v].node == n {
			w.defineVar(v, def{value: n, at: n.Span.End, scope: w.scope})
		}
	}
	w.params(n, cb)
	body := n.Body()
	switch {
	case body == nil:
	case body.Kind == code.Block:
		w.stmts(body.Kids)
	default:
		w.node(body, use{consumed: true, bind: none, name: w.factory})
	}
}

// params binds parameters: to the callback that hands them over, to the
// parameter of the named function, or to nothing.
func (w *walker) params(n *code.Node, cb *callback) {
	isNamed := w.funcs[w.fn].node == n
	if r := n.Receiver(); r != nil && isNamed {
		if v := w.inScope(w.scope, r.Text); v >= 0 {
			w.vars[v].param = receiverBit
		}
	}
	for i, p := range n.Params() {
		if p == nil || p.Kind != code.Param {
			continue
		}
		d := def{kind: element, typ: p.Type, at: p.Span.Start, scope: w.scope}
		switch {
		case cb != nil && cb.now:
			if args := cb.call.Args(); i < len(args) {
				d.kind, d.value = bind, args[i]
			}
		case cb != nil:
			use := *cb
			use.param = i
			d.cb, d.value = &use, elementSource(&use)
		}
		bound := w.bindTarget(paramTarget(p), d, 0)
		if isNamed {
			for _, v := range bound {
				w.vars[v].param = int32(i)
			}
		}
		for _, k := range p.Kids {
			if k == nil || k.Kind == code.ObjectPattern || k.Kind == code.ArrayPattern {
				continue
			}
			if k.Kind != code.Decorator && p.Text != "" { // a default value
				w.bindTarget(paramTarget(p), def{value: k, at: p.Span.Start, scope: w.scope}, 0)
			}
			w.node(k, unused)
		}
	}
}

// elementSource is the expression that a callback's parameter depends on.
func elementSource(cb *callback) *code.Node {
	switch {
	case cb.over != nil:
		return cb.over
	case cb.then != nil:
		return cb.then
	}
	return nil
}

// paramTarget is the target a parameter binds: its pattern, or its name.
func paramTarget(p *code.Node) *code.Node {
	if p.Text != "" {
		return &code.Node{Kind: code.Ident, Text: p.Text, Span: p.Name, Name: p.Name}
	}
	for _, k := range p.Kids {
		if k != nil && (k.Kind == code.ObjectPattern || k.Kind == code.ArrayPattern) {
			return k
		}
	}
	return nil
}

func (w *walker) class(n *code.Node) {
	if v := w.lookup(w.scope, n.Text, n.Span.Start); v >= 0 && w.vars[v].node == n {
		w.vars[v].owner = w.fn
	}
	outer := w.enter(n)
	for _, k := range n.Kids {
		if k == nil {
			continue
		}
		switch k.Kind {
		case code.Func:
			w.named(k, k.Text, k.Name, n.Text, n)
		case code.Field:
			for i, v := range k.Kids {
				if fn := strip(v); i == 0 && fn != nil && fn.Kind == code.Func {
					w.named(fn, k.Text, k.Name, n.Text, n)
					continue
				}
				w.node(v, unused)
			}
		default:
			w.node(k, unused)
		}
	}
	w.scope = outer
}
