package migrations

import (
	"fmt"
	"slices"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/facts"
	histories "github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "backfill-in-ddl-migration", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.1",
	Doc: diagnostics.Doc{
		Title: "A whole table is updated in the transaction that changes its schema.",
		Why: "ALTER TABLE holds its ACCESS EXCLUSIVE lock until the transaction ends, so every read and write of the table waits until each of " +
			"its rows has been written. WHERE c IS NULL on a column added above is still every row. A table made in the same file, a " +
			"condition that picks rows, and a file outside a transaction are left alone.",
		Bad:       "-- db/migrations/00001_init.sql --\n-- +goose Up\nCREATE TABLE users (id bigint PRIMARY KEY, name text);\n-- db/migrations/00002_plan.sql --\n-- +goose Up\nALTER TABLE users ADD COLUMN plan text;\nUPDATE users SET plan = 'free';\n",
		Good:      "-- db/migrations/00001_init.sql --\n-- +goose Up\nCREATE TABLE users (id bigint PRIMARY KEY, name text);\n-- db/migrations/00002_plan.sql --\n-- +goose Up\nALTER TABLE users ADD COLUMN plan text;\n-- db/migrations/00003_fill.sql --\n-- +goose Up\nUPDATE users SET plan = 'free' WHERE id BETWEEN 1 AND 10000;\n",
		FixSafety: "The fix moves the UPDATE to the next migration, whose transaction holds no lock on the table but those of its rows. It is unsafe: code that runs in between sees rows not yet filled.",
		Refs:      []string{"PostgreSQL manual, 13.3.1 Table-Level Locks", "PostgreSQL manual, UPDATE"},
	},
	Dialects: []query.Dialect{query.PostgreSQL},
	Query:    backfillInDDLMigration,
})

func backfillInDDLMigration(p *diagnostics.Pass, q *workspace.Query) {
	m := p.Snapshot.Migration(q.Path)
	if m == nil || q.Site != nil || q.Op != query.Update || len(q.Tables) == 0 || q.Unknown != 0 || !covers(m.Up, q.Span) || ofRoutine(p, q) || p.Config.Small(q.Tables[0].Name) {
		return
	}
	steps := p.Snapshot.Steps(q.Path)
	var holds *schema.Step
	open := false
	for i := range steps {
		s := &steps[i]
		if s.Down || s.Stmt.Start > q.Span.Start {
			continue
		}
		if s.Kind == schema.Begin {
			open = true
		}
		if s.Kind == schema.Commit || s.Kind == schema.Rollback {
			holds, open = nil, false
		}
		if exclusive(s) && s.Before != nil && !s.Born && s.Before.Name.Name == q.Tables[0].Name && s.Before.Kind != schema.Temporary && (transaction(p, s) != "" || open) {
			holds = s
		}
	}
	if holds == nil || !everyRow(q, steps) || reported(p, q, holds, steps) {
		return
	}
	d := diagnostics.Diagnostic{Span: firstLine(p.File, q.Span), Message: fmt.Sprintf(
		"This UPDATE writes every row of `%s` while the transaction holds the ACCESS EXCLUSIVE lock that %s took: every read and write of it waits until it is done.", holds.Table, holds.Kind)}
	d.Related = []diagnostics.Related{{Message: "the lock is taken here"}}
	d.Related[0].Path, d.Related[0].Span = q.Path, holds.Span
	fix, ok := movedUpdate(p, q, holds)
	report(p, d, fix, ok)
}

// ofRoutine reports whether a query is part of a routine that the migration
// makes: it runs when somebody calls it.
func ofRoutine(p *diagnostics.Pass, q *workspace.Query) bool {
	return q.Role == query.Body && slices.ContainsFunc(p.Facts.Statements, func(st facts.Statement) bool {
		return st.Span.Covers(q.Span) && slices.ContainsFunc(st.Changes, func(c schema.Change) bool { return c.Routine != nil })
	})
}

// reported reports whether an UPDATE above waits for nothing less: one lock is
// one finding, however many statements run under it.
func reported(p *diagnostics.Pass, q *workspace.Query, holds *schema.Step, steps []schema.Step) bool {
	for _, o := range p.Snapshot.Queries(q.Path) {
		if o.Op == query.Update && o.Span.Start < q.Span.Start && o.Span.Start > holds.Stmt.Start && len(o.Tables) > 0 && o.Unknown == 0 &&
			o.Tables[0].Name == q.Tables[0].Name && everyRow(o, steps) {
			return true
		}
	}
	return false
}

// exclusive are the changes of a table that take ACCESS EXCLUSIVE (PostgreSQL
// manual, ALTER TABLE: the default where no weaker lock is named).
func exclusive(s *schema.Step) bool {
	switch s.Kind {
	case schema.AddColumn, schema.DropColumn, schema.RenameColumn, schema.AlterType, schema.SetNotNull, schema.DropNotNull, schema.SetDefault,
		schema.DropDefault, schema.DropConstraint, schema.RenameTable:
		return true
	case schema.AddConstraint:
		return s.Constraint != nil && s.Constraint.Kind != schema.ForeignKey && !s.Inline
	}
	return false
}

// everyRow reports whether no condition picks rows: there is none, only ones
// between columns, or one of a column added above that is still NULL everywhere.
func everyRow(q *workspace.Query, steps []schema.Step) bool {
	for _, c := range q.Where {
		if len(c.Or) > 0 || len(c.Rest) > 0 || c.Wrapped != "" {
			return false
		}
		if c.Operand.Kind == query.ColumnRef && len(q.Tables) > 1 {
			continue
		}
		fresh := false
		for i := range steps {
			s := &steps[i]
			fresh = fresh || s.Kind == schema.AddColumn && !s.Down && s.Table.Name == q.Tables[0].Name && s.Column == c.Column.Name && s.ColumnDef.Default == "" && s.Stmt.Start < q.Span.Start
		}
		if c.Op != query.IsNull || !fresh {
			return false
		}
	}
	return true
}

// movedUpdate moves the statement to the next migration, unless something below
// or in a migration behind it needs it.
func movedUpdate(p *diagnostics.Pass, q *workspace.Query, holds *schema.Step) (diagnostics.Fix, bool) {
	h := historyOf(p, holds)
	if h == nil || q.Role == query.Body || holds.Migration.Tx == schema.TxBatch || behindIt(p, holds, func(o *schema.Step) bool {
		switch o.Kind {
		case schema.AddColumn, schema.CreateIndex, schema.DropIndex, schema.SetDefault, schema.DropDefault:
			return o.Path == q.Path && o.Stmt.Start > q.Span.Start && sameTable(o, holds)
		}
		return (o.Path != q.Path || o.Stmt.Start > q.Span.Start) && sameTable(o, holds)
	}) {
		return diagnostics.Fix{}, false
	}
	plan, ok := planned(p, holds, h, histories.Change{Name: "backfill_" + holds.Table.Name, Up: q.Span.In(p.File.Text) + ";"})
	if !ok {
		return diagnostics.Fix{}, false
	}
	return p.Plan(diagnostics.Fix{Title: "Move the UPDATE to a migration of its own", Edits: []diagnostics.FileEdit{p.Edit(removal(p.File, q.Span), "")}}, plan)
}
