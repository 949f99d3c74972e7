package postgres

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
)

// scope is one query being lowered, with what names mean in it.
type scope struct {
	l      *lowerer
	q      *query.Query
	parent *scope
	// ctes are the names WITH brings into this query and those inside it.
	ctes map[string]bool
	// subs remembers, by its place in the text, where in q.Subqueries a
	// sub-select already stands, 1-based. The tree repeats that of
	// SET (a, b) = (SELECT ...) for each column.
	subs map[int32]int
	// seen holds where the columns of q.Refs start.
	seen map[int]bool
	// targets is the select list, for ORDER BY and GROUP BY.
	targets []*pg.Node
	// clause is what a hole in the clause being read leaves unknown.
	clause query.Unknown
}

func (l *lowerer) scope(q *query.Query, parent *scope) *scope {
	return &scope{l: l, q: q, parent: parent, subs: map[int32]int{}, seen: map[int]bool{}}
}

// isCTE reports whether an unqualified relation name is a common table expression here.
func (s *scope) isCTE(name string) bool {
	for at := s; at != nil; at = at.parent {
		if at.ctes[name] {
			return true
		}
	}
	return false
}

// labelled is the relation called name in this query or one around it, so that
// a lone `name` is a whole row; nil if there is none.
func (s *scope) labelled(name string) *query.Table {
	for at := s; at != nil; at = at.parent {
		for i := range at.q.Tables {
			if at.q.Tables[i].Label() == name {
				return &at.q.Tables[i]
			}
		}
	}
	return nil
}

// add appends a query inside this one and gives its 1-based place.
func (s *scope) add(q *query.Query) int {
	s.q.Subqueries = append(s.q.Subqueries, q)
	return len(s.q.Subqueries)
}

// sublink lowers the sub-select of an expression once.
func (s *scope) sublink(x *pg.SubLink, role query.Role) int {
	if at := s.subs[x.Location]; at > 0 {
		return at
	}
	q := s.l.dml(x.Subselect, s, role)
	if q == nil {
		return 0
	}
	at := s.add(q)
	s.subs[x.Location] = at
	return at
}

// column reads a column reference. ok is false for what is none: a star, a
// whole row, a PL/pgSQL variable, a name filled in at run time.
func (s *scope) column(c *pg.ColumnRef) (col query.Column, ok bool) {
	parts := strs(c.Fields)
	if len(parts) == 0 || parts[len(parts)-1] == "*" || c.Location < 0 {
		return col, false // without a place: added by the parser, as for RECURSIVE VIEW
	}
	i := s.l.at(int(c.Location))
	whole, lastSpan, _ := s.l.name(i)
	if lastSpan.Empty() || s.l.hidden(lastSpan) {
		s.q.Unknown |= s.clause
		return col, false
	}
	name := parts[len(parts)-1]
	if s.l.hidden(whole) { // only its table is filled in
		return query.Column{Name: name, Span: lastSpan}, true
	}
	if len(parts) == 1 {
		if s.l.vars[name] {
			if s.l.uncertain {
				s.q.Unknown |= s.clause
			}
			return col, false
		}
		if t := s.labelled(name); t != nil {
			if t.Kind != query.Function { // the value of a function's only column
				s.q.Unknown |= query.UnknownColumns
			}
			return col, false
		}
		return query.Column{Name: name, Span: lastSpan}, true
	}
	if s.l.vars[parts[0]] && s.labelled(parts[0]) == nil {
		return col, false // a field of a record, NEW, OLD, or function.parameter
	}
	return query.Column{Table: parts[len(parts)-2], Name: name, Span: lastSpan}, true
}

// refs notes every column, sub-select and aggregate below n.
func (s *scope) refs(n *pg.Node) {
	if n == nil {
		return
	}
	switch x := n.GetNode().(type) {
	case *pg.Node_ColumnRef:
		if c, ok := s.column(x.ColumnRef); ok {
			s.ref(c)
		}
		return
	case *pg.Node_SubLink:
		s.refs(x.SubLink.Testexpr)
		s.sublink(x.SubLink, sublinkRole(x.SubLink))
		return
	case *pg.Node_FuncCall:
		if aggregate(x.FuncCall) {
			s.q.Aggregates = true
		}
	case *pg.Node_JsonArrayAgg, *pg.Node_JsonObjectAgg:
		s.q.Aggregates = true
	case *pg.Node_SelectStmt:
		return
	}
	for _, c := range children(n) {
		s.refs(c)
	}
}

func (s *scope) ref(c query.Column) {
	if s.seen[c.Span.Start] {
		return
	}
	s.seen[c.Span.Start] = true
	s.q.Refs = append(s.q.Refs, c)
}

func (s *scope) allRefs(list []*pg.Node) {
	for _, n := range list {
		s.refs(n)
	}
}

func sublinkRole(x *pg.SubLink) query.Role {
	switch x.SubLinkType {
	case pg.SubLinkType_EXISTS_SUBLINK, pg.SubLinkType_ANY_SUBLINK, pg.SubLinkType_ALL_SUBLINK:
		return query.Condition
	}
	return query.Scalar
}

// aggregate reports whether a call is an aggregate and no window function.
func aggregate(f *pg.FuncCall) bool {
	if f.Over != nil {
		return false
	}
	return f.AggStar || f.AggDistinct || f.AggFilter != nil || f.AggWithinGroup || len(f.AggOrder) > 0 || aggregates[strings.ToLower(last(f.Funcname))]
}

// aggregates are PostgreSQL's aggregate functions (manual, "Aggregate Functions").
var aggregates = func() map[string]bool {
	out := map[string]bool{}
	for _, name := range strings.Fields(`any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or count every json_agg
		json_object_agg jsonb_agg jsonb_object_agg max min range_agg range_intersect_agg string_agg sum xmlagg corr covar_pop
		covar_samp regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy stddev stddev_pop
		stddev_samp variance var_pop var_samp mode percentile_cont percentile_disc json_agg_strict jsonb_agg_strict`) {
		out[name] = true
	}
	return out
}()

// only is the single column an expression is about, "" if there is none or
// more than one.
func (s *scope) only(n *pg.Node) query.Column {
	var found query.Column
	several := false
	var walk func(*pg.Node)
	walk = func(n *pg.Node) {
		if x := n.GetColumnRef(); x != nil {
			c, ok := s.column(x)
			switch {
			case !ok:
			case found.Name == "":
				found = c
			case found.Name != c.Name || found.Table != c.Table:
				several = true
			}
			return
		}
		for _, c := range children(n) {
			walk(c)
		}
	}
	walk(n)
	if several {
		return query.Column{}
	}
	return found
}

// mentions reports whether any column stands in n.
func (s *scope) mentions(n *pg.Node) bool {
	if x := n.GetColumnRef(); x != nil {
		_, ok := s.column(x)
		return ok
	}
	for _, c := range children(n) {
		if s.mentions(c) {
			return true
		}
	}
	return false
}

// wrap names the outermost function, cast or operator of an expression that is
// no bare column.
func wrap(n *pg.Node) string {
	switch x := n.GetNode().(type) {
	case *pg.Node_ColumnRef:
		return ""
	case *pg.Node_FuncCall:
		return last(x.FuncCall.Funcname)
	case *pg.Node_TypeCast:
		return "::" + typeText(x.TypeCast.TypeName)
	case *pg.Node_AExpr:
		if x.AExpr.Kind == pg.A_Expr_Kind_AEXPR_NULLIF {
			return "nullif"
		}
		return last(x.AExpr.Name)
	case *pg.Node_CollateClause:
		return "collate"
	case *pg.Node_CoalesceExpr:
		return "coalesce"
	case *pg.Node_MinMaxExpr:
		if x.MinMaxExpr.Op == pg.MinMaxOp_IS_LEAST {
			return "least"
		}
		return "greatest"
	case *pg.Node_CaseExpr:
		return "case"
	case *pg.Node_AIndirection:
		return "[]"
	case *pg.Node_BoolExpr:
		return "boolean"
	}
	return "expression"
}

// extentOf is where a list of nodes stands.
func (l *lowerer) extentOf(list []*pg.Node) source.Span {
	s := source.Span{Start: len(l.text) + 1}
	for _, n := range list {
		s = s.Union(l.extent(n))
	}
	if s.Start > s.End {
		return source.Span{}
	}
	return l.balance(s)
}
