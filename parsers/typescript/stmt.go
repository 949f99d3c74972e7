package typescript

import (
	"github.com/dbwise/dbwise/parsers/code"
)

// list converts the statements below i. Several variables of one declaration
// stand side by side, and signatures of an overloaded function are left out.
func (c *converter) list(i int) []*code.Node {
	var out []*code.Node
	for k := range c.kids(i) {
		out = c.statement(out, k)
	}
	return implemented(out)
}

func (c *converter) statement(out []*code.Node, i int) []*code.Node {
	n := c.node(i)
	switch {
	case n == nil:
	case n.Kind == code.Block && c.Kind(i) != "statement_block":
		out = append(out, n.Kids...)
	case n.Kind == code.Other && len(n.Kids) == 0 && n.Flags == 0:
	default:
		out = append(out, n)
	}
	return out
}

// implemented leaves out functions without body that have one under the same
// name: overloads.
func implemented(list []*code.Node) []*code.Node {
	bodies := map[string]bool{}
	signatures := false
	for _, n := range list {
		if n.Kind == code.Func && n.Text != "" {
			if n.Body() != nil {
				bodies[n.Text] = true
			} else {
				signatures = true
			}
		}
	}
	if !signatures || len(bodies) == 0 {
		return list
	}
	var out []*code.Node
	for _, n := range list {
		if n.Kind != code.Func || n.Body() != nil || !bodies[n.Text] {
			out = append(out, n)
		}
	}
	return out
}

func (c *converter) block(i int) *code.Node {
	return &code.Node{Kind: code.Block, Span: c.Span(i), Kids: c.list(i)}
}

// branch is a statement where one must stand; an empty one is an empty Block.
func (c *converter) branch(i, parent int) *code.Node {
	if n := c.node(i); n != nil {
		return n
	}
	n := c.need(-1, parent)
	if i >= 0 {
		n.Span = c.Span(i)
	}
	n.Kind, n.Flags = code.Block, 0
	return n
}

// expression is the expression of a statement; several stand there only
// beside an error.
func (c *converter) expression(i int) *code.Node {
	first := c.inner(i)
	for k := range c.kids(i) {
		if k != first {
			return c.other(i)
		}
	}
	return c.node(first)
}

// single is a rule for a node of one optional kid.
func single(kind code.Kind) rule {
	return func(c *converter, i int) *code.Node {
		n := &code.Node{Kind: kind, Span: c.Span(i)}
		for k := range c.kids(i) {
			n.Kids = append(n.Kids, c.need(k, i))
		}
		if len(n.Kids) == 0 && kind != code.Return && kind != code.Yield {
			n.Kids = append(n.Kids, c.need(-1, i))
		}
		return n
	}
}

// variables is the Var of a declaration, or a Block of several.
func (c *converter) variables(i int) *code.Node {
	keyword := "var"
	if kind := c.child(i, "kind"); kind >= 0 {
		keyword = c.Text(kind)
	}
	span := c.Span(i)
	list := &code.Node{Kind: code.Block, Span: span}
	for k := range c.kids(i) {
		if c.Kind(k) != "variable_declarator" {
			list.Kids = flatten(list.Kids, c.node(k))
			continue
		}
		v := &code.Node{Kind: code.Var, Span: span, Text: keyword, Type: c.annotation(c.child(k, "type"))}
		name := c.child(k, "name")
		v.Kids = []*code.Node{c.target(name, k), c.node(c.child(k, "value"))}
		if v.Kids[0].Kind == code.Ident {
			v.Name = v.Kids[0].Span
		}
		list.Kids = append(list.Kids, v)
	}
	if len(list.Kids) == 1 {
		return list.Kids[0]
	}
	return list
}

func (c *converter) ifStatement(i int) *code.Node {
	var alternative *code.Node
	if k := c.child(i, "alternative"); k >= 0 {
		alternative = c.branch(c.inner(k), k)
	}
	return &code.Node{Kind: code.If, Span: c.Span(i), Kids: []*code.Node{
		c.need(c.child(i, "condition"), i), c.branch(c.child(i, "consequence"), i), alternative,
	}}
}

func (c *converter) forStatement(i int) *code.Node {
	return &code.Node{Kind: code.For, Span: c.Span(i), Kids: []*code.Node{
		c.node(c.child(i, "initializer")), c.node(c.child(i, "condition")), c.node(c.child(i, "increment")),
		c.branch(c.child(i, "body"), i),
	}}
}

func (c *converter) forEach(i int) *code.Node {
	n := &code.Node{Kind: code.ForEach, Span: c.Span(i), Text: "of", Kids: []*code.Node{
		c.target(c.child(i, "left"), i), c.need(c.child(i, "right"), i), c.branch(c.child(i, "body"), i),
	}}
	switch {
	case c.has(i, "await"):
		n.Text = "await"
	case c.has(i, "in"):
		n.Text = "in"
	}
	return n
}

func (c *converter) while(i int) *code.Node {
	return &code.Node{Kind: code.While, Span: c.Span(i), Kids: []*code.Node{
		c.need(c.child(i, "condition"), i), c.branch(c.child(i, "body"), i),
	}}
}

func (c *converter) doWhile(i int) *code.Node {
	return &code.Node{Kind: code.DoWhile, Span: c.Span(i), Kids: []*code.Node{
		c.branch(c.child(i, "body"), i), c.need(c.child(i, "condition"), i),
	}}
}

func (c *converter) switchStatement(i int) *code.Node {
	n := &code.Node{Kind: code.Switch, Span: c.Span(i), Kids: []*code.Node{c.need(c.child(i, "value"), i)}}
	body := c.child(i, "body")
	if body < 0 {
		return n
	}
	for k := range c.kids(body) {
		one := &code.Node{Kind: code.Case, Span: c.Span(k)}
		value := c.child(k, "value")
		if value < 0 {
			one.Text = "default"
		}
		for s := range c.kids(k) {
			if s == value {
				one.Kids = append(one.Kids, c.need(s, k))
			} else {
				one.Kids = c.statement(one.Kids, s)
			}
		}
		n.Kids = append(n.Kids, one)
	}
	return n
}

func (c *converter) try(i int) *code.Node {
	n := &code.Node{Kind: code.Try, Span: c.Span(i), Kids: []*code.Node{c.branch(c.child(i, "body"), i), nil, nil}}
	if k := c.child(i, "handler"); k >= 0 {
		n.Kids[1] = c.catch(k)
	}
	if k := c.child(i, "finalizer"); k >= 0 {
		n.Kids[2] = c.branch(c.child(k, "body"), k)
	}
	return n
}

// catch is the block of a catch clause, with what it catches as its first
// statement.
func (c *converter) catch(i int) *code.Node {
	body := *c.branch(c.child(i, "body"), i)
	p := c.child(i, "parameter")
	if p < 0 {
		return &body
	}
	v := &code.Node{Kind: code.Var, Span: c.Span(p), Text: "let", Kids: []*code.Node{c.target(p, i), nil}, Type: c.annotation(c.child(i, "type"))}
	if v.Kids[0].Kind == code.Ident {
		v.Name = v.Kids[0].Span
	}
	body.Span = c.Span(i)
	body.Kids = append([]*code.Node{v}, body.Kids...)
	return &body
}

func (c *converter) jump(i int) *code.Node {
	n := &code.Node{Kind: code.Break, Span: c.Span(i)}
	if c.Kind(i) == "continue_statement" {
		n.Kind = code.Continue
	}
	if k := c.child(i, "label"); k >= 0 {
		n.Text, n.Name = c.Text(k), c.Span(k)
	}
	return n
}

func (c *converter) labeled(i int) *code.Node { return c.branch(c.child(i, "body"), i) }
