package orm

import "github.com/dbwise/dbwise/parsers/code"

// declared is the type written for a variable: of a parameter of the functions
// around, or of a var statement before it.
func (c *call) declared(n *code.Node) *code.Type {
	var found *code.Type
	list := c.env.File().Body
	for range maxDepth * 4 {
		var inner *code.Node
		for _, k := range list {
			switch {
			case k == nil:
			case k.Kind == code.Param && k.Text == n.Text:
				found = k.Type
			case k.Kind == code.Var && len(k.Kids) > 0 && k.Kids[0] != nil && k.Kids[0].Text == n.Text && k.Span.End <= n.Span.Start:
				found = k.Type
			case k.Span.Covers(n.Span):
				inner = k
			}
		}
		if inner == nil {
			return found
		}
		list = inner.Kids
	}
	return found
}

// assigned is the expression whose value, or first result, the variable n was
// given last before it is used. Nil if a branch in between may give it another.
func (c *call) assigned(n *code.Node) *code.Node {
	if n == nil || n.Kind != code.Ident {
		return nil
	}
	var found *code.Node
	list := c.env.File().Body
	for range maxDepth * 4 {
		var inner *code.Node
		for _, k := range list {
			switch {
			case k == nil:
			case k.Span.Covers(n.Span):
				inner = k
			case k.Span.End > n.Span.Start:
			case sets(k, n.Text):
				found = k.Kids[1]
			case found != nil && setsInside(k, n.Text):
				found = nil
			}
		}
		if inner == nil {
			return found
		}
		if inner.Kind == code.Func {
			found = nil
		}
		list = inner.Kids
	}
	return nil
}

// sets reports whether a statement gives the variable a value, alone or as the
// first of several.
func sets(n *code.Node, name string) bool {
	if n.Kind != code.Var && (n.Kind != code.Assign || n.Text != "=") || len(n.Kids) < 2 || n.Kids[0] == nil || n.Kids[1] == nil {
		return false
	}
	target := n.Kids[0]
	if target.Kind == code.ArrayPattern && len(target.Kids) > 0 {
		target = target.Kids[0]
	}
	return target != nil && target.Kind == code.Ident && target.Text == name
}

func setsInside(n *code.Node, name string) bool {
	found := false
	n.Walk(func(k *code.Node) bool {
		found = found || sets(k, name)
		return !found
	})
	return found
}

// method is the member that a call calls, "" for any other expression.
func method(n *code.Node) string {
	if n != nil && n.Kind == code.Call && n.Kids[0].Kind == code.Member {
		return n.Kids[0].Text
	}
	return ""
}
