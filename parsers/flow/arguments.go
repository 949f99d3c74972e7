package flow

import (
	"github.com/dbwise/dbwise/parsers/code"
)

// arguments visits the arguments of link k.
func (w *walker) arguments(root *code.Node, links []link, k int, whole use) {
	l := &links[k]
	args := l.args()
	it := w.iterates(root, links, k)
	isThen := w.isThen(links, k)
	for i, a := range args {
		if a == nil {
			continue
		}
		u := use{bind: none, consumed: w.passesOn(root, links, k, a)}
		if w.fn == 0 && len(links) == 1 && len(args) == 1 {
			u.name = whole.name // Object.freeze({...}), defineStore({...})
		}
		u.gathered = k == 0 && l.name != "" && root.Kind == code.Ident && root.Text == "Promise" && u.consumed
		if isThen {
			fn := strip(a)
			if fn.Kind == code.Func {
				w.inline(fn, &callback{call: l.node, arg: i, then: l.member.Kids[0]})
				continue
			}
		}
		w.argument(l.node, i, a, it, u)
	}
	w.mutates(root, links, k)
}

// passesOn reports whether a promise given as argument a is run by the call:
// gathered, or handed to a function, but not built into another query.
func (w *walker) passesOn(root *code.Node, links []link, k int, a *code.Node) bool {
	if a.Kind == code.Array {
		return true
	}
	if links[k].node.Kind == code.Tagged {
		return false
	}
	if links[k].name != "" {
		return root.Kind == code.This || root.Kind == code.Ident && w.lookup(w.scope, root.Text, root.Span.Start) < 0
	}
	if root.Kind != code.Ident {
		return true
	}
	v := w.lookup(w.scope, root.Text, root.Span.Start)
	return v < 0 || w.vars[v].kind != importVar || isRelative(w.vars[v].ref.Module)
}

// isRelative reports whether a module is a file of this project for certain.
func isRelative(module string) bool {
	return len(module) > 0 && module[0] == '.'
}

// argument visits one argument of a call or new.
func (w *walker) argument(callNode *code.Node, i int, a *code.Node, it iteration, u use) {
	if a == nil {
		return
	}
	fn := strip(a)
	switch {
	case it.cb == i && fn.Kind == code.Func:
		w.callbackLoop(callNode, i, fn, it)
	case it.cb == i:
		w.functionLoop(callNode, a, it)
	case fn.Kind == code.Func:
		w.inline(fn, &callback{call: callNode, arg: i})
	default:
		w.node(a, u)
	}
}

// growing are the methods by which the language's collections take something in.
var growing = map[string]bool{"push": true, "unshift": true, "add": true, "set": true, "append": true}

// mutates records what a call changes: a collection by its methods, in Go also
// what it is given the address of.
func (w *walker) mutates(root *code.Node, links []link, k int) {
	l := &links[k]
	args := l.args()
	if w.isGo {
		for _, a := range args {
			if a == nil || a.Kind != code.Unary || a.Text != "&" || a.Kids[0].Kind != code.Ident {
				continue
			}
			w.addDef(a.Kids[0], def{kind: out, value: l.node, at: l.node.Span.End, scope: w.scope})
		}
		return
	}
	if k != 0 || root.Kind != code.Ident || !growing[l.name] {
		return
	}
	if v := w.lookup(w.scope, root.Text, root.Span.Start); v >= 0 && w.vars[v].kind != importVar {
		for _, a := range args {
			w.muts = append(w.muts, mutation{v: v, node: a, off: l.node.Span.Start, method: true})
		}
	}
}
