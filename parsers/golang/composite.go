package golang

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
)

// composite is T{…}.
func composite(c *converter, i int) *code.Node {
	return c.literal(c.child(i, c.fields.body), c.typ(c.child(i, c.fields.typ)), c.Span(i))
}

// literal converts the {…} at body as a value of type t, nil if not known:
// with keys an Object, else an Array; one without elements is what t says.
func (c *converter) literal(body int, t *code.Type, span source.Span) *code.Node {
	n := &code.Node{Kind: code.Array, Span: span, Type: t}
	if t != nil && t.Kind != code.List {
		n.Kind = code.Object
	}
	if body < 0 {
		return n
	}
	if c.depth >= maxDepth {
		c.cut = append(c.cut, span)
		return n
	}
	c.depth++
	keyed := false
	for k := c.first(body); k >= 0; k = c.next(k) {
		keyed = keyed || c.Kind(k) == "keyed_element"
	}
	if first := c.first(body); first >= 0 && !keyed {
		n.Kind = code.Array
	} else if keyed {
		n.Kind = code.Object
	}
	for k := c.first(body); k >= 0; k = c.next(k) {
		switch value := c.first(k); {
		case c.Kind(k) == "keyed_element":
			n.Kids = append(n.Kids, c.pair(k, t))
		case c.Kind(k) != "literal_element":
			n.Kids = append(n.Kids, c.node(k))
		case keyed:
			n.Kids = append(n.Kids, &code.Node{Kind: code.Pair, Span: c.Span(k), Kids: []*code.Node{c.element(value, elemOf(t), k)}})
		default:
			n.Kids = append(n.Kids, c.element(value, elemOf(t), k))
		}
	}
	c.depth--
	return n
}

// element is one value of a composite literal; {…} without a type is of type t.
func (c *converter) element(i int, t *code.Type, parent int) *code.Node {
	switch {
	case i < 0 || c.Kind(i) != "literal_value":
		return c.need(i, parent)
	case t != nil && t.Kind == code.Pointer:
		// The language reads {…} as &T{…} here (go.dev/ref/spec#Composite_literals).
		value := c.literal(i, t.Elem, c.Span(i))
		return &code.Node{Kind: code.Unary, Text: "&", Span: value.Span, Kids: []*code.Node{value}}
	}
	return c.literal(i, t, c.Span(i))
}

// pair is one key: value of a literal of type t.
func (c *converter) pair(i int, t *code.Type) *code.Node {
	n := &code.Node{Kind: code.Pair, Span: c.Span(i)}
	left := c.first(i)
	if left < 0 {
		n.Kids = []*code.Node{c.need(-1, i)}
		return n
	}
	right := c.next(left)
	value := -1
	if right >= 0 {
		value = c.first(right)
	}
	n.Kids = []*code.Node{c.element(value, elemOf(t), i)}
	key := c.element(c.first(left), keyOf(t), left)
	switch {
	case key.Kind == code.Ident && isField(key.Text, t):
		n.Text, n.Name = key.Text, key.Span
	case key.Kind == code.String && len(key.Kids) == 0:
		n.Text, n.Name = key.Text, key.Frag.Span(source.Span{Start: 0, End: len(key.Text)})
		if key.Text == "" {
			n.Kids = append(n.Kids, key)
		}
	default:
		n.Kids = append(n.Kids, key)
	}
	return n
}

// isField reports whether a name in front of a colon is that of a field and
// not of a variable: not in maps and arrays, and another package's struct has
// no fields that begin with a small letter, so its type must be a map there.
func isField(name string, t *code.Type) bool {
	if t == nil {
		return true
	}
	switch t.Kind {
	case code.MapOf, code.List:
		return false
	case code.Named:
		return t.Qual == "" || isExported(name)
	}
	return true
}

func elemOf(t *code.Type) *code.Type {
	if t != nil && (t.Kind == code.List || t.Kind == code.MapOf) {
		return t.Elem
	}
	return nil
}

func keyOf(t *code.Type) *code.Type {
	if t != nil && t.Kind == code.MapOf {
		return t.Key
	}
	return nil
}
