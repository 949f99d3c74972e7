package orm

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
)

// selection reads the arguments of an included relation.
func (p *prisma) selection(q *query.Query, n *code.Node, depth int) {
	all := p.pairs(n, func(pair *code.Node) {
		if pair.Text == "where" {
			q.Where = append(q.Where, p.where(q, pair.Kids[0], false, depth)...)
			return
		}
		p.selecting(q, pair, depth)
	})
	fromTheEnd(q)
	if !all {
		q.Unknown |= everything &^ query.UnknownTable
	}
}

// selecting reads one argument that says which rows and columns are wanted.
func (p *prisma) selecting(q *query.Query, pair *code.Node, depth int) {
	v := pair.Kids[0]
	if isUndefined(p.value(v)) {
		return
	}
	switch pair.Text {
	case "orderBy":
		p.orderBy(q, v)
	case "take":
		q.Limit = p.operand(v)
	case "skip":
		q.Offset = p.operand(v)
	case "distinct":
		q.Distinct, q.DistinctOn = true, p.fieldList(v)
	case "select":
		p.columns(q, v, depth)
	case "include":
		p.include(q, v, depth)
	case "_count", "_sum", "_avg", "_min", "_max":
		q.Aggregates = true
	case "relationLoadStrategy", "omit", "cursor":
	default:
		q.Unknown |= query.UnknownOther
	}
}

func isUndefined(n *code.Node) bool {
	return n != nil && n.Kind == code.Null && n.Text == "undefined"
}

// fieldList reads a field name or a list of them.
func (p *prisma) fieldList(n *code.Node) []query.Column {
	v := p.value(n)
	items := []*code.Node{v}
	if v.Kind == code.Array {
		items = v.Kids
	}
	var out []query.Column
	for _, k := range items {
		if s, ok := p.stringOf(k); ok && k != nil {
			out = append(out, column(s, k.Span))
		}
	}
	return out
}

// fromTheEnd turns a negative take around: that many rows in the other order.
func fromTheEnd(q *query.Query) {
	rest, negative := strings.CutPrefix(q.Limit.Text, "-")
	if !negative || q.Limit.Kind != query.Literal {
		return
	}
	q.Limit.Text = rest
	for i := range q.OrderBy {
		q.OrderBy[i].Desc = !q.OrderBy[i].Desc
	}
}

func (p *prisma) orderBy(q *query.Query, n *code.Node) {
	v := p.value(n)
	items := []*code.Node{n}
	if v.Kind == code.Array {
		items = v.Kids
	}
	for _, k := range items {
		if k == nil || !p.pairs(k, func(pair *code.Node) { p.order(q, pair) }) {
			q.Unknown |= query.UnknownOrder
		}
	}
}

func (p *prisma) order(q *query.Query, pair *code.Node) {
	v := p.value(pair.Kids[0])
	o := query.Order{Column: column(pair.Text, pair.Name), Span: pair.Span}
	if v.Kind == code.Object {
		dir := v.Get("sort")
		if dir == nil { // a field of a relation, an aggregate, a relevance
			q.OrderBy = append(q.OrderBy, query.Order{Expr: pair.Text, Span: pair.Span})
			return
		}
		o.Nulls, _ = p.stringOf(v.Get("nulls"))
		v = p.value(dir)
	}
	dir, ok := p.stringOf(v)
	if isUndefined(v) {
		return
	}
	if !ok {
		q.Unknown |= query.UnknownOrder
	}
	o.Desc = dir == "desc"
	q.OrderBy = append(q.OrderBy, o)
}

// columns reads select: fields, and relations with their own arguments. A
// relation asked for as a whole looks like a field here.
func (p *prisma) columns(q *query.Query, n *code.Node, depth int) {
	all := p.pairs(n, func(pair *code.Node) {
		switch v := p.value(pair.Kids[0]); {
		case pair.Text == "_count" || v.Kind == code.Object:
			p.included(q, pair, v, depth)
		case v.Kind == code.Bool && v.Text == "true":
			q.Columns = append(q.Columns, column(pair.Text, pair.Name))
		case v.Kind == code.Bool || isUndefined(v):
		default:
			q.Unknown |= query.UnknownColumns
		}
	})
	if !all {
		q.Unknown |= query.UnknownColumns | query.UnknownOther
	}
}

func (p *prisma) include(q *query.Query, n *code.Node, depth int) {
	if v := p.value(n); v.Kind == code.Null {
		return
	}
	all := p.pairs(n, func(pair *code.Node) { p.included(q, pair, p.value(pair.Kids[0]), depth) })
	if !all {
		q.Unknown |= query.UnknownOther
	}
}

func (p *prisma) included(q *query.Query, pair, v *code.Node, depth int) {
	switch {
	case depth > maxDepth:
		q.Unknown |= query.UnknownOther
	case v.Kind == code.Bool && v.Text == "false" || v.Kind == code.Null:
	case pair.Text == "_count":
		p.counts(q, v, depth)
	case v.Kind == code.Object || v.Kind == code.Bool:
		sub := p.eager(pair.Text, pair.Name, pair)
		if v.Kind == code.Object {
			p.selection(sub, v, depth+1)
			sub.Refs = p.mentions(sub, nil)
		}
		addSub(q, sub)
	default: // included or not, or with arguments from elsewhere
		q.Unknown |= query.UnknownOther
	}
}

// counts reads _count: { select: { posts: true | { where } } }.
func (p *prisma) counts(q *query.Query, v *code.Node, depth int) {
	sel := v.Get("select")
	if sel == nil {
		q.Unknown |= query.UnknownOther
		return
	}
	all := p.pairs(sel, func(pair *code.Node) {
		sub := p.eager(pair.Text, pair.Name, pair)
		sub.Aggregates = true
		if o := p.object(pair.Kids[0]); o != nil {
			p.selection(sub, o, depth+1)
			sub.Refs = p.mentions(sub, nil)
		}
		addSub(q, sub)
	})
	if !all {
		q.Unknown |= query.UnknownOther
	}
}

// eager is the query that loads a relation.
func (p *prisma) eager(relation string, at source.Span, pair *code.Node) *query.Query {
	q := &query.Query{Op: query.Select, Role: query.Eager, Library: p.lib.Name, Span: at, Head: at,
		Tables: []query.Table{{Relation: relation, Span: at}}}
	if pair != nil {
		q.Span = pair.Span
	}
	return q
}
