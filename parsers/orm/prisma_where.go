package orm

import (
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/query"
)

// where reads a condition object as an AND-list. What is not written out is
// flagged on q.
func (p *prisma) where(q *query.Query, n *code.Node, unique bool, depth int) []query.Predicate {
	var out []query.Predicate
	if v := p.value(n); isUndefined(v) {
		return nil
	}
	if depth > maxDepth {
		q.Unknown |= query.UnknownWhere
		return nil
	}
	all := p.pairs(n, func(pair *code.Node) {
		v := pair.Kids[0]
		switch pair.Text {
		case "AND":
			for _, k := range p.arms(q, v) {
				out = append(out, p.where(q, k, false, depth+1)...)
			}
		case "OR":
			if arms := p.or(q, v, depth); len(arms) == 1 {
				out = append(out, arms[0]...)
			} else if len(arms) > 1 {
				out = append(out, query.Predicate{Or: arms, Span: pair.Span})
			}
		case "NOT":
			for _, k := range p.arms(q, v) {
				out = append(out, negate(p.where(q, k, false, depth+1))...)
			}
		default:
			out = append(out, p.field(q, pair, unique, depth)...)
		}
	})
	if !all {
		q.Unknown |= query.UnknownWhere
	}
	return out
}

// arms are the conditions of AND, OR or NOT: one object or a list of them.
func (p *prisma) arms(q *query.Query, n *code.Node) []*code.Node {
	v := p.value(n)
	switch v.Kind {
	case code.Object:
		return []*code.Node{v}
	case code.Array:
		var out []*code.Node
		for _, k := range v.Kids {
			if k == nil || p.object(k) == nil {
				q.Unknown |= query.UnknownWhere
				continue
			}
			out = append(out, k)
		}
		return out
	}
	if !isUndefined(v) {
		q.Unknown |= query.UnknownWhere
	}
	return nil
}

func (p *prisma) or(q *query.Query, n *code.Node, depth int) [][]query.Predicate {
	var out [][]query.Predicate
	for _, k := range p.arms(q, n) {
		if arm := p.where(q, k, false, depth+1); len(arm) > 0 {
			out = append(out, arm)
		}
	}
	return out
}

// field reads one key of a condition: a scalar, a compound key or a relation.
func (p *prisma) field(q *query.Query, pair *code.Node, unique bool, depth int) []query.Predicate {
	v := p.value(pair.Kids[0])
	one := query.Predicate{Column: column(pair.Text, pair.Name), Op: query.Eq, Span: pair.Span}
	switch {
	case isUndefined(v):
		return nil
	case v.Kind == code.Null:
		one.Op, one.Operand = query.IsNull, query.Operand{}
		return []query.Predicate{one}
	case v.Kind != code.Object:
		if maybeUndefined(v) {
			q.Unknown |= query.UnknownWhere
		}
		one.Operand = p.operand(pair.Kids[0])
		if one.Operand.Kind == query.List { // equality of a list column
			one.Operand = query.Operand{Kind: query.Param, Text: one.Operand.Text, Span: one.Operand.Span}
		}
		return []query.Predicate{one}
	}
	keys := keysOf(v)
	switch {
	case anyIn(keys, relationFilters):
		return p.relationFilter(q, pair, v, depth)
	case anyIn(keys, scalarFilters):
		return p.scalarFilter(q, one, v, depth)
	case len(keys) == 0:
		if v.Open() {
			q.Unknown |= query.UnknownWhere
		}
		return nil
	case unique && strings.Join(keys, "_") == pair.Text:
		return p.where(q, v, false, depth+1)
	}
	return []query.Predicate{p.related(q, pair, v, query.Exists, depth)}
}

// maybeUndefined reports whether a value may be undefined by the way it is
// written, in which case the condition falls away: `a || undefined`.
func maybeUndefined(n *code.Node) bool {
	switch n.Kind {
	case code.Binary:
		return isUndefined(n.Kids[1])
	case code.Cond:
		return isUndefined(n.Kids[1]) || isUndefined(n.Kids[2])
	}
	return false
}

func keysOf(o *code.Node) []string {
	var out []string
	for _, k := range o.Kids {
		if k != nil && k.Kind == code.Pair && k.Text != "" {
			out = append(out, k.Text)
		}
	}
	return out
}

func anyIn(keys []string, set map[string]bool) bool {
	return slices.ContainsFunc(keys, func(k string) bool { return set[k] })
}

var (
	relationFilters = names("some every none is isNot")
	scalarFilters   = names(`equals not in notIn lt lte gt gte contains startsWith endsWith mode search has
		hasSome hasEvery isEmpty isSet path string_contains string_starts_with string_ends_with array_contains
		array_starts_with array_ends_with`)
)

// relationFilter reads some, every, none, is and isNot.
func (p *prisma) relationFilter(q *query.Query, pair, o *code.Node, depth int) []query.Predicate {
	var out []query.Predicate
	all := p.pairs(o, func(filter *code.Node) {
		v := p.value(filter.Kids[0])
		op := query.Exists
		if filter.Text == "none" || filter.Text == "isNot" || filter.Text == "every" {
			op = query.NotExists
		}
		switch {
		case isUndefined(v):
		case v.Kind == code.Null: // is: null has no related row
			if op == query.Exists {
				op = query.NotExists
			} else {
				op = query.Exists
			}
			out = append(out, p.related(q, pair, nil, op, depth))
		case filter.Text == "every":
			pred := p.related(q, pair, v, op, depth)
			sub := q.Subqueries[pred.Operand.Sub-1]
			sub.Where = negate(sub.Where)
			out = append(out, pred)
		default:
			out = append(out, p.related(q, pair, v, op, depth))
		}
	})
	if !all {
		q.Unknown |= query.UnknownWhere
	}
	return out
}

// related is a condition on the rows a relation leads to.
func (p *prisma) related(q *query.Query, pair, cond *code.Node, op query.Cmp, depth int) query.Predicate {
	sub := p.eager(pair.Text, pair.Name, pair)
	sub.Role = query.Condition
	if cond != nil {
		sub.Where = p.where(sub, cond, false, depth+1)
		sub.Refs = p.mentions(sub, nil)
	}
	at := addSub(q, sub)
	return query.Predicate{Op: op, Operand: query.Operand{Kind: query.Subselect, Sub: at, Span: pair.Span}, Span: pair.Span}
}
