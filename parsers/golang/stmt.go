package golang

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
)

// stmts adds what i is converted to: one node, several for a declaration of
// several things, none for an empty statement.
func (c *converter) stmts(dst []*code.Node, i int) []*code.Node {
	if n := c.Kept(i); n != nil {
		return append(dst, n)
	}
	switch c.Kind(i) {
	case "import_declaration", "const_declaration", "var_declaration", "type_declaration", "short_var_declaration":
		before, cuts := len(dst), len(c.cut)
		dst = c.declarations(dst, i)
		if len(dst) == before+1 && len(c.cut) == cuts {
			c.Keep(i, dst[before])
		}
		return dst
	case "labeled_statement":
		label := c.first(i)
		if stmt := c.next(label); stmt >= 0 {
			return c.stmts(dst, stmt)
		}
		return dst
	case "empty_statement", "comment", "fallthrough_statement":
		return dst
	}
	return append(dst, c.node(i))
}

// declarations adds a node per name declared at i. What is declared alone
// spans the whole declaration, in a group its own line.
func (c *converter) declarations(dst []*code.Node, i int) []*code.Node {
	if c.Kind(i) == "short_var_declaration" {
		left, right := c.child(i, c.fields.left), c.child(i, c.fields.right)
		return declare(dst, declaration{":=", c.list(nil, left), c.list(nil, right), nil, c.Span(i)})
	}
	open := c.Next(max(0, c.First(i)))
	grouped := open >= 0 && c.Text(open) == "("
	for k := c.first(i); k >= 0; k = c.next(k) {
		switch kind := c.Kind(k); {
		case kind == "import_spec_list" || kind == "var_spec_list":
			for s := c.first(k); s >= 0; s = c.next(s) {
				dst = c.spec(dst, s, c.Span(s))
			}
		case grouped:
			dst = c.spec(dst, k, c.Span(k))
		default:
			dst = c.spec(dst, k, c.Span(i))
		}
	}
	return dst
}

func (c *converter) spec(dst []*code.Node, i int, span source.Span) []*code.Node {
	switch c.Kind(i) {
	case "import_spec":
		return append(dst, c.importSpec(i))
	case "type_spec", "type_alias":
		return append(dst, c.typeSpec(i, span))
	case "const_spec":
		return declare(dst, c.varSpec(i, "const", span))
	case "var_spec":
		return declare(dst, c.varSpec(i, "var", span))
	case "ERROR":
		n := &code.Node{Span: c.Span(i), Flags: code.Broken}
		for k := c.first(i); k >= 0; k = c.next(k) {
			n.Kids = c.spec(n.Kids, k, c.Span(k))
		}
		return append(dst, n)
	}
	return c.stmts(dst, i)
}

func (c *converter) varSpec(i int, word string, span source.Span) declaration {
	d := declaration{word: word, span: span, typ: c.typ(c.child(i, c.fields.typ))}
	for k := c.first(i); k >= 0; k = c.next(k) {
		if c.Raw[k].Field == c.fields.name {
			d.targets = append(d.targets, c.node(k))
		}
	}
	d.values = c.list(nil, c.child(i, c.fields.value))
	return d
}

// declaration declares targets, all of one type if it is written.
type declaration struct {
	word            string
	targets, values []*code.Node
	typ             *code.Type
	span            source.Span
}

// declare adds one Var per target, or one with a Tuple for a value of several.
func declare(dst []*code.Node, d declaration) []*code.Node {
	if len(d.targets) > 1 && len(d.values) == 1 {
		return append(dst, d.node(pattern(d.targets, code.Tuple), d.values[0]))
	}
	for i, target := range d.targets {
		var value *code.Node
		if i < len(d.values) {
			value = d.values[i]
		}
		dst = append(dst, d.node(target, value))
	}
	if len(d.values) > len(d.targets) {
		dst = append(dst, d.values[len(d.targets):]...)
	}
	return dst
}

func (d declaration) node(target, value *code.Node) *code.Node {
	n := &code.Node{Kind: code.Var, Span: d.span, Text: d.word, Type: d.typ, Kids: []*code.Node{target, value}}
	if target.Kind == code.Ident {
		n.Name = target.Span
		n.Flags = exportedFlag(target.Text)
	}
	return n
}

// pattern is several targets; _ is none.
func pattern(targets []*code.Node, flags code.Flag) *code.Node {
	n := &code.Node{Kind: code.ArrayPattern, Flags: flags}
	for i, t := range targets {
		if i == 0 {
			n.Span = t.Span
		}
		n.Span = n.Span.Union(t.Span)
		if t.Kind == code.Ident && t.Text == "_" {
			t = nil
		}
		n.Kids = append(n.Kids, t)
	}
	return n
}

// sides are the two sides of a statement that sets variables: of a, b = b, a
// an ArrayPattern and an Array.
func (c *converter) sides(i int) (target, value *code.Node) {
	left, right := c.child(i, c.fields.left), c.child(i, c.fields.right)
	targets, values := c.list(nil, left), c.list(nil, right)
	if right >= 0 && c.Kind(right) != "expression_list" {
		values = []*code.Node{c.node(right)}
	}
	switch {
	case len(values) == 0:
		value = c.need(-1, i)
	case len(values) == 1:
		value = values[0]
	default:
		value = &code.Node{Kind: code.Array, Span: c.Span(right), Kids: values}
	}
	switch {
	case len(targets) == 0:
		target = c.need(-1, i)
	case len(targets) == 1 && len(values) < 2:
		target = targets[0]
	case len(values) == 1:
		target = pattern(targets, code.Tuple)
	default:
		target = pattern(targets, 0)
	}
	return target, value
}

func assignment(c *converter, i int) *code.Node {
	target, value := c.sides(i)
	return &code.Node{Kind: code.Assign, Span: c.Span(i), Text: c.token(i, c.fields.operator), Kids: []*code.Node{target, value}}
}

// simple is the statement in the head of an if or case, or behind each turn of a
// for, in one node.
func (c *converter) simple(i int) *code.Node {
	if i < 0 || c.Kind(i) != "short_var_declaration" {
		return c.node(i)
	}
	if n := c.Kept(i); n != nil {
		return n
	}
	target, value := c.sides(i)
	return declaration{word: ":=", span: c.Span(i)}.node(target, value)
}

func block(c *converter, i int) *code.Node {
	n := &code.Node{Kind: code.Block, Span: c.Span(i)}
	for k := c.first(i); k >= 0; k = c.next(k) {
		n.Kids = c.stmts(n.Kids, k)
	}
	return n
}

func send(c *converter, i int) *code.Node {
	return &code.Node{Kind: code.Binary, Span: c.Span(i), Text: "<-", Kids: []*code.Node{
		c.need(c.child(i, c.fields.channel), i), c.need(c.child(i, c.fields.value), i),
	}}
}

// receive is what a case of select waits for: <-c, v := <-c or v, ok = <-c.
func receive(c *converter, i int) *code.Node {
	if c.child(i, c.fields.left) < 0 {
		return c.need(c.child(i, c.fields.right), i)
	}
	target, value := c.sides(i)
	if c.hasToken(i, ":=") {
		return declaration{word: ":=", span: c.Span(i)}.node(target, value)
	}
	return &code.Node{Kind: code.Assign, Span: c.Span(i), Text: "=", Kids: []*code.Node{target, value}}
}

func (c *converter) hasToken(i int, token string) bool {
	for k := c.First(i); k >= 0; k = c.Next(k) {
		if c.Kind(k) == token {
			return true
		}
	}
	return false
}

func incDec(op string) rule {
	return func(c *converter, i int) *code.Node {
		return &code.Node{Kind: code.IncDec, Span: c.Span(i), Text: op, Kids: []*code.Node{c.need(c.first(i), i)}}
	}
}

func wrap(kind code.Kind) rule {
	return func(c *converter, i int) *code.Node {
		return &code.Node{Kind: kind, Span: c.Span(i), Kids: []*code.Node{c.need(c.first(i), i)}}
	}
}

func returnStmt(c *converter, i int) *code.Node {
	n := &code.Node{Kind: code.Return, Span: c.Span(i)}
	for k := c.first(i); k >= 0; k = c.next(k) {
		if c.Kind(k) == "expression_list" {
			n.Kids = c.list(n.Kids, k)
		} else {
			n.Kids = append(n.Kids, c.node(k))
		}
	}
	return n
}

func jump(kind code.Kind) rule {
	return func(c *converter, i int) *code.Node {
		n := &code.Node{Kind: kind, Span: c.Span(i)}
		if label := c.first(i); label >= 0 {
			n.Text, n.Name = c.Text(label), c.Span(label)
		}
		return n
	}
}
