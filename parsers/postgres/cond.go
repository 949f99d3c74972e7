package postgres

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/dbwise/dbwise/parsers/query"
)

// sense tells a condition from its negation.
type sense bool

const (
	asIs    sense = false
	negated sense = true
)

// conditions lowers a boolean expression to an AND-list. NOT is pushed in.
func (s *scope) conditions(n *pg.Node, as sense) []query.Predicate {
	if n == nil {
		return nil
	}
	b := n.GetBoolExpr()
	if b == nil {
		return s.leaf(n, as)
	}
	switch {
	case b.Boolop == pg.BoolExprType_NOT_EXPR:
		if len(b.Args) == 0 {
			return nil
		}
		return s.conditions(b.Args[0], !as)
	case (b.Boolop == pg.BoolExprType_AND_EXPR) == (as == asIs):
		var out []query.Predicate
		for _, a := range b.Args {
			out = append(out, s.conditions(a, as)...)
		}
		return out
	}
	p := query.Predicate{Span: s.l.bounds(n)}
	for _, a := range b.Args {
		arm := s.conditions(a, as)
		if len(arm) == 1 && len(arm[0].Or) > 0 {
			p.Or = append(p.Or, arm[0].Or...)
			continue
		}
		p.Or = append(p.Or, arm)
	}
	return []query.Predicate{p}
}

// leaf lowers a condition that is no AND, OR or NOT.
func (s *scope) leaf(n *pg.Node, as sense) []query.Predicate {
	switch x := n.GetNode().(type) {
	case *pg.Node_AExpr:
		return s.comparison(n, x.AExpr, as)
	case *pg.Node_NullTest:
		p := s.about(x.NullTest.Arg)
		p.Op = query.IsNull
		if (x.NullTest.Nulltesttype == pg.NullTestType_IS_NOT_NULL) == (as == asIs) {
			p.Op = query.IsNotNull
		}
		p.Span = s.l.bounds(n)
		return one(p)
	case *pg.Node_BooleanTest:
		return one(s.booleanTest(n, x.BooleanTest, as))
	case *pg.Node_SubLink:
		return s.sublinkCondition(n, x.SubLink, as)
	case *pg.Node_AConst, *pg.Node_ParamRef:
		return one(s.constant(n, as))
	case *pg.Node_FuncCall:
		return one(s.call(n, x.FuncCall, as))
	case *pg.Node_ColumnRef:
		if _, ok := s.column(x.ColumnRef); !ok {
			s.q.Unknown |= s.clause
			return nil // a condition filled in at run time
		}
	}
	p := s.about(n)
	p.Span = s.l.bounds(n)
	p.Op, p.Operand = query.True, boolean(as == asIs)
	p.Operand.Span = p.Span
	if strings.HasPrefix(p.Wrapped, "::") || p.Wrapped == "" && p.Column.Name != "" {
		return one(p)
	}
	p.Op, p.Operand = query.Other, query.Operand{}
	return one(p)
}

func one(p query.Predicate) []query.Predicate { return []query.Predicate{p} }

func boolean(v bool) query.Operand {
	if v {
		return query.Operand{Kind: query.Literal, Text: "true"}
	}
	return query.Operand{Kind: query.Literal, Text: "false"}
}

// about is a predicate on the one column of n, or on the value n itself.
func (s *scope) about(n *pg.Node) query.Predicate {
	var p query.Predicate
	if c := n.GetColumnRef(); c != nil {
		if col, ok := s.column(c); ok {
			p.Column = col
			return p
		}
	}
	p.Column = s.only(n)
	if p.Column.Name == "" && !s.mentions(n) {
		p.Operand = s.operand(n)
		return p
	}
	p.Wrapped, p.Expr = wrap(n), s.l.source(s.l.bounds(n))
	return p
}

func (s *scope) booleanTest(n *pg.Node, x *pg.BooleanTest, as sense) query.Predicate {
	p := s.about(x.Arg)
	p.Span = s.l.bounds(n)
	kind := x.Booltesttype
	if as == negated {
		kind = map[pg.BoolTestType]pg.BoolTestType{
			pg.BoolTestType_IS_TRUE: pg.BoolTestType_IS_NOT_TRUE, pg.BoolTestType_IS_NOT_TRUE: pg.BoolTestType_IS_TRUE,
			pg.BoolTestType_IS_FALSE: pg.BoolTestType_IS_NOT_FALSE, pg.BoolTestType_IS_NOT_FALSE: pg.BoolTestType_IS_FALSE,
			pg.BoolTestType_IS_UNKNOWN: pg.BoolTestType_IS_NOT_UNKNOWN, pg.BoolTestType_IS_NOT_UNKNOWN: pg.BoolTestType_IS_UNKNOWN,
		}[kind]
	}
	switch kind {
	case pg.BoolTestType_IS_TRUE:
		p.Op, p.Operand = query.True, boolean(true)
	case pg.BoolTestType_IS_FALSE:
		p.Op, p.Operand = query.True, boolean(false)
	case pg.BoolTestType_IS_UNKNOWN:
		p.Op = query.IsNull
		return p
	case pg.BoolTestType_IS_NOT_UNKNOWN:
		p.Op = query.IsNotNull
		return p
	case pg.BoolTestType_IS_NOT_TRUE:
		p.Op, p.Symbol, p.Operand = query.Other, "is not true", query.Operand{}
		return p
	default:
		p.Op, p.Symbol, p.Operand = query.Other, "is not false", query.Operand{}
		return p
	}
	p.Operand.Span = p.Span
	return p
}

// constant lowers WHERE true and WHERE false, and a placeholder for a whole
// condition.
func (s *scope) constant(n *pg.Node, as sense) query.Predicate {
	p := query.Predicate{Op: query.True, Operand: s.operand(n), Span: s.l.bounds(n)}
	if p.Operand.Kind == query.Param || p.Operand.Kind == query.List {
		s.q.Unknown |= s.clause
		return p
	}
	c := n.GetAConst()
	if b, ok := c.GetVal().(*pg.A_Const_Boolval); ok {
		at := p.Operand.Span
		p.Operand = boolean(b.Boolval.Boolval == (as == asIs))
		p.Operand.Span = at
	}
	return p
}

// call lowers a function that is a condition by itself.
func (s *scope) call(n *pg.Node, f *pg.FuncCall, as sense) query.Predicate {
	name := last(f.Funcname)
	if name == "starts_with" && len(f.Args) == 2 && as == asIs {
		p := s.about(f.Args[0])
		p.Op, p.Operand, p.Span = query.Prefix, s.operand(f.Args[1]), s.l.bounds(n)
		return p
	}
	p := s.about(n)
	p.Op, p.Symbol, p.Span, p.Operand = query.Other, name, s.l.bounds(n), query.Operand{}
	return p
}

// sublinkCondition lowers EXISTS, IN, ANY and ALL over a sub-select.
func (s *scope) sublinkCondition(n *pg.Node, x *pg.SubLink, as sense) []query.Predicate {
	sub := query.Operand{Kind: query.Subselect, Sub: s.sublink(x, sublinkRole(x))}
	if sub.Sub > 0 {
		sub.Span = s.q.Subqueries[sub.Sub-1].Span
	}
	at := s.l.bounds(n)
	if x.SubLinkType == pg.SubLinkType_EXISTS_SUBLINK {
		op := query.Exists
		if as == negated {
			op = query.NotExists
		}
		return one(query.Predicate{Op: op, Operand: sub, Span: at})
	}
	symbol := last(x.OperName)
	var p query.Predicate
	if row := x.Testexpr.GetRowExpr(); row != nil && len(row.Args) > 0 {
		p = s.about(row.Args[0])
		for _, a := range row.Args[1:] {
			p.Rest = append(p.Rest, query.Assignment{Column: s.about(a).Column})
		}
	} else if x.Testexpr != nil {
		p = s.about(x.Testexpr)
	}
	p.Span, p.Operand = at, sub
	switch {
	case x.SubLinkType == pg.SubLinkType_ANY_SUBLINK && (symbol == "" || symbol == "="):
		p.Op = query.In
	case x.SubLinkType == pg.SubLinkType_ALL_SUBLINK && symbol == "<>":
		p.Op = query.NotIn
	default:
		p.Op, p.Symbol = query.Other, symbol
	}
	if as == negated {
		p.Op = opposite(p.Op)
	}
	return one(p)
}
