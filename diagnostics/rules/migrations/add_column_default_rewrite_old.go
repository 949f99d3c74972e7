package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "add-column-default-rewrite-old", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "On a server older than PostgreSQL 11, ADD COLUMN with any default writes the whole table anew.",
		Why: "Only since 11 a default is kept in the catalog for the rows that are there; before, it is written into each of them under an ACCESS " +
			"EXCLUSIVE lock. The rule speaks only if `serverVersion` of the configuration says so. Versions before 11 have no support any more: for all " +
			"other rules, the hover and the command locks they count as 11, and this is the one difference that is known.",
		Bad:  example("ALTER TABLE users ADD COLUMN plan text DEFAULT 'free';\n-- dbwise.jsonc --\n{\"serverVersion\": 10}\n"),
		Good: example("ALTER TABLE users ADD COLUMN plan text;\nALTER TABLE users ALTER COLUMN plan SET DEFAULT 'free';\n-- dbwise.jsonc --\n{\"serverVersion\": 10}\n"),
		FixSafety: "The column is added without a value and the default is set for new rows. It is unsafe because the column stays NULL in old rows until " +
			"a program fills them: batches that commit cannot be written in SQL before 11. There is none for a column that is NOT NULL.",
		Refs: []string{"PostgreSQL 11 release notes, E.23.3.1.4: ALTER TABLE ADD COLUMN with a non-null default"},
	},
	Step: addColumnDefaultRewriteOld,
})

// defaultFirst is the oldest version that keeps the default of a new column in
// the catalog.
const defaultFirst = 11

func addColumnDefaultRewriteOld(p *diagnostics.Pass, s *schema.Step) {
	if !writesDefault(p, s.Change) {
		return
	}
	if _, ok := judge(p, s, long); ok {
		return // another rule says why the table is written anew, or read
	}
	v, ok := judge(p, s, brief)
	if !ok {
		return
	}
	v.Work, v.Why = schema.Rewrite, "before PostgreSQL 11 the default is written into every row"
	d := v.finding(p, s, fmt.Sprintf("Adding column `%s` with the default `%s`", s.Column, short(s.ColumnDef.Default)))
	bare, notNullable, ok := bareColumn(p, s)
	report(p, d, diagnostics.Fix{Title: fmt.Sprintf("Add `%s` without a value and set its default for new rows", s.Column), Safety: diagnostics.Unsafe,
		Edits: []diagnostics.FileEdit{p.Edit(s.Span, bare+", ALTER COLUMN "+quoted(s.Column)+" SET DEFAULT "+s.ColumnDef.Default)}}, ok && !notNullable)
}

// writesDefault reports whether a clause adds a column with a default on a
// server that writes it into every row.
func writesDefault(p *diagnostics.Pass, c *schema.Change) bool {
	v := p.Config.ServerVersion
	return v > 0 && v < defaultFirst && c.Kind == schema.AddColumn && c.ColumnDef != nil && c.ColumnDef.Default != "" &&
		!isNull(c.ColumnDef.Default) && c.ColumnDef.Generated == ""
}
