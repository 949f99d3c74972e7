package typescript

import (
	"strconv"

	"github.com/dbwise/dbwise/parsers/code"
)

func (c *converter) class(i int) *code.Node {
	n := &code.Node{Kind: code.Class, Span: c.Span(i)}
	c.named(n, i)
	for k := range c.kids(i) {
		switch c.Kind(k) {
		case "decorator":
			n.Kids = append(n.Kids, c.need(k, i))
		case "class_heritage":
			c.heritage(n, k)
		}
	}
	body := c.child(i, "body")
	if body < 0 {
		return n
	}
	for k := range c.kids(body) {
		n.Kids = flatten(n.Kids, c.node(k))
	}
	n.Kids = implemented(n.Kids)
	return n
}

func (c *converter) named(n *code.Node, i int) {
	if k := c.child(i, "name"); k >= 0 {
		n.Text, n.Name = c.Text(k), c.nameSpan(k)
	}
}

// heritage reads what a class extends and implements. JavaScript's grammar has
// the base class right below.
func (c *converter) heritage(n *code.Node, i int) {
	for k := range c.kids(i) {
		switch c.Kind(k) {
		case "extends_clause":
			if n.Type = c.typ(c.child(k, "value")); n.Type != nil {
				n.Type.Args = c.typeArguments(k)
			}
		case "implements_clause":
			for t := range c.kids(k) {
				n.Types = append(n.Types, c.typ(t))
			}
		default:
			n.Type = c.typ(k)
		}
	}
}

// field is a field of a class or a property of an interface.
func (c *converter) field(i int) *code.Node {
	n := &code.Node{Kind: code.Field, Span: c.Span(i), Type: c.annotation(c.child(i, "type"))}
	name := c.child(i, "name")
	if name < 0 {
		name = c.child(i, "property")
	}
	if name >= 0 {
		n.Text, n.Name = c.memberName(name), c.Span(name)
	}
	n.Kids = []*code.Node{c.node(c.child(i, "value"))}
	for k := c.First(i); k >= 0; k = c.Next(k) {
		switch c.Kind(k) {
		case "decorator":
			n.Kids = append(n.Kids, c.need(k, i))
		case "static":
			n.Flags |= code.Static
		case "?":
			n.Flags |= code.Optional
		}
	}
	return n
}

func (c *converter) interfaceType(i int) *code.Node {
	n := &code.Node{Kind: code.Interface, Span: c.Span(i)}
	c.named(n, i)
	for k := range c.kids(i) {
		if kind := c.Kind(k); kind == "extends_type_clause" || kind == "extends_clause" {
			for t := range c.kids(k) {
				n.Types = append(n.Types, c.typ(t))
			}
		}
	}
	n.Kids = c.members(c.child(i, "body"))
	return n
}

// members are the Field and Func nodes of an interface or an inline type.
func (c *converter) members(i int) []*code.Node {
	if i < 0 {
		return nil
	}
	var out []*code.Node
	for k := range c.kids(i) {
		if m := c.node(k); m != nil && (m.Kind == code.Field || m.Kind == code.Func) {
			out = append(out, m)
		}
	}
	return out
}

func (c *converter) typeAlias(i int) *code.Node {
	n := &code.Node{Kind: code.TypeAlias, Span: c.Span(i), Type: c.typ(c.child(i, "value"))}
	c.named(n, i)
	return n
}

// enum counts values that are not written on from the last number.
func (c *converter) enum(i int) *code.Node {
	n := &code.Node{Kind: code.Enum, Span: c.Span(i)}
	c.named(n, i)
	body := c.child(i, "body")
	if body < 0 {
		return n
	}
	next := 0
	for k := range c.kids(body) {
		p := &code.Node{Kind: code.Pair, Span: c.Span(k), Name: c.Span(k)}
		name, value := k, -1
		switch c.Kind(k) {
		case "ERROR":
			continue
		case "enum_assignment":
			name, value = c.child(k, "name"), c.child(k, "value")
		}
		if name >= 0 {
			p.Text, p.Name = c.key(name), c.Span(name)
		}
		v := c.node(value)
		if v == nil {
			v = &code.Node{Kind: code.Number, Span: p.Name, Text: strconv.Itoa(next)}
		}
		if number, err := strconv.Atoi(v.Text); err == nil && v.Kind == code.Number {
			next = number
		}
		next++
		p.Kids = []*code.Node{v}
		n.Kids = append(n.Kids, p)
	}
	return n
}
