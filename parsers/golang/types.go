package golang

import (
	"unicode"
	"unicode/utf8"

	"github.com/dbwise/dbwise/parsers/code"
)

// typeRule reads the type i.
type typeRule func(c *converter, i int) *code.Type

// typeTable tells how each kind of type of the grammar is read.
func typeTable() map[string]typeRule {
	return map[string]typeRule{
		"type_identifier": namedType, "identifier": namedType, "field_identifier": namedType,
		"qualified_type": qualifiedType, "selector_expression": selectorType, "generic_type": genericType,
		"pointer_type": elemType(code.Pointer), "slice_type": elemType(code.List), "array_type": elemType(code.List),
		"implicit_length_array_type": elemType(code.List), "map_type": mapType, "channel_type": chanType,
		"function_type": funcType, "struct_type": structType, "interface_type": interfaceType,
		"parenthesized_type": innerType, "negated_type": innerType, "type_elem": unionType, "type_constraint": unionType,
	}
}

// predeclared are the types every file knows (go.dev/ref/spec#Predeclared_identifiers).
var predeclared = map[string]bool{
	"any": true, "bool": true, "byte": true, "comparable": true, "complex64": true, "complex128": true,
	"error": true, "float32": true, "float64": true, "int": true, "int8": true, "int16": true, "int32": true,
	"int64": true, "rune": true, "string": true, "uint": true, "uint8": true, "uint16": true, "uint32": true,
	"uint64": true, "uintptr": true,
}

// isType reports whether i can only be a type.
func (c *converter) isType(i int) bool {
	s := c.Raw[i].Symbol
	if int(s) >= len(c.types) || c.types[s] == nil {
		return false
	}
	switch c.Kind(i) {
	case "identifier", "field_identifier", "selector_expression":
		return false
	}
	return true
}

// typ reads a type; nil for -1, Opaque for what needs no reading.
func (c *converter) typ(i int) *code.Type {
	if i < 0 {
		return nil
	}
	opaque := &code.Type{Span: c.Span(i)}
	s := c.Raw[i].Symbol
	if int(s) >= len(c.types) || c.types[s] == nil {
		return opaque
	}
	if c.depth >= maxDepth {
		c.cut = append(c.cut, c.Span(i))
		return opaque
	}
	c.depth++
	t := c.types[s](c, i)
	c.depth--
	if t == nil {
		return opaque
	}
	t.Span = c.Span(i)
	return t
}

func namedType(c *converter, i int) *code.Type { return &code.Type{Kind: code.Named, Name: c.Text(i)} }

func qualifiedType(c *converter, i int) *code.Type {
	return c.dotted(c.child(i, c.fields.pkg), c.child(i, c.fields.name))
}

func selectorType(c *converter, i int) *code.Type {
	return c.dotted(c.child(i, c.fields.operand), c.child(i, c.fields.field))
}

func (c *converter) dotted(pkg, name int) *code.Type {
	if pkg < 0 || name < 0 {
		return nil
	}
	return &code.Type{Kind: code.Named, Qual: c.Text(pkg), Name: c.Text(name)}
}

func genericType(c *converter, i int) *code.Type {
	t := c.typ(c.child(i, c.fields.typ))
	if t != nil {
		t.Args = c.typeArguments(c.child(i, c.fields.typeArguments))
	}
	return t
}

func (c *converter) typeArguments(i int) []*code.Type {
	var out []*code.Type
	if i >= 0 {
		for k := c.first(i); k >= 0; k = c.next(k) {
			out = append(out, c.typ(k))
		}
	}
	return out
}

// elemType is for types written as a sign and one other type, the last child.
func elemType(kind code.TypeKind) typeRule {
	return func(c *converter, i int) *code.Type {
		elem := c.child(i, c.fields.element)
		if elem < 0 {
			elem = c.first(i)
		}
		if elem < 0 {
			return nil
		}
		return &code.Type{Kind: kind, Elem: c.typ(elem)}
	}
}

func mapType(c *converter, i int) *code.Type {
	key, value := c.child(i, c.fields.key), c.child(i, c.fields.value)
	if key < 0 || value < 0 {
		return nil
	}
	return &code.Type{Kind: code.MapOf, Key: c.typ(key), Elem: c.typ(value)}
}

// chanType is a channel: the word chan cannot name anything else.
func chanType(c *converter, i int) *code.Type {
	value := c.child(i, c.fields.value)
	if value < 0 {
		return nil
	}
	return &code.Type{Kind: code.Named, Name: "chan", Args: []*code.Type{c.typ(value)}}
}

func funcType(c *converter, i int) *code.Type {
	return &code.Type{Kind: code.FuncOf, Elem: c.result(i)}
}

func structType(c *converter, i int) *code.Type {
	return &code.Type{Kind: code.Literal, Fields: c.structFields(i)}
}

// interfaceType is an interface without a name: its methods as fields.
func interfaceType(c *converter, i int) *code.Type {
	t := &code.Type{Kind: code.Literal}
	for k := c.first(i); k >= 0; k = c.next(k) {
		if name := c.child(k, c.fields.name); name >= 0 && c.Kind(k) == "method_elem" {
			t.Fields = append(t.Fields, &code.Node{
				Kind: code.Field, Span: c.Span(k), Name: c.Span(name), Text: c.Text(name),
				Type: &code.Type{Kind: code.FuncOf, Elem: c.result(k), Span: c.Span(k)}, Kids: []*code.Node{nil},
			})
		}
	}
	if len(t.Fields) == 0 {
		return nil
	}
	return t
}

func innerType(c *converter, i int) *code.Type { return c.typ(c.first(i)) }

// unionType is one element of a constraint, ~int | string.
func unionType(c *converter, i int) *code.Type {
	args := c.typeArguments(i)
	switch len(args) {
	case 0:
		return nil
	case 1:
		return args[0]
	}
	return &code.Type{Kind: code.Union, Args: args}
}

// result is the type a function gives, nil for none.
func (c *converter) result(i int) *code.Type {
	list := c.child(i, c.fields.result)
	if list < 0 || c.Kind(list) != "parameter_list" {
		return c.typ(list)
	}
	var args []*code.Type
	for k := c.first(list); k >= 0; k = c.next(k) {
		t := c.typ(c.child(k, c.fields.typ))
		if t == nil {
			t = &code.Type{Span: c.Span(k)}
		}
		args = append(args, t)
		for n := c.names(k) - 1; n > 0; n-- {
			args = append(args, t)
		}
	}
	switch len(args) {
	case 0:
		return nil
	case 1:
		return args[0]
	}
	return &code.Type{Kind: code.Results, Args: args, Span: c.Span(list)}
}

// names counts the names declared together at i.
func (c *converter) names(i int) int {
	count := 0
	for k := c.first(i); k >= 0; k = c.next(k) {
		if c.Raw[k].Field == c.fields.name {
			count++
		}
	}
	return count
}

// conversionType is the type that f(x) converts to if f is a type built in or
// (*T), nil if f is anything else.
func conversionType(f *code.Node) *code.Type {
	switch {
	case f.Kind == code.Ident && predeclared[f.Text]:
		return &code.Type{Kind: code.Named, Name: f.Text, Span: f.Span}
	case f.Kind == code.Unary && f.Text == "*":
		if t := typeOf(f.Kids[0]); t != nil {
			return &code.Type{Kind: code.Pointer, Elem: t, Span: f.Span}
		}
	}
	return nil
}

// typeOf reads the type that was parsed as the expression n.
func typeOf(n *code.Node) *code.Type {
	switch {
	case n.Kind == code.Ident:
		return &code.Type{Kind: code.Named, Name: n.Text, Args: n.Types, Span: n.Span}
	case n.Kind == code.Member && n.Kids[0].Kind == code.Ident:
		return &code.Type{Kind: code.Named, Qual: n.Kids[0].Text, Name: n.Text, Args: n.Types, Span: n.Span}
	case n.Kind == code.Index && n.Kids[1].Kind == code.Ident:
		if t := typeOf(n.Kids[0]); t != nil {
			t.Args, t.Span = []*code.Type{typeOf(n.Kids[1])}, n.Span
			return t
		}
	}
	return nil
}

// isExported reports whether other packages see a name.
func isExported(name string) bool {
	r, _ := utf8.DecodeRuneInString(name)
	return unicode.IsUpper(r)
}
