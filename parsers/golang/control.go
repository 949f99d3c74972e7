package golang

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/treesitter"
)

func ifStmt(c *converter, i int) *code.Node {
	n := &code.Node{Kind: code.If, Span: c.Span(i), Kids: []*code.Node{
		c.need(c.child(i, c.fields.condition), i),
		c.need(c.child(i, c.fields.consequence), i),
		c.node(c.child(i, c.fields.alternative)),
	}}
	if init := c.simple(c.child(i, c.fields.initializer)); init != nil {
		n.Kids = append(n.Kids, init)
	}
	return n
}

func forStmt(c *converter, i int) *code.Node {
	n := &code.Node{Kind: code.While, Span: c.Span(i)}
	body := c.child(i, c.fields.body)
	head := c.first(i)
	for head >= 0 && (head == body || c.Raw[head].Symbol == treesitter.ErrorSymbol) {
		head = c.next(head)
	}
	switch {
	case head < 0:
		n.Kids = []*code.Node{nil}
	case c.Kind(head) == "range_clause":
		n.Kind, n.Text = code.ForEach, "range"
		var target *code.Node
		if left := c.child(head, c.fields.left); left >= 0 {
			target = pattern(c.list(nil, left), code.Tuple)
		}
		n.Kids = []*code.Node{target, c.need(c.child(head, c.fields.right), head)}
	case c.Kind(head) == "for_clause":
		n.Kind = code.For
		n.Kids = []*code.Node{
			c.forInit(c.child(head, c.fields.initializer)),
			c.node(c.child(head, c.fields.condition)),
			c.simple(c.child(head, c.fields.update)),
		}
	default:
		n.Kids = []*code.Node{c.node(head)}
	}
	n.Kids = append(n.Kids, c.need(body, i))
	return n
}

// forInit is the first statement in the head of a for; several variables are a Block.
func (c *converter) forInit(i int) *code.Node {
	nodes := c.head(i)
	switch len(nodes) {
	case 0:
		return nil
	case 1:
		return nodes[0]
	}
	return &code.Node{Kind: code.Block, Span: c.Span(i), Kids: nodes}
}

// head are the nodes of a statement in front of another, none for -1.
func (c *converter) head(i int) []*code.Node {
	if i < 0 {
		return nil
	}
	return c.stmts(nil, i)
}

func exprSwitch(c *converter, i int) *code.Node {
	n := &code.Node{Kind: code.Switch, Span: c.Span(i), Kids: []*code.Node{c.node(c.child(i, c.fields.value))}}
	n.Kids = append(n.Kids, c.cases(i, nil)...)
	return scoped(n, c.head(c.child(i, c.fields.initializer)))
}

// selectStmt is a Switch with the text "select": what a case waits for stands
// first in it.
func selectStmt(c *converter, i int) *code.Node {
	n := &code.Node{Kind: code.Switch, Span: c.Span(i), Text: "select", Kids: []*code.Node{nil}}
	n.Kids = append(n.Kids, c.cases(i, nil)...)
	return n
}

// typeSwitch is a Switch whose cases have Types instead of values. What
// `switch v := x.(type)` declares is declared before it, and in every case of
// one type again with that type.
func typeSwitch(c *converter, i int) *code.Node {
	x := c.need(c.child(i, c.fields.value), i)
	n := &code.Node{Kind: code.Switch, Span: c.Span(i), Kids: []*code.Node{x}}
	head := c.head(c.child(i, c.fields.initializer))
	alias := c.child(i, c.fields.alias)
	if alias >= 0 {
		alias = c.first(alias)
	}
	if alias < 0 {
		n.Kids = append(n.Kids, c.cases(i, nil)...)
		return scoped(n, head)
	}
	name := ident(c, alias)
	declared := declaration{word: ":=", span: name.Span.Union(x.Span)}.node(name, x)
	n.Kids[0] = ident(c, alias)
	n.Kids = append(n.Kids, c.cases(i, name)...)
	return scoped(n, append(head, declared))
}

// scoped is n behind the statements of its head, in a Block of their own.
func scoped(n *code.Node, head []*code.Node) *code.Node {
	if len(head) == 0 {
		return n
	}
	return &code.Node{Kind: code.Block, Span: n.Span, Kids: append(head, n)}
}

// cases are the cases of a switch or select; alias is what a type switch declares.
func (c *converter) cases(i int, alias *code.Node) []*code.Node {
	var out []*code.Node
	for k := c.first(i); k >= 0; k = c.next(k) {
		switch c.Kind(k) {
		case "expression_case", "communication_case", "type_case", "default_case":
			out = append(out, c.oneCase(k, alias))
		case "ERROR":
			out = append(out, &code.Node{Kind: code.Case, Span: c.Span(k), Kids: []*code.Node{c.node(k)}})
		}
	}
	return out
}

func (c *converter) oneCase(i int, alias *code.Node) *code.Node {
	n := &code.Node{Kind: code.Case, Span: c.Span(i)}
	if c.Kind(i) == "default_case" {
		n.Text = "default"
	}
	inHead := true
	for k := c.first(i); k >= 0; k = c.next(k) {
		switch f := c.Raw[k].Field; {
		case f == 0:
			if inHead {
				n.Kids = append(n.Kids, typedAgain(n.Types, alias)...)
				inHead = false
			}
			n.Kids = c.stmts(n.Kids, k)
		case f == c.fields.communication:
			n.Kids = append(n.Kids, c.simple(k))
		case f == c.fields.typ && c.Raw[k].Symbol != treesitter.ErrorSymbol:
			n.Types = append(n.Types, c.typ(k))
		case f == c.fields.value && c.Kind(k) == "expression_list":
			n.Kids = c.list(n.Kids, k)
		default:
			n.Kids = append(n.Kids, c.node(k))
		}
	}
	return n
}

// typedAgain declares the variable of a type switch with the type of a case.
func typedAgain(types []*code.Type, alias *code.Node) []*code.Node {
	if alias == nil || len(types) != 1 || types[0].Kind == code.Named && types[0].Qual == "" && types[0].Name == "nil" {
		return nil
	}
	name, value := *alias, *alias
	assert := &code.Node{Kind: code.Assert, Span: alias.Span, Type: types[0], Kids: []*code.Node{&value}}
	return []*code.Node{declaration{word: ":=", span: alias.Span}.node(&name, assert)}
}
