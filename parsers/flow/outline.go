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
		s.Given = o.given(value)
	}
	if over := o.value(target); over != nil && !o.extended[over] && o.isFixed(over, 0) && o.onlyDef(v) != nil {
		s.Fixed = true
	}
	if lit := o.objectOf(value); lit != nil {
		o.members(s, lit, "", 0)
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

// given is what the only function handed to a call gives.
func (o *outliner) given(call *code.Node) code.Ref {
	if o.isGo || call == nil || call.Kind != code.Call {
		return code.Ref{}
	}
	var fn *code.Node
	for _, a := range call.Args() {
		if a = strip(a); a == nil || a.Kind != code.Func {
			continue
		}
		if fn != nil || len(a.Params()) > 0 {
			return code.Ref{}
		}
		fn = a
	}
	if fn == nil {
		return code.Ref{}
	}
	for _, v := range o.returned(fn) {
		if r := o.topLevel(v); r.Known() {
			return r
		}
	}
	return o.inferred(fn)
}

// topLevel is the origin of a variable of the file, by its name.
func (o *outliner) topLevel(n *code.Node) code.Ref {
	n = strip(n)
	if n == nil || n.Kind != code.Ident {
		return code.Ref{}
	}
	if v := o.varOf(n); v < 0 || o.vars[v].scope != 0 || o.vars[v].kind != localVar {
		return code.Ref{}
	}
	return code.Ref{Module: ".", Name: n.Text}
}
