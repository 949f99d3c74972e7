package flow

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
)

// link is one step of a chain with the node that ends in it.
type link struct {
	code.Link
	node *code.Node
}

// call is one call chain, as the walker met it.
type call struct {
	root  *code.Node
	links []link // the last one is called
	fn    int32
	in    []int32
	stmt  source.Span
	use   use
	last  bool
	// guards are conditions that were looked at before it runs.
	guards []*code.Node
	// ref is a function handed to an iterating method, called per element of
	// loop; the call then has no links.
	ref  *code.Node
	loop int32
}

// maxGuards is how many conditions in front of a call are remembered.
const maxGuards = 16

// spine takes a chain of members and calls apart: the expression it starts at
// and the links in the order they are applied.
func spine(n *code.Node) (root *code.Node, links []link) {
	count := 0
	for k := n; ; count++ {
		if k = below(k); k == nil {
			break
		}
	}
	links = make([]link, 0, count)
	for {
		switch n.Kind {
		case code.Call, code.Tagged:
			callee := n.Kids[0]
			for callee.Kind == code.Assert && callee.Type == nil {
				callee = callee.Kids[0]
			}
			l := code.Link{Called: true, Tagged: n.Kind == code.Tagged, Args: n.Kids[1:], Types: n.Types, Span: n.Span}
			if callee.Kind == code.Member {
				l.Name, l.NameSpan = callee.Text, callee.Name
				if len(l.Types) == 0 {
					l.Types = callee.Types
				}
				links, n = append(links, link{l, n}), callee.Kids[0]
				continue
			}
			l.NameSpan = callee.Span
			if callee.Kind != code.Ident {
				l.NameSpan = source.Span{Start: callee.Span.End, End: n.Span.End}
			}
			links, n = append(links, link{l, n}), callee
		case code.Member:
			links = append(links, link{code.Link{Name: n.Text, NameSpan: n.Name, Span: n.Span}, n})
			n = n.Kids[0]
		case code.Assert:
			if n.Type != nil {
				return n, reversed(links)
			}
			n = n.Kids[0]
		default:
			return n, reversed(links)
		}
	}
}

// below is the next node towards the root of a chain, nil at the root.
func below(n *code.Node) *code.Node {
	switch n.Kind {
	case code.Call, code.Tagged, code.Member:
		return n.Kids[0]
	case code.Assert:
		if n.Type == nil {
			return n.Kids[0]
		}
	}
	return nil
}

func reversed(links []link) []link {
	for i, j := 0, len(links)-1; i < j; i, j = i+1, j-1 {
		links[i], links[j] = links[j], links[i]
	}
	return links
}

// chain visits a chain: it records its call, then visits what it starts at and
// the arguments of all its links.
func (w *walker) chain(n *code.Node, u use) {
	root, links := spine(n)
	w.segments(root, links, n, u)
	switch root.Kind {
	case code.Ident:
		w.mention(root, unused)
	case code.Func:
		if len(links) > 0 && links[0].Called && links[0].Name == "" {
			w.inline(root, &callback{call: links[0].node, now: true})
		} else {
			w.inline(root, nil)
		}
	default:
		w.node(root, unused)
	}
	for k := range links {
		if links[k].Called {
			w.arguments(root, links, k, u)
		}
	}
}

// isThen reports whether link k only waits for the promise before it.
func (w *walker) isThen(links []link, k int) bool {
	if w.isGo || !links[k].Called {
		return false
	}
	switch links[k].Name {
	case "then", "catch", "finally":
		return true
	}
	return false
}

// segments records the calls of a chain: one, or one more for each part that
// is taken up by then.
func (w *walker) segments(root *code.Node, links []link, whole *code.Node, u use) {
	end := len(links) - 1
	for end >= 0 && !links[end].Called {
		end--
	}
	direct := end == len(links)-1 && whole == links[max(end, 0)].node
	if !direct {
		u = use{bind: none}
	}
	for end >= 0 {
		waited := false
		for end >= 0 && (w.isThen(links, end) || waited && !links[end].Called) {
			waited, end = true, end-1
		}
		if waited {
			u = use{awaited: u.awaited, consumed: true, bind: none}
		}
		if end < 0 {
			break
		}
		start := end
		for start > 0 && !w.isThen(links, start-1) {
			start--
		}
		from := root
		if start > 0 {
			from = links[start-1].node
		}
		w.record(from, links[start:end+1], u)
		end, u = start-1, use{consumed: true, bind: none}
	}
	if root.Kind == code.Ident && len(links) > 0 && w.isThen(links, 0) {
		w.mention(root, passed)
	}
}

// record adds a call at this place.
func (w *walker) record(root *code.Node, links []link, u use) {
	switch {
	case root.Kind == code.Func && len(links) == 1:
		return // called where it is written
	case w.requires(root, links[0].node):
		if len(links) == 1 {
			return
		}
	case root.Kind == code.Ident && w.isBuiltin(root.Text) && w.lookup(w.scope, root.Text, root.Span.Start) < 0:
		return
	}
	id := int32(len(w.calls))
	c := call{root: root, links: links, fn: w.fn, in: w.in, stmt: w.stmt, use: u, loop: none}
	if len(w.in) > 0 {
		c.last = w.last()
		if g := w.guards[max(0, len(w.guards)-maxGuards):]; len(g) > 0 {
			c.guards = append([]*code.Node(nil), g...)
		}
	}
	w.calls = append(w.calls, c)
	w.callOf[links[len(links)-1].node] = id
}

// requires notes the module of require("m") and import("m").
func (w *walker) requires(root, first *code.Node) bool {
	if w.isGo || root.Kind != code.Ident || root.Text != "require" && root.Text != "import" || first.Kind != code.Call {
		return false
	}
	m := kid(first, 1)
	if m == nil || m.Kind != code.String || len(m.Kids) > 0 || w.lookup(w.scope, root.Text, root.Span.Start) >= 0 {
		return false
	}
	w.required = append(w.required, m.Text)
	return true
}

// lookAhead is how far behind a call its loop's end is looked for.
const lookAhead = 8

// last reports whether the loops around are left for certain after this
// statement.
func (w *walker) last() bool {
	if w.loopFrame < 0 || w.loopsHere != len(w.in) {
		return false
	}
	for i := len(w.frames) - 1; i >= w.loopFrame; i-- {
		f := w.frames[i]
		for _, n := range f.list[f.at:min(len(f.list), f.at+1+lookAhead)] {
			if n == nil {
				continue
			}
			switch n.Kind {
			case code.Return, code.Throw:
				return true
			case code.Break:
				return !f.caught && n.Text == "" && len(w.in) == 1
			case code.Continue:
				return false
			}
		}
	}
	return false
}

// builtins are Go's predeclared functions: they call nothing.
var builtins = map[string]bool{
	"append": true, "cap": true, "clear": true, "close": true, "complex": true, "copy": true, "delete": true,
	"imag": true, "len": true, "make": true, "max": true, "min": true, "new": true, "panic": true, "print": true,
	"println": true, "real": true, "recover": true,
}

func (u *unit) isBuiltin(name string) bool { return u.isGo && builtins[name] }

// arguments visits the arguments of link k.
func (w *walker) arguments(root *code.Node, links []link, k int, whole use) {
	l := &links[k]
	it := w.iterates(root, links, k)
	isThen := w.isThen(links, k)
	for i, a := range l.Args {
		if a == nil {
			continue
		}
		u := use{bind: none, consumed: w.passesOn(root, links, k, a)}
		if w.fn == 0 && len(links) == 1 && len(l.Args) == 1 {
			u.name = whole.name // Object.freeze({...}), defineStore({...})
		}
		u.gathered = k == 0 && l.Name != "" && root.Kind == code.Ident && root.Text == "Promise" && u.consumed
		if isThen {
			fn := strip(a)
			if fn.Kind == code.Func {
				w.inline(fn, &callback{call: l.node, arg: i, then: l.node.Kids[0].Kids[0]})
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
	if links[k].Tagged {
		return false
	}
	if links[k].Name != "" {
		return root.Kind == code.This || root.Kind == code.Ident && w.lookup(w.scope, root.Text, root.Span.Start) < 0
	}
	if root.Kind != code.Ident {
		return true
	}
	v := w.lookup(w.scope, root.Text, root.Span.Start)
	return v < 0 || w.vars[v].kind != importVar || isRelative(w.vars[v].origin.Module)
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
	if w.isGo {
		for _, a := range l.Args {
			if a == nil || a.Kind != code.Unary || a.Text != "&" || a.Kids[0].Kind != code.Ident {
				continue
			}
			w.addDef(a.Kids[0], def{kind: out, value: l.node, at: l.node.Span.End, scope: w.scope})
		}
		return
	}
	if k != 0 || root.Kind != code.Ident || !growing[l.Name] {
		return
	}
	if v := w.lookup(w.scope, root.Text, root.Span.Start); v >= 0 && w.vars[v].kind != importVar {
		for _, a := range l.Args {
			w.muts = append(w.muts, mutation{v: v, node: a, off: l.node.Span.Start, method: true})
		}
	}
}
