package postgres

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
)

// operators are the operators the model names.
var operators = map[string]query.Cmp{
	"=": query.Eq, "<>": query.Ne, "<": query.Lt, "<=": query.Le, ">": query.Gt, ">=": query.Ge,
	"@>": query.Contains, "<@": query.ContainedBy, "&&": query.Overlaps, "@@": query.Match, "@@@": query.Match,
	"?": query.HasKey, "?|": query.HasKey, "?&": query.HasKey, "^@": query.Prefix,
	"~": query.Regex, "~*": query.Regex, "~~": query.Like, "~~*": query.ILike, "!~~": query.NotLike, "!~~*": query.NotILike,
}

// flips are the operators that have a mirror image.
var flips = map[query.Cmp]query.Cmp{
	query.Eq: query.Eq, query.Ne: query.Ne, query.Lt: query.Gt, query.Gt: query.Lt, query.Le: query.Ge, query.Ge: query.Le,
	query.Contains: query.ContainedBy, query.ContainedBy: query.Contains, query.Overlaps: query.Overlaps, query.Match: query.Match,
	query.Distinct: query.Distinct, query.NotDistinct: query.NotDistinct,
}

var opposites = map[query.Cmp]query.Cmp{
	query.Eq: query.Ne, query.Ne: query.Eq, query.Lt: query.Ge, query.Ge: query.Lt, query.Gt: query.Le, query.Le: query.Gt,
	query.In: query.NotIn, query.NotIn: query.In, query.IsNull: query.IsNotNull, query.IsNotNull: query.IsNull,
	query.Like: query.NotLike, query.NotLike: query.Like, query.ILike: query.NotILike, query.NotILike: query.ILike,
	query.Exists: query.NotExists, query.NotExists: query.Exists,
	query.Distinct: query.NotDistinct, query.NotDistinct: query.Distinct,
}

// opposite is the negation of an operator, Other if the model has none.
func opposite(c query.Cmp) query.Cmp { return opposites[c] }

// comparison lowers the conditions written with an operator or a word like
// IN, LIKE and BETWEEN.
func (s *scope) comparison(n *pg.Node, x *pg.A_Expr, as sense) []query.Predicate {
	at := s.l.bounds(n)
	symbol := last(x.Name)
	switch x.Kind {
	case pg.A_Expr_Kind_AEXPR_OP:
		if rows := s.rows(x, at, as); rows != nil {
			return rows
		}
		return one(s.binary(x, operators[symbol], symbol, at, as))
	case pg.A_Expr_Kind_AEXPR_LIKE, pg.A_Expr_Kind_AEXPR_ILIKE:
		return one(s.binary(x, operators[symbol], symbol, at, as))
	case pg.A_Expr_Kind_AEXPR_SIMILAR:
		op := query.Regex
		if symbol == "!~" {
			op = query.Other
		}
		return one(s.binary(x, op, "similar to", at, as))
	case pg.A_Expr_Kind_AEXPR_DISTINCT:
		return one(s.binary(x, query.Distinct, "", at, as))
	case pg.A_Expr_Kind_AEXPR_NOT_DISTINCT:
		return one(s.binary(x, query.NotDistinct, "", at, as))
	case pg.A_Expr_Kind_AEXPR_IN:
		return one(s.in(x, symbol, at, as))
	case pg.A_Expr_Kind_AEXPR_OP_ANY, pg.A_Expr_Kind_AEXPR_OP_ALL:
		return one(s.quantified(x, symbol, at, as))
	case pg.A_Expr_Kind_AEXPR_BETWEEN, pg.A_Expr_Kind_AEXPR_NOT_BETWEEN:
		return s.between(x, at, as != sense(x.Kind == pg.A_Expr_Kind_AEXPR_NOT_BETWEEN))
	}
	p := s.about(n)
	p.Op, p.Symbol, p.Span, p.Operand = query.Other, symbol, at, query.Operand{}
	return one(p)
}

// binary lowers `left op right` with the column on the left; where only the
// right side names one the comparison is turned round.
func (s *scope) binary(x *pg.A_Expr, op query.Cmp, symbol string, at source.Span, as sense) query.Predicate {
	if x.Lexpr == nil { // prefix operator
		p := s.about(x.Rexpr)
		p.Op, p.Symbol, p.Span, p.Operand = query.Other, symbol, at, query.Operand{}
		return p
	}
	l, r := x.Lexpr, x.Rexpr
	if f := r.GetFuncCall(); f != nil && len(f.Args) > 0 && (last(f.Funcname) == "like_escape" || last(f.Funcname) == "similar_to_escape") {
		r = f.Args[0]
	}
	flipped := false
	if !s.mentions(l) && s.mentions(r) {
		l, r = r, l
		flipped = true
		mirror, ok := flips[op]
		if !ok {
			mirror = query.Other
		}
		op = mirror
	}
	p := s.about(l)
	left := p.Operand
	p.Op, p.Span, p.Operand = op, at, s.operand(r)
	if h := s.l.holeIn(source.Span{Start: int(x.Location), End: int(x.Location) + 1}); h != nil && h.clause {
		s.q.Unknown |= s.clause
		p.Op, p.Symbol = query.Other, s.l.source(h.Span)
		return p
	}
	if p.Column.Name == "" && p.Wrapped == "" {
		if same(left, p.Operand) {
			return s.tautology(p, op, as)
		}
		p.Expr = s.l.source(s.l.bounds(l))
		if left.Kind == query.Param && template(left.Text) {
			s.q.Unknown |= s.clause // the name of a column, most likely
		}
	}
	p = settle(p, symbol, as)
	if flipped && p.Op == query.Other {
		p.Symbol = "reversed " + p.Symbol
	}
	return p
}

// settle turns what a comparison says into its plainest form and negates it.
func settle(p query.Predicate, symbol string, as sense) query.Predicate {
	if p.Operand.Kind == query.List && p.Operand.Open { // `id in ?`, rewritten to a comparison
		switch p.Op {
		case query.Eq:
			p.Op = query.In
		case query.Ne:
			p.Op = query.NotIn
		}
	}
	if b, ok := truth(p.Operand); ok && p.Column.Name != "" && (p.Op == query.Eq || p.Op == query.Ne) {
		p.Operand.Text = map[bool]string{true: "true", false: "false"}[b == (p.Op == query.Eq) == (as == asIs)]
		p.Op = query.True
		return p
	}
	if as == negated {
		p.Op = opposite(p.Op)
	}
	switch {
	case p.Op == query.Other && as == negated:
		p.Symbol = "not " + symbol
	case p.Op == query.Other || p.Op == query.Regex || p.Op == query.HasKey:
		p.Symbol = symbol
	}
	return p
}

// template reports whether a placeholder is text pasted into the statement
// rather than a bound parameter.
func template(placeholder string) bool {
	return strings.HasPrefix(placeholder, "${") || strings.HasPrefix(placeholder, "#{") || strings.HasPrefix(placeholder, "{") || strings.HasPrefix(placeholder, "%")
}

// truth is the value of a boolean literal.
func truth(o query.Operand) (value, ok bool) {
	if o.Kind != query.Literal || o.Cast != "" && o.Cast != "bool" {
		return false, false
	}
	return o.Text == "true", o.Text == "true" || o.Text == "false"
}

func same(a, b query.Operand) bool {
	return a.Kind == query.Literal && b.Kind == query.Literal && a.Text == b.Text && a.Cast == b.Cast
}

// tautology is what `1 = 1` and `1 <> 1` say.
func (s *scope) tautology(p query.Predicate, op query.Cmp, as sense) query.Predicate {
	if op != query.Eq && op != query.Ne {
		return p
	}
	at := p.Operand.Span
	p.Op, p.Operand, p.Expr = query.True, boolean((op == query.Eq) == (as == asIs)), ""
	p.Operand.Span = at
	return p
}

// in lowers IN and NOT IN over a written list.
func (s *scope) in(x *pg.A_Expr, symbol string, at source.Span, as sense) query.Predicate {
	p := s.left(x.Lexpr)
	p.Span, p.Op, p.Operand = at, query.In, s.operand(x.Rexpr)
	if (symbol == "<>") == (as == asIs) {
		p.Op = query.NotIn
	}
	return p
}

// left is the left side of IN; of a row its first column, the others in Rest.
func (s *scope) left(n *pg.Node) query.Predicate {
	row := n.GetRowExpr()
	if row == nil || len(row.Args) == 0 {
		return s.about(n)
	}
	p := s.about(row.Args[0])
	for _, a := range row.Args[1:] {
		p.Rest = append(p.Rest, query.Assignment{Column: s.about(a).Column})
	}
	return p
}

// quantified lowers `x op ANY (array)` and `x op ALL (array)`.
func (s *scope) quantified(x *pg.A_Expr, symbol string, at source.Span, as sense) query.Predicate {
	anyOf := x.Kind == pg.A_Expr_Kind_AEXPR_OP_ANY
	if anyOf && !s.mentions(x.Lexpr) && s.mentions(x.Rexpr) { // $1 = ANY(tags)
		p := s.about(x.Rexpr)
		p.Op, p.Span, p.Operand = operators[symbol], at, s.operand(x.Lexpr)
		p.Wrapped, p.Expr = "any", s.l.source(s.l.bounds(x.Rexpr))
		if p.Op != query.Eq || as == negated {
			p.Op, p.Symbol = query.Other, symbol+" any"
		}
		return p
	}
	p := s.left(x.Lexpr)
	p.Span, p.Operand = at, s.array(x.Rexpr)
	switch {
	case anyOf && symbol == "=":
		p.Op = query.In
	case !anyOf && symbol == "<>":
		p.Op = query.NotIn
	case anyOf && (symbol == "~~" || symbol == "~~*"):
		p.Op = operators[symbol]
	default:
		p.Op, p.Symbol = query.Other, symbol+map[bool]string{true: " any", false: " all"}[anyOf]
	}
	if as == negated {
		p.Op = opposite(p.Op)
	}
	if p.Op == query.Other && p.Symbol == "" {
		p.Symbol = "not " + symbol + " any"
	}
	return p
}

// array is the operand of ANY: a list whose length is open unless written out.
func (s *scope) array(n *pg.Node) query.Operand {
	o := s.operand(n)
	switch o.Kind {
	case query.List, query.Subselect, query.ColumnRef:
		return o
	}
	return query.Operand{Kind: query.List, Open: true, Text: o.Text, Cast: strings.TrimSuffix(o.Cast, "[]"), Span: o.Span}
}

// between lowers BETWEEN; its negation is two open ranges, and a value between
// two columns is two comparisons.
func (s *scope) between(x *pg.A_Expr, at source.Span, as sense) []query.Predicate {
	bounds := x.Rexpr.GetList().GetItems()
	if len(bounds) != 2 {
		return nil
	}
	ops := [2]query.Cmp{query.Ge, query.Le}
	if as == negated {
		ops = [2]query.Cmp{query.Lt, query.Gt}
	}
	half := func(i int) query.Predicate {
		return s.binary(&pg.A_Expr{Lexpr: x.Lexpr, Rexpr: bounds[i], Location: x.Location}, ops[i], "", at, asIs)
	}
	switch {
	case as == negated:
		return one(query.Predicate{Span: at, Or: [][]query.Predicate{{half(0)}, {half(1)}}})
	case !s.mentions(x.Lexpr) && (s.mentions(bounds[0]) || s.mentions(bounds[1])):
		return []query.Predicate{half(0), half(1)}
	}
	p := s.about(x.Lexpr)
	p.Op, p.Span = query.Between, at
	p.Operand = query.Operand{Kind: query.List, Items: []query.Operand{s.operand(bounds[0]), s.operand(bounds[1])}, Span: s.l.extentOf(bounds)}
	return one(p)
}

// rows lowers a comparison of two rows: equal rows are equal columns, ordered
// rows one range over all columns; nil if x compares no rows.
func (s *scope) rows(x *pg.A_Expr, at source.Span, as sense) []query.Predicate {
	l, r := x.Lexpr.GetRowExpr(), x.Rexpr.GetRowExpr()
	if l == nil || r == nil || len(l.Args) != len(r.Args) || len(l.Args) == 0 {
		return nil
	}
	op := operators[last(x.Name)]
	pair := func(i int) query.Predicate {
		return s.binary(&pg.A_Expr{Lexpr: l.Args[i], Rexpr: r.Args[i], Location: x.Location}, op, last(x.Name), at, asIs)
	}
	if op == query.Eq && as == asIs || op == query.Ne && as == negated {
		op = query.Eq
		var out []query.Predicate
		for i := range l.Args {
			out = append(out, pair(i))
		}
		return out
	}
	p := pair(0)
	for i := 1; i < len(l.Args); i++ {
		more := pair(i)
		p.Rest = append(p.Rest, query.Assignment{Column: more.Column, Operand: more.Operand})
	}
	if as == negated {
		p.Op = opposite(p.Op)
	}
	if p.Op == query.Ne || p.Op == query.Eq {
		p.Op, p.Symbol = query.Other, "<>"
	}
	return one(p)
}
