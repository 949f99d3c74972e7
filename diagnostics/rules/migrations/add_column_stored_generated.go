package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "add-column-stored-generated", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "ADD COLUMN of a stored generated column writes the whole table anew.",
		Why: "The value is computed and stored for every row under an ACCESS EXCLUSIVE lock; nobody reads or writes the table meanwhile. " +
			"A virtual column (PostgreSQL 18) is computed when it is read and adds nothing; before 18, a plain column that a trigger keeps, " +
			"filled in batches, or the expression in the queries or in a view.",
		Bad:  example("ALTER TABLE users ADD COLUMN lower_email text GENERATED ALWAYS AS (lower(email)) STORED;\n"),
		Good: example("CREATE INDEX CONCURRENTLY users_lower_email_idx ON users (lower(email));\n"),
		FixSafety: "A plain column takes the place: a trigger sets it whenever a row is written, a migration of its own fills old rows in batches. It is unsafe because the column is NULL in old rows until " +
			"then, is no generated one in the catalog, and what is written to it is lost, not refused. It needs a primary key of one column and a tool that can leave its transaction. Where the configuration " +
			"names PostgreSQL 18 and no index holds the column, VIRTUAL comes first; no index can be made of it.",
		Refs: []string{"PostgreSQL manual, ALTER TABLE, Notes on ADD COLUMN", "PostgreSQL manual, 5.4 Generated Columns"},
	},
	Step: addColumnStoredGenerated,
})

func addColumnStoredGenerated(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.AddColumn || s.ColumnDef == nil || s.ColumnDef.Generated != "stored" {
		return
	}
	v, ok := judge(p, s, rewrites)
	if !ok {
		return
	}
	d := v.finding(p, s, fmt.Sprintf("Adding the stored generated column `%s`", s.Column))
	for _, way := range []func(*diagnostics.Pass, *schema.Step) (diagnostics.Fix, bool){virtual, keptByTrigger} {
		if fix, ok := way(p, s); ok {
			d.Fixes = append(d.Fixes, fix)
		}
	}
	p.Report(d)
}

// virtualSince is the first version with virtual generated columns (PostgreSQL
// manual, 5.4 "Generated Columns").
const virtualSince = 18

// virtual computes the column when it is read. Nothing may be built on it.
func virtual(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	db := p.Snapshot.Database(s.Path)
	if p.Config.ServerVersion < virtualSince || s.Conditional || db == nil || s.After == nil {
		return diagnostics.Fix{}, false
	}
	if t := db.Catalog.Table(s.After.Name); t == nil || bears(t, s.Column) {
		return diagnostics.Fix{}, false
	}
	for _, w := range lexed(p, s.Span) {
		if w.is("stored") {
			return diagnostics.Fix{Title: "Compute the column when it is read: VIRTUAL",
				Edits: []diagnostics.FileEdit{p.Edit(source.Span{Start: w.start(), End: w.end}, "VIRTUAL")}}, true
		}
	}
	return diagnostics.Fix{}, false
}

// keptByTrigger is a plain column that is written with its row.
func keptByTrigger(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	bare, notNullable, ok := bareColumn(p, s)
	if !ok || s.Before == nil || s.IfNotExists || s.Before.Kind != schema.Ordinary {
		return diagnostics.Fix{}, false
	}
	later, ok := kept(s.Before, s.Column, s.ColumnDef.Default)
	if !ok {
		return diagnostics.Fix{}, false
	}
	if notNullable {
		later = append(later, notNull(s.Table, s.Column)...)
	}
	return follow(p, s, diagnostics.Fix{Title: fmt.Sprintf("Let a trigger write `%s` and fill old rows in batches", s.Column),
		Edits: []diagnostics.FileEdit{p.Edit(s.Span, bare)}}, later...)
}
