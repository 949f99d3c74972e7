package flow

import (
	"slices"

	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
)

// export reads an export list, a re-export, or `export default value`.
func (o *outliner) export(n *code.Node) {
	for _, p := range n.Kids {
		if p == nil {
			continue
		}
		value := kid(p, 0)
		if p.Kind != code.Pair {
			if value != nil && p.Kind == code.Spread { // module.exports = { ...require("m") }
				if r := o.ref(value); r.Name == "*" {
					o.out.Stars = append(o.out.Stars, r.Module)
				}
			}
			continue
		}
		switch {
		case n.Text != "" && value == nil && p.Text == "*":
			o.out.Stars = append(o.out.Stars, n.Text)
		case n.Text != "" && value != nil:
			r := code.Ref{Module: n.Text, Name: value.Text}
			if value.Kind != code.Ident {
				r.Name = p.Text
			}
			o.out.Exports[p.Text] = r
			if _, taken := o.out.Symbols[p.Text]; !taken {
				o.out.Symbols[p.Text] = &facts.Symbol{
					Kind: facts.Reexport, Name: p.Text, Exported: true, Span: p.Span, Ref: r, Func: none,
				}
			}
		case value != nil:
			o.exportValue(p.Text, p, value)
			if p.Text == "default" && strings.HasPrefix(o.cut(n.Span), "module") {
				o.out.Exports["*"] = o.out.Exports["default"]
			}
		}
	}
}

// exportValue exports a value under a name: a local one by its name, anything
// else as a symbol of the exported name.
func (o *outliner) exportValue(name string, at, value *code.Node) {
	value = strip(value)
	if value.Kind == code.Ident {
		v := o.varOf(value)
		switch {
		case v < 0:
			return
		case o.vars[v].kind == importVar:
			o.out.Exports[name] = o.vars[v].ref
			return
		case o.vars[v].scope == 0:
			o.out.Exports[name] = code.Ref{Module: ".", Name: value.Text}
			if s := o.out.Symbols[value.Text]; s != nil {
				s.Exported = true
			}
			return
		}
	}
	s := o.symbol(at, name, facts.Value)
	s.Exported = true
	o.out.Exports[name] = code.Ref{Module: ".", Name: name}
	switch value.Kind {
	case code.Func:
		s.Kind = facts.Function
		o.functionSymbol(s, value)
	case code.Class:
		s.Kind = facts.Class
		o.classSymbol(s, value)
	default:
		s.Ref = o.ref(value)
		if lit := o.objectOf(value); lit != nil {
			o.members(s, lit, "", 0)
		}
	}
}

// results are the origins of what a function gives.
func (o *outliner) results(fn *code.Node) (code.Ref, []code.Ref) {
	if o.isGo {
		return o.typeResults(fn.Type)
	}
	if fn.Type != nil {
		if r := o.typeRef(fn.Type); r.Known() {
			return r, nil
		}
	}
	return o.inferred(fn), nil
}

// typeResults are the origins of the results that a written type declares.
func (o *outliner) typeResults(t *code.Type) (code.Ref, []code.Ref) {
	if t == nil {
		return code.Ref{}, nil
	}
	if !o.isGo {
		return o.typeRef(t), nil
	}
	var out []code.Ref
	if t.Kind == code.Results {
		for _, a := range t.Args {
			out = append(out, o.typeRef(a))
		}
	} else {
		out = []code.Ref{o.typeRef(t)}
	}
	if len(out) == 0 {
		return code.Ref{}, nil
	}
	return out[0], out
}

// leads reports whether b is a or made from it: client and client.$extends(x)
// are handles of one kind, or nobody knows the second.
func leads(a, b code.Ref) bool {
	return a.Module == b.Module && a.Name == b.Name && len(a.Steps) <= len(b.Steps) && slices.Equal(a.Steps, b.Steps[:len(a.Steps)])
}

// inferred is the origin all known return values of a script function share;
// of values made from each other the first one's.
func (o *outliner) inferred(fn *code.Node) code.Ref {
	var found code.Ref
	agree := true
	for _, v := range o.returned(fn) {
		r := o.ref(v)
		if !r.Known() {
			continue
		}
		if fn.Is(code.Async) && strip(v).Kind != code.Call {
			r = r.Then(code.Step{Op: code.Promised})
		}
		switch {
		case !found.Known() || leads(r, found):
			found = r
		case !leads(found, r):
			agree = false
		}
	}
	if !agree || fn.Is(code.Generator) {
		return code.Ref{}
	}
	return found
}

// returned are the values that a function returns, not those of functions
// inside it.
func (o *outliner) returned(fn *code.Node) []*code.Node {
	body := fn.Body()
	if body == nil {
		return nil
	}
	if body.Kind != code.Block {
		return []*code.Node{body}
	}
	var out []*code.Node
	body.Walk(func(n *code.Node) bool {
		switch n.Kind {
		case code.Func, code.Class:
			return false
		case code.Return:
			if len(n.Kids) > 0 && n.Kids[0] != nil {
				out = append(out, n.Kids[0])
			}
			return false
		case code.Call, code.Var, code.Assign, code.Object, code.Array, code.Binary:
			return false // expressions hold no return of this function
		}
		return true
	})
	return out
}

// returnedLiteral is the object literal a function returns, itself or by name.
func (o *outliner) returnedLiteral(fn *code.Node) *code.Node {
	for _, v := range o.returned(fn) {
		if lit := o.value(v); lit != nil && lit.Kind == code.Object && lit.Type == nil {
			return lit
		}
	}
	return nil
}
