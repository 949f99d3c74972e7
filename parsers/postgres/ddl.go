package postgres

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// ddl lowers a statement that changes the schema or the session. q is its
// query, which holds the queries inside it.
func (l *lowerer) ddl(n *pg.Node, q *query.Query) {
	switch x := n.GetNode().(type) {
	case *pg.Node_CreateStmt:
		l.createTable(x.CreateStmt, schema.Ordinary)
	case *pg.Node_CreateForeignTableStmt:
		l.createTable(x.CreateForeignTableStmt.BaseStmt, schema.Foreign)
	case *pg.Node_AlterTableStmt:
		l.alterTable(x.AlterTableStmt)
	case *pg.Node_IndexStmt:
		l.createIndex(x.IndexStmt)
	case *pg.Node_DropStmt:
		l.drop(x.DropStmt)
	case *pg.Node_RenameStmt:
		l.rename(x.RenameStmt)
	case *pg.Node_ViewStmt:
		l.createView(x.ViewStmt, q)
	case *pg.Node_CreateTableAsStmt:
		l.createAs(x.CreateTableAsStmt, q)
	case *pg.Node_SelectStmt:
		if into := x.SelectStmt.IntoClause; into != nil {
			l.selectInto(into, q)
		}
	case *pg.Node_TruncateStmt:
		l.truncate(x.TruncateStmt)
	case *pg.Node_TransactionStmt:
		l.transaction(x.TransactionStmt)
	case *pg.Node_VariableSetStmt:
		l.set(x.VariableSetStmt)
	case *pg.Node_CreateFunctionStmt:
		l.function(x.CreateFunctionStmt)
	case *pg.Node_DoStmt:
		l.do(x.DoStmt)
	default:
		l.other(n)
	}
}

// change adds a change; without a span of its own it covers the statement.
func (l *lowerer) change(c schema.Change) {
	c.Stmt = l.stmt
	if c.Span.Empty() {
		c.Span = l.stmt
	}
	if c.NameSpan.Empty() {
		c.NameSpan = l.list[l.first].Span
	}
	l.out.Changes = append(l.out.Changes, c)
}

// end is the first token behind the statement.
func (l *lowerer) end() int {
	i := l.at(l.stmt.End - 1)
	return min(i+1, len(l.list))
}

// relation is the span of a relation's name and the token behind it.
func (l *lowerer) relation(v *pg.RangeVar) (at source.Span, after int) {
	if v == nil || v.Location < 0 {
		return source.Span{}, l.first
	}
	i := l.at(int(v.Location))
	if l.is(i, "ONLY") {
		i++
	}
	at, _, after = l.name(i)
	if l.is(after, "*") {
		after++
	}
	return at, after
}

// named is the span of the first token in [from, to) that spells name.
func (l *lowerer) named(from, to int, name string) source.Span {
	for i := max(0, from); i < min(to, len(l.list)); i++ {
		if l.ident(i) && sqltext.Unquote(l.in(i)) == name {
			return l.list[i].Span
		}
	}
	return source.Span{}
}

// origin is the place of something declared in tokens [from, to).
func (l *lowerer) origin(at, name source.Span) schema.Origin {
	if name.Empty() {
		name = at
	}
	return schema.Origin{Span: at, NameSpan: name, Source: "sql"}
}

// columnsOf are the plain columns of a list, whichever node holds their names.
func (l *lowerer) columnsOf(list []*pg.Node) []string {
	out := strs(list)
	for _, n := range list {
		if e := n.GetIndexElem(); e != nil {
			out = append(out, e.Name)
		}
	}
	return out
}

func qualified(list []*pg.Node) schema.Name {
	parts := strs(list)
	switch len(parts) {
	case 0:
		return schema.Name{}
	case 1:
		return schema.Name{Name: parts[0]}
	}
	return schema.Name{Schema: parts[len(parts)-2], Name: parts[len(parts)-1]}
}
