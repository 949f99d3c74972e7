package orm

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
)

// maxDepth bounds how deep the literals of arguments are read; what is deeper
// counts as unknown. Real conditions stay below ten.
const maxDepth = 40

// value is what an expression leads to, through constants and address-of.
func (c *call) value(n *code.Node) *code.Node {
	for range maxDepth {
		if n == nil {
			return nil
		}
		v := c.env.Value(n)
		if v == nil {
			return n
		}
		if v.Kind == code.Unary && v.Text == "&" {
			v = v.Kids[0]
		} else if v == n {
			return n
		}
		n = v
	}
	return n
}

// operand is the value a condition compares with, or a column is set to.
func (c *call) operand(n *code.Node) query.Operand {
	if n == nil {
		return query.Operand{}
	}
	v := c.value(n)
	switch v.Kind {
	case code.String:
		if v.Frag == nil || len(v.Frag.Holes) == 0 {
			return query.Operand{Kind: query.Literal, Text: v.Text, Span: n.Span}
		}
	case code.Number, code.Bool:
		return query.Operand{Kind: query.Literal, Text: v.Text, Span: n.Span}
	case code.Null:
		return query.Operand{Kind: query.Null, Span: n.Span}
	case code.Unary:
		if v.Text == "-" && v.Kids[0].Kind == code.Number {
			return query.Operand{Kind: query.Literal, Text: "-" + v.Kids[0].Text, Span: n.Span}
		}
	case code.Array:
		return c.listOperand(n, v)
	}
	o := query.Operand{Kind: query.Param, Text: text(n), Span: n.Span}
	if o.Text == "" {
		if frag := c.env.String(n); frag != nil { // "%" + name: the wildcards are worth knowing
			o.Text = frag.Text
		}
	}
	return o
}

func (c *call) listOperand(n, v *code.Node) query.Operand {
	o := query.Operand{Kind: query.List, Text: text(n), Span: n.Span}
	for _, k := range v.Kids {
		if k == nil || k.Kind == code.Spread {
			o.Open = true
			continue
		}
		o.Items = append(o.Items, c.operand(k))
	}
	return o
}

// list is the operand of IN: one that is not written out is open.
func (c *call) list(n *code.Node) query.Operand {
	o := c.operand(n)
	if o.Kind != query.List {
		o = query.Operand{Kind: query.List, Text: o.Text, Open: true, Span: o.Span}
	}
	return o
}

// isList reports whether an expression is a list for certain: by its literal,
// by its origin, or by the declared type of the variable.
func (c *call) isList(n *code.Node) bool {
	v := c.value(n)
	switch {
	case v.Kind == code.Array:
		return true
	case v.Kind == code.Call && v.Kids[0].Kind == code.Ident:
		if v.Kids[0].Text == "append" {
			return true
		}
		return v.Kids[0].Text == "make" && len(v.Types) > 0 && v.Types[0].Kind == code.List
	case v.Kind == code.Ident:
		if t := c.declared(v); t != nil {
			return t.Kind == code.List && base(t).Name != "byte"
		}
	}
	r := c.env.Ref(n)
	return r.Known() && len(r.Steps) > 0 && r.Steps[len(r.Steps)-1].Op == code.Listed
}

// text is a short expression as it was written, "" for anything longer.
func text(n *code.Node) string {
	var parts []string
	for range maxDepth {
		switch n.Kind {
		case code.Member:
			parts = append(parts, n.Text)
		case code.Ident, code.This:
			parts = append(parts, n.Text)
			for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
				parts[i], parts[j] = parts[j], parts[i]
			}
			return strings.Join(parts, ".")
		case code.Await, code.Assert:
			if len(parts) > 0 {
				return ""
			}
		case code.Binary: // name || undefined
			if len(parts) > 0 || !isUndefined(n.Kids[1]) {
				return ""
			}
		case code.Unary:
			if n.Text != "&" && n.Text != "*" || len(parts) > 0 {
				return ""
			}
		default:
			return ""
		}
		n = n.Kids[0]
	}
	return ""
}

// object is an expression as an object literal, nil if it is none.
func (c *call) object(n *code.Node) *code.Node {
	if v := c.value(n); v != nil && v.Kind == code.Object {
		return v
	}
	return nil
}

// pairs calls f for every entry of an object literal, those of spread literals
// included, and reports whether these are all.
func (c *call) pairs(n *code.Node, f func(*code.Node)) bool {
	return c.eachPair(n, f, 0)
}

func (c *call) eachPair(n *code.Node, f func(*code.Node), depth int) bool {
	o := c.object(n)
	if o == nil || depth > maxDepth {
		return false
	}
	all := true
	for _, k := range o.Kids {
		switch {
		case k == nil:
		case k.Kind == code.Spread:
			// A literal that is changed later ends in a spread of itself.
			inner := c.object(k.Kids[0])
			all = inner != nil && inner.Span != o.Span && c.eachPair(inner, f, depth+1) && all
		case k.Kind == code.Pair && k.Text != "":
			f(k)
		default:
			all = false
		}
	}
	return all
}

// stringOf is the text of a string that is written out in full.
func (c *call) stringOf(n *code.Node) (string, bool) {
	v := c.value(n)
	if v == nil || v.Kind != code.String || v.Frag != nil && len(v.Frag.Holes) > 0 {
		return "", false
	}
	return v.Text, true
}

func column(name string, at source.Span) query.Column { return query.Column{Name: name, Span: at} }

func literal(text string, at source.Span) query.Operand {
	return query.Operand{Kind: query.Literal, Text: text, Span: at}
}

// addSub adds a query inside q and gives its place, counted from one.
func addSub(q, sub *query.Query) int {
	q.Subqueries = append(q.Subqueries, sub)
	return len(q.Subqueries)
}
