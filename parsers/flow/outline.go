package flow

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
)

// outliner collects what other files may know about this one.
type outliner struct {
	*unit
	out facts.Outline
}

func (u *unit) outline() facts.Outline {
	o := &outliner{u, facts.Outline{
		Package: u.file.Package, Symbols: map[string]*facts.Symbol{}, Exports: map[string]code.Ref{},
	}}
	o.statements(u.file.Body, 0)
	for _, a := range u.fields {
		o.field(a)
	}
	o.imports()
	return o.out
}

// statements reads top-level declarations, also those the grammar could only
// make sense of in pieces.
func (o *outliner) statements(list []*code.Node, depth int) {
	for _, n := range list {
		if n == nil || depth > maxDepth {
			continue
		}
		switch n.Kind {
		case code.Other:
			o.statements(n.Kids, depth+1)
		case code.Func:
			o.function(n)
		case code.Var:
			o.values(n)
		case code.Class, code.Interface:
			o.class(n)
		case code.TypeAlias:
			s := o.symbol(n, n.Text, facts.Alias)
			s.Ref = o.typeRef(n.Type)
			o.literalType(s, n.Type)
		case code.Enum:
			s := o.symbol(n, n.Text, facts.Value)
			s.Fixed = true
		case code.Export:
			o.export(n)
		}
	}
}

// symbol makes or finds the symbol of a name. A value wins over a type of the
// same name, as it does where it is used.
func (o *outliner) symbol(n *code.Node, name string, kind facts.SymbolKind) *facts.Symbol {
	s := o.out.Symbols[name]
	if s == nil {
		s = &facts.Symbol{Kind: kind, Name: name, Func: none}
		if name != "" {
			o.out.Symbols[name] = s
		}
	} else if s.Span.Empty() || kind < facts.Interface {
		s.Kind = kind
	}
	if s.Span.Empty() {
		s.Span = n.Span
	}
	if o.isExported(n, name) {
		s.Exported = true
		exported := name
		if n.Is(code.Default) {
			exported = "default"
		}
		o.out.Exports[exported] = code.Ref{Module: ".", Name: name}
	}
	return s
}

func (o *outliner) isExported(n *code.Node, name string) bool {
	if !o.isGo {
		return n.Is(code.Exported)
	}
	r, _ := utf8.DecodeRuneInString(name)
	return unicode.IsUpper(r)
}

func (o *outliner) function(n *code.Node) {
	if n.Receiver() != nil {
		o.goMethod(n)
		return
	}
	name := n.Text
	if name == "" && n.Is(code.Default) {
		name = "default"
	}
	if name == "" {
		return
	}
	o.functionSymbol(o.symbol(n, name, facts.Function), n)
}

func (o *outliner) functionSymbol(s *facts.Symbol, fn *code.Node) {
	s.Func = o.funcIndex(fn)
	s.Ref, s.Results = o.results(fn)
	if o.isGo {
		return
	}
	if lit := o.returnedLiteral(fn); lit != nil {
		o.members(s, lit, "", 0)
	}
}

func (o *outliner) funcIndex(fn *code.Node) int {
	if id, ok := o.funcOf[fn]; ok {
		return int(id)
	}
	return none
}

// goMethod attaches a method to its type, which may be declared in another
// file of the package.
func (o *outliner) goMethod(n *code.Node) {
	name := receiverType(n)
	if name == "" || n.Text == "" {
		return
	}
	s := o.out.Symbols[name]
	if s == nil {
		s = &facts.Symbol{Kind: facts.Class, Name: name, Func: none, Exported: o.isExported(n, name)}
		o.out.Symbols[name] = s
	}
	o.member(s, n.Text, o.method(n))
}

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

// values reads a declared variable, or all those of a pattern.
func (o *outliner) values(n *code.Node) {
	target, value := kid(n, 0), strip(kid(n, 1))
	if target == nil {
		return
	}
	if target.Kind != code.Ident {
		for _, v := range o.targets(target, n.Span.End, 0) {
			s := o.symbol(n, o.vars[v].name, facts.Value)
			s.Ref = o.varRef(v, 0)
		}
		return
	}
	if o.isGo && target.Text == "_" {
		return
	}
	if value != nil && value.Kind == code.Func {
		o.functionSymbol(o.symbol(n, target.Text, facts.Function), value)
		return
	}
	if value != nil && value.Kind == code.Class {
		o.classSymbol(o.symbol(n, target.Text, facts.Class), value)
		return
	}
	s := o.symbol(n, target.Text, facts.Value)
	v := o.inScope(0, target.Text)
	if v < 0 {
		return
	}
	if r := o.varRef(v, 0); r.Module != "." || r.Name != target.Text {
		s.Ref = r
	}
	if over := o.value(target); over != nil && !o.extended[over] && o.isFixed(over, 0) && o.onlyDef(v) != nil {
		s.Fixed = true
	}
	if lit := o.objectOf(value); lit != nil {
		o.members(s, lit, "", 0)
	}
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

func (o *outliner) imports() {
	for i := range o.vars {
		if x := &o.vars[i]; x.kind == importVar {
			o.out.Imports = append(o.out.Imports, x.ref.Module)
		}
	}
	for _, n := range o.file.Body {
		if n != nil && (n.Kind == code.Import || n.Kind == code.Export) && n.Text != "" {
			o.out.Imports = append(o.out.Imports, n.Text)
		}
	}
	o.out.Imports = append(o.out.Imports, o.required...)
	slices.Sort(o.out.Imports)
	o.out.Imports = slices.Compact(o.out.Imports)
	slices.Sort(o.out.Stars)
	o.out.Stars = slices.Compact(o.out.Stars)
}
