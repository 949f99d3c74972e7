package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	histories "github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "drop-index-not-concurrent", Category: diagnostics.Migration, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "DROP INDEX without CONCURRENTLY stops all reads and writes of the table while it waits.",
		Why: "The ACCESS EXCLUSIVE lock on the table is held for a moment only, but to get it the statement waits for every query that still runs, " +
			"and everybody else waits behind it. With CONCURRENTLY nobody does. A constraint's index cannot be dropped this way, undo sections are left alone.",
		Bad: "-- migrations/1_init.up.sql --\nCREATE TABLE orders (id bigint PRIMARY KEY, status text);\nCREATE INDEX orders_status_idx ON orders (status);\n" +
			"-- migrations/2_drop.up.sql --\nDROP INDEX orders_status_idx;\n",
		Good: "-- migrations/1_init.up.sql --\nCREATE TABLE orders (id bigint PRIMARY KEY, status text);\nCREATE INDEX orders_status_idx ON orders (status);\n" +
			"-- migrations/2_drop.up.sql --\nDROP INDEX CONCURRENTLY orders_status_idx;\n",
		FixSafety: "The same index is gone. The fix is unsafe because the statement leaves the transaction; in a file with other statements it moves to a migration of its own, and where the tool cannot leave its transaction there is none.",
		Refs:      []string{"PostgreSQL manual, DROP INDEX, CONCURRENTLY"},
	},
	Step: dropIndexNotConcurrent,
})

func dropIndexNotConcurrent(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.DropIndex || s.Concurrently || s.Down {
		return
	}
	v, ok := judge(p, s, brief)
	if !ok || !v.sure {
		return
	}
	d := diagnostics.Diagnostic{Span: firstLine(p.File, s.Stmt), Message: fmt.Sprintf("Dropping index `%s` waits for every query that still runs on `%s`, "+
		"and every read and write waits behind it.", s.Column, v.Relation)}
	fix, ok := dropConcurrently(p, s)
	report(p, d, fix, ok)
}

// dropConcurrently is the fix: in place where the statement is alone, else in
// a migration of its own.
func dropConcurrently(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	at, ok := afterIndex(s.Stmt.In(p.File.Text))
	if !ok || s.InTransaction || s.Cascade || s.Conditional {
		return diagnostics.Fix{}, false
	}
	insert := p.Edit(source.Span{Start: s.Stmt.Start + at, End: s.Stmt.Start + at}, " CONCURRENTLY")
	fix := diagnostics.Fix{Title: "Drop the index with CONCURRENTLY"}
	if s.Migration == nil {
		fix.Edits = []diagnostics.FileEdit{insert}
		return fix, true
	}
	h := historyOf(p, s)
	if h == nil || !h.LeavesTransaction() || siblings(p, s) > 0 {
		return diagnostics.Fix{}, false
	}
	if only(p, s) {
		return alone(p, s, h, fix, insert)
	}
	if !dropsLater(p, s) {
		return diagnostics.Fix{}, false
	}
	text := s.Stmt.In(p.File.Text)
	plan, ok := planned(p, s, h, histories.Change{Name: "drop_" + s.Column, Up: text[:at] + " CONCURRENTLY" + text[at:] + ";", NoTx: true})
	if !ok {
		return diagnostics.Fix{}, false
	}
	fix.Title = "Move the drop to a migration of its own, with CONCURRENTLY"
	fix.Edits = []diagnostics.FileEdit{p.Edit(removal(p.File, s.Stmt), "")}
	return p.Plan(fix, plan)
}
