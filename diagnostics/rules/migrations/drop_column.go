package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// maxRelated bounds the places listed with one finding; the message counts them all.
const maxRelated = 20

var _ = set.Add(&diagnostics.Rule{
	ID: "drop-column", Category: diagnostics.DataLoss, Since: "0.1",
	Doc: diagnostics.Doc{
		Title: "A migration drops a column: its data is lost, and code that names it fails.",
		Why: "Between the migration and the end of the deployment old code is still running; every statement that names " +
			"the column fails with undefined_column, also an INSERT of an ORM that lists all its fields. While code of this " +
			"workspace names the column it is an error, with every place listed; without such a place it is information, " +
			"since that is how the last step of an expand/contract change looks. Undo sections are left alone.",
		Bad: "-- migrations/1_init.up.sql --\nCREATE TABLE users (id bigint PRIMARY KEY, nickname text);\n" +
			"-- migrations/2_drop.up.sql --\nALTER TABLE users DROP COLUMN nickname;\n" +
			"-- queries/users.sql --\nSELECT nickname FROM users WHERE id = $1;\n",
		Good: "-- migrations/1_init.up.sql --\nCREATE TABLE users (id bigint PRIMARY KEY, nickname text);\n" +
			"-- migrations/2_add.up.sql --\nALTER TABLE users ADD COLUMN name text;\n" +
			"-- queries/users.sql --\nSELECT name FROM users WHERE id = $1;\n",
		FixSafety: "The fix keeps the data in a table of its own before the column goes; it adds a statement that reads the " +
			"whole table, so it is unsafe.",
		Refs: []string{"PostgreSQL manual, ALTER TABLE, DROP COLUMN", "PostgreSQL manual, Appendix A, 42703 undefined_column"},
	},
	Step: dropColumn,
})

func dropColumn(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.DropColumn || s.Down || s.Born || s.Before == nil && s.Known || describes(p, s.Path) {
		return
	}
	if s.Before != nil && s.Before.Kind == schema.Temporary {
		return
	}
	refs := liveReferences(p, s)
	d := diagnostics.Diagnostic{Span: s.Span}
	name := s.Table.String() + "." + s.Column
	if len(refs) == 0 {
		d.Severity = diagnostics.Info
		d.Message = fmt.Sprintf("Dropping `%s` loses its data for good. No code of this workspace names the column any more; "+
			"make sure that the release which stopped using it is the only one running.", name)
	} else {
		d.Message = fmt.Sprintf("Dropping `%s` breaks %s that still %s it, and its data is lost. "+
			"Statements that name the column fail as soon as this migration has run.", name, places(len(refs)), verb(len(refs), "name", "names"))
		for _, r := range refs[:min(len(refs), maxRelated)] {
			d.Related = append(d.Related, diagnostics.Related{Location: r.Location, Message: describe(r, s.Column)})
		}
	}
	if fix, ok := keepColumn(p, s); ok {
		d.Fixes = append(d.Fixes, fix)
	}
	p.Report(d)
}

// liveReferences are the places outside migrations that name the column.
// Tests and texts that only look like SQL do not break production.
func liveReferences(p *diagnostics.Pass, s *schema.Step) []workspace.Ref {
	db := p.Snapshot.Database(s.Path)
	if db == nil || s.Before == nil {
		return nil
	}
	var out []workspace.Ref
	for _, r := range p.Snapshot.References(db, s.Before, s.Column) {
		if r.Loose || p.Snapshot.Context(r.Path) == source.Test || r.Path == s.Path {
			continue
		}
		out = append(out, r)
	}
	return out
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

// keepColumn is the fix that copies the column aside first. It needs the
// primary key, to be able to bring the values back.
func keepColumn(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	if s.Before == nil || s.Before.PrimaryKey == nil || s.Before.Column(s.Column) == nil {
		return diagnostics.Fix{}, false
	}
	backup := identifier(s.Before.Name.Name + "_" + s.Column + "_backup")
	if p.Snapshot.Database(s.Path) == nil || p.Snapshot.Database(s.Path).Catalog.Table(schema.Name{Schema: s.Before.Name.Schema, Name: backup}) != nil {
		return diagnostics.Fix{}, false
	}
	keys := quoted(append(append([]string(nil), s.Before.PrimaryKey.Columns...), s.Column))
	text := fmt.Sprintf("CREATE TABLE %s AS SELECT %s FROM %s;\n%s", qualified(schema.Name{Schema: s.Before.Name.Schema, Name: backup}),
		keys, qualified(s.Before.Name), indentOf(p.File, s.Stmt.Start))
	return diagnostics.Fix{Title: fmt.Sprintf("Copy `%s` to `%s` before it is dropped", s.Column, backup), Safety: diagnostics.Unsafe,
		Edits: []diagnostics.FileEdit{p.Edit(source.Span{Start: s.Stmt.Start, End: s.Stmt.Start}, text)}}, true
}
