package postgres

import (
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

// queries finds what SELECT, INSERT, UPDATE, DELETE and MERGE do: weak locks,
// and rows gone over where no index leads to them.
func (s *Session) queries(list []*query.Query, out *schema.Impact) {
	s.planned = len(list) > 0 && planned(list[0])
	for _, q := range list {
		s.query(q, out, 0)
	}
}

// planned reports whether a statement only plans the query in it: EXPLAIN
// without ANALYZE, PREPARE and DECLARE (manual, those commands).
func planned(q *query.Query) bool {
	if q.Op != query.Command {
		return false
	}
	t := lex(q.SQL)
	switch {
	case t.is(0, "PREPARE"), t.is(0, "DECLARE"):
		return true
	case t.is(0, "EXPLAIN") && t.is(1, "("):
		for i := 2; i < t.list[1].match; i++ {
			if t.any(i, "ANALYZE", "ANALYSE") && !t.any(i+1, "OFF", "FALSE") {
				return false
			}
		}
		return true
	case t.is(0, "EXPLAIN"):
		return !t.any(1, "ANALYZE", "ANALYSE")
	}
	return false
}

// catalogued reports whether a relation is one of the server's own catalogs,
// which are small and which nobody waits for.
func (s *Session) catalogued(t query.Table) bool {
	switch {
	case t.Schema == "pg_catalog" || t.Schema == "information_schema":
		return true
	case t.Schema == "" && strings.HasPrefix(t.Name, "pg_"):
		return s.schema.Table(schema.Name{Name: t.Name}) == nil
	}
	return false
}

// maxQueries is how deep queries inside queries are followed.
const maxQueries = 20

func (s *Session) query(q *query.Query, out *schema.Impact, depth int) {
	if depth > maxQueries || q.Role == query.Body && depth > 0 {
		return
	}
	tables := q.Tables
	if q.Op == query.DDL {
		tables = nil // the relations it is about; the queries inside count
	}
	for i, t := range tables {
		if t.Kind != query.Base || t.Name == "" || s.catalogued(t) {
			continue
		}
		r := s.relation(schema.Name{Schema: t.Schema, Name: t.Name})
		if r.missing {
			continue
		}
		target := i == 0
		lock, work := schema.AccessShare, schema.ScanRows
		switch {
		case q.Op == query.Insert && target:
			lock, work = schema.RowExclusive, schema.NoWork
		case (q.Op == query.Update || q.Op == query.Delete || q.Op == query.Merge) && target:
			lock, work = schema.RowExclusive, schema.WriteRows
		case q.Lock != "":
			lock = schema.RowShare
		}
		if work == schema.NoWork || s.found(q, i, r) {
			s.effect(out, r, lock, nil)
			if target && q.Op == query.Delete {
				s.referenced(r, out)
			}
			continue
		}
		if target && q.Op == query.Delete {
			s.referenced(r, out)
		}
		for _, leaf := range s.tree(r, false) {
			s.works(out, leaf, lock, work, "", nil)
		}
		if work == schema.ScanRows && len(q.Where) == 0 {
			for _, base := range s.behind(r) {
				s.works(out, base, schema.AccessShare, work, "", nil)
			}
		}
	}
	for _, sub := range q.Subqueries {
		s.query(sub, out, depth+1)
	}
}

// behind are the tables that a view reads, through other views too.
func (s *Session) behind(r relation) []relation {
	var out []relation
	seen := map[schema.Name]bool{bare(r.name): true}
	queue := []relation{r}
	for i := 0; i < len(queue) && i < maxTree; i++ {
		t := queue[i].table
		if t == nil || t.Kind != schema.View {
			continue
		}
		for _, n := range t.Reads {
			base := s.relation(n)
			if base.missing || seen[bare(base.name)] {
				continue
			}
			seen[bare(base.name)] = true
			queue = append(queue, base)
			out = append(out, s.tree(base, false)...)
		}
	}
	return out
}

// referenced reads the tables that refer to rows about to be deleted, from end
// to end where the foreign key has no index (manual, 5.4.5 "Foreign Keys").
func (s *Session) referenced(r relation, out *schema.Impact) {
	if r.table == nil {
		return
	}
	for _, ref := range s.schema.Referencing(r.table) {
		child := s.relation(ref.Table.Name)
		if ref.Table.Serves(schema.Access{Equal: ref.Constraint.Columns}).Filter {
			s.effect(out, child, schema.RowShare, nil)
			continue
		}
		s.works(out, child, schema.RowShare, schema.ScanRows, "no index leads to the rows that refer to `"+r.name.String()+"`", nil)
	}
}

// found reports whether an index leads to the rows of a query's i-th table, or
// the query wants no more than a few of any.
func (s *Session) found(q *query.Query, i int, r relation) bool {
	if q.Op == query.Select && q.Limit.Kind == query.Literal && len(q.OrderBy) == 0 && len(q.Where) == 0 && !q.Aggregates {
		return true
	}
	var a schema.Access
	known := false
	for _, p := range q.Where {
		if len(p.Or) > 0 || p.Wrapped != "" || p.Column.Name == "" || p.Column.Table != "" && p.Column.Table != q.Tables[i].Label() {
			continue
		}
		if p.Operand.Kind == query.ColumnRef || p.Operand.Kind == query.Subselect {
			continue
		}
		known = true
		switch name := p.Column.Name; {
		case p.Op == query.Eq:
			a.Equal = append(a.Equal, name)
		case p.Op == query.In:
			a.In = append(a.In, name)
		case p.Op == query.IsNull:
			a.Null = append(a.Null, name)
		case p.Op.Range():
			a.Range = append(a.Range, name)
		}
	}
	if r.table == nil {
		// Nothing describes it: a key is likely where one is compared with a value.
		return known && hasID(slices.Concat(a.Equal, a.In, a.Range))
	}
	return known && r.table.Serves(a).Filter
}

// hasID reports whether one of the columns is what a table without a known
// schema has as its key: the name is the only hint there is, and the effect
// is told as a likely one.
func hasID(list []string) bool {
	for _, n := range list {
		if n == "id" {
			return true
		}
	}
	return false
}
