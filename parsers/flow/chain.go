package flow

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
)

// link is one step of a chain: node is the Call, Tagged or Member it ends in,
// member the Member that names it, nil for calling the root itself.
type link struct {
	name         string
	node, member *code.Node
}

func (l link) called() bool { return l.node.Kind == code.Call || l.node.Kind == code.Tagged }

func (l link) args() []*code.Node {
	if !l.called() {
		return nil
	}
	return l.node.Kids[1:]
}

func (l link) nameSpan() source.Span {
	switch {
	case l.member != nil:
		return l.member.Name
	case !l.called():
		return l.node.Span
	}
	callee := strip(l.node.Kids[0])
	if callee.Kind == code.Ident {
		return callee.Span
	}
	return source.Span{Start: callee.Span.End, End: l.node.Span.End}
}

// full is the link as readers get it.
func (l link) full() code.Link {
	out := code.Link{
		Name: l.name, Called: l.called(), Tagged: l.node.Kind == code.Tagged, Args: l.args(),
		Span: l.node.Span, NameSpan: l.nameSpan(),
	}
	if out.Called {
		out.Types = l.node.Types
	}
	if len(out.Types) == 0 && l.member != nil {
		out.Types = l.member.Types
	}
	return out
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
	if count == 0 {
		return n, nil
	}
	links = make([]link, 0, count)
	for {
		switch n.Kind {
		case code.Call, code.Tagged:
			callee := n.Kids[0]
			for callee.Kind == code.Assert && callee.Type == nil {
				callee = callee.Kids[0]
			}
			if callee.Kind == code.Member {
				links, n = append(links, link{callee.Text, n, callee}), callee.Kids[0]
			} else {
				links, n = append(links, link{"", n, nil}), callee
			}
		case code.Member:
			links, n = append(links, link{n.Text, n, n}), n.Kids[0]
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

// calls reports whether a chain of members holds a call, without taking it apart.
func calls(n *code.Node) (root *code.Node, called bool) {
	for k := n; k != nil; k = below(k) {
		if root = k; k.Kind == code.Call || k.Kind == code.Tagged {
			return nil, true
		}
	}
	return root, false
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
	if root, called := calls(n); !called {
		w.node(root, unused)
		return
	}
	root, links := spine(n)
	w.segments(root, links, n, u)
	switch root.Kind {
	case code.Ident:
		w.mention(root, unused)
	case code.Func:
		if len(links) > 0 && links[0].called() && links[0].name == "" {
			w.inline(root, &callback{call: links[0].node, now: true})
		} else {
			w.inline(root, nil)
		}
	default:
		w.node(root, unused)
	}
	for k := range links {
		if links[k].called() {
			w.arguments(root, links, k, u)
		}
	}
}

// isThen reports whether link k only waits for the promise before it.
func (w *walker) isThen(links []link, k int) bool {
	if w.isGo || !links[k].called() {
		return false
	}
	switch links[k].name {
	case "then", "catch", "finally":
		return true
	}
	return false
}

// segments records the calls of a chain: one, or one more for each part that
// is taken up by then.
func (w *walker) segments(root *code.Node, links []link, whole *code.Node, u use) {
	end := len(links) - 1
	for end >= 0 && !links[end].called() {
		end--
	}
	direct := end == len(links)-1 && whole == links[max(end, 0)].node
	if !direct {
		u = use{bind: none}
	}
	for end >= 0 {
		waited := false
		for end >= 0 && (w.isThen(links, end) || waited && !links[end].called()) {
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
