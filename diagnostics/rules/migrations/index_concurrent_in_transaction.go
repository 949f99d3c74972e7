package migrations

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	histories "github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "index-concurrent-in-transaction", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.1",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "A statement that no transaction allows, such as CREATE INDEX CONCURRENTLY, runs in one.",
		Why: "PostgreSQL refuses it with active_sql_transaction, so the migration stops half way through a deployment. " +
			"A transaction is open when the file says BEGIN, when the tool wraps each file or all pending files, and when a tool that " +
			"sends the whole file at once finds more than one statement in it: the server makes them one transaction. It holds for CREATE, DROP and " +
			"REINDEX with CONCURRENTLY, DETACH PARTITION CONCURRENTLY, VACUUM, ALTER SYSTEM, databases and tablespaces, and before version 12 ALTER TYPE ADD VALUE. " +
			"That Flyway's own lock keeps a concurrent build from ending is information, once a history.",
		Bad: "-- migrations/000001_init.up.sql --\nCREATE TABLE orders (id bigint PRIMARY KEY, status text);\n" +
			"-- migrations/000002_index.up.sql --\nALTER TABLE orders ADD COLUMN note text;\nCREATE INDEX CONCURRENTLY orders_status_idx ON orders (status);\n",
		Good: "-- migrations/000001_init.up.sql --\nCREATE TABLE orders (id bigint PRIMARY KEY, status text);\n" +
			"-- migrations/000002_index.up.sql --\nCREATE INDEX CONCURRENTLY orders_status_idx ON orders (status);\n",
		FixSafety: "The tool's own mark takes the file out of the transaction, or the statement moves to a migration of its own. Both " +
			"are unsafe, since a migration that fails then leaves what it had done.",
		Refs: []string{"PostgreSQL manual, CREATE INDEX, Building Indexes Concurrently", "PostgreSQL manual, VACUUM, Notes", "PostgreSQL manual, ALTER TABLE, DETACH PARTITION", "PostgreSQL manual, 55.2.2.1 Multiple Statements in a Simple Query"},
	},
	Step: indexConcurrentInTransaction,
})

func indexConcurrentInTransaction(p *diagnostics.Pass, s *schema.Step) {
	if s.Impact == nil || !s.Impact.NoTransaction || describes(p, s.Path) || !leads(p, s) {
		return
	}
	why := transaction(p, s)
	if why == "" {
		waitsForTool(p, s)
		return
	}
	d := diagnostics.Diagnostic{Span: head(s, p.File), Message: fmt.Sprintf(
		"%s cannot run here: %s. PostgreSQL refuses the statement and the migration stops.", refused(s), why)}
	if s.Concurrently && s.Migration != nil && s.Migration.Runner == "flyway" {
		d.Message += " In a file of its own it also needs flyway.postgresql.transactional.lock=false: the build waits for the transaction in which Flyway holds its lock."
	}
	if s.Conditional {
		d.Severity = diagnostics.Warning
	}
	if fix, ok := outside(p, s); ok {
		d.Fixes = []diagnostics.Fix{fix}
	}
	p.Report(d)
}

var buildsConcurrently = regexp.MustCompile(`(?i)index\s+concurrently`)

// waitsForTool reports a build that Flyway's own lock may keep from ending: the
// build waits for every transaction that is open, and Flyway holds its lock in
// one unless a setting, which may stand anywhere, says otherwise (Flyway
// documentation, PostgreSQL transactional lock). Once a history, at its first
// such file.
func waitsForTool(p *diagnostics.Pass, s *schema.Step) {
	m, h := s.Migration, historyOf(p, s)
	if m == nil || h == nil || m.Runner != "flyway" || s.Down || s.Conditional || !s.Concurrently || s.Kind != schema.CreateIndex && !strings.HasPrefix(s.Action, "reindex ") {
		return
	}
	for i := range h.Migrations {
		o := &h.Migrations[i]
		if f := p.Snapshot.File(o.Path); o.Seq < m.Seq && f != nil && buildsConcurrently.Match(f.Text) {
			return
		}
	}
	if buildsConcurrently.Match(p.File.Text[:s.Stmt.Start]) {
		return
	}
	p.Report(diagnostics.Diagnostic{Span: head(s, p.File), Severity: diagnostics.Info, Message: refused(s) +
		" waits for every open transaction, and Flyway holds its lock in one: the migration never ends unless flyway.postgresql.transactional.lock is false."})
}

// leads reports whether a step is the first clause of its statement.
func leads(p *diagnostics.Pass, s *schema.Step) bool {
	steps := p.Snapshot.Steps(s.Path)
	i := slices.IndexFunc(steps, func(o schema.Step) bool { return o.Stmt == s.Stmt })
	return i < 0 || steps[i].Change == s.Change
}

// refused names the statement that no transaction allows.
func refused(s *schema.Step) string {
	switch {
	case s.Kind == schema.CreateIndex:
		return "CREATE INDEX CONCURRENTLY"
	case s.Kind == schema.DropIndex:
		return "DROP INDEX CONCURRENTLY"
	case s.Kind == schema.DetachPartition:
		return "DETACH PARTITION CONCURRENTLY"
	case s.Action == "alter type add value":
		return "ALTER TYPE ADD VALUE, before PostgreSQL 12,"
	case s.Concurrently:
		return strings.ToUpper(s.Action) + " CONCURRENTLY"
	}
	return strings.ToUpper(s.Action)
}

// transaction says what has opened a transaction around the step, "" if nothing has.
func transaction(p *diagnostics.Pass, s *schema.Step) string {
	switch m := s.Migration; {
	case s.InTransaction && p.File.Lang.Host():
		return "the migration has opened a transaction around it"
	case s.InTransaction:
		return "the file has opened a transaction with BEGIN"
	case m == nil:
		return ""
	case m.Tx == schema.TxFile && m.Part != "":
		return m.Runner + " wraps each of the file's migrations in a transaction"
	case m.Tx == schema.TxFile:
		return m.Runner + " wraps the file in a transaction"
	case m.Tx == schema.TxBatch:
		return m.Runner + " runs all pending migrations in one transaction"
	case m.Tx == schema.TxImplicit:
		if n := beside(p, s); n > 1 {
			return fmt.Sprintf("%s sends the %d statements of the file at once, which makes them one transaction", m.Runner, n)
		}
	}
	return ""
}

// beside counts the statements that run with a step's: those of its direction.
func beside(p *diagnostics.Pass, s *schema.Step) int {
	if !s.Down {
		return s.Migration.Statements
	}
	n := 0
	for i := range p.Facts.Statements {
		if covers(s.Migration.Down, p.Facts.Statements[i].Span) {
			n++
		}
	}
	return n
}

// outside is the fix: the tool's mark for a file that holds nothing else, or a
// file of its own.
func outside(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	h := historyOf(p, s)
	if h == nil || s.InTransaction || s.Down || s.Conditional || !h.LeavesTransaction() {
		return diagnostics.Fix{}, false
	}
	if s.Migration.Statements == 1 && h.Opened() != "" {
		return diagnostics.Fix{Title: "Run the migration outside a transaction",
			Edits: []diagnostics.FileEdit{p.Edit(source.Span{}, h.Opened())}}, true
	}
	if m := s.Migration; m.Statements == 1 && m.Runner == "liquibase" && m.Part != "" && len(m.Up) > 0 {
		return diagnostics.Fix{Title: "Run the changeset outside a transaction",
			Edits: []diagnostics.FileEdit{p.Edit(source.Span{Start: m.Up[0].Start, End: m.Up[0].Start}, " runInTransaction:false")}}, true
	}
	if s.Migration.Statements < 2 {
		return diagnostics.Fix{}, false
	}
	if s.Kind == schema.CreateIndex {
		return moved(p, s, h, -1)
	}
	return movedAlone(p, s, h)
}

// movedAlone takes any other statement out and puts it into the next migration.
// What runs behind it now may need it, so it has to be the last of all.
func movedAlone(p *diagnostics.Pass, s *schema.Step, h *histories.History) (diagnostics.Fix, bool) {
	for i := range p.Facts.Statements {
		if span := p.Facts.Statements[i].Span; span.Start > s.Stmt.Start && covers(s.Migration.Up, span) {
			return diagnostics.Fix{}, false
		}
	}
	for i := range h.Migrations {
		if m := &h.Migrations[i]; m.Seq > s.Migration.Seq && m.Up != nil {
			return diagnostics.Fix{}, false
		}
	}
	name := strings.ToLower(strings.NewReplacer(" ", "_", ",", "").Replace(refused(s)))
	switch {
	case s.Kind == schema.DropIndex && s.Column != "":
		name = "drop_" + s.Column
	case s.Kind == schema.DetachPartition:
		name = "detach_" + s.Other.Name
	case s.Action == "alter type add value":
		name = "add_value_to_" + s.Other.Name
	}
	plan, ok := planned(p, s, h, histories.Change{Name: name, Up: s.Stmt.In(p.File.Text) + ";", NoTx: true})
	if !ok {
		return diagnostics.Fix{}, false
	}
	return p.Plan(diagnostics.Fix{Title: "Move the statement to a migration of its own, outside a transaction",
		Edits: []diagnostics.FileEdit{p.Edit(removal(p.File, s.Stmt), "")}}, plan)
}
