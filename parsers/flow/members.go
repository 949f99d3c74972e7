package flow

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
)

func (o *outliner) member(s *facts.Symbol, name string, m facts.Member) {
	if s.Members == nil {
		s.Members = map[string]facts.Member{}
	}
	if have, ok := s.Members[name]; ok && (have.Method && !m.Method || have.Ref.Known() && !m.Ref.Known()) {
		return
	}
	s.Members[name] = m
}

func (o *outliner) method(fn *code.Node) facts.Member {
	m := facts.Member{Method: !fn.Is(code.Property), Func: o.funcIndex(fn), Arity: len(fn.Params())}
	m.Ref, m.Results = o.results(fn)
	return m
}

// objectOf is the object literal a value is, through a call that takes nothing
// else: Object.freeze({...}).
func (o *outliner) objectOf(n *code.Node) *code.Node {
	n = strip(n)
	if n != nil && n.Kind == code.Call && len(n.Kids) == 2 {
		n = strip(n.Kids[1])
	}
	if n != nil && n.Kind == code.Object && n.Type == nil {
		return n
	}
	return nil
}

// members reads the keys of an object literal.
func (o *outliner) members(s *facts.Symbol, lit *code.Node, prefix string, depth int) {
	if depth > 8 {
		return
	}
	for _, k := range lit.Kids {
		if k == nil || k.Text == "" {
			continue
		}
		name, value := prefix+k.Text, k
		if k.Kind == code.Pair {
			value = strip(kid(k, 0))
		}
		switch {
		case value == nil:
		case value.Kind == code.Func:
			o.member(s, name, o.method(value))
		case value.Kind == code.Object && value.Type == nil:
			o.members(s, value, name+".", depth+1)
		case k.Kind == code.Pair:
			o.member(s, name, o.valueMember(value))
		}
	}
}

// valueMember is a property; a local function under its name is a method.
func (o *outliner) valueMember(value *code.Node) facts.Member {
	if v := o.varOf(value); v >= 0 && o.vars[v].fn > 0 {
		fn := o.funcs[o.vars[v].fn].node
		return o.method(fn)
	}
	return facts.Member{Ref: o.ref(value), Func: none}
}

func (o *outliner) class(n *code.Node) {
	if n.Text == "" && !n.Is(code.Default) {
		return
	}
	name := n.Text
	if name == "" {
		name = "default"
	}
	kind := facts.Class
	if n.Kind == code.Interface {
		kind = facts.Interface
	}
	o.classSymbol(o.symbol(n, name, kind), n)
}

func (o *outliner) classSymbol(s *facts.Symbol, n *code.Node) {
	if n.Type != nil {
		s.Bases = append(s.Bases, o.typeName(n.Type))
	}
	for _, t := range n.Types {
		if n.Kind == code.Interface {
			s.Bases = append(s.Bases, o.typeName(t))
		} else {
			s.Implements = append(s.Implements, o.typeName(t))
		}
	}
	for _, k := range n.Kids {
		if k == nil {
			continue
		}
		switch k.Kind {
		case code.Func:
			if k.Text == "" {
				continue // a static block
			}
			if k.Text == "constructor" {
				o.constructor(s, k)
			}
			o.member(s, k.Text, o.method(k))
		case code.Field:
			o.fieldMember(s, k)
		}
	}
}

// typeName is the origin of a class or type itself, without inst.
func (o *outliner) typeName(t *code.Type) code.Ref {
	r := o.typeRef(t)
	if n := len(r.Steps); n > 0 && r.Steps[n-1].Op == code.Inst {
		r.Steps = r.Steps[: n-1 : n-1]
	}
	return r
}

// fieldMember reads a field; an embedded Go type is a base, and a field under
// its own name.
func (o *outliner) fieldMember(s *facts.Symbol, f *code.Node) {
	name := f.Text
	if name == "" && o.isGo && f.Type != nil {
		t := f.Type
		for t.Kind == code.Pointer && t.Elem != nil {
			t = t.Elem
		}
		name = t.Name
		s.Bases = append(s.Bases, o.typeName(f.Type))
	}
	if name == "" {
		return
	}
	value := strip(kid(f, 0))
	if value != nil && value.Kind == code.Func {
		o.member(s, name, o.method(value))
		return
	}
	m := facts.Member{Func: none}
	if f.Type != nil && f.Type.Kind == code.FuncOf {
		m.Method = true
		m.Ref, m.Results = o.typeResults(f.Type.Elem)
	} else if m.Ref = o.typeRef(f.Type); !m.Ref.Known() && value != nil && !o.isGo {
		m.Ref = o.ref(value)
	}
	o.member(s, name, m)
}

// constructor reads the parameters that declare fields.
func (o *outliner) constructor(s *facts.Symbol, fn *code.Node) {
	for _, p := range fn.Params() {
		if p != nil && p.Is(code.Property) && p.Text != "" {
			o.member(s, p.Text, facts.Member{Ref: o.typeRef(p.Type), Func: none})
		}
	}
}

// field reads this.x = value in a method.
func (o *outliner) field(a assignment) {
	if a.class == nil || a.class.Text == "" || a.value == nil {
		return
	}
	s := o.out.Symbols[a.class.Text]
	if s == nil || !s.Span.Covers(a.target.Span) {
		return
	}
	if v := strip(a.value); v.Kind == code.Func {
		o.member(s, a.target.Text, o.method(v))
		return
	}
	r := o.ref(a.value)
	if have, ok := s.Members[a.target.Text]; ok && have.Ref.Known() || !r.Known() {
		return
	}
	o.member(s, a.target.Text, facts.Member{Ref: r, Func: none})
}

// literalType reads the members of an inline type.
func (o *outliner) literalType(s *facts.Symbol, t *code.Type) {
	if t == nil || t.Kind != code.Literal {
		return
	}
	for _, f := range t.Fields {
		switch {
		case f == nil || f.Text == "":
		case f.Kind == code.Func:
			o.member(s, f.Text, o.method(f))
		default:
			o.fieldMember(s, f)
		}
	}
}
