package flow

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
)

func (u *unit) emitFuncs() []facts.Func {
	out := make([]facts.Func, len(u.funcs))
	for i := range u.funcs {
		f := &u.funcs[i]
		out[i] = facts.Func{Type: f.typ, Name: f.name, NameSpan: f.nameSpan, Parent: int(f.parent), Broken: f.broken, Node: f.node}
		if f.node == nil {
			out[i].Span = u.whole()
			continue
		}
		out[i].Span = f.node.Span
		out[i].Exported = f.exported
		for _, p := range f.node.Params() {
			out[i].Params = append(out[i].Params, u.emitParam(p))
		}
	}
	return out
}

func (u *unit) emitParam(p *code.Node) facts.Param {
	if p == nil {
		return facts.Param{}
	}
	return facts.Param{Name: p.Text, Ref: u.typeRef(p.Type)}
}

// maxOver is how much of a collection's text is kept, in bytes.
const maxOver = 60

func (u *unit) emitLoops(out *facts.Facts) {
	out.Loops = make([]facts.Loop, len(u.loops))
	for i := range u.loops {
		l := &u.loops[i]
		f := facts.Loop{
			Kind: l.kind, Span: l.node.Span, Head: u.headOf(l), Func: int(l.fn), Parent: int(l.parent),
			Concurrent: l.concurrent, Stmt: l.stmt, OverCall: int(l.call), Var: u.elementText(l),
		}
		if l.it.name == "" {
			f.Stmt = l.node.Span
		}
		if l.body != nil {
			f.Body = l.body.Span
		} else if len(l.node.Kids) > l.it.cb+1 {
			f.Body = l.node.Kids[l.it.cb+1].Span
		}
		if l.over != nil {
			f.Over = shorten(u.cut(unwrap(l.over).Span))
			f.OverRef = u.overRef(l)
		}
		out.Loops[i] = f
	}
}

// overRef is the origin of the collection: of Object.values(X) it is X.
func (u *unit) overRef(l *loop) code.Ref {
	if r := u.ref(l.over); r.Known() {
		return r
	}
	if over := u.collection(l.over); over != nil {
		return u.ref(over)
	}
	return code.Ref{}
}

// elementText is the element as written.
func (u *unit) elementText(l *loop) string {
	t := l.target
	if l.node.Kind == code.ForEach {
		if t = elementTarget(l.node); t == nil {
			t = keyTarget(l.node)
		}
	}
	switch {
	case l.kind == facts.Rows:
		return ""
	case t == nil && len(l.elems) > 0 && l.elems[0] >= 0:
		return u.vars[l.elems[0]].name
	case t == nil:
		return ""
	case t.Kind == code.Param && t.Text != "":
		return t.Text
	case t.Kind == code.Param:
		t = paramTarget(t)
	case t.Kind == code.Var:
		t = kid(t, 0)
	}
	if t == nil {
		return ""
	}
	return shorten(u.cut(t.Span))
}

// shorten puts a text on one line of at most maxOver bytes.
func shorten(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= maxOver {
		return s
	}
	cut := maxOver
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return s[:cut] + "…"
}

// linkSteps are the steps that a chain's links add to its root, good until the
// next call. With called the last link's call is one, too.
func (u *unit) linkSteps(links []link, called bool) []code.Step {
	steps := u.steps[:0]
	for i := range links {
		if links[i].name != "" {
			steps = append(steps, code.Step{Op: code.Get, Name: links[i].name})
		}
		if links[i].called() && (called || i < len(links)-1) {
			steps = append(steps, code.Step{Op: code.Called})
		}
	}
	u.steps = steps
	return steps
}

func (u *unit) emitCalls(out *facts.Facts, readers []facts.Reader) {
	set := newReaderSet(readers, u.file.Lang)
	out.Calls = make([]facts.CallSite, len(u.calls), len(u.calls)+len(u.calls)/4)
	for i := range u.calls {
		c := &u.calls[i]
		if c.loop >= 0 {
			out.Calls[i] = u.referenceCall(c)
			continue
		}
		site := u.callSite(c)
		site.Candidates, site.Callee = u.candidates(c, set)
		if len(site.Candidates) == 0 {
			site.Callee = u.ref(c.root).Then(u.linkSteps(c.links, false)...)
			if c.root.Kind == code.This && c.links[0].name == "" { // super(...)
				site.Callee = u.ref(c.root).Dot("constructor")
			}
		} else {
			site.Node = c.links[len(c.links)-1].node
			for _, id := range c.in {
				out.Loops[id].Node = u.loops[id].node
			}
		}
		out.Calls[i] = site
	}
	for i := range u.calls {
		if u.calls[i].loop < 0 {
			u.emitInner(out, i)
		}
	}
}

// maxInner is how many calls in the middle of one chain are call sites too.
const maxInner = 4

// emitInner adds the calls in the middle of a chain, up to where a handle is
// assumed: s.tasks() of s.tasks().find(id) is a function that may do anything.
func (u *unit) emitInner(out *facts.Facts, i int) {
	c := &u.calls[i]
	if len(c.links) < 2 {
		return
	}
	root := u.ref(c.root)
	if !root.Known() {
		return
	}
	limit := len(root.Steps) + 2*len(c.links)
	for _, k := range out.Calls[i].Candidates {
		limit = min(limit, k.At)
	}
	added := 0
	for k := 0; k < len(c.links)-1 && added < maxInner; k++ {
		if !c.links[k].called() {
			continue
		}
		callee := root.Then(u.linkSteps(c.links[:k+1], false)...)
		if len(callee.Steps)+1 > limit {
			return
		}
		inner := *c
		inner.links, inner.use = c.links[:k+1], use{consumed: true, bind: none}
		site := u.callSite(&inner)
		site.Callee = callee
		out.Calls = append(out.Calls, site)
		added++
	}
}

// callSite fills in what does not depend on readers.
func (u *unit) callSite(c *call) facts.CallSite {
	last := &c.links[len(c.links)-1]
	site := facts.CallSite{
		Name: last.name, Span: last.node.Span, NameSpan: last.nameSpan(), Stmt: c.stmt,
		Func: int(c.fn), In: u.loopsOf(c), Target: none, Last: c.last, Guarded: u.guarded(c),
		Awaited: c.use.awaited, Consumed: c.use.consumed || u.isGo,
	}
	if last.name == "" && c.root.Kind == code.This && len(c.links) == 1 {
		site.Name = c.root.Text
	}
	if last.name == "" && c.root.Kind == code.Ident && len(c.links) == 1 {
		site.Name = c.root.Text
		if v := u.varOf(c.root); v >= 0 && u.vars[v].fn > 0 {
			site.Target = int(u.vars[v].fn)
		}
	}
	if c.use.bind >= 0 {
		x := &u.vars[c.use.bind]
		site.Result = x.name
		site.Awaited = site.Awaited || x.awaited
		site.Consumed = site.Consumed || x.consumed
	}
	site.Args = u.room(len(last.args()))
	for _, a := range last.args() {
		if a == nil {
			continue
		}
		site.Args = append(site.Args, u.arg(c, a))
		if u.isGo && a.Kind == code.Unary && a.Text == "&" && a.Kids[0].Kind == code.Ident {
			site.Result = a.Kids[0].Text
		}
	}
	if u.isGo && site.Result == "" {
		site.Result = u.goResult(last.node)
	}
	site.Loops, site.Params = u.deps(c, last.node.Span)
	return site
}

// room is an empty list for n arguments, cut from a larger piece of memory.
func (u *unit) room(n int) []facts.Arg {
	if n == 0 {
		return nil
	}
	if len(u.args)+n > cap(u.args) {
		u.args = make([]facts.Arg, 0, max(n, 128))
	}
	at := len(u.args)
	u.args = u.args[:at+n]
	return u.args[at : at : at+n]
}

// goResult is the first variable of `rows, err := f()`.
func (u *unit) goResult(n *code.Node) string {
	if v, ok := u.tupleOf[n]; ok && v >= 0 {
		return u.vars[v].name
	}
	return ""
}

func (u *unit) arg(c *call, a *code.Node) facts.Arg {
	arg := facts.Arg{Span: a.Span, List: u.isList(a, 0), Func: none}
	arg.Loops, arg.Params = u.deps(c, a.Span)
	switch fn := strip(a); fn.Kind {
	case code.Ident:
		if v := u.varOf(fn); v >= 0 && u.vars[v].fn > 0 {
			arg.Func = int(u.vars[v].fn)
		}
	case code.Func:
		if id, ok := u.funcOf[fn]; ok {
			arg.Func = int(id)
		}
	}
	return arg
}

// referenceCall is the call of a function that an iterating method was given
// by its name: its one argument is the element.
func (u *unit) referenceCall(c *call) facts.CallSite {
	name := c.ref.Name
	if c.ref.Kind == code.Ident {
		name = c.ref.Span
	}
	loops := u.global(c, u.bit(c.loop))
	site := facts.CallSite{
		Callee: u.ref(c.ref), Name: c.ref.Text, Span: c.ref.Span, NameSpan: name, Stmt: c.stmt, Func: int(c.fn),
		In: u.loopsOf(c), Target: none, Consumed: true, Loops: loops,
		Args: []facts.Arg{{Span: c.ref.Span, Loops: loops, Func: none}},
	}
	if over := u.loops[c.loop].over; over != nil {
		outer, params := u.deps(c, over.Span)
		site.Args[0].Loops |= outer
		site.Args[0].Params = params
		site.Loops, site.Params = site.Loops|outer, params
	}
	if v := u.varOf(c.ref); v >= 0 && u.vars[v].fn > 0 {
		site.Target = int(u.vars[v].fn)
	}
	return site
}

// loopsOf are the loops around a call; calls of one loop share the slice.
func (u *unit) loopsOf(c *call) []int {
	if len(c.in) == 0 {
		return nil
	}
	l := &u.loops[c.in[len(c.in)-1]]
	if l.ins == nil {
		l.ins = make([]int, len(c.in))
		for i, v := range c.in {
			l.ins[i] = int(v)
		}
	}
	return l.ins
}
