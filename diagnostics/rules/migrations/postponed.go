package migrations

import (
	"slices"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

// A statement that moves to a migration of its own runs behind all there are.
// What stands behind it now must not need what it does, and must leave what it
// works on.

// buildsLater reports whether an index may be built behind all migrations: it is
// there in the end, nothing names it before, and no foreign key or ON CONFLICT
// rests on its being unique.
func buildsLater(p *diagnostics.Pass, s *schema.Step) bool {
	db := p.Snapshot.Database(s.Path)
	if db == nil || namedLater(p, s, s.Index.Name) {
		return false
	}
	name := s.Table
	if s.After != nil {
		name = s.After.Name
	}
	t := db.Catalog.Table(name)
	if s.After != nil && (t == nil || indexOf(s.After, s.Index.Name) != nil && indexOf(t, s.Index.Name) == nil) {
		return false
	}
	return (!s.Index.Unique || !uniqueLater(p, s, name.Name)) && !takenLater(p, s, s.Index.Columns())
}

// uniqueLater reports whether a statement behind a step rests on its table's
// rows being unique: a foreign key to it, an INSERT with ON CONFLICT.
func uniqueLater(p *diagnostics.Pass, s *schema.Step, table string) bool {
	return behindIt(p, s, func(o *schema.Step) bool { return refers(o, table) }) ||
		writtenLater(p, s, func(q *workspace.Query, text string) bool {
			return strings.Contains(strings.ToUpper(text), "ON CONFLICT")
		})
}

// takenLater reports whether the table of a step, or one of these columns, is
// dropped behind it, even if it is made again.
func takenLater(p *diagnostics.Pass, s *schema.Step, columns []string) bool {
	return behindIt(p, s, func(o *schema.Step) bool {
		return sameTable(o, s) && (o.Kind == schema.DropTable || o.Kind == schema.DropColumn && slices.Contains(columns, o.Column))
	})
}

// dropsLater reports whether an index may be dropped behind all migrations: none
// of that name is made again, and nothing is written that it would refuse.
func dropsLater(p *diagnostics.Pass, s *schema.Step) bool {
	db := p.Snapshot.Database(s.Path)
	if db == nil || namedLater(p, s, s.Column) {
		return false
	}
	if s.Before == nil {
		return true
	}
	if t := db.Catalog.Table(s.Before.Name); t == nil || indexOf(t, s.Column) != nil {
		return false
	}
	x := indexOf(s.Before, s.Column)
	if x != nil && takenLater(p, s, x.Columns()) {
		return false // it goes with them
	}
	return x == nil || !x.Unique || !writtenLater(p, s, func(*workspace.Query, string) bool { return true })
}

func indexOf(t *schema.Table, name string) *schema.Index {
	for _, x := range t.Indexes {
		if x.Name == name {
			return x
		}
	}
	return nil
}

// refers reports whether a step makes a foreign key to a table.
func refers(s *schema.Step, table string) bool {
	to := func(k *schema.Constraint) bool { return k.Kind == schema.ForeignKey && k.References.Name == table }
	return s.Constraint != nil && to(s.Constraint) || s.Kind == schema.CreateTable && s.Def != nil && slices.ContainsFunc(s.Def.Constraints, to)
}

// writtenLater reports whether a statement behind a step, in its file or in a
// migration after it, writes its table in the way that is asked about.
func writtenLater(p *diagnostics.Pass, s *schema.Step, asked func(q *workspace.Query, text string) bool) bool {
	h, table := historyOf(p, s), s.Table.Name
	if s.Before != nil {
		table = s.Before.Name.Name
	}
	if h == nil {
		return true
	}
	for i := range h.Migrations {
		m := &h.Migrations[i]
		f := p.Snapshot.File(m.Path)
		if m.Up == nil || m.Seq < s.Migration.Seq || f == nil {
			continue
		}
		if slices.ContainsFunc(p.Snapshot.Queries(m.Path), func(q *workspace.Query) bool {
			writes := q.Op == query.Insert || q.Op == query.Update
			return writes && len(q.Tables) > 0 && q.Tables[0].Name == table && covers(m.Up, q.Span) &&
				(m.Path != s.Path || q.Span.Start >= s.Stmt.End) && asked(q, q.Span.In(f.Text))
		}) {
			return true
		}
	}
	return false
}

// keepsType reports whether a copy of columns would keep a type alive that is
// dropped behind a step.
func keepsType(p *diagnostics.Pass, s *schema.Step, columns []string) bool {
	types := map[string]bool{}
	for _, c := range s.Before.Columns {
		if columns == nil || slices.Contains(columns, c.Name) {
			types[typeName(c.Type).Name] = true
		}
	}
	return behindIt(p, s, func(o *schema.Step) bool {
		return (o.Action == "drop type" || o.Action == "drop domain") && (types[o.Other.Name] || types[typeName(o.Column).Name])
	})
}
