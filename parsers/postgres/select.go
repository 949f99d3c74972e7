package postgres

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/dbwise/dbwise/parsers/query"
)

// selectStmt lowers SELECT, VALUES, TABLE and set operations.
func (l *lowerer) selectStmt(x *pg.SelectStmt, parent *scope, role query.Role) *query.Query {
	q := l.fresh(query.Select, role, l.selectSpan(x, parent == nil))
	s := l.scope(q, parent)
	s.with(x.WithClause)
	if x.Op > pg.SetOperation_SETOP_NONE {
		s.setOperation(x)
	} else {
		s.core(x)
	}
	s.order(x.SortClause)
	s.limit(x)
	s.lock(x.LockingClause)
	return q
}

// core lowers everything but ORDER BY, LIMIT and FOR UPDATE.
func (s *scope) core(x *pg.SelectStmt) {
	s.clause = query.UnknownOther
	for _, f := range x.FromClause {
		s.from(f, true)
	}
	s.targets = x.TargetList
	s.clause = query.UnknownColumns
	s.q.Columns, s.q.Outputs = s.outputs(x.TargetList)
	s.values(x.ValuesLists)
	s.distinct(x.DistinctClause)
	s.q.Where = s.filter(x.WhereClause)
	s.clause = query.UnknownOther
	s.groups(x.GroupClause)
	if len(x.GroupClause) > 0 || x.HavingClause != nil {
		s.q.Aggregates = true
	}
	s.q.Having = s.conditions(x.HavingClause, asIs)
	s.refs(x.HavingClause)
	s.allRefs(x.WindowClause)
	s.clause = 0
}

// filter lowers a WHERE clause.
func (s *scope) filter(n *pg.Node) []query.Predicate {
	before := s.clause
	s.clause = query.UnknownWhere
	s.refs(n)
	out := s.conditions(n, asIs)
	s.clause = before
	return out
}

// values notes the rows of VALUES.
func (s *scope) values(rows []*pg.Node) {
	s.q.Rows = len(rows)
	s.allRefs(rows)
}

func (s *scope) distinct(list []*pg.Node) {
	if len(list) == 0 {
		return
	}
	s.q.Distinct = true
	for _, n := range list {
		if n == nil || n.Node == nil { // plain DISTINCT is a list of one empty node
			continue
		}
		s.refs(n)
		if o := s.key(n); o.Column.Name != "" {
			s.q.DistinctOn = append(s.q.DistinctOn, o.Column)
		}
	}
}

// with lowers common table expressions.
func (s *scope) with(w *pg.WithClause) {
	if w == nil {
		return
	}
	s.q.Recursive = w.Recursive
	s.ctes = map[string]bool{}
	if w.Recursive {
		for _, n := range w.Ctes {
			s.ctes[n.GetCommonTableExpr().GetCtename()] = true
		}
	}
	for _, n := range w.Ctes {
		c := n.GetCommonTableExpr()
		if q := s.l.dml(c.GetCtequery(), s, query.With); q != nil {
			q.Alias = c.Ctename
			rename(q, strs(c.Aliascolnames))
			s.add(q)
		}
		s.ctes[c.GetCtename()] = true
	}
}

// rename gives output columns the names written behind an alias.
func rename(q *query.Query, names []string) {
	for i, name := range names {
		if i < len(q.Outputs) {
			q.Outputs[i].Name = name
		} else {
			q.Outputs = append(q.Outputs, query.Output{Name: name, Span: q.Head})
		}
	}
}

// setOperation lowers the arms of UNION and the like; arms joined by the same
// operation are made one list.
func (s *scope) setOperation(x *pg.SelectStmt) {
	s.q.SetOp = setOp(x)
	var arms func(*pg.SelectStmt)
	arms = func(side *pg.SelectStmt) {
		plain := len(side.GetSortClause()) == 0 && side.GetLimitCount() == nil && side.GetLimitOffset() == nil && side.GetWithClause() == nil
		if plain && side.GetOp() > pg.SetOperation_SETOP_NONE && setOp(side) == s.q.SetOp {
			arms(side.Larg)
			arms(side.Rarg)
			return
		}
		s.add(s.l.selectStmt(side, s, query.Arm))
	}
	arms(x.Larg)
	if r := x.Rarg; r.GetOp() > pg.SetOperation_SETOP_NONE {
		s.add(s.l.selectStmt(r, s, query.Arm))
	} else {
		arms(r)
	}
	for _, sub := range s.q.Subqueries {
		if sub.Role == query.Arm {
			for _, o := range sub.Outputs {
				s.q.Outputs = append(s.q.Outputs, query.Output{Name: o.Name, Expr: o.Name, Span: o.Span})
			}
			break
		}
	}
}

func setOp(x *pg.SelectStmt) string {
	name := map[pg.SetOperation]string{
		pg.SetOperation_SETOP_UNION: "union", pg.SetOperation_SETOP_INTERSECT: "intersect", pg.SetOperation_SETOP_EXCEPT: "except",
	}[x.Op]
	if x.All {
		name += " all"
	}
	return name
}

// outputs lowers a select or RETURNING list; stars go to q.Stars.
func (s *scope) outputs(list []*pg.Node) (columns []query.Column, out []query.Output) {
	for _, n := range list {
		t := n.GetResTarget()
		if t == nil {
			continue
		}
		s.refs(t.Val)
		at := s.l.bounds(t.Val)
		if c := t.Val.GetColumnRef(); c != nil {
			parts := strs(c.Fields)
			if parts[len(parts)-1] == "*" {
				s.star(parts, c)
				continue
			}
			if col, ok := s.column(c); ok {
				columns = append(columns, col)
				out = append(out, query.Output{Name: either(t.Name, col.Name), Column: col, Span: at})
				continue
			}
		}
		if _, ok := s.l.value(at); ok {
			s.q.Unknown |= s.clause
		}
		out = append(out, query.Output{Name: either(t.Name, outputName(t.Val)), Expr: s.l.source(at), Span: at})
	}
	return columns, out
}

func (s *scope) star(parts []string, c *pg.ColumnRef) {
	star := query.Star{}
	if len(parts) > 1 {
		star.Table = parts[len(parts)-2]
	}
	if i := s.l.at(int(c.Location)); c.Location >= 0 {
		star.Span, _, _ = s.l.name(i)
		if star.Span.Empty() {
			star.Span = s.l.span(i, i+1)
		}
	} else {
		star.Span = s.q.Head // TABLE t
	}
	s.q.Stars = append(s.q.Stars, star)
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// outputName is the name PostgreSQL gives an expression without alias (parse
// analysis, FigureColname).
func outputName(n *pg.Node) string {
	switch x := n.GetNode().(type) {
	case *pg.Node_ColumnRef:
		return last(x.ColumnRef.Fields)
	case *pg.Node_FuncCall:
		return last(x.FuncCall.Funcname)
	case *pg.Node_TypeCast:
		if name := outputName(x.TypeCast.Arg); name != "?column?" {
			return name
		}
		name, _, _ := typeOf(x.TypeCast.TypeName)
		return name
	case *pg.Node_CollateClause:
		return outputName(x.CollateClause.Arg)
	case *pg.Node_CoalesceExpr, *pg.Node_MinMaxExpr, *pg.Node_CaseExpr:
		return wrap(n)
	case *pg.Node_AArrayExpr:
		return "array"
	case *pg.Node_SubLink:
		return sublinkName(x.SubLink)
	case *pg.Node_SqlvalueFunction:
		name := strings.TrimPrefix(x.SqlvalueFunction.Op.String(), "SVFOP_")
		return strings.ToLower(strings.TrimSuffix(name, "_N"))
	}
	return "?column?"
}

func sublinkName(x *pg.SubLink) string {
	switch x.SubLinkType {
	case pg.SubLinkType_EXISTS_SUBLINK:
		return "exists"
	case pg.SubLinkType_ARRAY_SUBLINK:
		return "array"
	case pg.SubLinkType_EXPR_SUBLINK:
		if list := x.Subselect.GetSelectStmt().GetTargetList(); len(list) > 0 {
			t := list[0].GetResTarget()
			return either(t.GetName(), outputName(t.GetVal()))
		}
	}
	return "?column?"
}

// limit reads LIMIT, OFFSET and FETCH FIRST.
func (s *scope) limit(x *pg.SelectStmt) {
	s.clause = query.UnknownLimit
	for _, n := range []*pg.Node{x.LimitCount, x.LimitOffset} {
		s.refs(n)
		if c := n.GetColumnRef(); c != nil {
			s.column(c)
		}
	}
	s.q.Limit, s.q.Offset = s.operand(x.LimitCount), s.operand(x.LimitOffset)
	if s.q.Limit.Kind == query.Null { // LIMIT ALL
		s.q.Limit = query.Operand{}
	}
	s.clause = 0
}

func (s *scope) lock(list []*pg.Node) {
	for _, n := range list {
		c := n.GetLockingClause()
		s.q.Lock = map[pg.LockClauseStrength]string{
			pg.LockClauseStrength_LCS_FORUPDATE: "update", pg.LockClauseStrength_LCS_FORNOKEYUPDATE: "no key update",
			pg.LockClauseStrength_LCS_FORSHARE: "share", pg.LockClauseStrength_LCS_FORKEYSHARE: "key share",
		}[c.GetStrength()]
		switch c.GetWaitPolicy() {
		case pg.LockWaitPolicy_LockWaitSkip:
			s.q.Wait = "skip locked"
		case pg.LockWaitPolicy_LockWaitError:
			s.q.Wait = "nowait"
		}
	}
}
