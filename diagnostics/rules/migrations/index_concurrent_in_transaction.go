package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "index-concurrent-in-transaction", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.1",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "CREATE or DROP INDEX CONCURRENTLY inside a transaction fails.",
		Why: "PostgreSQL refuses it with active_sql_transaction, so the migration stops half way through a deployment. " +
			"A transaction is open when the file says BEGIN, when the tool wraps each file or all pending files, and when a tool that " +
			"sends the whole file at once finds more than one statement in it: the server makes them one transaction.",
		Bad: "-- migrations/000001_init.up.sql --\nCREATE TABLE orders (id bigint PRIMARY KEY, status text);\n" +
			"-- migrations/000002_index.up.sql --\nALTER TABLE orders ADD COLUMN note text;\nCREATE INDEX CONCURRENTLY orders_status_idx ON orders (status);\n",
		Good: "-- migrations/000001_init.up.sql --\nCREATE TABLE orders (id bigint PRIMARY KEY, status text);\n" +
			"-- migrations/000002_index.up.sql --\nCREATE INDEX CONCURRENTLY orders_status_idx ON orders (status);\n",
		FixSafety: "The tool's own mark takes the file out of the transaction, or the statement moves to a migration of its own. Both " +
			"are unsafe, since a migration that fails then leaves what it had done.",
		Refs: []string{"PostgreSQL manual, CREATE INDEX, Building Indexes Concurrently", "PostgreSQL manual, 55.2.2.1 Multiple Statements in a Simple Query"},
	},
	Step: indexConcurrentInTransaction,
})

func indexConcurrentInTransaction(p *diagnostics.Pass, s *schema.Step) {
	if !s.Concurrently || s.Kind != schema.CreateIndex && s.Kind != schema.DropIndex || describes(p, s.Path) {
		return
	}
	why := transaction(s)
	if why == "" {
		return
	}
	verb := "CREATE"
	if s.Kind == schema.DropIndex {
		verb = "DROP"
	}
	d := diagnostics.Diagnostic{Span: head(s, p.File), Message: fmt.Sprintf(
		"%s INDEX CONCURRENTLY cannot run here: %s. PostgreSQL refuses the statement and the migration stops.", verb, why)}
	if fix, ok := outside(p, s); ok {
		d.Fixes = []diagnostics.Fix{fix}
	}
	p.Report(d)
}

// transaction says what has opened a transaction around the step, "" if nothing has.
func transaction(s *schema.Step) string {
	switch m := s.Migration; {
	case s.InTransaction:
		return "the file has opened a transaction with BEGIN"
	case m == nil:
		return ""
	case m.Tx == schema.TxFile:
		return m.Runner + " wraps the file in a transaction"
	case m.Tx == schema.TxBatch:
		return m.Runner + " runs all pending migrations in one transaction"
	case m.Tx == schema.TxImplicit && m.Statements > 1 && !s.Down:
		return fmt.Sprintf("%s sends the %d statements of the file at once, which makes them one transaction", m.Runner, m.Statements)
	}
	return ""
}

// outside is the fix: the tool's mark for a file that holds nothing else, or a
// file of its own.
func outside(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	h := historyOf(p, s)
	if h == nil || s.InTransaction || s.Down || !h.LeavesTransaction() {
		return diagnostics.Fix{}, false
	}
	if s.Migration.Statements == 1 && h.Opened() != "" {
		return diagnostics.Fix{Title: "Run the migration outside a transaction",
			Edits: []diagnostics.FileEdit{p.Edit(source.Span{}, h.Opened())}}, true
	}
	if s.Migration.Statements < 2 || s.Kind != schema.CreateIndex {
		return diagnostics.Fix{}, false
	}
	return moved(p, s, h, -1)
}
