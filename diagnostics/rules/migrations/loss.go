package migrations

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// destroys reports whether a step may take data or names away from a database
// in use: it runs forward, somebody runs the file, and its table is neither
// temporary, nor made in the same file, nor unknown where all are known.
func destroys(p *diagnostics.Pass, s *schema.Step) bool {
	if s.Down || describes(p, s.Path) || s.Before == nil && s.Known || surelyBorn(p, s) {
		return false
	}
	switch p.Snapshot.Context(s.Path) {
	case source.Test, source.Seed:
		return false
	}
	return s.Before == nil || s.Before.Kind != schema.Temporary
}

// surelyBorn reports whether the table was made in the same file; one made with
// IF NOT EXISTS may have been there before, with rows.
func surelyBorn(p *diagnostics.Pass, s *schema.Step) bool {
	return s.Born && !maybeOlder(p, s)
}

// maybeOlder reports whether the file makes the table with IF NOT EXISTS.
func maybeOlder(p *diagnostics.Pass, s *schema.Step) bool {
	if !s.Born || s.Before == nil {
		return false
	}
	return slices.ContainsFunc(p.Snapshot.Steps(s.Path), func(o schema.Step) bool {
		return o.Kind == schema.CreateTable && o.IfNotExists && o.After != nil && o.After.Name == s.Before.Name && o.Stmt.Start < s.Stmt.Start
	})
}

// later finds a step behind s in its file and direction.
func later(p *diagnostics.Pass, s *schema.Step, f func(*schema.Step) bool) bool {
	steps := p.Snapshot.Steps(s.Path)
	for i := range steps {
		if o := &steps[i]; o.Down == s.Down && o.Span.Start > s.Span.Start && f(o) {
			return true
		}
	}
	return false
}

// behindIt finds a step behind s in its file or in a migration after it.
func behindIt(p *diagnostics.Pass, s *schema.Step, f func(*schema.Step) bool) bool {
	if later(p, s, f) {
		return true
	}
	h := historyOf(p, s)
	if h == nil {
		return false
	}
	for _, o := range p.Snapshot.UpSteps(h) {
		if o.Seq > s.Migration.Seq && o.Path != s.Path && f(o.Step) {
			return true
		}
	}
	return false
}

// earlier finds a step before s in its file and direction.
func earlier(p *diagnostics.Pass, s *schema.Step, f func(*schema.Step) bool) bool {
	steps := p.Snapshot.Steps(s.Path)
	for i := range steps {
		if o := &steps[i]; o.Down == s.Down && o.Span.Start < s.Span.Start && f(o) {
			return true
		}
	}
	return false
}

// sameTable reports whether two steps are about one table.
func sameTable(a, b *schema.Step) bool {
	return a.Table == b.Table || a.Before != nil && b.Before != nil && a.Before.Name == b.Before.Name
}

// columnReturns reports whether the file makes a column of that name again.
func columnReturns(p *diagnostics.Pass, s *schema.Step) bool {
	return later(p, s, func(o *schema.Step) bool {
		return sameTable(o, s) && (o.Kind == schema.AddColumn && o.Column == s.Column || o.Kind == schema.RenameColumn && o.To == s.Column)
	})
}

// tableReturns reports whether the file makes a table or view of that name again.
func tableReturns(p *diagnostics.Pass, s *schema.Step) bool {
	return later(p, s, func(o *schema.Step) bool {
		switch o.Kind {
		case schema.CreateTable, schema.CreateView:
			return o.Table.Name == s.Table.Name
		case schema.RenameTable:
			return o.To == s.Table.Name
		}
		return false
	})
}

// copied reports whether a statement before the step reads the column, or with
// "" any of the table, to write it elsewhere.
func copied(p *diagnostics.Pass, s *schema.Step, column string) bool {
	for _, top := range p.Snapshot.Queries(s.Path) {
		if top.Span.Start >= s.Stmt.Start || top.Op != query.Update && !keepsRows(p, top) {
			continue
		}
		found := false
		top.Walk(func(q *workspace.Query) {
			reads := q != top || top.Op == query.Update
			if !reads || !slices.ContainsFunc(q.Tables, func(t query.Table) bool { return t.Name == s.Table.Name }) {
				return
			}
			found = found || column == "" || len(q.Stars) > 0 || slices.ContainsFunc(q.Refs, func(c query.Column) bool {
				return c.Name == column && !slices.ContainsFunc(q.Sets, func(a query.Assignment) bool { return a.Column.Span == c.Span })
			})
		})
		if found {
			return true
		}
	}
	return false
}

// keepsRows reports whether a statement stores the rows that it reads: an INSERT
// or a CREATE TABLE AS, not a view or a routine.
func keepsRows(p *diagnostics.Pass, top *workspace.Query) bool {
	if top.Op != query.DDL {
		return top.Op == query.Insert
	}
	return !slices.ContainsFunc(p.Snapshot.Facts(top.Path).Statements, func(st facts.Statement) bool {
		return st.Span.Covers(top.Span) && slices.ContainsFunc(st.Changes, func(c schema.Change) bool {
			return c.Kind == schema.CreateView && c.Object == "view" || c.Routine != nil
		})
	})
}

// stillNamed are the places that still name the table or column of a step: code and
// SQL outside migrations, then routines whose text the server does not follow,
// and for what is dropped, views.
func stillNamed(p *diagnostics.Pass, s *schema.Step) []diagnostics.Related {
	db := p.Snapshot.Database(s.Path)
	if db == nil || s.Before == nil || s.Migration == nil || stands(p, db, s) {
		return nil
	}
	what := s.Column
	if what == "" {
		what = s.Before.Name.Name
	}
	var out []diagnostics.Related
	for _, r := range p.Snapshot.References(db, s.Before, s.Column) {
		if !r.Loose && p.Snapshot.Context(r.Path) != source.Test && r.Path != s.Path {
			out = append(out, diagnostics.Related{Location: r.Location, Message: describe(r, what)})
		}
	}
	drops := s.Kind == schema.DropColumn || s.Kind == schema.DropTable
	for _, d := range p.Snapshot.Dependents(s, s.Before, s.Column) {
		if !d.Bound() || drops {
			out = append(out, diagnostics.Related{Location: d.Location, Message: fmt.Sprintf("%s `%s` names `%s`", d.Object, d.Name, what)})
		}
	}
	return out
}

// stands reports whether what a step takes away is there when all migrations
// have run: made again later, by a migration and not only by a model.
func stands(p *diagnostics.Pass, db *workspace.Database, s *schema.Step) bool {
	t := db.Catalog.Table(s.Before.Name)
	if t == nil {
		return false
	}
	applied := func(o schema.Origin) bool { return o.Source == "sql" && p.Snapshot.Migration(o.Path) != nil }
	if s.Column == "" || s.Kind == schema.DropTable || s.Kind == schema.RenameTable {
		return slices.ContainsFunc(t.Origins, applied)
	}
	c := t.Column(s.Column)
	return c != nil && applied(c.Origin)
}

var setAside = regexp.MustCompile(`(?i)(^|_)(deprecated|old|backup|bak|legacy|trash|archived?|unused|to_delete|to_drop)(_|\d*$)`)
