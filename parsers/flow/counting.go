package flow

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
)

// classifyCount decides about for (init; condition; update).
func (u *unit) classifyCount(l *loop) {
	index, step := u.counter(l)
	l.kind = facts.Endless
	if index < 0 {
		u.classifyWhile(l)
		return
	}
	cond := kid(l.node, 1)
	if u.limit(cond, index) <= smallCount {
		l.kind = facts.Bounded
	}
	if window := u.windowOf(l, index); window != nil {
		l.kind, l.over = facts.Chunked, window
	} else if l.kind == facts.Bounded {
		return
	} else if xs := u.indexedBy(l, []int32{index}); xs != nil {
		l.over = xs
		if l.kind = facts.Counted; step != 1 && step != -1 {
			l.kind = facts.Chunked
		}
	} else if step != 1 && step != -1 && u.measured(cond) != nil {
		l.kind, l.over = facts.Chunked, u.measured(cond)
	}
	if l.kind != facts.Endless {
		l.elems = append(l.elems, index)
		l.call = u.resultOf(l.over)
	}
}

// counter is the variable that the update of l counts with, and its step; 0
// for one that is not constant.
func (u *unit) counter(l *loop) (v int32, step int) {
	n := kid(l.node, 2)
	if n == nil || len(n.Kids) == 0 || n.Kids[0].Kind != code.Ident {
		init := kid(l.node, 0)
		if init != nil && init.Kind == code.Block {
			init = kid(init, 0)
		}
		if init != nil && init.Kind == code.Var {
			return u.targetVar(init), 0
		}
		return none, 0
	}
	v = u.varOf(n.Kids[0])
	switch {
	case n.Kind == code.IncDec:
		return v, 1
	case n.Kind != code.Assign:
		return none, 0
	case n.Text == "+=" || n.Text == "-=":
		step, _ = u.constant(n.Kids[1])
	case n.Kids[1].Kind == code.Binary && n.Kids[1].Text == "+":
		step, _ = u.constant(n.Kids[1].Kids[1])
	}
	return v, step
}

// targetVar is the variable that a Var of one name declares.
func (u *unit) targetVar(n *code.Node) int32 {
	if t := u.targets(kid(n, 0), n.Span.End, 0); len(t) == 1 {
		return t[0]
	}
	return none
}

// limit is the constant that bounds variable v in a condition, or a huge number.
func (u *unit) limit(cond *code.Node, v int32) int {
	const huge = 1 << 30
	for cond != nil && cond.Kind == code.Binary && cond.Text == "&&" {
		if n := u.limit(cond.Kids[1], v); n < huge {
			return n
		}
		cond = cond.Kids[0]
	}
	if cond == nil || cond.Kind != code.Binary || u.varOf(cond.Kids[0]) != v {
		return huge
	}
	switch cond.Text {
	case "<", "<=", "!=", "!==":
		if n, ok := u.constant(cond.Kids[1]); ok {
			return n
		}
	}
	return huge
}

// measured is xs of a condition that compares with xs.length or len(xs).
func (u *unit) measured(cond *code.Node) *code.Node {
	var found *code.Node
	cond.Walk(func(n *code.Node) bool {
		switch {
		case found != nil:
		case n.Kind == code.Member && n.Text == "length":
			found = n.Kids[0]
		case u.isGo && n.Kind == code.Call && len(n.Kids) == 2 && n.Kids[0].Kind == code.Ident && n.Kids[0].Text == "len":
			found = n.Kids[1]
		}
		return found == nil
	})
	return found
}

// indexedBy is xs of xs[i] in the body, for one of the variables i.
func (u *unit) indexedBy(l *loop, index []int32) *code.Node {
	var found *code.Node
	l.body.Walk(func(n *code.Node) bool {
		if found != nil {
			return false
		}
		var xs, key *code.Node
		switch {
		case n.Kind == code.Index:
			xs, key = n.Kids[0], n.Kids[1]
		case !u.isGo && n.Kind == code.Call && len(n.Kids) == 2 && n.Kids[0].Kind == code.Member && n.Kids[0].Text == "at":
			xs, key = n.Kids[0].Kids[0], n.Kids[1]
		}
		if key != nil && u.isOneOf(key, index) {
			found = xs
		}
		return true
	})
	return found
}

func (u *unit) isOneOf(n *code.Node, vars []int32) bool {
	n = strip(n)
	if n == nil || n.Kind != code.Ident {
		return false
	}
	for _, v := range vars {
		if v >= 0 && u.vars[v].name == n.Text && u.varOf(n) == v {
			return true
		}
	}
	return false
}

// windowOf is xs of xs[i:i+n] or xs.slice(i, i+n) in the body, i being the index.
func (u *unit) windowOf(l *loop, index int32) *code.Node {
	var found *code.Node
	name := u.vars[index].name
	mentions := func(n *code.Node) bool {
		hit := false
		n.Walk(func(k *code.Node) bool {
			hit = hit || k.Kind == code.Ident && k.Text == name
			return !hit
		})
		return hit
	}
	l.body.Walk(func(n *code.Node) bool {
		switch {
		case found != nil:
		case n.Kind == code.Slice && kid(n, 1) != nil && kid(n, 2) != nil && mentions(n.Kids[1]):
			found = n.Kids[0]
		case !u.isGo && n.Kind == code.Call && len(n.Kids) == 3 && n.Kids[0].Kind == code.Member &&
			(n.Kids[0].Text == "slice" || n.Kids[0].Text == "subarray") && n.Kids[1] != nil && mentions(n.Kids[1]):
			found = n.Kids[0].Kids[0]
		}
		return found == nil
	})
	return found
}

// classifyWhile decides about a loop with a condition only: it is endless
// unless it takes its elements from a cursor or off a list.
func (u *unit) classifyWhile(l *loop) {
	l.kind = facts.Endless
	cond := u.condition(l)
	if rows := u.cursor(cond); rows != nil {
		l.kind, l.over = facts.Rows, rows
		if v := u.varOf(rows); v >= 0 {
			l.elems = append(l.elems, v)
		}
		l.call = u.resultOf(rows)
		return
	}
	u.classifyQueue(l, cond)
}

func (u *unit) condition(l *loop) *code.Node {
	switch l.node.Kind {
	case code.While:
		return kid(l.node, 0)
	case code.For, code.DoWhile:
		return kid(l.node, 1)
	}
	return nil
}

// cursor is rows of a condition rows.Next(), cursor.hasNext(), cursor.next().
func (u *unit) cursor(cond *code.Node) *code.Node {
	var found *code.Node
	cond.Walk(func(n *code.Node) bool {
		if found == nil && n.Kind == code.Call && n.Kids[0].Kind == code.Member {
			switch m := n.Kids[0]; {
			case u.isGo && (m.Text == "Next" || m.Text == "NextResultSet"),
				!u.isGo && (m.Text == "hasNext" || m.Text == "next"):
				found = m.Kids[0]
			}
		}
		return found == nil && n.Kind != code.Func
	})
	return found
}

// classifyQueue finds a list that the body takes elements off.
func (u *unit) classifyQueue(l *loop, cond *code.Node) {
	var taken *code.Node // the expression that gives what is taken
	kind := facts.Endless
	look := func(n *code.Node) bool {
		if taken != nil || n.Kind == code.Func {
			return false
		}
		switch {
		case !u.isGo && n.Kind == code.Call && n.Kids[0].Kind == code.Member && n.Kids[0].Kids[0].Kind == code.Ident:
			switch m := n.Kids[0]; {
			case (m.Text == "shift" || m.Text == "pop") && len(n.Kids) == 1:
				taken, l.over, kind = n, m.Kids[0], facts.Each
			case m.Text == "splice" && len(n.Kids) == 3:
				taken, l.over, kind = n, m.Kids[0], facts.Chunked
			}
		case u.isGo && n.Kind == code.Assign && n.Text == "=" && n.Kids[0].Kind == code.Ident && n.Kids[1].Kind == code.Slice &&
			n.Kids[1].Kids[0].Kind == code.Ident && n.Kids[1].Kids[0].Text == n.Kids[0].Text:
			taken, kind = u.takenFrom(l, n.Kids[0])
			l.over = n.Kids[0]
		}
		return taken == nil
	}
	cond.Walk(look)
	l.body.Walk(look)
	if taken == nil {
		return
	}
	l.kind = kind
	bound := func(n *code.Node) bool {
		if n.Kind != code.Var && n.Kind != code.Assign || kid(n, 1) == nil || !n.Kids[1].Span.Covers(taken.Span) {
			return true
		}
		l.elems = append(l.elems, u.targets(kid(n, 0), n.Span.End, 0)...)
		return true
	}
	cond.Walk(bound)
	l.body.Walk(bound)
	l.call = u.resultOf(l.over)
}

// targets are the variables of a pattern, as they are visible at off.
func (u *unit) targets(t *code.Node, off, depth int) []int32 {
	switch {
	case t == nil || depth > maxDepth:
		return nil
	case t.Kind == code.Ident:
		if v := u.lookup(u.scopeAt(t.Span.Start), t.Text, off); v >= 0 {
			return []int32{v}
		}
		return nil
	case t.Kind == code.Member || t.Kind == code.Index:
		return nil
	}
	var out []int32
	for i, k := range t.Kids {
		if t.Kind != code.Pair && t.Kind != code.Assign || i == 0 {
			out = append(out, u.targets(k, off, depth+1)...)
		}
	}
	return out
}

// takenFrom is what a body reads off the front or end of list before it cuts
// it: an element, or several at once.
func (u *unit) takenFrom(l *loop, list *code.Node) (*code.Node, facts.LoopKind) {
	var taken *code.Node
	kind := facts.Endless
	l.body.Walk(func(n *code.Node) bool {
		if taken != nil {
			return false
		}
		switch {
		case n.Kind == code.Index && n.Kids[0].Kind == code.Ident && n.Kids[0].Text == list.Text:
			taken, kind = n, facts.Each
		case n.Kind == code.Slice && n.Kids[0].Kind == code.Ident && n.Kids[0].Text == list.Text && kid(n, 1) == nil && kid(n, 2) != nil:
			taken, kind = n, facts.Chunked
		}
		return true
	})
	return taken, kind
}
