package postgres

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

// outputsOf are the output columns of a statement's defining query under the
// names given to them; open tells that there may be more, behind a star.
func outputsOf(q *query.Query, aliases []string) (names []string, open bool) {
	if len(q.Subqueries) == 0 {
		return aliases, true
	}
	def := q.Subqueries[0]
	for i, o := range def.Outputs {
		if i < len(aliases) {
			o.Name = aliases[i]
		}
		names = append(names, o.Name)
	}
	first := def
	for first.SetOp != "" && len(first.Subqueries) > 0 {
		first = arm(first)
	}
	return names, len(first.Stars) > 0 || first.Rows > 0
}

// readBy are the relations that the queries inside a statement read.
func readBy(q *query.Query) []schema.Name {
	var out []schema.Name
	var walk func(list []*query.Query, depth int)
	walk = func(list []*query.Query, depth int) {
		for _, sub := range list {
			for _, t := range sub.Tables {
				if t.Kind == query.Base && t.Name != "" {
					out = append(out, schema.Name{Schema: t.Schema, Name: t.Name})
				}
			}
			if depth < maxQueries {
				walk(sub.Subqueries, depth+1)
			}
		}
	}
	walk(q.Subqueries, 0)
	return out
}

// arm is the first arm of a set operation.
func arm(q *query.Query) *query.Query {
	for _, s := range q.Subqueries {
		if s.Role == query.Arm {
			return s
		}
	}
	return &query.Query{}
}

func (l *lowerer) createView(x *pg.ViewStmt, q *query.Query) {
	names, open := outputsOf(q, strs(x.Aliases))
	t, at := l.viewTable(x.View, schema.View, names, open)
	t.Reads = readBy(q)
	l.change(schema.Change{Kind: schema.CreateView, Table: t.Name, Def: t, NameSpan: at, Replace: x.Replace, Object: "view"})
}

// createAs lowers CREATE TABLE AS and CREATE MATERIALIZED VIEW. Its column
// types are the query's, which only a database knows.
func (l *lowerer) createAs(x *pg.CreateTableAsStmt, q *query.Query) {
	into := x.Into
	names, open := outputsOf(q, strs(into.GetColNames()))
	c := schema.Change{Kind: schema.CreateTable, IfNotExists: x.IfNotExists, Object: "table"}
	kind := schema.Ordinary
	if x.Objtype == pg.ObjectType_OBJECT_MATVIEW {
		kind, c.Kind, c.Object = schema.MaterializedView, schema.CreateView, "materialized view"
	} else {
		open = true
	}
	c.Def, c.NameSpan = l.viewTable(into.GetRel(), kind, names, open)
	c.Table = c.Def.Name
	if into.GetSkipData() {
		c.Action = "with no data"
	}
	l.change(c)
}

func (l *lowerer) selectInto(into *pg.IntoClause, q *query.Query) {
	names, _ := outputsOf(&query.Query{Subqueries: []*query.Query{q}}, nil)
	t, at := l.viewTable(into.Rel, schema.Ordinary, names, true)
	l.change(schema.Change{Kind: schema.CreateTable, Table: t.Name, Def: t, NameSpan: at, Object: "table"})
}
