package postgres

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
)

// around covers a data-modifying statement: the whole statement, or, inside
// WITH, the bracket around its target.
func (l *lowerer) around(v *pg.RangeVar, w *pg.WithClause, parent *scope, words ...string) source.Span {
	if parent == nil || v == nil {
		return l.stmt
	}
	i := l.at(int(v.Location))
	if i >= len(l.list) {
		return l.stmt
	}
	from := l.back(i, l.list[i].depth, words...)
	if w != nil {
		from = l.at(int(w.Location))
	}
	if from < 0 {
		return l.stmt
	}
	if l.is(from-1, "(") && l.list[from-1].match > from {
		return l.span(from, l.list[from-1].match)
	}
	end := l.end()
	if k := l.find(i, end, l.list[from].depth, ";"); k > 0 { // BEGIN ATOMIC ... END
		end = k
	}
	return l.span(from, end)
}

// main is the query of a data-modifying statement, its head being its own
// keyword rather than WITH.
func (l *lowerer) main(op query.Op, role query.Role, at source.Span, target *pg.RangeVar, keyword string) *query.Query {
	q := l.fresh(op, role, at)
	if target != nil {
		if i := l.at(int(target.Location)); i < len(l.list) {
			if k := l.back(i, l.list[i].depth, keyword); k >= 0 {
				q.Head = l.list[k].Span
			}
		}
	}
	return q
}

func (s *scope) target(v *pg.RangeVar) {
	if v == nil {
		s.q.Unknown |= query.UnknownTable
		return
	}
	s.relation(v)
}

func (s *scope) returning(list []*pg.Node) {
	if len(list) == 0 {
		return
	}
	s.clause = query.UnknownColumns
	s.q.Returning, s.q.Outputs = s.outputs(list)
	s.clause = 0
}

// insert lowers INSERT: the columns with the values of the first row, or with
// no operand where the rows come from a query.
func (l *lowerer) insert(x *pg.InsertStmt, parent *scope, role query.Role) *query.Query {
	q := l.main(query.Insert, role, l.around(x.Relation, x.WithClause, parent, "INSERT"), x.Relation, "INSERT")
	s := l.scope(q, parent)
	s.with(x.WithClause)
	s.target(x.Relation)
	s.clause = query.UnknownColumns
	for _, n := range x.Cols {
		if c, ok := s.assigned(n.GetResTarget()); ok {
			q.Sets = append(q.Sets, query.Assignment{Column: c})
		}
	}
	s.clause = query.UnknownOther
	if sel := x.SelectStmt.GetSelectStmt(); sel != nil {
		if len(sel.ValuesLists) > 0 {
			s.with(sel.WithClause)
			s.values(sel.ValuesLists)
			s.firstRow(sel.ValuesLists[0].GetList().GetItems(), len(x.Cols))
		} else if sub := l.dml(x.SelectStmt, s, query.Source); sub != nil {
			s.add(sub)
		}
	}
	s.conflict(x.OnConflictClause)
	s.returning(x.ReturningList)
	return q
}

func (s *scope) firstRow(values []*pg.Node, columns int) {
	if columns == 0 {
		s.q.Unknown |= query.UnknownColumns // in the order of the table
		return
	}
	if len(values) == 1 {
		if o := s.operand(values[0]); o.Kind == query.List && o.Open {
			s.q.Rows = 0 // a placeholder for all rows
			return
		}
	}
	for i, v := range values {
		if i < len(s.q.Sets) && len(s.q.Sets) == columns {
			s.q.Sets[i].Operand = s.operand(v)
		}
	}
}

// assigned is the column a SET or INSERT list names.
func (s *scope) assigned(t *pg.ResTarget) (query.Column, bool) {
	if t == nil || t.Location < 0 {
		return query.Column{}, false
	}
	i := s.l.at(int(t.Location))
	at := s.l.span(i, i+1)
	if s.l.hidden(at) {
		s.q.Unknown |= query.UnknownColumns
		return query.Column{}, false
	}
	c := query.Column{Name: t.Name, Span: at}
	s.ref(c)
	return c, true
}

// sets lowers an UPDATE list, (a, b) = (...) included.
func (s *scope) sets(list []*pg.Node) []query.Assignment {
	var out []query.Assignment
	before := s.clause
	s.clause = query.UnknownOther
	for _, n := range list {
		t := n.GetResTarget()
		value := t.GetVal()
		if m := value.GetMultiAssignRef(); m != nil {
			value = m.Source
			if row := value.GetRowExpr(); row != nil && int(m.Colno) <= len(row.Args) && m.Colno > 0 {
				value = row.Args[m.Colno-1]
			}
		}
		c, ok := s.assigned(t)
		s.refs(value)
		if ok {
			out = append(out, query.Assignment{Column: c, Operand: s.operand(value)})
		}
	}
	s.clause = before
	return out
}

// conflict lowers ON CONFLICT. The SET list of DO UPDATE is left in Refs only,
// its condition too: they are no filter of the statement.
func (s *scope) conflict(x *pg.OnConflictClause) {
	if x == nil {
		return
	}
	s.q.OnConflict = "nothing"
	if x.Action == pg.OnConflictAction_ONCONFLICT_UPDATE {
		s.q.OnConflict = "update"
	}
	if f := x.Infer; f != nil {
		s.q.ConflictName = f.Conname
		cells := s.l.inside(s.l.at(int(f.Location)))
		for i, n := range f.IndexElems {
			e := n.GetIndexElem()
			if e.GetName() == "" || i >= len(cells) {
				s.refs(e.GetExpr())
				s.q.Unknown |= query.UnknownOther // an expression is part of the key
				continue
			}
			c := query.Column{Name: e.Name, Span: s.l.span(cells[i][0], cells[i][0]+1)}
			s.ref(c)
			s.q.Conflict = append(s.q.Conflict, c)
		}
		s.refs(f.WhereClause)
		s.q.ConflictWhere = s.conditions(f.WhereClause, asIs)
	}
	s.sets(x.TargetList)
	s.refs(x.WhereClause)
}

func (l *lowerer) update(x *pg.UpdateStmt, parent *scope, role query.Role) *query.Query {
	q := l.main(query.Update, role, l.around(x.Relation, x.WithClause, parent, "UPDATE"), x.Relation, "UPDATE")
	s := l.scope(q, parent)
	s.with(x.WithClause)
	s.target(x.Relation)
	for _, f := range x.FromClause {
		s.from(f, true)
	}
	q.Sets = s.sets(x.TargetList)
	q.Where = s.filter(x.WhereClause)
	s.returning(x.ReturningList)
	return q
}

func (l *lowerer) delete(x *pg.DeleteStmt, parent *scope, role query.Role) *query.Query {
	q := l.main(query.Delete, role, l.around(x.Relation, x.WithClause, parent, "DELETE"), x.Relation, "DELETE")
	s := l.scope(q, parent)
	s.with(x.WithClause)
	s.target(x.Relation)
	for _, f := range x.UsingClause {
		s.from(f, true)
	}
	q.Where = s.filter(x.WhereClause)
	s.returning(x.ReturningList)
	return q
}

// merge lowers MERGE: target and source as a join, the columns all branches
// assign in Sets.
func (l *lowerer) merge(x *pg.MergeStmt, parent *scope, role query.Role) *query.Query {
	q := l.main(query.Merge, role, l.around(x.Relation, x.WithClause, parent, "MERGE"), x.Relation, "MERGE")
	s := l.scope(q, parent)
	s.with(x.WithClause)
	s.target(x.Relation)
	at := s.from(x.SourceRelation, false)
	s.clause = query.UnknownOther
	s.refs(x.JoinCondition)
	if at < len(q.Tables) {
		q.Joins = append(q.Joins, query.Join{Table: at, Kind: "left", On: s.conditions(x.JoinCondition, asIs),
			Span: q.Tables[at].Span.Union(l.bounds(x.JoinCondition))})
	}
	for _, n := range x.MergeWhenClauses {
		w := n.GetMergeWhenClause()
		s.refs(w.GetCondition())
		if len(w.GetValues()) == 0 {
			q.Sets = append(q.Sets, s.sets(w.GetTargetList())...)
			continue
		}
		for i, t := range w.TargetList {
			if c, ok := s.assigned(t.GetResTarget()); ok && i < len(w.Values) {
				s.refs(w.Values[i])
				q.Sets = append(q.Sets, query.Assignment{Column: c, Operand: s.operand(w.Values[i])})
			}
		}
	}
	s.clause = 0
	return q
}
