package typescript

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
)

// annotation is the type of `: T`, nil if there is none.
func (c *converter) annotation(i int) *code.Type {
	if i < 0 {
		return nil
	}
	return c.typ(c.inner(i))
}

// typ converts a written type, nil if i is -1 or `const`. Types nest as deep as
// nodes may.
func (c *converter) typ(i int) *code.Type {
	for i >= 0 && transparent[c.Kind(i)] {
		i = c.inner(i)
	}
	if i < 0 {
		return nil
	}
	t := &code.Type{Span: c.Span(i)}
	if c.depth >= maxDepth {
		c.cut = true
		return t
	}
	c.depth++
	c.form(t, i)
	c.depth--
	return t
}

// transparent types say no more than the one inside.
var transparent = map[string]bool{
	"parenthesized_type": true, "readonly_type": true, "type_annotation": true, "flow_maybe_type": true, "constraint": true,
	"parenthesized_expression": true,
}

// form fills t, which stays Opaque where nothing is to be gained.
func (c *converter) form(t *code.Type, i int) {
	switch c.Kind(i) {
	case "type_identifier", "identifier", "predefined_type", "this_type", "this":
		t.Kind, t.Name = code.Named, c.Text(i)
	case "nested_type_identifier", "nested_identifier", "member_expression":
		c.qualified(t, i)
	case "generic_type":
		name := c.child(i, "name")
		if name < 0 {
			return
		}
		c.form(t, name)
		t.Args = c.typeArguments(i)
	case "array_type":
		t.Kind, t.Elem = code.List, c.elem(i)
	case "union_type", "intersection_type":
		c.union(t, i)
	case "object_type":
		c.shape(t, i)
	case "function_type":
		t.Kind, t.Elem = code.FuncOf, c.typ(c.child(i, "return_type"))
		if t.Elem == nil {
			t.Elem = &code.Type{Span: c.Span(i)}
		}
	case "type_query":
		if k := c.inner(i); k >= 0 && plain(c.Text(k)) {
			t.Kind = code.TypeOf
			t.Qual, t.Name = dotted(c.Text(k))
		}
	case "type_predicate":
		t.Kind, t.Name = code.Named, "boolean"
	}
}

// shape is an inline object type; one that has only an index signature is a
// map, a mapped type stays Opaque.
func (c *converter) shape(t *code.Type, i int) {
	index := c.find(i, "index_signature")
	fields := c.members(i)
	switch {
	case index < 0 || len(fields) > 0:
		t.Kind, t.Fields = code.Literal, fields
	case !c.has(index, "mapped_type_clause"):
		key, elem := c.typ(c.child(index, "index_type")), c.annotation(c.child(index, "type"))
		if key != nil && elem != nil {
			t.Kind, t.Key, t.Elem = code.MapOf, key, elem
		}
	}
}

// elem is the first type below i, Opaque if there is none.
func (c *converter) elem(i int) *code.Type {
	if t := c.typ(c.inner(i)); t != nil {
		return t
	}
	return &code.Type{Span: c.Span(i)}
}

// qualified is a.b.C, if it is made of names only.
func (c *converter) qualified(t *code.Type, i int) {
	if text := c.Text(i); plain(text) {
		t.Kind = code.Named
		t.Qual, t.Name = dotted(text)
	}
}

// plain reports whether text is names and dots.
func plain(text string) bool {
	return text != "" && !strings.ContainsAny(text, " \t\r\n()[]<>{}\"'?/!")
}

// union flattens the alternatives and leaves null and undefined out. A union of
// literals stays Opaque.
func (c *converter) union(t *code.Type, i int) {
	kind := c.Kind(i)
	parts := []int{i}
	var args []*code.Type
	for len(parts) > 0 {
		k := parts[len(parts)-1]
		parts = parts[:len(parts)-1]
		switch {
		case c.Kind(k) == kind:
			at := len(parts)
			for m := range c.kids(k) {
				parts = append(parts, m)
			}
			for a, b := at, len(parts)-1; a < b; a, b = a+1, b-1 {
				parts[a], parts[b] = parts[b], parts[a]
			}
		case c.absent(k):
		default:
			if m := c.typ(k); m != nil {
				args = append(args, m)
			}
		}
	}
	known := false
	for _, a := range args {
		known = known || a.Kind != code.Opaque
	}
	switch {
	case !known:
	case len(args) == 1:
		span := t.Span
		*t = *args[0]
		t.Span = span
	default:
		t.Kind, t.Args = code.Union, args
	}
}

// absent reports whether a type is null, undefined or void.
func (c *converter) absent(i int) bool {
	switch c.Text(i) {
	case "null", "undefined", "void":
		return true
	}
	return false
}

// typeArguments are those written at a call, a new, a type.
func (c *converter) typeArguments(i int) []*code.Type {
	list := c.find(i, "type_arguments")
	if list < 0 {
		return nil
	}
	var out []*code.Type
	for k := range c.kids(list) {
		if t := c.typ(k); t != nil {
			out = append(out, t)
		}
	}
	return out
}

// typeParameters are named types with their constraint in Args.
func (c *converter) typeParameters(i int) []*code.Type {
	if i < 0 {
		return nil
	}
	var out []*code.Type
	for k := range c.kids(i) {
		name := c.child(k, "name")
		if name < 0 {
			continue
		}
		t := &code.Type{Kind: code.Named, Name: c.Text(name), Span: c.Span(k)}
		if constraint := c.typ(c.child(k, "constraint")); constraint != nil {
			t.Args = []*code.Type{constraint}
		}
		out = append(out, t)
	}
	return out
}
