package orm

import "github.com/dbwise/dbwise/parsers/query"

// opposites are the comparisons that say the contrary, nulls aside.
var opposites = map[query.Cmp]query.Cmp{
	query.Eq: query.Ne, query.Ne: query.Eq, query.Lt: query.Ge, query.Ge: query.Lt, query.Gt: query.Le, query.Le: query.Gt,
	query.In: query.NotIn, query.NotIn: query.In, query.IsNull: query.IsNotNull, query.IsNotNull: query.IsNull,
	query.Like: query.NotLike, query.NotLike: query.Like, query.ILike: query.NotILike, query.NotILike: query.ILike,
	query.Exists: query.NotExists, query.NotExists: query.Exists,
}

// negate is NOT of an AND-list: of one condition its contrary, of several the
// disjunction of their contraries. A comparison without a contrary becomes
// one that no rule knows.
func negate(list []query.Predicate) []query.Predicate {
	switch len(list) {
	case 0:
		return nil
	case 1:
		return negateOne(list[0])
	}
	or := query.Predicate{Span: list[0].Span}
	for _, p := range list {
		or.Or = append(or.Or, negateOne(p))
		or.Span = or.Span.Union(p.Span)
	}
	return []query.Predicate{or}
}

func negateOne(p query.Predicate) []query.Predicate {
	if len(p.Or) > 0 {
		var out []query.Predicate
		for _, arm := range p.Or {
			out = append(out, negate(arm)...)
		}
		return out
	}
	if op, ok := opposites[p.Op]; ok {
		p.Op = op
	} else {
		p.Symbol, p.Op = "not "+p.Op.String(), query.Other
	}
	return []query.Predicate{p}
}
