package postgres

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// lowerer turns the parse tree of one text into the models. orig is the text
// as given, text (in tokens) the same with placeholders rewritten.
type lowerer struct {
	*tokens
	orig  string
	holes []hole
	// vars are the names that may be PL/pgSQL variables or parameters here;
	// nil outside function bodies.
	vars map[string]bool
	// uncertain: a name in vars may be a column as well, as in SQL functions.
	uncertain bool
	// nested counts the bodies around this text.
	nested int
	out    *Statement
	// stmt covers the statement being lowered, first is its first token.
	stmt  source.Span
	first int
}

// statement lowers one parsed statement that covers the bytes [from, to).
func (l *lowerer) statement(n *pg.Node, from, to int) {
	i, j := l.at(from), l.at(to)
	for j > i && (j > len(l.list) || l.list[j-1].End > to || l.is(j-1, ";")) {
		j--
	}
	if i >= j {
		return
	}
	l.first, l.stmt = i, l.span(i, j)
	q := l.dml(n, nil, query.Main)
	if q == nil {
		q = l.utility(n)
	}
	l.clauseHoles(q)
	l.out.Queries = append(l.out.Queries, q)
	l.ddl(n, q)
	l.forgetHidden(q)
}

// dml lowers the statements that read or change rows; nil for all else.
func (l *lowerer) dml(n *pg.Node, parent *scope, role query.Role) *query.Query {
	switch x := n.GetNode().(type) {
	case *pg.Node_SelectStmt:
		return l.selectStmt(x.SelectStmt, parent, role)
	case *pg.Node_InsertStmt:
		return l.insert(x.InsertStmt, parent, role)
	case *pg.Node_UpdateStmt:
		return l.update(x.UpdateStmt, parent, role)
	case *pg.Node_DeleteStmt:
		return l.delete(x.DeleteStmt, parent, role)
	case *pg.Node_MergeStmt:
		return l.merge(x.MergeStmt, parent, role)
	}
	return nil
}

// fresh is a query of this dialect over a span; the head is its first word.
func (l *lowerer) fresh(op query.Op, role query.Role, at source.Span) *query.Query {
	q := &query.Query{Op: op, Role: role, Dialect: query.PostgreSQL, Library: "sql", Span: at}
	if i := l.at(at.Start); i < len(l.list) && !at.Empty() {
		for l.is(i, "(") && i+1 < len(l.list) {
			i++
		}
		q.Head = l.list[i].Span
	}
	if at.End <= len(l.orig) && !at.Empty() {
		q.SQL = l.orig[at.Start:at.End]
	}
	return q
}

// utility is the query of a statement that is no DML: the tables it names, and
// the query it wraps (EXPLAIN, COPY, a view's definition).
func (l *lowerer) utility(n *pg.Node) *query.Query {
	op := query.DDL
	switch n.GetNode().(type) {
	case *pg.Node_ExplainStmt, *pg.Node_CopyStmt, *pg.Node_PrepareStmt, *pg.Node_ExecuteStmt, *pg.Node_DeallocateStmt,
		*pg.Node_DeclareCursorStmt, *pg.Node_FetchStmt, *pg.Node_ClosePortalStmt, *pg.Node_VariableSetStmt, *pg.Node_VariableShowStmt,
		*pg.Node_TransactionStmt, *pg.Node_VacuumStmt, *pg.Node_LockStmt, *pg.Node_CallStmt, *pg.Node_DoStmt, *pg.Node_NotifyStmt,
		*pg.Node_ListenStmt, *pg.Node_UnlistenStmt, *pg.Node_DiscardStmt, *pg.Node_CheckPointStmt, *pg.Node_LoadStmt,
		*pg.Node_ConstraintsSetStmt, *pg.Node_RefreshMatViewStmt, *pg.Node_ReindexStmt, *pg.Node_ClusterStmt:
		op = query.Command
	}
	q := l.fresh(op, query.Main, l.stmt)
	s := l.scope(q, nil)
	switch x := n.GetNode().(type) {
	case *pg.Node_RuleStmt:
		before := l.vars
		l.vars = map[string]bool{"new": true, "old": true}
		defer func() { l.vars = before }()
	case *pg.Node_CreatePolicyStmt: // a filter that every query on the table gets
		q.Where = s.filter(x.CreatePolicyStmt.Qual)
		s.refs(x.CreatePolicyStmt.WithCheck)
	}
	l.wrapped(n, s)
	return q
}

// wrapped collects tables and inner queries of a utility statement.
func (l *lowerer) wrapped(n *pg.Node, s *scope) {
	for _, v := range relations(n) {
		l.mention(v, s)
	}
	for _, c := range reflected(n.ProtoReflect()) {
		l.wrappedNode(c, s)
	}
}

func (l *lowerer) wrappedNode(c *pg.Node, s *scope) {
	if c == nil || c.Node == nil {
		return
	}
	if sub := l.dml(c, s, query.Definition); sub != nil {
		s.q.Subqueries = append(s.q.Subqueries, sub)
		return
	}
	switch x := c.GetNode().(type) {
	case *pg.Node_RangeVar:
		l.mention(x.RangeVar, s)
	case *pg.Node_VacuumRelation:
		l.mention(x.VacuumRelation.Relation, s)
	case *pg.Node_CreateStmt, *pg.Node_CreateTableAsStmt, *pg.Node_ViewStmt, *pg.Node_DeclareCursorStmt, *pg.Node_PrepareStmt, *pg.Node_ExecuteStmt:
		l.wrapped(c, s)
	case *pg.Node_Constraint:
		l.mention(x.Constraint.Pktable, s)
	case *pg.Node_ColumnDef:
		for _, k := range x.ColumnDef.Constraints {
			l.mention(k.GetConstraint().GetPktable(), s)
		}
	case *pg.Node_AlterTableCmd:
		if d := x.AlterTableCmd.Def; d != nil {
			l.wrappedNode(d, s)
		}
	case *pg.Node_PartitionCmd:
		l.mention(x.PartitionCmd.Name, s)
	case *pg.Node_TableLikeClause:
		l.mention(x.TableLikeClause.Relation, s)
	}
}

// relations are the range variables held directly by a utility statement.
func relations(n *pg.Node) []*pg.RangeVar {
	switch x := n.GetNode().(type) {
	case *pg.Node_CreateStmt:
		return []*pg.RangeVar{x.CreateStmt.Relation}
	case *pg.Node_AlterTableStmt:
		return []*pg.RangeVar{x.AlterTableStmt.Relation}
	case *pg.Node_IndexStmt:
		return []*pg.RangeVar{x.IndexStmt.Relation}
	case *pg.Node_ViewStmt:
		return []*pg.RangeVar{x.ViewStmt.View}
	case *pg.Node_CreateTableAsStmt:
		return []*pg.RangeVar{x.CreateTableAsStmt.Into.GetRel()}
	case *pg.Node_CreateForeignTableStmt:
		return []*pg.RangeVar{x.CreateForeignTableStmt.BaseStmt.GetRelation()}
	case *pg.Node_CreateTrigStmt:
		return []*pg.RangeVar{x.CreateTrigStmt.Relation}
	case *pg.Node_CreatePolicyStmt:
		return []*pg.RangeVar{x.CreatePolicyStmt.Table}
	case *pg.Node_AlterPolicyStmt:
		return []*pg.RangeVar{x.AlterPolicyStmt.Table}
	case *pg.Node_CreateStatsStmt:
		if list := x.CreateStatsStmt.Relations; len(list) == 1 {
			return []*pg.RangeVar{list[0].GetRangeVar()}
		}
	case *pg.Node_RuleStmt:
		return []*pg.RangeVar{x.RuleStmt.Relation}
	case *pg.Node_CopyStmt:
		return []*pg.RangeVar{x.CopyStmt.Relation}
	case *pg.Node_RefreshMatViewStmt:
		return []*pg.RangeVar{x.RefreshMatViewStmt.Relation}
	case *pg.Node_ClusterStmt:
		return []*pg.RangeVar{x.ClusterStmt.Relation}
	case *pg.Node_ReindexStmt:
		return []*pg.RangeVar{x.ReindexStmt.Relation}
	case *pg.Node_RenameStmt:
		return []*pg.RangeVar{x.RenameStmt.Relation}
	case *pg.Node_AlterObjectSchemaStmt:
		return []*pg.RangeVar{x.AlterObjectSchemaStmt.Relation}
	}
	return nil
}

// mention adds a relation that a utility statement names.
func (l *lowerer) mention(v *pg.RangeVar, s *scope) {
	if v == nil || v.Relname == "" {
		return
	}
	t := l.table(v)
	for _, have := range s.q.Tables {
		if have.Span == t.Span {
			return
		}
	}
	s.q.Tables = append(s.q.Tables, t)
}

// table is a relation as named; a name filled in at run time is empty.
func (l *lowerer) table(v *pg.RangeVar) query.Table {
	t := query.Table{Schema: v.Schemaname, Name: v.Relname, Alias: v.GetAlias().GetAliasname()}
	if i := l.at(int(v.Location)); v.Location >= 0 && i < len(l.list) {
		if l.is(i, "ONLY") { // ONLY stands before the location in most places
			i++
		}
		whole, name, _ := l.name(i)
		t.Span = whole
		switch {
		case l.hidden(name):
			t.Schema, t.Name = "", ""
		case l.hidden(whole): // only the schema is filled in
			t.Schema = ""
		}
	}
	return t
}

// nameOf is a relation for the schema model.
func nameOf(v *pg.RangeVar) schema.Name {
	if v == nil {
		return schema.Name{}
	}
	return schema.Name{Schema: v.Schemaname, Name: v.Relname}
}
