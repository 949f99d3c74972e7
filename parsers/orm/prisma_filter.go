package orm

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/query"
)

// scalarFilter reads { gt: 1, lt: 5 } and the like: one condition an operator.
func (p *prisma) scalarFilter(q *query.Query, one query.Predicate, o *code.Node, depth int) []query.Predicate {
	var out []query.Predicate
	insensitive, _ := p.stringOf(o.Get("mode"))
	if path := o.Get("path"); path != nil {
		one.Wrapped = "#>"
	}
	all := p.pairs(o, func(filter *code.Node) {
		v := p.value(filter.Kids[0])
		if isUndefined(v) || filter.Text == "mode" || filter.Text == "path" {
			return
		}
		if maybeUndefined(v) {
			q.Unknown |= query.UnknownWhere
		}
		if filter.Text == "not" && v.Kind == code.Object && depth < maxDepth {
			out = append(out, negate(p.scalarFilter(q, one, v, depth+1))...)
			return
		}
		pred := one
		p.compare(&pred, filter.Text, filter.Kids[0], v)
		if insensitive == "insensitive" {
			pred.Op = caseless(pred.Op)
		}
		out = append(out, pred)
	})
	if !all {
		q.Unknown |= query.UnknownWhere
	}
	return out
}

func caseless(op query.Cmp) query.Cmp {
	switch op {
	case query.Like, query.Eq:
		return query.ILike
	case query.Ne, query.NotLike:
		return query.NotILike
	}
	return op
}

// comparisons are the operators that need nothing but their operand.
var comparisons = map[string]query.Cmp{
	"equals": query.Eq, "not": query.Ne, "lt": query.Lt, "lte": query.Le, "gt": query.Gt, "gte": query.Ge,
	"search": query.Match, "has": query.Contains, "hasEvery": query.Contains, "hasSome": query.Overlaps, "array_contains": query.Contains,
}

func (p *prisma) compare(pred *query.Predicate, op string, n, v *code.Node) {
	switch op {
	case "in", "notIn":
		pred.Op, pred.Operand = query.In, p.list(n)
		if op == "notIn" {
			pred.Op = query.NotIn
		}
	case "contains", "string_contains":
		pred.Op, pred.Operand = query.Like, p.pattern(n, "%", "%")
	case "startsWith", "string_starts_with":
		pred.Op, pred.Operand = query.Like, p.pattern(n, "", "%")
	case "endsWith", "string_ends_with":
		pred.Op, pred.Operand = query.Like, p.pattern(n, "%", "")
	case "isEmpty":
		pred.Op, pred.Operand = query.Eq, literal("{}", n.Span)
		if v.Kind == code.Bool && v.Text == "false" {
			pred.Op = query.Ne
		}
	case "isSet":
		pred.Op = query.IsNotNull
		if v.Kind == code.Bool && v.Text == "false" {
			pred.Op = query.IsNull
		}
	default:
		pred.Op, pred.Operand = comparisons[op], p.operand(n)
		if pred.Op == query.Other {
			pred.Symbol = op
		}
		if v.Kind == code.Null && (op == "equals" || op == "not") {
			pred.Op, pred.Operand = query.IsNull, query.Operand{}
			if op == "not" {
				pred.Op = query.IsNotNull
			}
		}
		if ref, ok := fieldReference(n); ok {
			pred.Operand = query.Operand{Kind: query.ColumnRef, Column: column(ref, n.Span), Span: n.Span}
		}
	}
}

// pattern is the operand of LIKE, with the wildcards the client adds; of a
// parameter they stand around its text as well.
func (p *prisma) pattern(n *code.Node, before, after string) query.Operand {
	o := p.operand(n)
	o.Text = before + o.Text + after
	return o
}

// fieldReference reads prisma.user.fields.name.
func fieldReference(n *code.Node) (string, bool) {
	if n.Kind == code.Member && n.Kids[0].Kind == code.Member && n.Kids[0].Text == "fields" && n.Kids[0].Kids[0].Kind == code.Member {
		return n.Text, true
	}
	return "", false
}

// having reads conditions on groups; those on aggregates have no column.
func (p *prisma) having(q *query.Query, n *code.Node) []query.Predicate {
	var out []query.Predicate
	all := p.pairs(n, func(pair *code.Node) {
		o := p.object(pair.Kids[0])
		if o == nil || anyIn(keysOf(o), scalarFilters) {
			out = append(out, p.field(q, pair, false, 0)...)
			return
		}
		for _, key := range keysOf(o) {
			out = append(out, query.Predicate{Op: query.Other, Wrapped: strings.TrimPrefix(key, "_"), Expr: key, Column: column(pair.Text, pair.Name), Span: pair.Span})
		}
	})
	if !all {
		q.Unknown |= query.UnknownOther
	}
	return out
}

// cursorPredicate adds what a cursor means: a range from that row on, in the
// order asked for, or else in the order of the cursor's own key.
func (p *prisma) cursorPredicate(q *query.Query, link code.Link) {
	o := p.object(link.Args[0])
	cursor := o.Get("cursor")
	if cursor == nil || isUndefined(p.value(cursor)) {
		return
	}
	if maybeUndefined(p.value(cursor)) || p.object(cursor) == nil {
		q.Unknown |= query.UnknownWhere
		return
	}
	keys := p.where(q, cursor, true, 0)
	if len(q.OrderBy) == 0 {
		for _, k := range keys {
			q.OrderBy = append(q.OrderBy, query.Order{Column: k.Column, Span: k.Span})
		}
	}
	if len(q.OrderBy) == 0 || q.OrderBy[0].Column.Name == "" {
		return
	}
	first := q.OrderBy[0]
	op := query.Ge
	if first.Desc {
		op = query.Le
	}
	q.Where = append(q.Where, query.Predicate{Column: first.Column, Op: op, Operand: query.Operand{Kind: query.Param, Text: "cursor", Span: cursor.Span}, Span: cursor.Span})
}
