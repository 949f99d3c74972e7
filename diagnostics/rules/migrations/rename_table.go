package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "rename-table", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.1",
	Doc: diagnostics.Doc{
		Title: "A table is renamed: code of the running release asks for the old name.",
		Why: "Between the migration and the end of the deployment old code is running, and all its statements fail with undefined_table. " +
			"An updatable view of the old name, made in the same transaction, keeps it working. It is an error where code names " +
			"the new name, so that a release with the old one is likely in use, and information otherwise; it is silent where a " +
			"table or view takes the old name in the same file, and where the table is put aside under a name such as users_old.",
		Bad:  example("ALTER TABLE orders RENAME TO purchases;\n"),
		Good: example("ALTER TABLE orders RENAME TO purchases;\nCREATE VIEW orders AS SELECT * FROM purchases;\n"),
		FixSafety: "The fix adds a view with the old name. It is unsafe: a simple view takes INSERT, UPDATE and DELETE, but not ON CONFLICT " +
			"by constraint name, TRUNCATE or COPY, and has to be dropped when the old code is gone.",
		Refs: []string{"PostgreSQL manual, CREATE VIEW, Updatable Views", "PostgreSQL manual, Appendix A, 42P01 undefined_table"},
	},
	Step: renameTable,
})

func renameTable(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.RenameTable || !destroys(p, s) || s.Born || tableReturns(p, s) || setAside.MatchString(s.To) || len(breaks(p, s)) > 0 {
		return
	}
	d := diagnostics.Diagnostic{Span: firstLine(p.File, s.Span), Severity: diagnostics.Info}
	d.Message = fmt.Sprintf("Renaming `%s` to `%s` breaks every statement of the running release that names it, until the deployment is done.", s.Table, s.To)
	if n := nowNamed(p, s); n > 0 && !takesOver(p, s) {
		d.Severity = diagnostics.DefaultSeverity
		d.Message += fmt.Sprintf(" Code already names `%s` in %s.", s.To, places(n))
	}
	fix, ok := keepsName(p, s)
	report(p, d, fix, ok)
}

// takesOver reports whether the new name was another table's until this file,
// so that code which names it tells nothing about the old name.
func takesOver(p *diagnostics.Pass, s *schema.Step) bool {
	return earlier(p, s, func(o *schema.Step) bool {
		return (o.Kind == schema.DropTable || o.Kind == schema.RenameTable) && o.Before != nil && o.Before.Name.Name == s.To
	})
}

// nowNamed counts the places of code that name what a rename makes.
func nowNamed(p *diagnostics.Pass, s *schema.Step) int {
	db := p.Snapshot.Database(s.Path)
	if db == nil || s.After == nil || s.Migration == nil {
		return 0
	}
	column := ""
	if s.Kind == schema.RenameColumn {
		column = s.To
	}
	n := 0
	for _, r := range p.Snapshot.References(db, s.After, column) {
		if !r.Loose && p.Snapshot.Context(r.Path) != source.Test && !declares(r) {
			n++
		}
	}
	return n
}

// declares reports whether a place only describes the schema.
func declares(r workspace.Ref) bool { return r.Query == nil && r.Model == nil }

// keepsName is the fix that makes a view of the old name.
func keepsName(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	if s.Before == nil || s.Before.Kind != schema.Ordinary && s.Before.Kind != schema.Partitioned || s.Conditional ||
		behindIt(p, s, func(o *schema.Step) bool {
			return o.Kind != schema.DropTable && o.Before == nil && o.After != nil && o.After.Name == s.Before.Name
		}) {
		return diagnostics.Fix{}, false // something takes the name later
	}
	at := behind(p.File, s.Stmt)
	text := fmt.Sprintf("\n%sCREATE VIEW %s AS SELECT * FROM %s;", indentOf(p.File, s.Stmt.Start), qualified(s.Before.Name),
		qualified(schema.Name{Schema: s.Before.Name.Schema, Name: s.To}))
	if at == s.Stmt.End {
		text = ";" + text
	}
	return diagnostics.Fix{Title: fmt.Sprintf("Keep the name `%s` as a view", s.Before.Name), Safety: diagnostics.Unsafe,
		Edits: []diagnostics.FileEdit{p.Edit(source.Span{Start: at, End: at}, text)}}, true
}
