package flow

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/source"
)

// loop is one loop as the walker met it.
type loop struct {
	// node is the statement, or the Call whose argument is run per element.
	node *code.Node
	over *code.Node
	body *code.Node // nil for a function passed by name
	// target is what is bound to the element, elems the variables that hold it
	// or lead to it.
	target     *code.Node
	elems      []int32
	fn, parent int32
	in         []int32 // the loops around and this one
	ins        []int   // in, as facts have it
	stmt       source.Span
	concurrent bool
	// it is set for a call that iterates.
	it   iteration
	kind facts.LoopKind
	call int32 // the call whose result over is, or none
}

func (w *walker) newLoop(l loop) int32 {
	id := int32(len(w.loops))
	l.fn, l.parent, l.stmt, l.call = w.fn, none, w.stmt, none
	if len(w.in) > 0 {
		l.parent = w.in[len(w.in)-1]
	}
	l.in = append(w.in[:len(w.in):len(w.in)], id)
	w.loops = append(w.loops, l)
	return id
}

// inside walks f within the body of loop id.
func (w *walker) inside(id int32, f func()) {
	in, frame, here, caught := w.in, w.loopFrame, w.loopsHere, w.caught
	w.in, w.loopFrame, w.caught = w.loops[id].in, len(w.frames), false
	w.loopsHere++
	f()
	w.in, w.loopFrame, w.loopsHere, w.caught = in, frame, here, caught
}

// loop visits a loop statement.
func (w *walker) loop(n *code.Node) {
	outer := w.enter(n)
	switch n.Kind {
	case code.ForEach:
		w.node(kid(n, 1), unused)
		id := w.newLoop(loop{node: n, over: kid(n, 1), body: kid(n, 2), target: kid(n, 0)})
		d := def{kind: element, value: kid(n, 1), path: elementPath(n), scope: w.scope, at: n.Span.Start}
		if body := kid(n, 2); body != nil {
			d.at = body.Span.Start
		}
		w.loops[id].elems = w.bindTarget(elementTarget(n), d, 0)
		if key := keyTarget(n); key != nil {
			w.loops[id].elems = append(w.loops[id].elems, w.bindTarget(key, def{kind: element, at: d.at, scope: w.scope}, 0)...)
		}
		w.inside(id, func() { w.suite(kid(n, 2)) })
	case code.For:
		w.node(kid(n, 0), unused)
		id := w.newLoop(loop{node: n, body: kid(n, 3)})
		w.inside(id, func() {
			w.node(kid(n, 1), unused)
			w.suite(kid(n, 3))
			w.node(kid(n, 2), unused)
		})
	case code.While:
		id := w.newLoop(loop{node: n, body: kid(n, 1)})
		w.inside(id, func() {
			w.node(kid(n, 0), unused)
			w.suite(kid(n, 1))
		})
	case code.DoWhile:
		id := w.newLoop(loop{node: n, body: kid(n, 0)})
		w.inside(id, func() {
			w.suite(kid(n, 0))
			w.node(kid(n, 1), unused)
		})
	}
	w.scope = outer
}

// elementPath leads from a collection to the element of a ForEach.
func elementPath(n *code.Node) []code.Step {
	if n.Text == "in" {
		return nil
	}
	return []code.Step{{Op: code.Elem}}
}

// elementTarget is what a ForEach binds to the element: the second of Go's
// range, which gives an index or key first.
func elementTarget(n *code.Node) *code.Node {
	t := kid(n, 0)
	if n.Text != "range" {
		return t
	}
	if t != nil && t.Is(code.Tuple) {
		return kid(t, 1)
	}
	return nil
}

// keyTarget is the index or key of Go's range.
func keyTarget(n *code.Node) *code.Node {
	t := kid(n, 0)
	if n.Text != "range" {
		return nil
	}
	if t != nil && t.Is(code.Tuple) {
		return kid(t, 0)
	}
	return t
}

// callbackLoop visits a function that a call runs per element.
func (w *walker) callbackLoop(callNode *code.Node, arg int, fn *code.Node, it iteration) {
	id := w.newLoop(loop{
		node: callNode, over: it.over, body: fn, it: it,
		concurrent: it.concurrent || fn.Is(code.Async) && it.elem == 0 && !w.isGo,
	})
	params := fn.Params()
	if it.elem < len(params) {
		w.loops[id].target = params[it.elem]
	}
	inner := *w
	inner.in = w.loops[id].in
	inner.body(fn, &callback{call: callNode, arg: arg, over: it.over})
	w.depth = inner.depth
	for v := w.scopes[w.scopeOf[fn]].first; v >= 0; v = w.vars[v].next {
		if w.vars[v].kind == paramVar {
			w.loops[id].elems = append(w.loops[id].elems, v)
		}
	}
}

// functionLoop visits a function that is passed by its name to a call that
// runs it per element: it makes a call of it in a loop.
func (w *walker) functionLoop(callNode, ref *code.Node, it iteration) {
	w.node(ref, unused)
	target := ref
	if _, links := spine(ref); len(links) > 0 && links[len(links)-1].name == "bind" && links[len(links)-1].called() {
		target = links[len(links)-1].member.Kids[0]
	}
	root := target
	for root.Kind == code.Member {
		root = root.Kids[0]
	}
	if target.Kind != code.Ident && target.Kind != code.Member ||
		root.Kind == code.Ident && w.lookup(w.scope, root.Text, root.Span.Start) < 0 && !w.isGo {
		return // no function of this project
	}
	id := w.newLoop(loop{node: callNode, over: it.over, it: it, concurrent: it.concurrent})
	w.calls = append(w.calls, call{
		root: target, fn: w.fn, in: w.loops[id].in, stmt: w.stmt, use: use{consumed: true, bind: none},
		ref: target, loop: id,
	})
}
