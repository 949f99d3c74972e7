package postgres

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// createIndex lowers CREATE INDEX.
func (l *lowerer) createIndex(x *pg.IndexStmt) {
	at, after := l.relation(x.Relation)
	c := schema.Change{Kind: schema.CreateIndex, Table: nameOf(x.Relation), Column: x.Idxname, Concurrently: x.Concurrent,
		IfNotExists: x.IfNotExists, Only: !x.Relation.GetInh(), Object: "index", NameSpan: at}
	if s := l.named(l.first+2, l.at(at.Start), x.Idxname); x.Idxname != "" && !s.Empty() {
		c.NameSpan = s
	}
	open := l.find(after, l.end(), 0, "(")
	ix := &schema.Index{Name: x.Idxname, Unique: x.Unique, Method: x.AccessMethod, NullsNotDistinct: x.NullsNotDistinct,
		Origin: l.origin(l.stmt, c.NameSpan)}
	if ix.Method == "" {
		ix.Method = "btree"
	}
	cells := l.inside(open)
	names := make([]string, 0, len(x.IndexParams))
	for i, n := range x.IndexParams {
		e := n.GetIndexElem()
		ix.Parts = append(ix.Parts, l.indexPart(e, cells, i))
		names = append(names, either(e.GetName(), indexColumnName(e.GetExpr())))
	}
	for _, n := range x.IndexIncludingParams {
		if e := n.GetIndexElem(); e != nil {
			ix.Include = append(ix.Include, e.Name)
		}
	}
	if x.WhereClause != nil {
		ix.WhereColumns = l.columnNames(x.WhereClause)
		if i := l.find(max(open, after), l.end(), 0, "WHERE"); i >= 0 {
			ix.Where = unbracket(l.source(l.span(i+1, l.end())))
		}
	}
	if ix.Name == "" {
		for _, p := range ix.Include {
			names = append(names, p)
		}
		ix.Made = &schema.MadeName{Columns: addition(distinct(names)), Label: "idx"}
		ix.Name = ix.Made.Of(c.Table.Name)
		c.Column = ix.Name
	}
	c.Index = ix
	l.change(c)
}

// indexPart lowers one key; the text of an expression stands without the
// brackets around it.
func (l *lowerer) indexPart(e *pg.IndexElem, cells [][2]int, i int) schema.IndexPart {
	p := schema.IndexPart{Column: e.GetName(), Desc: e.GetOrdering() == pg.SortByDir_SORTBY_DESC,
		OpClass: last(e.GetOpclass()), Collation: last(e.GetCollation())}
	switch e.GetNullsOrdering() {
	case pg.SortByNulls_SORTBY_NULLS_FIRST:
		p.Nulls = "first"
	case pg.SortByNulls_SORTBY_NULLS_LAST:
		p.Nulls = "last"
	}
	if e.GetExpr() != nil {
		p.Expr = unbracket(l.source(l.bounds(e.Expr)))
		if p.Expr == "" && i < len(cells) {
			p.Expr = unbracket(l.source(l.span(cells[i][0], cells[i][1])))
		}
	}
	return p
}

// viewTable is the table of a view or of CREATE TABLE AS, with columns by name only.
func (l *lowerer) viewTable(v *pg.RangeVar, kind schema.TableKind, columns []string, open bool) (*schema.Table, source.Span) {
	at, _ := l.relation(v)
	t := &schema.Table{Name: nameOf(v), Kind: kind, Unlogged: v.GetRelpersistence() == "u"}
	if v.GetRelpersistence() == "t" && kind == schema.Ordinary {
		t.Kind = schema.Temporary
	}
	t.Origins = []schema.Origin{l.origin(l.stmt, at)}
	for _, name := range columns {
		t.Columns = append(t.Columns, &schema.Column{Name: name, Origin: t.Origins[0]})
	}
	t.Open = open
	return t, at
}
