package postgres

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/dbwise/dbwise/parsers/query"
)

// from lowers one FROM item and gives the index of its first table. top tells
// a member of the comma list from a side of JOIN.
func (s *scope) from(n *pg.Node, top bool) int {
	at := len(s.q.Tables)
	switch x := n.GetNode().(type) {
	case *pg.Node_RangeVar:
		s.relation(x.RangeVar)
	case *pg.Node_JoinExpr:
		s.join(x.JoinExpr)
	case *pg.Node_RangeSubselect:
		s.derived(x.RangeSubselect)
		if top && x.RangeSubselect.Lateral {
			s.lateral(at)
		}
	case *pg.Node_RangeFunction:
		s.function(n, x.RangeFunction.GetAlias().GetAliasname(), x.RangeFunction.Functions)
		if top && x.RangeFunction.Lateral {
			s.lateral(at)
		}
	case *pg.Node_RangeTableSample:
		return s.from(x.RangeTableSample.Relation, top)
	case *pg.Node_RangeTableFunc:
		s.function(n, x.RangeTableFunc.GetAlias().GetAliasname(), nil)
		s.refs(x.RangeTableFunc.Docexpr)
	default:
		s.q.Unknown |= query.UnknownTable
	}
	return at
}

func (s *scope) lateral(at int) {
	s.q.Joins = append(s.q.Joins, query.Join{Table: at, Kind: "cross", Lateral: true, Span: s.q.Tables[at].Span})
}

// relation adds a named relation. A name filled in at run time where only an
// alias can stand is a clause the program adds.
func (s *scope) relation(v *pg.RangeVar) {
	t := s.l.table(v)
	if t.Name == "" {
		s.q.Unknown |= query.UnknownTable
	}
	if v.Schemaname == "" && s.isCTE(v.Relname) {
		t.Kind = query.CTE
	}
	if t.Alias != "" && s.holeAlias(t) {
		t.Alias = ""
		s.q.Unknown |= query.UnknownWhere | query.UnknownOrder | query.UnknownLimit | query.UnknownOther
	}
	if len(v.GetAlias().GetColnames()) > 0 {
		s.q.Unknown |= query.UnknownOther // t(a, b) renames the columns
	}
	s.q.Tables = append(s.q.Tables, t)
}

// holeAlias reports whether the alias of t is no name but a hole.
func (s *scope) holeAlias(t query.Table) bool {
	i := s.l.at(t.Span.End)
	if s.l.is(i, "AS") {
		i++
	}
	return i < len(s.l.list) && s.l.hidden(s.l.list[i].Span)
}

func (s *scope) derived(x *pg.RangeSubselect) {
	q := s.l.dml(x.Subquery, s, query.From)
	if q == nil {
		s.q.Unknown |= query.UnknownTable
		return
	}
	q.Alias = x.GetAlias().GetAliasname()
	rename(q, strs(x.GetAlias().GetColnames()))
	t := query.Table{Alias: q.Alias, Kind: query.Derived, Sub: s.add(q), Span: q.Span}
	if x.Subquery.GetSelectStmt().GetValuesLists() != nil {
		t.Kind = query.Function
	}
	s.q.Tables = append(s.q.Tables, t)
}

// function adds a set-returning function; its name stands in for the relation's.
func (s *scope) function(n *pg.Node, alias string, calls []*pg.Node) {
	t := query.Table{Alias: alias, Kind: query.Function}
	for _, f := range calls {
		if list := f.GetList(); list != nil && len(list.Items) > 0 {
			if c := list.Items[0].GetFuncCall(); c != nil && t.Name == "" {
				t.Name = last(c.Funcname)
			}
			at := s.l.bounds(list.Items[0])
			if t.Span.Empty() {
				t.Span = at
			}
			s.allRefs(list.Items)
		}
	}
	if t.Span.Empty() {
		t.Span = s.l.bounds(n)
	}
	s.q.Tables = append(s.q.Tables, t)
}

var joinKinds = map[pg.JoinType]string{
	pg.JoinType_JOIN_INNER: "inner", pg.JoinType_JOIN_LEFT: "left", pg.JoinType_JOIN_RIGHT: "right", pg.JoinType_JOIN_FULL: "full",
}

// join lowers both sides of a JOIN; of a nested right side its first table
// carries the condition.
func (s *scope) join(x *pg.JoinExpr) {
	left := len(s.q.Tables)
	s.from(x.Larg, false)
	right := s.from(x.Rarg, false)
	if right >= len(s.q.Tables) {
		return
	}
	j := query.Join{Table: right, Kind: joinKinds[x.Jointype], Natural: x.IsNatural, Span: s.q.Tables[right].Span}
	switch r := x.Rarg.GetNode().(type) {
	case *pg.Node_RangeSubselect:
		j.Lateral = r.RangeSubselect.Lateral
	case *pg.Node_RangeFunction:
		j.Lateral = r.RangeFunction.Lateral
	}
	switch {
	case len(x.UsingClause) > 0:
		j.Using = true
		s.using(&j, left, right, strs(x.UsingClause))
	case x.Quals != nil:
		before := s.clause
		s.clause = query.UnknownOther
		s.refs(x.Quals)
		j.On = s.conditions(x.Quals, asIs)
		s.clause = before
		j.Span = j.Span.Union(s.l.bounds(x.Quals))
	case j.Kind == "inner" && !x.IsNatural:
		j.Kind = "cross"
	}
	s.q.Joins = append(s.q.Joins, j)
}

// using turns USING (a, b) into equalities of the right table's columns with
// the left one's; with several tables on the left its side is not named.
func (s *scope) using(j *query.Join, left, right int, names []string) {
	label := ""
	if right-left == 1 {
		label = s.q.Tables[left].Label()
	}
	i := s.l.at(s.q.Tables[right].Span.End)
	i = s.l.find(i, len(s.l.list), s.l.depth(s.q.Tables[right].Span.Start), "USING")
	for k, cell := range s.l.inside(i + 1) {
		if i < 0 || k >= len(names) {
			break
		}
		at := s.l.span(cell[0], cell[1])
		col := query.Column{Table: s.q.Tables[right].Label(), Name: names[k], Span: at}
		other := query.Column{Table: label, Name: names[k], Span: at}
		j.On = append(j.On, query.Predicate{Column: col, Op: query.Eq, Span: at,
			Operand: query.Operand{Kind: query.ColumnRef, Column: other, Span: at}})
		s.ref(query.Column{Name: names[k], Span: at})
		j.Span = j.Span.Union(at)
	}
}

// depth is the bracket depth at a byte offset; the brackets of a sub-select
// in FROM stand outside its span.
func (t *tokens) depth(off int) int {
	i := t.at(off)
	if i >= len(t.list) {
		return 0
	}
	if t.any(i, "SELECT", "WITH", "VALUES") && t.is(i-1, "(") {
		return t.list[i].depth - 1
	}
	return t.list[i].depth
}

// groups lowers GROUP BY; ordinals and output aliases are resolved, a name
// that is both an input column and an alias is the column (manual, SELECT,
// "GROUP BY Clause").
func (s *scope) groups(list []*pg.Node) {
	for _, n := range list {
		if g := n.GetGroupingSet(); g != nil {
			s.groups(g.Content)
			continue
		}
		if r := n.GetRowExpr(); r != nil {
			s.groups(r.Args)
			continue
		}
		t := s.listed(n)
		if t == nil || t.Val.GetColumnRef() == nil && n.GetAConst() == nil && s.inputs(t.Val, t.Name) {
			s.refs(n)
			t = &pg.ResTarget{Val: n}
		}
		if c := t.Val.GetColumnRef(); c != nil {
			if col, ok := s.column(c); ok {
				s.q.GroupBy = append(s.q.GroupBy, col)
			}
		} else {
			s.q.GroupExprs = append(s.q.GroupExprs, s.l.source(s.l.bounds(t.Val)))
		}
	}
}

// inputs reports whether an unqualified column called name stands in n.
func (s *scope) inputs(n *pg.Node, name string) bool {
	if c := n.GetColumnRef(); c != nil {
		return last(c.Fields) == name
	}
	for _, c := range children(n) {
		if s.inputs(c, name) {
			return true
		}
	}
	return false
}

// listed is the select list entry an ordinal or a lone name stands for, nil if none.
func (s *scope) listed(n *pg.Node) *pg.ResTarget {
	if c := n.GetAConst(); c != nil {
		if _, ok := c.Val.(*pg.A_Const_Ival); ok {
			if k := int(c.GetIval().GetIval()); k >= 1 && k <= len(s.targets) && len(s.q.Stars) == 0 {
				return s.targets[k-1].GetResTarget()
			}
		}
		return nil
	}
	c := n.GetColumnRef()
	if c == nil || len(c.Fields) != 1 {
		return nil
	}
	name := last(c.Fields)
	for _, t := range s.targets {
		if r := t.GetResTarget(); r.GetName() == name {
			return r
		}
	}
	return nil
}

// order lowers ORDER BY.
func (s *scope) order(list []*pg.Node) {
	s.clause = query.UnknownOrder
	defer func() { s.clause = 0 }()
	for _, n := range list {
		b := n.GetSortBy()
		if b == nil {
			continue
		}
		if v := s.operand(b.Node); v.Kind == query.Param || v.Kind == query.List {
			s.q.Unknown |= query.UnknownOrder
			continue
		}
		o := s.key(b.Node)
		o.Desc = b.SortbyDir == pg.SortByDir_SORTBY_DESC
		switch b.SortbyNulls {
		case pg.SortByNulls_SORTBY_NULLS_FIRST:
			o.Nulls = "first"
		case pg.SortByNulls_SORTBY_NULLS_LAST:
			o.Nulls = "last"
		}
		if o.Column.Name == "" && o.Expr == "" {
			s.q.Unknown |= query.UnknownOrder
			continue
		}
		s.q.OrderBy = append(s.q.OrderBy, o)
	}
}

// key reads a sort key: an output column by number or alias first, as ORDER BY does.
func (s *scope) key(n *pg.Node) query.Order {
	o := query.Order{Span: s.l.bounds(n)}
	if s.q.SetOp != "" {
		if c := n.GetColumnRef(); c != nil {
			o.Column = query.Column{Name: last(c.Fields), Span: o.Span}
		} else if k := int(n.GetAConst().GetIval().GetIval()); k >= 1 && k <= len(s.q.Outputs) {
			o.Expr = s.q.Outputs[k-1].Name
		} else {
			o.Expr = s.l.source(o.Span)
		}
		return o
	}
	if t := s.listed(n); t != nil {
		n = t.Val
	} else {
		s.refs(n)
	}
	if c := n.GetColumnRef(); c != nil {
		if col, ok := s.column(c); ok {
			o.Column = col
			return o
		}
		if s.l.hidden(o.Span) {
			return o
		}
	}
	o.Expr = strings.TrimSpace(s.l.source(s.l.bounds(n)))
	return o
}
