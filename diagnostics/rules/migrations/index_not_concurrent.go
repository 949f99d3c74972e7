package migrations

import (
	"slices"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	histories "github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "index-not-concurrent", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.1",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "CREATE INDEX without CONCURRENTLY blocks all writes to the table while it is built.",
		Why: "The build takes a SHARE lock, which conflicts with the ROW EXCLUSIVE lock of every INSERT, UPDATE and DELETE, " +
			"and reads the whole table; writers wait for as long as that takes. A table made in the same file is empty and " +
			"fine, and so are temporary tables. A partitioned parent refuses CONCURRENTLY: its partitions get their indexes one by one.",
		Bad: "-- migrations/1_init.up.sql --\nCREATE TABLE orders (id bigint PRIMARY KEY, status text);\n" +
			"-- migrations/2_index.up.sql --\nCREATE INDEX orders_status_idx ON orders (status);\n",
		Good: "-- migrations/1_init.up.sql --\nCREATE TABLE orders (id bigint PRIMARY KEY, status text);\n" +
			"-- migrations/2_index.up.sql --\nCREATE INDEX CONCURRENTLY orders_status_idx ON orders (status);\n",
		FixSafety: "The same index is built. The fix is unsafe because the statement leaves the transaction: if the build " +
			"fails it leaves an INVALID index behind, to be dropped with DROP INDEX CONCURRENTLY before the next try. " +
			"In a file with other statements the index moves to a migration of its own; where the tool cannot leave its " +
			"transaction there is no fix. Of a partitioned table the index is made ON ONLY it, built on each partition that the migrations make, and attached; " +
			"it stays invalid while a partition made elsewhere is left out.",
		Refs: []string{"PostgreSQL manual, CREATE INDEX, Building Indexes Concurrently", "PostgreSQL manual, 13.3.1 Table-Level Locks"},
	},
	Step: indexNotConcurrent,
})

func indexNotConcurrent(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.CreateIndex || s.Concurrently || s.Index == nil {
		return
	}
	v, ok := judge(p, s, long)
	if !ok || v.Object == "materialized view" {
		return
	}
	index := ""
	if s.Index.Name != "" {
		index = " `" + s.Index.Name + "`"
	}
	d := v.finding(p, s, "Building index"+index)
	d.Span = head(s, p.File)
	fix, ok := diagnostics.Fix{}, false
	if s.Before != nil && s.Before.Kind == schema.Partitioned {
		fix, ok = partitionwise(p, s)
	} else {
		fix, ok = concurrently(p, s)
		fix.Title += flywayLock(s)
	}
	report(p, d, fix, ok)
}

// head is the part of CREATE INDEX worth underlining: up to the table's name,
// on the first line.
func head(s *schema.Step, f *source.File) source.Span {
	span := s.Stmt
	if text := span.In(f.Text); strings.ContainsAny(text, "\r\n") {
		span.End = span.Start + strings.IndexAny(text, "\r\n")
	}
	return span
}

// concurrently is the fix. Alone in its file the statement is changed in
// place, otherwise it moves to a migration of its own.
func concurrently(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	at, ok := afterIndex(s.Stmt.In(p.File.Text))
	if !ok || s.InTransaction || s.Conditional {
		return diagnostics.Fix{}, false
	}
	insert := p.Edit(source.Span{Start: s.Stmt.Start + at, End: s.Stmt.Start + at}, " CONCURRENTLY")
	fix := diagnostics.Fix{Title: "Build the index with CONCURRENTLY"}
	if s.Migration == nil {
		fix.Edits = []diagnostics.FileEdit{insert}
		return fix, true
	}
	h := historyOf(p, s)
	if h == nil || !h.LeavesTransaction() {
		return diagnostics.Fix{}, false
	}
	if only(p, s) && !s.Down {
		return alone(p, s, h, fix, insert)
	}
	return moved(p, s, h, at)
}

// flywayLock is what else Flyway needs: the build waits for the transaction in
// which it holds its lock (flyway/flyway#3508).
func flywayLock(s *schema.Step) string {
	if s.Migration == nil || s.Migration.Runner != "flyway" {
		return ""
	}
	return ", with flyway.postgresql.transactional.lock=false"
}

// alone changes the only statement of a file in place and opens the file's
// transaction where the runner would wrap it.
func alone(p *diagnostics.Pass, s *schema.Step, h *histories.History, fix diagnostics.Fix, insert diagnostics.FileEdit) (diagnostics.Fix, bool) {
	switch {
	case s.Migration.Tx == schema.TxNone || s.Migration.Tx == schema.TxImplicit || s.Migration.Tx == schema.TxUnknown:
		fix.Edits = []diagnostics.FileEdit{insert}
	case h.Opened() != "":
		fix.Title += ", outside a transaction"
		fix.Edits = []diagnostics.FileEdit{p.Edit(source.Span{}, h.Opened()), insert}
	default:
		// To move the only statement would leave an empty migration behind.
		return fix, false
	}
	return fix, true
}

// moved takes the statement out and puts it into the next migration, with
// CONCURRENTLY at the offset at unless that is negative.
func moved(p *diagnostics.Pass, s *schema.Step, h *histories.History, at int) (diagnostics.Fix, bool) {
	if s.Down || s.Index.Name == "" || !buildsLater(p, s) {
		return diagnostics.Fix{}, false
	}
	text := s.Stmt.In(p.File.Text)
	if at >= 0 {
		text = text[:at] + " CONCURRENTLY" + text[at:]
	}
	c := histories.Change{Name: "create_" + s.Index.Name, Up: text + ";", NoTx: true}
	back, known := indexDropped(p, s)
	if known || !undone(p, s, s.Index.Name) {
		c.Down = "DROP INDEX CONCURRENTLY IF EXISTS " + qualified(schema.Name{Schema: s.Table.Schema, Name: s.Index.Name}) + ";"
	}
	plan, ok := planned(p, s, h, c)
	if !ok {
		return diagnostics.Fix{}, false
	}
	fix := diagnostics.Fix{Title: "Move the index to a migration of its own and build it with CONCURRENTLY",
		Edits: append(back, p.Edit(removal(p.File, s.Stmt), ""))}
	return p.Plan(fix, plan)
}

// indexDropped takes the DROP INDEX out of the way back of a migration that no longer
// makes the index, unless nothing would be left of it.
func indexDropped(p *diagnostics.Pass, s *schema.Step) ([]diagnostics.FileEdit, bool) {
	o := undoing(p, s, func(o *schema.Step) bool { return o.Kind == schema.DropIndex && o.Column == s.Index.Name })
	if o == nil {
		return nil, false
	}
	f, n := p.Snapshot.File(o.Path), 0
	for _, other := range p.Snapshot.Impacts(o.Path) {
		if other.Down {
			n++
		}
	}
	if f == nil || n < 2 || slices.ContainsFunc(p.Snapshot.Steps(o.Path), func(other schema.Step) bool { return other.Stmt == o.Stmt && other.Change != o.Change }) {
		return nil, false
	}
	edit, ok := p.EditOf(o.Path, removal(f, o.Stmt), "")
	return []diagnostics.FileEdit{edit}, ok
}

// removal widens a statement to its semicolon and the rest of its lines.
func removal(f *source.File, stmt source.Span) source.Span {
	end := stmt.End
	for end < len(f.Text) && (f.Text[end] == ' ' || f.Text[end] == '\t') {
		end++
	}
	if end < len(f.Text) && f.Text[end] == ';' {
		end++
	}
	line, _ := f.Lines().Position(end)
	if strings.TrimSpace((source.Span{Start: end, End: f.Lines().Line(line).End}).In(f.Text)) == "" {
		first, col := f.Lines().Position(stmt.Start)
		if strings.TrimSpace((source.Span{Start: stmt.Start - col, End: stmt.Start}).In(f.Text)) == "" {
			return source.Span{Start: f.Lines().Line(first).Start, End: f.Lines().Line(line + 1).Start}
		}
	}
	return source.Span{Start: stmt.Start, End: end}
}

// describes reports whether a file only describes the wanted schema, so that
// nobody runs it against a database in use.
func describes(p *diagnostics.Pass, path string) bool {
	m, db := p.Snapshot.Migration(path), p.Snapshot.Database(path)
	return m != nil && db != nil && db.History != nil && db.History.Declarative && db.History.Dir == m.Dir
}

func historyOf(p *diagnostics.Pass, s *schema.Step) *histories.History {
	db := p.Snapshot.Database(s.Path)
	if db == nil || db.History == nil || s.Migration == nil || db.History.Dir != s.Migration.Dir {
		return nil
	}
	return db.History
}

// afterIndex is the offset behind the word INDEX of a CREATE INDEX.
func afterIndex(stmt string) (int, bool) {
	for _, t := range sqltext.Lex(stmt) {
		if t.Kind == sqltext.Word && strings.EqualFold(t.Span.In([]byte(stmt)), "index") {
			return t.Span.End, true
		}
	}
	return 0, false
}
