package flow

import (
	"github.com/dbwise/dbwise/parsers/code"
)

// ref is the origin of an expression's value.
func (u *unit) ref(n *code.Node) code.Ref { return u.refAt(n, 0) }

// refAt collects the steps of a chain on its way down to where it starts.
func (u *unit) refAt(n *code.Node, depth int) code.Ref {
	if depth > maxDepth {
		return code.Ref{}
	}
	var few [6]code.Step
	steps := few[:0] // the last one first
	for n != nil {
		switch n.Kind {
		case code.Member:
			if v := u.property(n, depth); v != nil {
				return u.finish(u.refAt(v, depth+1), steps)
			}
			if t := u.writtenType(n.Kids[0]); t != nil && t.Kind == code.Literal {
				return u.finish(u.pathRef(code.Ref{}, t, []code.Step{{Op: code.Get, Name: n.Text}}, depth), steps)
			}
			steps, n = append(steps, code.Step{Op: code.Get, Name: n.Text}), n.Kids[0]
		case code.Index:
			if key := n.Kids[1]; key.Kind == code.String && key.Frag != nil && len(key.Kids) == 0 && !u.isGo {
				steps = append(steps, code.Step{Op: code.Get, Name: key.Text})
			} else {
				steps = append(steps, code.Step{Op: code.Elem})
			}
			n = n.Kids[0]
		case code.Call:
			next, r, done := u.callStep(n, depth)
			if done {
				return u.finish(r, steps)
			}
			if next != nil { // the same collection, or an element of it
				if elementMethods[u.methodName(n)] {
					steps = append(steps, code.Step{Op: code.Elem})
				}
				n = next
				continue
			}
			steps, n = append(steps, code.Step{Op: code.Called}), n.Kids[0]
		case code.Tagged:
			steps, n = append(steps, code.Step{Op: code.Called}), n.Kids[0]
		case code.New:
			steps, n = append(steps, code.Step{Op: code.Inst}), n.Kids[0]
		case code.Await:
			steps, n = append(steps, code.Step{Op: code.Awaited}), n.Kids[0]
		case code.Slice, code.Spread:
			n = n.Kids[0]
		case code.Unary:
			switch n.Text {
			case "&", "*":
			case "<-":
				steps = append(steps, code.Step{Op: code.Elem})
			default:
				return code.Ref{}
			}
			n = n.Kids[0]
		default:
			return u.finish(u.rootRef(n, depth), steps)
		}
	}
	return code.Ref{}
}

// finish applies steps, the last one first.
func (u *unit) finish(r code.Ref, steps []code.Step) code.Ref {
	for i, j := 0, len(steps)-1; i < j; i, j = i+1, j-1 {
		steps[i], steps[j] = steps[j], steps[i]
	}
	return r.Then(steps...)
}

// rootRef is the origin of an expression that is no chain.
func (u *unit) rootRef(n *code.Node, depth int) code.Ref {
	switch n.Kind {
	case code.Ident:
		return u.identRef(n, depth)
	case code.This:
		return u.thisRef(n, depth)
	case code.Assert:
		if n.Type != nil {
			if r := u.typeRefAt(n.Type, depth+1); r.Known() {
				return r
			}
		}
		return u.refAt(n.Kids[0], depth+1)
	case code.Object, code.Array:
		if n.Type != nil {
			return u.typeRefAt(n.Type, depth+1)
		}
	case code.Cond:
		return better(u.refAt(n.Kids[1], depth+1), u.refAt(n.Kids[2], depth+1))
	case code.Binary:
		switch n.Text {
		case "??", "||":
			return better(u.refAt(n.Kids[0], depth+1), u.refAt(n.Kids[1], depth+1))
		case "&&":
			return u.refAt(n.Kids[1], depth+1)
		}
	case code.Assign:
		if n.Text == "=" || n.Text == "??=" || n.Text == "||=" {
			return better(u.refAt(n.Kids[0], depth+1), u.refAt(n.Kids[1], depth+1))
		}
	case code.Class:
		if n.Text != "" {
			return code.Ref{Module: ".", Name: n.Text}
		}
	}
	return code.Ref{}
}

// better chooses between two alternatives: the known one, and what comes from
// a module rather than what is only named here.
func better(a, b code.Ref) code.Ref {
	switch {
	case !a.Known():
		return b
	case !b.Known():
		return a
	case a.Module == "." && b.Module != ".":
		return b
	}
	return a
}

func (u *unit) identRef(n *code.Node, depth int) code.Ref {
	v := u.varOf(n)
	if v >= 0 {
		return u.varRef(v, depth)
	}
	if u.isGo && !predeclared[n.Text] && !builtins[n.Text] {
		return code.Ref{Module: ".", Name: n.Text}
	}
	return code.Ref{}
}

// thisRef is an instance of the class around; super is one of its base.
func (u *unit) thisRef(n *code.Node, depth int) code.Ref {
	c := u.classAt(n.Span.Start)
	if c == nil {
		return code.Ref{}
	}
	if n.Text == "super" {
		return u.typeRefAt(c.Type, depth+1)
	}
	if c.Text == "" {
		return code.Ref{}
	}
	return code.Ref{Module: ".", Name: c.Text, Steps: []code.Step{{Op: code.Inst}}}
}

// property is the value of a member of an object literal that is at hand.
func (u *unit) property(n *code.Node, depth int) *code.Node {
	base := n.Kids[0]
	if base.Kind != code.Ident {
		return nil
	}
	v := u.varOf(base)
	if v < 0 || u.vars[v].scope == 0 && u.vars[v].kind != localVar || depth > maxDepth/2 {
		return nil
	}
	o := u.literalOf(v)
	if o == nil {
		return nil
	}
	value := o.Get(n.Text)
	if value != nil && strip(value).Kind == code.Func {
		return nil
	}
	return value
}

// literalOf is the object literal a variable was bound to, once.
func (u *unit) literalOf(v int32) *code.Node {
	d := u.onlyDef(v)
	if d == nil || d.value == nil || len(d.path) > 0 {
		return nil
	}
	if o := strip(d.value); o.Kind == code.Object && o.Type == nil {
		return o
	}
	return nil
}

// onlyDef is the one definition of a variable, nil if there are several.
func (u *unit) onlyDef(v int32) *def {
	if len(u.vars[v].defs) != 1 || u.vars[v].defs[0].kind != bind {
		return nil
	}
	return &u.vars[v].defs[0]
}

// elementMethods give one element of an array, sameMethods an array of its
// elements, when they are given a function (MDN, Array).
var (
	elementMethods = map[string]bool{"find": true, "findLast": true, "pop": true, "shift": true, "at": true}
	sameMethods    = map[string]bool{
		"filter": true, "sort": true, "toSorted": true, "slice": true, "reverse": true, "toReversed": true, "concat": true,
	}
)

// methodName is the name of the method a Call calls.
func (u *unit) methodName(n *code.Node) string {
	if c := strip(n.Kids[0]); c.Kind == code.Member {
		return c.Text
	}
	return ""
}

// callStep treats calls whose value the language tells: next is the collection
// whose elements it gives, done that r is the answer.
func (u *unit) callStep(n *code.Node, depth int) (next *code.Node, r code.Ref, done bool) {
	callee := strip(n.Kids[0])
	if callee.Kind == code.Ident {
		r, done = u.functionCall(callee, n, depth)
		return nil, r, done
	}
	if callee.Kind != code.Member || u.isGo {
		return nil, r, false
	}
	switch callee.Text {
	case "then":
		return nil, r, true
	case "catch", "finally":
		return callee.Kids[0], r, false
	}
	if len(n.Kids) > 1 && n.Kids[1] != nil && strip(n.Kids[1]).Kind == code.Func &&
		(elementMethods[callee.Text] || sameMethods[callee.Text]) {
		return callee.Kids[0], r, false
	}
	return nil, r, false
}

// functionCall treats require, import and Go's builtins.
func (u *unit) functionCall(callee, n *code.Node, depth int) (code.Ref, bool) {
	if u.varOf(callee) >= 0 || len(n.Kids) < 2 && len(n.Types) == 0 {
		return code.Ref{}, false
	}
	first := kid(n, 1)
	switch {
	case !u.isGo && (callee.Text == "require" || callee.Text == "import"):
		if first == nil || first.Kind != code.String || len(first.Kids) > 0 {
			return code.Ref{}, true
		}
		return code.Ref{Module: first.Text, Name: "*"}, true
	case u.isGo && callee.Text == "append":
		return u.refAt(first, depth+1), true
	case u.isGo && (callee.Text == "new" || callee.Text == "make"):
		if len(n.Types) > 0 {
			return u.typeRefAt(n.Types[0], depth+1), true
		}
		return u.typeRefAt(typeOf(first), depth+1), true
	case u.isGo && builtins[callee.Text]:
		return code.Ref{}, true
	}
	return code.Ref{}, false
}

// typeOf reads an expression as the type it names: the T of new(T).
func typeOf(n *code.Node) *code.Type {
	switch {
	case n == nil:
	case n.Kind == code.Ident:
		return &code.Type{Kind: code.Named, Name: n.Text, Span: n.Span}
	case n.Kind == code.Member && n.Kids[0].Kind == code.Ident:
		return &code.Type{Kind: code.Named, Qual: n.Kids[0].Text, Name: n.Text, Span: n.Span}
	}
	return nil
}
