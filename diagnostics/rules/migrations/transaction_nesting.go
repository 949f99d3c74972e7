package migrations

import (
	"fmt"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "transaction-nesting", Category: diagnostics.Migration, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "A migration opens or ends a transaction that its tool manages, or never ends its own.",
		Why: "Inside a transaction BEGIN only gives a warning, but COMMIT ends the tool's transaction: what follows runs outside of " +
			"any, and the record that the migration ran is no longer written together with it. Where the file's own BEGIN is right, " +
			"since the tool opens none (golang-migrate, sqitch, files that opt out), a COMMIT must follow: without it the server rolls " +
			"everything back when the connection ends. BEGIN of PL/pgSQL, and procedures, are none of this.",
		Bad:  "-- migrations/00001_init.sql --\n-- +goose Up\nBEGIN;\nCREATE TABLE users (id bigint PRIMARY KEY);\nCOMMIT;\n",
		Good: "-- migrations/00001_init.sql --\n-- +goose Up\nCREATE TABLE users (id bigint PRIMARY KEY);\n",
		FixSafety: "Taking BEGIN and COMMIT out leaves the tool's transaction around the same statements. It is unsafe because " +
			"statements behind the COMMIT then belong to it as well.",
		Refs: []string{"PostgreSQL manual, BEGIN", "PostgreSQL manual, COMMIT"},
	},
	File: transactionNesting,
})

func transactionNesting(p *diagnostics.Pass) {
	m := p.Snapshot.Migration(p.File.Path)
	if m == nil || describes(p, p.File.Path) {
		return
	}
	wrapped := m.Tx == schema.TxFile || m.Tx == schema.TxBatch
	var marks []*schema.Step
	steps := p.Snapshot.Steps(p.File.Path)
	for i := range steps {
		s := &steps[i]
		if s.Kind != schema.Begin && s.Kind != schema.Commit && s.Kind != schema.Rollback || s.Conditional {
			continue
		}
		if wrapped && s.Action != "savepoint" {
			marks = append(marks, s)
		}
	}
	if wrapped {
		nested(p, m, marks)
		return
	}
	unended(p, steps)
}

// nested reports the first statement that touches the tool's transaction; the
// fix takes all of them out.
func nested(p *diagnostics.Pass, m *schema.Migration, marks []*schema.Step) {
	if len(marks) == 0 {
		return
	}
	around := m.Runner + " wraps the file in a transaction"
	if m.Tx == schema.TxBatch {
		around = m.Runner + " runs all pending migrations in one transaction"
	}
	first := marks[0]
	d := diagnostics.Diagnostic{Span: oneLine(p.File, first.Stmt)}
	switch {
	case len(marks) == 1 && first.Kind == schema.Begin:
		d.Severity = diagnostics.Info
		d.Message = around + ", so this BEGIN does nothing but give a warning."
	default:
		d.Message = fmt.Sprintf("%s, which this file ends itself: statements behind it run outside of any transaction, and the tool's record of the migration with them.", around)
	}
	fix := diagnostics.Fix{Title: "Leave the transaction to " + m.Runner}
	for _, s := range marks {
		if s.Kind == schema.Rollback {
			fix.Edits = nil // it was meant to undo what stands before it
			break
		}
		fix.Edits = append(fix.Edits, p.Edit(removal(p.File, s.Stmt), ""))
	}
	if len(fix.Edits) > 0 {
		d.Fixes = []diagnostics.Fix{fix}
	}
	p.Report(d)
}

// unended reports a BEGIN of the file's own that nothing ends, in either direction.
func unended(p *diagnostics.Pass, steps []schema.Step) {
	for _, down := range []bool{false, true} {
		var open *schema.Step
		for i := range steps {
			s := &steps[i]
			switch {
			case s.Down != down || s.Conditional:
			case s.Kind == schema.Begin && open == nil:
				open = s
			case s.Kind == schema.Commit || s.Kind == schema.Rollback:
				open = nil
			}
		}
		if open != nil {
			p.Report(diagnostics.Diagnostic{Span: oneLine(p.File, open.Stmt),
				Message: "This BEGIN has no COMMIT: when the connection ends the server rolls back what the migration did."})
		}
	}
}

// oneLine is the first line of a span.
func oneLine(f *source.File, span source.Span) source.Span {
	if text := span.In(f.Text); strings.ContainsAny(text, "\r\n") {
		span.End = span.Start + strings.IndexAny(text, "\r\n")
	}
	return span
}
