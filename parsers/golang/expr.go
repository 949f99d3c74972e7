package golang

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
)

// ruleTable tells how each kind of node of the grammar is converted. Kinds
// that are missing become Other.
func ruleTable() map[string]rule {
	return map[string]rule{
		"identifier": ident, "field_identifier": ident, "package_identifier": ident, "type_identifier": ident,
		"blank_identifier": ident, "iota": ident, "dot": ident,
		"int_literal": leaf(code.Number), "float_literal": leaf(code.Number), "imaginary_literal": leaf(code.Number),
		"rune_literal": leaf(code.Number), "nil": leaf(code.Null), "true": leaf(code.Bool), "false": leaf(code.Bool),
		"interpreted_string_literal": stringLiteral, "raw_string_literal": stringLiteral,
		"parenthesized_expression": inner, "expression_statement": inner,
		"selector_expression": selector, "index_expression": index, "slice_expression": slice,
		"type_assertion_expression": typeAssertion, "type_conversion_expression": conversion,
		"type_instantiation_expression": instantiation, "composite_literal": composite,
		"func_literal": funcLiteral, "unary_expression": unary, "binary_expression": binary,
		"call_expression": call, "variadic_argument": variadicArgument,

		"function_declaration": function, "method_declaration": function,
		"block": block, "send_statement": send, "receive_statement": receive,
		"inc_statement": incDec("++"), "dec_statement": incDec("--"),
		"assignment_statement": assignment,
		"go_statement":         wrap(code.GoStmt), "defer_statement": wrap(code.Defer), "return_statement": returnStmt,
		"break_statement": jump(code.Break), "continue_statement": jump(code.Continue),
		"goto_statement": leaf(code.Other),
		"if_statement":   ifStmt, "for_statement": forStmt, "select_statement": selectStmt,
		"expression_switch_statement": exprSwitch, "type_switch_statement": typeSwitch,
	}
}

func ident(c *converter, i int) *code.Node {
	s := c.Span(i)
	return &code.Node{Kind: code.Ident, Span: s, Name: s, Text: c.Text(i)}
}

func leaf(kind code.Kind) rule {
	return func(c *converter, i int) *code.Node {
		return &code.Node{Kind: kind, Span: c.Span(i), Text: c.Text(i)}
	}
}

func inner(c *converter, i int) *code.Node { return c.need(c.first(i), i) }

func selector(c *converter, i int) *code.Node {
	return c.member(i, c.child(i, c.fields.operand), c.child(i, c.fields.field))
}

// member is base.name standing at i.
func (c *converter) member(i, base, name int) *code.Node {
	n := &code.Node{Kind: code.Member, Span: c.Span(i), Kids: []*code.Node{c.need(base, i)}}
	if name >= 0 {
		n.Name, n.Text = c.Span(name), c.Text(name)
	} else {
		n.Name = source.Span{Start: n.Span.End, End: n.Span.End}
	}
	return n
}

// index is x[i]; with the name of a type built in, f[int], it is an
// instantiation. Which of the two x[User] is takes more than one file.
func index(c *converter, i int) *code.Node {
	x, key := c.child(i, c.fields.operand), c.child(i, c.fields.index)
	if key >= 0 && predeclared[c.Text(key)] {
		return instantiate(c.need(x, i), []*code.Type{c.typ(key)}, c.Span(i))
	}
	return &code.Node{Kind: code.Index, Span: c.Span(i), Kids: []*code.Node{c.need(x, i), c.need(key, i)}}
}

// instantiation is f[int, string]: f with Types.
func instantiation(c *converter, i int) *code.Node {
	f := c.child(i, c.fields.typ)
	var types []*code.Type
	for k := c.first(i); k >= 0; k = c.next(k) {
		if k != f {
			types = append(types, c.typ(k))
		}
	}
	return instantiate(c.typeName(f, i), types, c.Span(i))
}

func instantiate(f *code.Node, types []*code.Type, span source.Span) *code.Node {
	n := *f
	n.Types, n.Span = types, span
	return &n
}

// typeName is the name of a type read as an expression, for where the grammar
// took a function for a type.
func (c *converter) typeName(i, parent int) *code.Node {
	if i >= 0 && c.Kind(i) == "qualified_type" {
		return c.member(i, c.child(i, c.fields.pkg), c.child(i, c.fields.name))
	}
	return c.need(i, parent)
}

func slice(c *converter, i int) *code.Node {
	n := &code.Node{Kind: code.Slice, Span: c.Span(i), Kids: []*code.Node{
		c.need(c.child(i, c.fields.operand), i), c.node(c.child(i, c.fields.start)), c.node(c.child(i, c.fields.end)),
	}}
	if capacity := c.node(c.child(i, c.fields.capacity)); capacity != nil {
		n.Kids = append(n.Kids, capacity)
	}
	return n
}

func typeAssertion(c *converter, i int) *code.Node {
	return &code.Node{
		Kind: code.Assert, Span: c.Span(i), Type: c.typ(c.child(i, c.fields.typ)),
		Kids: []*code.Node{c.need(c.child(i, c.fields.operand), i)},
	}
}

// conversion is []byte(x), and also F[T](x) and m[k](x), which look alike.
func conversion(c *converter, i int) *code.Node {
	t, x := c.child(i, c.fields.typ), c.child(i, c.fields.operand)
	if star := c.dereferenced(t); star >= 0 {
		span := source.Span{Start: c.Span(star).Start, End: c.Span(i).End}
		n := &code.Node{Kind: code.Assert, Span: span, Type: c.typ(star), Kids: []*code.Node{c.need(x, i)}}
		return &code.Node{Kind: code.Unary, Text: "*", Span: c.Span(i), Kids: []*code.Node{n}}
	}
	if t < 0 || c.Kind(t) != "generic_type" {
		return &code.Node{Kind: code.Assert, Span: c.Span(i), Type: c.typ(t), Kids: []*code.Node{c.need(x, i)}}
	}
	f := c.typeName(c.child(t, c.fields.typ), t)
	return c.generic(i, f, c.child(t, c.fields.typeArguments), []*code.Node{c.need(x, i)})
}

// dereferenced is the (*T) of *(*T)(x), which the grammar reads as a conversion
// to *(*T); -1 if t is none.
func (c *converter) dereferenced(t int) int {
	if t < 0 || c.Kind(t) != "pointer_type" {
		return -1
	}
	inner := c.first(t)
	if inner < 0 || c.Kind(inner) != "parenthesized_type" {
		return -1
	}
	return inner
}

// generic is a call of f[args]. One lower-case name between the brackets may
// be a key as well, so f is then an Index, and Types tell the other reading.
func (c *converter) generic(i int, f *code.Node, args int, values []*code.Node) *code.Node {
	n := &code.Node{Kind: code.Call, Span: c.Span(i), Types: c.typeArguments(args)}
	if key := c.keyOf(args); key >= 0 {
		f = &code.Node{
			Kind: code.Index, Span: source.Span{Start: f.Span.Start, End: c.Span(args).End},
			Kids: []*code.Node{f, c.node(key)},
		}
	}
	n.Kids = append([]*code.Node{f}, values...)
	return n
}

func (c *converter) keyOf(args int) int {
	elem := c.first(args)
	if elem < 0 || c.next(elem) >= 0 {
		return -1
	}
	name := c.first(elem)
	if name < 0 || c.next(name) >= 0 || c.Kind(name) != "type_identifier" || predeclared[c.Text(name)] || isExported(c.Text(name)) {
		return -1
	}
	return name
}

func call(c *converter, i int) *code.Node {
	f := c.need(c.child(i, c.fields.function), i)
	args := c.child(i, c.fields.arguments)
	var values []*code.Node
	var types []*code.Type
	if args >= 0 {
		for k := c.first(args); k >= 0; k = c.next(k) {
			if c.isType(k) {
				types = append(types, c.typ(k))
			} else {
				values = append(values, c.node(k))
			}
		}
	}
	if t := c.child(i, c.fields.typeArguments); t >= 0 {
		return c.generic(i, f, t, values)
	}
	if len(values) == 1 {
		if t := conversionType(f); t != nil {
			return &code.Node{Kind: code.Assert, Span: c.Span(i), Type: t, Kids: values}
		}
	}
	return &code.Node{Kind: code.Call, Span: c.Span(i), Kids: append([]*code.Node{f}, values...), Types: types}
}

func variadicArgument(c *converter, i int) *code.Node {
	return &code.Node{Kind: code.Spread, Span: c.Span(i), Kids: []*code.Node{c.need(c.first(i), i)}}
}

func unary(c *converter, i int) *code.Node {
	return &code.Node{
		Kind: code.Unary, Span: c.Span(i), Text: c.token(i, c.fields.operator),
		Kids: []*code.Node{c.need(c.child(i, c.fields.operand), i)},
	}
}
