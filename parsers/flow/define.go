package flow

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
)

// receiverBit is the bit of `this` and the Go receiver among the parameters.
const receiverBit = 62

// define visits a declared variable.
func (w *walker) define(n *code.Node) {
	target, value := kid(n, 0), kid(n, 1)
	d := def{value: value, typ: n.Type, at: n.Span.End, scope: w.scope}
	if target != nil && target.Kind == code.Ident {
		v := w.lookupTarget(target, n)
		if fn := strip(value); fn != nil && fn.Kind == code.Func {
			id := w.named(fn, target.Text, target.Span, "", nil)
			if n.Is(code.Exported) {
				w.funcs[id].exported = true
			}
			if v >= 0 {
				w.bindFunc(v, id, fn)
			}
			return
		}
		w.node(value, use{bind: v, name: target.Text})
		if v >= 0 && (value != nil || n.Type != nil) {
			w.defineVar(v, d)
		}
		return
	}
	w.node(value, unused)
	w.bindTarget(target, d, 0)
	w.defaults(target, 0)
}

// lookupTarget finds the variable that a Var declares: Go shows it only behind
// the declaration.
func (w *walker) lookupTarget(target, decl *code.Node) int32 {
	off := target.Span.Start
	if decl != nil {
		off = max(off, decl.Span.End)
	}
	return w.lookup(w.scope, target.Text, off)
}

// bindTarget gives every variable of a pattern its definition: d with the path
// from d.value to it. It tells the variables.
func (w *walker) bindTarget(t *code.Node, d def, depth int) []int32 {
	if t == nil || depth > maxDepth {
		return nil
	}
	var out []int32
	each := func(k *code.Node, steps ...code.Step) {
		inner := d
		inner.path = append(d.path[:len(d.path):len(d.path)], steps...)
		bound := w.bindTarget(k, inner, depth+1)
		if t.Is(code.Tuple) && steps[0].N == 0 && len(bound) == 1 {
			w.tupleOf[unwrap(d.value)] = bound[0]
		}
		out = append(out, bound...)
	}
	switch t.Kind {
	case code.Ident:
		v := w.lookup(w.scope, t.Text, max(t.Span.Start, d.at))
		if v < 0 {
			return nil
		}
		w.defineVar(v, d)
		return []int32{v}
	case code.Var, code.Assign, code.Spread:
		each(kid(t, 0))
	case code.ObjectPattern:
		for _, p := range t.Kids {
			switch {
			case p == nil:
			case p.Kind == code.Pair && p.Text != "":
				each(kid(p, 0), code.Step{Op: code.Get, Name: p.Text})
			case p.Kind == code.Pair:
				each(kid(p, 0), code.Step{Op: code.Elem})
			default:
				each(kid(p, 0))
			}
		}
	case code.ArrayPattern:
		for i, k := range t.Kids {
			switch {
			case k == nil:
			case t.Is(code.Tuple):
				each(k, code.Step{Op: code.Result, N: i})
			case k.Kind == code.Spread:
				each(k)
			default:
				each(k, code.Step{Op: code.Elem, N: i})
			}
		}
	case code.Member, code.Index:
		w.change(t, d.value)
	}
	return out
}

// defaults visits the default values written in a pattern.
func (w *walker) defaults(t *code.Node, depth int) {
	if t == nil || depth > maxDepth {
		return
	}
	switch t.Kind {
	case code.Assign:
		w.defaults(kid(t, 0), depth+1)
		w.node(kid(t, 1), unused)
	case code.ObjectPattern, code.ArrayPattern, code.Spread:
		for _, k := range t.Kids {
			w.defaults(k, depth+1)
		}
	case code.Pair:
		w.defaults(kid(t, 0), depth+1)
		for _, k := range t.Kids[min(1, len(t.Kids)):] {
			w.node(k, unused)
		}
	}
}

// addDef gives the variable of an Ident a definition.
func (w *walker) addDef(t *code.Node, d def) int32 {
	t = strip(t)
	if t == nil || t.Kind != code.Ident {
		return none
	}
	v := w.lookup(w.scope, t.Text, t.Span.Start)
	if v >= 0 {
		w.defineVar(v, d)
	}
	return v
}

// assign visits an assignment.
func (w *walker) assign(n *code.Node) {
	target, value := strip(n.Kids[0]), kid(n, 1)
	d := def{value: value, at: n.Span.End, scope: w.scope}
	choice := n.Text == "??=" || n.Text == "||=" || n.Text == "&&="
	if n.Text != "=" && !choice {
		d.kind = update
	}
	switch target.Kind {
	case code.Ident:
		v := w.lookup(w.scope, target.Text, target.Span.Start)
		if v >= 0 && d.kind == bind && w.startsAt(value, v) {
			d.kind = extend
		}
		w.assigned(target, value, v, choice)
		if d.kind == update || choice {
			w.mention(target, unused)
		}
		if v >= 0 {
			w.defineVar(v, d)
		}
	case code.ObjectPattern, code.ArrayPattern:
		w.node(value, unused)
		w.bindTarget(target, d, 0)
	default:
		w.node(target, unused)
		w.assignedMember(target, value, choice)
		w.change(target, value)
	}
}

// assigned visits the value of an assignment to a variable.
func (w *walker) assigned(target, value *code.Node, v int32, choice bool) {
	if fn := strip(value); fn != nil && fn.Kind == code.Func {
		id := w.named(fn, target.Text, target.Span, "", nil)
		if v >= 0 {
			w.vars[v].fn = id
		}
		return
	}
	if choice {
		w.guarded(target, value, use{bind: v, name: target.Text})
		return
	}
	w.node(value, use{bind: v, name: target.Text})
}

// assignedMember visits the value of an assignment to a property, which names
// functions and may be a field.
func (w *walker) assignedMember(target, value *code.Node, choice bool) {
	name := ""
	if target.Kind == code.Member {
		name = target.Text
	}
	if name != "" && target.Kids[0].Kind == code.This && target.Kids[0].Text == "this" {
		w.fields = append(w.fields, assignment{target: target, value: value, class: w.funcs[w.fn].class})
	}
	if fn := strip(value); fn != nil && fn.Kind == code.Func && name != "" {
		w.named(fn, name, target.Name, prototypeOf(target), nil)
		return
	}
	if choice {
		w.guarded(target, value, use{bind: none, name: name})
		return
	}
	w.node(value, use{bind: none, name: name})
}

// prototypeOf is X of X.prototype.method.
func prototypeOf(target *code.Node) string {
	if m := target.Kids[0]; m.Kind == code.Member && m.Text == "prototype" && m.Kids[0].Kind == code.Ident {
		return m.Kids[0].Text
	}
	return ""
}

// change records that what the variable under target holds gets value.
func (w *walker) change(target, value *code.Node) {
	whole := target.Span
	for target != nil {
		switch target.Kind {
		case code.Member, code.Index, code.Assert:
			target = target.Kids[0]
			continue
		case code.Unary:
			target = target.Kids[0]
			continue
		}
		break
	}
	if target == nil || target.Kind != code.Ident {
		return
	}
	if v := w.lookup(w.scope, target.Text, target.Span.Start); v >= 0 {
		if value == nil {
			value = &code.Node{Span: source.Span{Start: whole.End, End: whole.End}}
		}
		w.muts = append(w.muts, mutation{v: v, node: value, off: whole.Start})
	}
}

// startsAt reports whether value is a chain, a slice or an append that starts
// at variable v.
func (w *walker) startsAt(value *code.Node, v int32) bool {
	links := 0
	for value != nil {
		switch value.Kind {
		case code.Call, code.Member, code.Assert, code.Tagged:
			value, links = value.Kids[0], links+1
			continue
		case code.Ident:
			return links > 0 && w.lookup(w.scope, value.Text, value.Span.Start) == v
		}
		return false
	}
	return false
}
