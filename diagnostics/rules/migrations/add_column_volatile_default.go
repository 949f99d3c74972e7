package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	histories "github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "add-column-volatile-default", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "ADD COLUMN with a volatile default writes the whole table anew.",
		Why: "A default that is the same for all rows is kept in the catalog, whatever the size of the table. One that is volatile, " +
			"as gen_random_uuid() or clock_timestamp(), has to be computed for every row: the table is rewritten under an ACCESS " +
			"EXCLUSIVE lock, and nobody reads or writes it meanwhile. now() and everything else that is stable or immutable is fine.",
		Bad:  example("ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid();\n"),
		Good: example("ALTER TABLE users ADD COLUMN token uuid;\nALTER TABLE users ADD COLUMN seen_at timestamptz DEFAULT now();\n"),
		FixSafety: "The column is added without a value, the default is set for new rows, and a migration of its own fills old rows in " +
			"batches that commit; NOT NULL follows through a validated check. It is unsafe because the column is NULL in old rows until then. " +
			"It needs a primary key of one column and a tool that can leave its transaction.",
		Refs: []string{"PostgreSQL manual, ALTER TABLE, Notes on ADD COLUMN", "PostgreSQL manual, 38.7 Function Volatility Categories"},
	},
	Step: addColumnVolatileDefault,
})

func addColumnVolatileDefault(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.AddColumn || s.ColumnDef == nil || s.ColumnDef.Default == "" || s.ColumnDef.Generated != "" || domainOf(p, s) != nil {
		return
	}
	v, ok := judge(p, s, rewrites)
	if !ok {
		return
	}
	d := v.finding(p, s, fmt.Sprintf("Adding column `%s` with the default `%s`", s.Column, short(s.ColumnDef.Default)))
	fix, ok := filledLater(p, s)
	report(p, d, fix, ok)
}

// rewrites are the effects that write a table anew while others wait.
func rewrites(e *schema.Effect) bool { return long(e) && e.Work == schema.Rewrite }

// domainOf is the domain that is the type of the column added, nil if none.
func domainOf(p *diagnostics.Pass, s *schema.Step) *schema.Column {
	db := p.Snapshot.Database(s.Path)
	if db == nil {
		return nil
	}
	return db.Catalog.Domain(typeName(s.ColumnDef.Type))
}

// short is an expression in a message.
func short(expr string) string {
	if r := []rune(expr); len(r) > 60 {
		return string(r[:57]) + "..."
	}
	return expr
}

// commitFirst is the oldest version in which a DO block may commit (release
// notes of 11, transaction control in procedures).
const commitFirst = 11

// filledLater is the fix: the column with its default for new rows here, the
// old rows in batches, NOT NULL in the end.
func filledLater(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	bare, notNullable, ok := bareColumn(p, s)
	if v := p.Config.ServerVersion; !ok || v != 0 && (v < commitFirst || notNullable && v < checkFirst) {
		return diagnostics.Fix{}, false
	}
	fill, ok := backfill(s.After, s.Column, s.ColumnDef.Default)
	if !ok {
		return diagnostics.Fix{}, false
	}
	later := []histories.Change{fill}
	if notNullable {
		later = append(later, notNull(s.Table, s.Column)...)
	}
	text := bare + ", ALTER COLUMN " + sqltext.QuoteIdent(s.Column) + " SET DEFAULT " + s.ColumnDef.Default
	return follow(p, s, diagnostics.Fix{Title: fmt.Sprintf("Add `%s` without a value, set its default, and fill old rows in batches", s.Column),
		Edits: []diagnostics.FileEdit{p.Edit(s.Span, text)}}, later...)
}

// bareColumn is the ADD COLUMN clause with its type alone; false if more than a
// default and NOT NULL hangs on the column.
func bareColumn(p *diagnostics.Pass, s *schema.Step) (text string, notNullable, ok bool) {
	typed := false
	words := lexed(p, s.Span)
	end := 0
	for i, w := range words {
		switch {
		case w.is("default"), w.is("not"), w.is("null"), w.is("constraint"), w.is("check"), w.is("unique"), w.is("primary"),
			w.is("references"), w.is("generated"), w.is("collate"):
			typed = true
		}
		if typed {
			break
		}
		end = words[i].end
	}
	for _, w := range words {
		if w.is("check") || w.is("unique") || w.is("primary") || w.is("references") || w.is("collate") || w.is("constraint") {
			return "", false, false
		}
	}
	return source.Span{Start: s.Span.Start, End: end}.In(p.File.Text), s.ColumnDef.NotNull, typed && end > s.Span.Start
}
