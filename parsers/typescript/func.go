package typescript

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/treesitter"
)

// function converts all that can be called: declarations, literals, arrows,
// methods, accessors and signatures.
func (c *converter) function(i int) *code.Node {
	n := &code.Node{Kind: code.Func, Span: c.Span(i), Flags: c.modifiers(i), Type: c.annotation(c.child(i, "return_type"))}
	if k := c.child(i, "name"); k >= 0 {
		n.Text, n.Name = c.memberName(k), c.Span(k)
	}
	n.Types = c.typeParameters(c.child(i, "type_parameters"))
	if k := c.child(i, "parameter"); k >= 0 {
		n.Kids = append(n.Kids, c.parameter(k))
	} else if k := c.child(i, "parameters"); k >= 0 {
		n.Kids = c.parameters(k)
	}
	n.Kids = append(n.Kids, c.node(c.child(i, "body")))
	if c.cut || c.Is(i, treesitter.Broken) {
		n.Flags |= code.Broken
	}
	return n
}

var modifiers = map[string]code.Flag{
	"async": code.Async, "*": code.Generator, "static": code.Static, "?": code.Optional,
	"get": code.Property, "set": code.Property, "accessibility_modifier": code.Property,
	"readonly": code.Property, "override_modifier": code.Property,
}

// modifiers are the words before a function's parameters and body.
func (c *converter) modifiers(i int) code.Flag {
	var flags code.Flag
	for k := c.First(i); k >= 0; k = c.Next(k) {
		switch kind := c.Kind(k); kind {
		case "formal_parameters", "=>":
			return flags
		case "accessibility_modifier", "override_modifier", "readonly":
		default:
			flags |= modifiers[kind]
		}
	}
	return flags
}

// memberName is the name of a method or field; a computed one is its text in
// brackets, which no identifier equals.
func (c *converter) memberName(i int) string {
	if name := c.key(i); name != "" {
		return name
	}
	return c.Text(i)
}

func (c *converter) parameters(i int) []*code.Node {
	var out []*code.Node
	for k := range c.kids(i) {
		if c.Kind(k) == "ERROR" {
			continue
		}
		if p := c.parameter(k); p != nil {
			out = append(out, p)
		}
	}
	return out
}

// parameter converts a parameter; nil for `this`, which no caller passes.
func (c *converter) parameter(i int) *code.Node {
	n := &code.Node{Kind: code.Param, Span: c.Span(i)}
	pattern, value := i, -1
	var decorators []*code.Node
	switch c.Kind(i) {
	case "required_parameter", "optional_parameter":
		pattern, value = c.child(i, "pattern"), c.child(i, "value")
		n.Type = c.annotation(c.child(i, "type"))
		for k := c.First(i); k >= 0 && k != pattern; k = c.Next(k) {
			if c.Kind(k) == "decorator" {
				decorators = append(decorators, c.need(k, i))
			}
			n.Flags |= modifiers[c.Kind(k)] & code.Property
		}
		if c.Kind(i) == "optional_parameter" {
			n.Flags |= code.Optional
		}
	case "assignment_pattern":
		pattern, value = c.child(i, "left"), c.child(i, "right")
	}
	if pattern >= 0 && c.Kind(pattern) == "rest_pattern" {
		n.Flags |= code.Variadic
		pattern = c.inner(pattern)
	}
	if pattern >= 0 && c.Kind(pattern) == "this" {
		return nil
	}
	target := c.target(pattern, i)
	if target.Kind == code.Ident {
		n.Text, n.Name = target.Text, target.Span
	} else {
		n.Kids = append(n.Kids, target)
	}
	if v := c.node(value); v != nil {
		n.Kids = append(n.Kids, v)
	}
	n.Kids = append(n.Kids, decorators...)
	return n
}

// target converts what a value is bound to; an empty Other if nothing is there.
func (c *converter) target(i, parent int) *code.Node {
	if i < 0 {
		return c.need(i, parent)
	}
	if c.depth >= maxDepth {
		c.cut = true
		return &code.Node{Span: c.Span(i), Flags: code.Broken}
	}
	c.depth++
	defer func() { c.depth-- }()
	switch c.Kind(i) {
	case "object_pattern":
		return c.objectPattern(i)
	case "array_pattern":
		return c.arrayPattern(i)
	case "assignment_pattern", "object_assignment_pattern":
		return &code.Node{Kind: code.Assign, Span: c.Span(i), Text: "=", Kids: []*code.Node{
			c.target(c.child(i, "left"), i), c.need(c.child(i, "right"), i),
		}}
	case "rest_pattern":
		return &code.Node{Kind: code.Spread, Span: c.Span(i), Kids: []*code.Node{c.target(c.inner(i), i)}}
	}
	return c.need(i, parent)
}

// pattern is a pattern that stands where an expression was expected.
func (c *converter) pattern(i int) *code.Node { return c.target(i, i) }

func (c *converter) objectPattern(i int) *code.Node {
	n := &code.Node{Kind: code.ObjectPattern, Span: c.Span(i)}
	for k := range c.kids(i) {
		p := &code.Node{Kind: code.Pair, Span: c.Span(k)}
		switch c.Kind(k) {
		case "pair_pattern":
			p.Kids = []*code.Node{c.target(c.child(k, "value"), k)}
			c.keyed(p, c.child(k, "key"))
		case "rest_pattern":
			p = c.target(k, i)
		case "shorthand_property_identifier_pattern", "object_assignment_pattern":
			p.Kids = []*code.Node{c.target(k, i)}
			name := p.Kids[0]
			if name.Kind == code.Assign {
				name = name.Kids[0]
			}
			p.Text, p.Name = name.Text, name.Span
		default:
			continue
		}
		n.Kids = append(n.Kids, p)
	}
	return n
}

// arrayPattern finds its holes by the commas.
func (c *converter) arrayPattern(i int) *code.Node {
	n := &code.Node{Kind: code.ArrayPattern, Span: c.Span(i)}
	open := true
	for k := c.First(i); k >= 0; k = c.Next(k) {
		switch {
		case c.Kind(k) == ",":
			if open {
				n.Kids = append(n.Kids, nil)
			}
			open = true
		case c.Is(k, treesitter.Named) && !c.comment(k) && c.Kind(k) != "ERROR":
			n.Kids = append(n.Kids, c.target(k, i))
			open = false
		}
	}
	return n
}

// staticBlock is code that a class runs when it is made.
func (c *converter) staticBlock(i int) *code.Node {
	n := &code.Node{Kind: code.Func, Flags: code.Static, Span: c.Span(i)}
	n.Kids = []*code.Node{c.branch(c.child(i, "body"), i)}
	if c.cut || c.Is(i, treesitter.Broken) {
		n.Flags |= code.Broken
	}
	return n
}

// nameSpan is the place of a name, none if there is none.
func (c *converter) nameSpan(i int) source.Span {
	if i < 0 {
		return source.Span{}
	}
	return c.Span(i)
}
