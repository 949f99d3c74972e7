package golang

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
)

// importSpec names the module; the one Pair is the package under its local name.
func (c *converter) importSpec(i int) *code.Node {
	n := &code.Node{Kind: code.Import, Span: c.Span(i)}
	path := c.child(i, c.fields.path)
	if path < 0 {
		return n
	}
	module := decode([]byte(c.Text(path)), c.Span(path).Start)
	n.Text = module.Text
	n.Name = module.Span(source.Span{Start: 0, End: len(module.Text)})
	local := &code.Node{Kind: code.Ident}
	if alias := c.child(i, c.fields.name); alias >= 0 {
		local.Text, local.Span = c.Text(alias), c.Span(alias)
	} else {
		name, at := assumedName(module.Text)
		local.Text, local.Span = name, module.Span(source.Span{Start: at, End: at + len(name)})
	}
	local.Name = local.Span
	n.Kids = []*code.Node{{Kind: code.Pair, Text: "*", Span: local.Span, Kids: []*code.Node{local}}}
	return n
}

// typeSpec is one declared type. A struct is a Class, an interface an
// Interface; every other type, alias or not, stands for what it is written as.
func (c *converter) typeSpec(i int, span source.Span) *code.Node {
	n := &code.Node{Kind: code.TypeAlias, Span: span}
	if name := c.child(i, c.fields.name); name >= 0 {
		n.Text, n.Name = c.Text(name), c.Span(name)
		n.Flags |= exportedFlag(n.Text)
	}
	t := c.child(i, c.fields.typ)
	switch {
	case t >= 0 && c.Kind(t) == "struct_type":
		n.Kind, n.Kids = code.Class, c.structFields(t)
	case t >= 0 && c.Kind(t) == "interface_type":
		n.Kind = code.Interface
		c.interfaceElems(n, t)
	default:
		if n.Type = c.typ(t); n.Type == nil {
			n.Type = &code.Type{Span: source.Span{Start: span.End, End: span.End}}
		}
	}
	return n
}

func (c *converter) structFields(i int) []*code.Node {
	var out []*code.Node
	for list := c.first(i); list >= 0; list = c.next(list) {
		for k := c.first(list); k >= 0; k = c.next(k) {
			if c.Kind(k) == "field_declaration" {
				out = c.fieldDecl(out, k)
			}
		}
	}
	return out
}

// fieldDecl is one Field per name; an embedded type has none.
func (c *converter) fieldDecl(dst []*code.Node, i int) []*code.Node {
	written := c.child(i, c.fields.typ)
	t := c.typ(written)
	tag := c.node(c.child(i, c.fields.tag))
	if c.names(i) == 0 && written >= 0 {
		if star := c.First(i); c.Text(star) == "*" {
			t = &code.Type{Kind: code.Pointer, Elem: t, Span: source.Span{Start: c.Span(star).Start, End: t.Span.End}}
		}
		return append(dst, &code.Node{Kind: code.Field, Span: c.Span(i), Type: t, Kids: []*code.Node{tag}})
	}
	for k := c.first(i); k >= 0; k = c.next(k) {
		if c.Raw[k].Field == c.fields.name {
			name := c.Text(k)
			dst = append(dst, &code.Node{
				Kind: code.Field, Flags: exportedFlag(name), Span: c.Span(i), Name: c.Span(k), Text: name,
				Type: t, Kids: []*code.Node{tag},
			})
		}
	}
	return dst
}

func (c *converter) interfaceElems(n *code.Node, i int) {
	for k := c.first(i); k >= 0; k = c.next(k) {
		switch c.Kind(k) {
		case "method_elem":
			n.Kids = append(n.Kids, function(c, k))
		case "type_elem":
			n.Types = append(n.Types, c.typ(k))
		}
	}
}

// function is a function or method with a name, or a method of an interface.
func function(c *converter, i int) *code.Node {
	n := &code.Node{}
	if name := c.child(i, c.fields.name); name >= 0 {
		n.Text, n.Name = c.Text(name), c.Span(name)
		n.Flags = exportedFlag(n.Text)
	}
	return c.function(i, n)
}

func funcLiteral(c *converter, i int) *code.Node { return c.function(i, &code.Node{}) }

// function fills in all but the name of the function at i.
func (c *converter) function(i int, n *code.Node) *code.Node {
	before := len(c.cut)
	n.Kind, n.Span, n.Type = code.Func, c.Span(i), c.result(i)
	if list := c.child(i, c.fields.typeParameters); list >= 0 {
		n.Types = c.typeParameters(list)
	}
	if list := c.child(i, c.fields.receiver); list >= 0 {
		if params := c.params(nil, list); len(params) > 0 {
			params[0].Flags |= code.Receiver
			n.Kids = append(n.Kids, params[0])
		}
	}
	n.Kids = c.params(n.Kids, c.child(i, c.fields.parameters))
	n.Kids = append(n.Kids, c.namedResults(i, c.node(c.child(i, c.fields.body))))
	if c.broken(i, before) {
		n.Flags |= code.Broken
	}
	return n
}

// params is one Param per name; a parameter without one has Text "".
func (c *converter) params(dst []*code.Node, list int) []*code.Node {
	if list < 0 {
		return dst
	}
	for i := c.first(list); i >= 0; i = c.next(i) {
		p := code.Node{Kind: code.Param, Span: c.Span(i), Type: c.typ(c.child(i, c.fields.typ))}
		switch c.Kind(i) {
		case "variadic_parameter_declaration":
			p.Flags |= code.Variadic
			if p.Type != nil {
				p.Type = &code.Type{Kind: code.List, Elem: p.Type, Span: p.Type.Span}
			}
		case "parameter_declaration":
		default:
			continue
		}
		if c.names(i) == 0 {
			dst = append(dst, &p)
			continue
		}
		for k := c.first(i); k >= 0; k = c.next(k) {
			if c.Raw[k].Field == c.fields.name {
				named := p
				named.Text, named.Name = c.Text(k), c.Span(k)
				dst = append(dst, &named)
			}
		}
	}
	return dst
}

// typeParameters are Named types whose one Arg is the constraint.
func (c *converter) typeParameters(list int) []*code.Type {
	var out []*code.Type
	for i := c.first(list); i >= 0; i = c.next(i) {
		constraint := c.typ(c.child(i, c.fields.typ))
		for k := c.first(i); k >= 0; k = c.next(k) {
			if c.Raw[k].Field != c.fields.name {
				continue
			}
			t := &code.Type{Kind: code.Named, Name: c.Text(k), Span: c.Span(k)}
			if constraint != nil {
				t.Args = []*code.Type{constraint}
			}
			out = append(out, t)
		}
	}
	return out
}

// namedResults declares the results that have a name in front of the body.
func (c *converter) namedResults(i int, body *code.Node) *code.Node {
	list := c.child(i, c.fields.result)
	if body == nil || list < 0 || c.Kind(list) != "parameter_list" {
		return body
	}
	var vars []*code.Node
	for _, p := range c.params(nil, list) {
		if p.Text == "" || p.Text == "_" {
			continue
		}
		name := &code.Node{Kind: code.Ident, Span: p.Name, Name: p.Name, Text: p.Text}
		vars = append(vars, &code.Node{Kind: code.Var, Span: p.Span, Text: "var", Type: p.Type, Kids: []*code.Node{name, nil}})
	}
	if vars == nil {
		return body
	}
	declared := *body
	declared.Kids = append(vars, body.Kids...)
	return &declared
}

func exportedFlag(name string) code.Flag {
	if isExported(name) {
		return code.Exported
	}
	return 0
}
