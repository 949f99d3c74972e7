package typescript

import "github.com/dbwise/dbwise/parsers/code"

func (c *converter) optional(i int) code.Flag {
	if c.has(i, "optional_chain") || c.has(i, "?.") {
		return code.Optional
	}
	return 0
}

func (c *converter) member(i int) *code.Node {
	n := &code.Node{Kind: code.Member, Span: c.Span(i), Flags: c.optional(i)}
	n.Kids = []*code.Node{c.need(c.child(i, "object"), i)}
	if k := c.child(i, "property"); k >= 0 {
		n.Text, n.Name = c.Text(k), c.Span(k)
	}
	return n
}

// nested is A.B outside of an expression.
func (c *converter) nested(i int) *code.Node { return c.member(i) }

func (c *converter) subscript(i int) *code.Node {
	return &code.Node{Kind: code.Index, Span: c.Span(i), Flags: c.optional(i), Kids: []*code.Node{
		c.need(c.child(i, "object"), i), c.need(c.child(i, "index"), i),
	}}
}

func (c *converter) call(i int) *code.Node {
	n := &code.Node{Kind: code.Call, Span: c.Span(i), Flags: c.optional(i), Types: c.typeArguments(i)}
	n.Kids = []*code.Node{c.need(c.child(i, "function"), i)}
	args := c.child(i, "arguments")
	if args >= 0 && c.Kind(args) == "template_string" {
		n.Kind = code.Tagged
		n.Kids = append(n.Kids, c.need(args, i))
		return n
	}
	n.Kids = c.arguments(n.Kids, args)
	return n
}

func (c *converter) construct(i int) *code.Node {
	n := &code.Node{Kind: code.New, Span: c.Span(i), Types: c.typeArguments(i)}
	n.Kids = c.arguments([]*code.Node{c.need(c.child(i, "constructor"), i)}, c.child(i, "arguments"))
	return n
}

func (c *converter) arguments(out []*code.Node, i int) []*code.Node {
	if i < 0 {
		return out
	}
	for k := range c.kids(i) {
		out = append(out, c.need(k, i))
	}
	return out
}

func (c *converter) yield(i int) *code.Node {
	n := single(code.Yield)(c, i)
	if c.has(i, "*") {
		n.Flags |= code.Generator
	}
	return n
}

func (c *converter) operator(i int) string {
	if k := c.child(i, "operator"); k >= 0 {
		return c.Kind(k)
	}
	return "="
}

func (c *converter) unary(i int) *code.Node {
	return &code.Node{Kind: code.Unary, Span: c.Span(i), Text: c.operator(i), Kids: []*code.Node{c.need(c.child(i, "argument"), i)}}
}

func (c *converter) update(i int) *code.Node {
	return &code.Node{Kind: code.IncDec, Span: c.Span(i), Text: c.operator(i), Kids: []*code.Node{c.need(c.child(i, "argument"), i)}}
}

func (c *converter) ternary(i int) *code.Node {
	return &code.Node{Kind: code.Cond, Span: c.Span(i), Kids: []*code.Node{
		c.need(c.child(i, "condition"), i), c.need(c.child(i, "consequence"), i), c.need(c.child(i, "alternative"), i),
	}}
}

// assign is an assignment; the grammar takes `using x = f()` for one as well.
func (c *converter) assign(i int) *code.Node {
	n := &code.Node{Kind: code.Assign, Span: c.Span(i), Text: c.operator(i)}
	n.Kids = []*code.Node{c.target(c.child(i, "left"), i), c.need(c.child(i, "right"), i)}
	if c.has(i, "using") {
		n.Kind, n.Text, n.Name = code.Var, "const", n.Kids[0].Span
	}
	return n
}

func (c *converter) assert(i int) *code.Node {
	n := &code.Node{Kind: code.Assert, Span: c.Span(i)}
	inner := c.inner(i)
	switch c.Kind(i) {
	case "non_null_expression":
		n.Text = "!"
	case "type_assertion":
		if inner >= 0 {
			n.Type = c.typ(c.inner(inner))
			inner = c.Next(inner)
			for inner >= 0 && c.comment(inner) {
				inner = c.Next(inner)
			}
		}
	default:
		n.Text = "as"
		if c.Kind(i) == "satisfies_expression" {
			n.Text = "satisfies"
		}
		for k := range c.kids(i) {
			if k != inner {
				n.Type = c.typ(k)
			}
		}
	}
	n.Kids = []*code.Node{c.need(inner, i)}
	return n
}

func (c *converter) array(i int) *code.Node {
	n := &code.Node{Kind: code.Array, Span: c.Span(i)}
	n.Kids = c.arguments(nil, i)
	return n
}

// object keeps an error inside as a Pair without key: there may be more keys
// than can be read.
func (c *converter) object(i int) *code.Node {
	n := &code.Node{Kind: code.Object, Span: c.Span(i)}
	for k := range c.kids(i) {
		m := c.need(k, i)
		switch {
		case c.Kind(k) == "shorthand_property_identifier":
			m = &code.Node{Kind: code.Pair, Span: m.Span, Name: m.Span, Text: m.Text, Kids: []*code.Node{m}}
		case m.Kind != code.Pair && m.Kind != code.Spread && m.Kind != code.Func:
			m = &code.Node{Kind: code.Pair, Span: m.Span, Kids: []*code.Node{m}}
		}
		n.Kids = append(n.Kids, m)
	}
	return n
}

func (c *converter) pair(i int) *code.Node {
	n := &code.Node{Kind: code.Pair, Span: c.Span(i)}
	n.Kids = []*code.Node{c.need(c.child(i, "value"), i)}
	c.keyed(n, c.child(i, "key"))
	return n
}

// keyed sets the key of a pair; the expression of a computed one is Kids[1].
func (c *converter) keyed(n *code.Node, key int) {
	if key < 0 {
		return
	}
	n.Text, n.Name = c.key(key), c.Span(key)
	if n.Text == "" && c.Kind(key) == "computed_property_name" {
		n.Kids = append(n.Kids, c.need(c.inner(key), key))
	}
}

// key is the text of a property's name, "" if it is computed.
func (c *converter) key(i int) string {
	if i < 0 {
		return ""
	}
	switch c.Kind(i) {
	case "computed_property_name":
		if k := c.inner(i); k >= 0 && c.Kind(k) == "string" {
			return c.stringLiteral(k).Text
		}
		return ""
	case "string":
		return c.stringLiteral(i).Text
	}
	return c.Text(i)
}

// jsxTag keeps what an opening tag computes.
func (c *converter) jsxTag(i int) *code.Node {
	n := &code.Node{Span: c.Span(i)}
	name := c.child(i, "name")
	for k := range c.kids(i) {
		if k != name {
			n.Kids = flatten(n.Kids, c.node(k))
		}
	}
	return n
}

func (c *converter) jsxAttribute(i int) *code.Node {
	n := &code.Node{Span: c.Span(i)}
	for k := range c.kids(i) {
		if c.Kind(k) != "string" {
			n.Kids = flatten(n.Kids, c.node(k))
		}
	}
	return n
}

// dotted splits a.b.c before the last dot.
func dotted(text string) (qual, name string) {
	for i := len(text) - 1; i >= 0; i-- {
		if text[i] == '.' {
			return text[:i], text[i+1:]
		}
	}
	return "", text
}
