package flow

import (
	"sort"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
)

// function is a function with a name, or the top level (index 0).
type function struct {
	node      *code.Node
	typ, name string
	nameSpan  source.Span
	parent    int32
	// in are the loops around the place where it is defined.
	in []int32
	// base is the first loop of the outermost function around: dependence on
	// loops is counted from there.
	base   int32
	broken bool
	class  *code.Node
	// exported as its declaration says.
	exported bool
}

// use says what becomes of an expression's value.
type use struct {
	// gathered: it is given to Promise.all or one of its kin.
	awaited, consumed, gathered bool
	// bind is the variable it is the initial value of, or none.
	bind int32
	// name is what members of an object literal belong to; "" for literals
	// that are passed on.
	name string
}

var unused = use{bind: none}

var passed = use{consumed: true, bind: none}

// frame is a list of statements on the way, at the statement being walked.
type frame struct {
	list []*code.Node
	at   int
	// caught: a break here leaves a switch, not the loop.
	caught bool
}

// walker visits the whole file once, in the order of the text, and records
// everything that the later steps decide upon.
type walker struct {
	*unit
	scope, fn int32
	in        []int32
	stmt      source.Span
	guards    []*code.Node
	frames    []frame
	// loopFrame is the first frame of the innermost loop's body, none if a
	// function lies between; loopsHere counts the loops since that function.
	loopFrame, loopsHere int
	caught               bool
	// factory is the named function being walked, if nothing lies between: an
	// object literal it returns has methods of its own.
	factory string
	depth   int
}

// walk fills funcs, loops, calls, definitions and occurrences.
func (u *unit) walk() {
	size := u.whole().Len()
	u.funcs = append(make([]function, 0, 16+size/400), function{parent: none})
	u.occs = make([]occurrence, 0, 64+size/16)
	u.calls = make([]call, 0, 16+size/80)
	u.loops = make([]loop, 0, 16+size/300)
	w := &walker{unit: u, loopFrame: none}
	w.stmts(u.file.Body)
	if !sort.SliceIsSorted(u.occs, func(i, j int) bool { return u.occs[i].off < u.occs[j].off }) {
		sort.SliceStable(u.occs, func(i, j int) bool { return u.occs[i].off < u.occs[j].off })
	}
	for _, s := range u.file.Broken {
		u.breakAt(s)
	}
}

// breakAt marks the innermost function around s.
func (u *unit) breakAt(s source.Span) {
	best := 0
	for i := 1; i < len(u.funcs); i++ {
		if f := &u.funcs[i]; f.node.Span.Covers(s) && (best == 0 || u.funcs[best].node.Span.Covers(f.node.Span)) {
			best = i
		}
	}
	u.funcs[best].broken = true
}

// enter opens the scope that n was given, and tells the one to return to.
func (w *walker) enter(n *code.Node) int32 {
	outer := w.scope
	if sc, ok := w.scopeOf[n]; ok {
		w.scope = sc
		w.own(sc)
	}
	return outer
}

// own makes the function being walked the owner of a scope's variables.
func (w *walker) own(sc int32) {
	for v := w.scopes[sc].first; v >= 0; v = w.vars[v].next {
		w.vars[v].owner = w.fn
	}
}

func (w *walker) stmts(list []*code.Node) {
	mark := len(w.guards)
	w.frames = append(w.frames, frame{list: list, caught: w.caught})
	top := len(w.frames) - 1
	outer := w.stmt
	for i, n := range list {
		if n == nil {
			continue
		}
		w.frames[top].at, w.stmt = i, n.Span
		w.node(n, unused)
		if n.Kind == code.If && leaves(kid(n, 1)) && len(w.in) > 0 {
			w.guards = append(w.guards, n.Kids[0], kid(n, 3))
		}
	}
	w.stmt = outer
	w.frames = w.frames[:top]
	w.guards = w.guards[:mark]
}

// leaves reports whether a branch ends the iteration.
func leaves(n *code.Node) bool {
	if n != nil && n.Kind == code.Block {
		if len(n.Kids) == 0 {
			return false
		}
		n = n.Kids[len(n.Kids)-1]
	}
	if n == nil {
		return false
	}
	switch n.Kind {
	case code.Continue, code.Break, code.Return, code.Throw:
		return true
	}
	return false
}

func (w *walker) node(n *code.Node, u use) {
	if n == nil {
		return
	}
	if w.depth >= maxDepth {
		w.funcs[w.fn].broken = true
		return
	}
	w.depth++
	if !w.statement(n) {
		w.expression(n, u)
	}
	w.depth--
}

// statement visits n if it is a statement or declaration.
func (w *walker) statement(n *code.Node) bool {
	switch n.Kind {
	case code.Func:
		if n.Text != "" {
			w.named(n, n.Text, n.Name, receiverType(n), nil)
		} else {
			w.inline(n, nil)
		}
	case code.Class:
		w.class(n)
	case code.Var:
		w.define(n)
	case code.Assign:
		w.assign(n)
	case code.IncDec:
		w.node(n.Kids[0], unused)
		w.addDef(n.Kids[0], def{kind: update, at: n.Span.End, scope: w.scope})
	case code.If:
		w.branch(n)
	case code.For, code.While, code.DoWhile, code.ForEach:
		w.loop(n)
	case code.Block:
		outer := w.enter(n)
		w.stmts(n.Kids)
		w.scope = outer
	case code.Switch, code.Try:
		outer := w.enter(n)
		for _, k := range n.Kids {
			w.node(k, unused)
		}
		w.scope = outer
	case code.Case:
		outer, caught := w.enter(n), w.caught
		w.caught = true
		w.stmts(n.Kids)
		w.scope, w.caught = outer, caught
	case code.Return, code.Yield, code.Throw:
		for _, k := range n.Kids {
			w.node(k, use{consumed: n.Kind != code.Throw, bind: none, name: w.factory})
		}
	case code.GoStmt:
		if len(w.in) > 0 {
			w.loops[w.in[len(w.in)-1]].concurrent = true
		}
		w.node(kid(n, 0), unused)
	case code.Export:
		w.export(n)
	case code.Import, code.Interface, code.TypeAlias, code.Break, code.Continue:
	default:
		return false
	}
	return true
}

// suite visits what a head governs: a block, or one statement without braces.
func (w *walker) suite(n *code.Node) {
	if n == nil || n.Kind == code.Block {
		w.node(n, unused)
		return
	}
	w.stmts([]*code.Node{n})
}

// branch visits an if and its else-ifs.
func (w *walker) branch(n *code.Node) {
	outer, mark := w.scope, len(w.guards)
	for n != nil && n.Kind == code.If {
		w.enter(n)
		w.node(kid(n, 3), unused)
		w.node(kid(n, 0), unused)
		if len(w.in) > 0 {
			w.guards = append(w.guards, kid(n, 0), kid(n, 3))
		}
		w.suite(kid(n, 1))
		n = kid(n, 2)
	}
	w.suite(n)
	w.scope, w.guards = outer, w.guards[:mark]
}
