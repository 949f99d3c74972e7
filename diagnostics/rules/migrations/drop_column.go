package migrations

import (
	"fmt"
	"slices"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// maxRelated bounds the places listed with one finding; the message counts them all.
const maxRelated = 20

var _ = set.Add(&diagnostics.Rule{
	ID: "drop-column", Category: diagnostics.DataLoss, Since: "0.1",
	Doc: diagnostics.Doc{
		Title: "A migration drops a column: its data is lost, and code that names it fails.",
		Why: "Between the migration and the end of the deployment old code is still running; every statement that names " +
			"the column fails with undefined_column. Where something still names it, drop-column-referenced says so with every " +
			"place, and where the file adds it again, drop-and-add-column; this rule is information, since dropping what " +
			"nobody names is how the last step of an expand/contract change looks. Undo sections and generated columns are left alone.",
		Bad: "-- migrations/1_init.up.sql --\nCREATE TABLE users (id bigint PRIMARY KEY, nickname text);\n" +
			"-- migrations/2_drop.up.sql --\nALTER TABLE users DROP COLUMN nickname;\n",
		Good: "-- migrations/1_init.up.sql --\nCREATE TABLE users (id bigint PRIMARY KEY, nickname text);\n" +
			"-- migrations/2_add.up.sql --\nALTER TABLE users ADD COLUMN name text;\n" +
			"-- queries/users.sql --\nSELECT name FROM users WHERE id = $1;\n",
		FixSafety: "The fix copies key and column to a table of its own, in front of the first statement of the transaction that others wait for, " +
			"since it reads the whole table. It is unsafe: it changes what the migration does. A copy made before the drop in the same file is seen, and the rule is silent.",
		Refs: []string{"PostgreSQL manual, ALTER TABLE, DROP COLUMN", "PostgreSQL manual, Appendix A, 42703 undefined_column"},
	},
	Step: dropColumn,
})

func dropColumn(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.DropColumn || !destroys(p, s) || derived(s) || addedHere(p, s) || columnReturns(p, s) ||
		copied(p, s, s.Column) || keptAside(p, s) || len(breaks(p, s)) > 0 {
		return
	}
	d := diagnostics.Diagnostic{Span: firstLine(p.File, s.Span), Severity: diagnostics.Info}
	d.Message = fmt.Sprintf("Dropping `%s.%s` loses its data for good. No code of this workspace names the column any more; "+
		"make sure that the release which stopped using it is the only one running.", s.Table, s.Column)
	fix, ok := keepColumn(p, s)
	report(p, d, fix, ok)
}

// derived reports whether a column's values are computed from others, so that
// nothing is lost with it.
func derived(s *schema.Step) bool {
	c := s.Before.Column(s.Column)
	return c != nil && (c.Generated == "stored" || c.Generated == "virtual")
}

func describe(r workspace.Ref, column string) string {
	switch {
	case r.Model != nil:
		return fmt.Sprintf("model `%s` still declares `%s`", r.Model.Name, column)
	case r.Query != nil && r.Query.Method != "":
		return fmt.Sprintf("%s `%s` names `%s`", r.Query.Library, r.Query.Method, column)
	}
	return fmt.Sprintf("this statement names `%s`", column)
}

func places(n int) string {
	if n == 1 {
		return "one place"
	}
	return fmt.Sprintf("%d places", n)
}

func verb(n int, many, one string) string {
	if n == 1 {
		return one
	}
	return many
}

// keepColumn is the fix that copies the column aside first.
func keepColumn(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	if s.Before == nil {
		return diagnostics.Fix{}, false
	}
	return keepColumns(p, s, backupName(s), []string{s.Column})
}

// keepColumns is the fix that copies columns to a table of that name first. It
// needs the primary key, to be able to bring the values back.
func keepColumns(p *diagnostics.Pass, s *schema.Step, backup string, lost []string) (diagnostics.Fix, bool) {
	db := p.Snapshot.Database(s.Path)
	if s.Before.PrimaryKey == nil || db == nil || slices.ContainsFunc(lost, func(c string) bool { return s.Before.Column(c) == nil }) {
		return diagnostics.Fix{}, false
	}
	name := schema.Name{Schema: s.Before.Name.Schema, Name: backup}
	if db.Catalog.Table(name) != nil || keepsType(p, s, lost) {
		return diagnostics.Fix{}, false
	}
	columns := append([]string(nil), s.Before.PrimaryKey.Columns...)
	for _, c := range lost {
		if !slices.Contains(columns, c) {
			columns = append(columns, c)
		}
	}
	at, ok := ahead(p, s, columns...)
	if !ok {
		return diagnostics.Fix{}, false
	}
	text := fmt.Sprintf("CREATE TABLE %s AS SELECT %s FROM %s;\n%s", qualified(name), sqltext.QuoteList(columns), qualified(s.Before.Name), indentOf(p.File, at))
	return diagnostics.Fix{Title: fmt.Sprintf("Copy %s to `%s` before %s dropped", list(lost), backup, verb(len(lost), "they are", "it is")), Safety: diagnostics.Unsafe,
		Edits: []diagnostics.FileEdit{p.Edit(source.Span{Start: at, End: at}, text)}}, true
}

func backupName(s *schema.Step) string {
	return fitted(s.Before.Name.Name + "_" + s.Column + "_backup")
}

// keptAside reports whether an earlier statement of the file made the backup table.
func keptAside(p *diagnostics.Pass, s *schema.Step) bool {
	if s.Before == nil {
		return false
	}
	for _, other := range p.Snapshot.Steps(s.Path) {
		if other.Kind == schema.CreateTable && other.Span.Start < s.Span.Start && other.Table.Name == backupName(s) {
			return true
		}
	}
	return false
}

// takeOut is the fix that removes the statement, if it does nothing else and
// the migration does, and what comes behind it does not build on it.
func takeOut(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	others := 0
	for _, other := range p.Snapshot.Steps(s.Path) {
		switch {
		case other.Stmt == s.Stmt && other.Span != s.Span:
			return diagnostics.Fix{}, false
		case other.Stmt != s.Stmt && !other.Down:
			others++
		}
	}
	if others == 0 || s.Kind == schema.RenameColumn && namedLater(p, s, s.To) {
		return diagnostics.Fix{}, false
	}
	return diagnostics.Fix{Title: fmt.Sprintf("Take `%s` out of this migration", firstLine(p.File, s.Stmt).In(p.File.Text)), Safety: diagnostics.Unsafe,
		Edits: []diagnostics.FileEdit{p.Edit(removal(p.File, s.Stmt), "")}}, true
}

// namedLater reports whether a statement behind a step, in its file or in a
// migration after it, names a word.
func namedLater(p *diagnostics.Pass, s *schema.Step, name string) bool {
	h := historyOf(p, s)
	if h == nil {
		return true
	}
	word := wordOf(name)
	for i := range h.Migrations {
		m := &h.Migrations[i]
		if m.Up == nil || m.Seq < s.Migration.Seq || !p.Snapshot.Spells(m.Path, name) {
			continue
		}
		fa, f := p.Snapshot.Facts(m.Path), p.Snapshot.File(m.Path)
		if fa == nil || f == nil {
			continue
		}
		for k := range fa.Statements {
			st := &fa.Statements[k]
			behind := m.Path != s.Path || st.Span.Start >= s.Stmt.End
			if behind && covers(m.Up, st.Span) && word.MatchString(st.Span.In(f.Text)) {
				return true
			}
		}
	}
	return false
}
