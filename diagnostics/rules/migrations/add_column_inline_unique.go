package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	histories "github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "add-column-inline-unique", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "ADD COLUMN with UNIQUE or PRIMARY KEY builds an index while nobody can use the table.",
		Why: "The index is built over all rows under the ACCESS EXCLUSIVE lock of ADD COLUMN: reads and writes wait. A unique index that is " +
			"built with CONCURRENTLY keeps nobody waiting, and ADD CONSTRAINT ... USING INDEX then makes it the constraint at once.",
		Bad:  example("ALTER TABLE users ADD COLUMN handle text UNIQUE;\n"),
		Good: example("ALTER TABLE users ADD COLUMN handle text;\n-- migrations/3_index.up.sql --\nCREATE UNIQUE INDEX CONCURRENTLY users_handle_key ON users (handle);\n"),
		FixSafety: "The constraint is the same in the end. The fix is unsafe because two more migrations make it, and until then nothing " +
			"keeps values unique; a build that fails leaves an INVALID index behind, to be dropped with DROP INDEX CONCURRENTLY.",
		Refs: []string{"PostgreSQL manual, ALTER TABLE, ADD table_constraint_using_index", "PostgreSQL manual, CREATE INDEX, Building Indexes Concurrently"},
	},
	Step: addColumnInlineUnique,
})

func addColumnInlineUnique(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.AddConstraint || !s.Inline || s.Constraint.Kind != schema.Unique && s.Constraint.Kind != schema.PrimaryKey {
		return
	}
	v, ok := judge(p, s, long)
	if !ok {
		return
	}
	col := column(p, s)
	if col == nil {
		return
	}
	d := v.finding(p, s, fmt.Sprintf("Adding `%s` with the unique constraint `%s`", col.Column, s.Constraint.Name))
	if s.Constraint.Kind == schema.PrimaryKey {
		d.Message = v.costs(fmt.Sprintf("Adding `%s` as primary key", col.Column))
		p.Report(d)
		return
	}
	fix, ok := liftedUnique(p, s)
	report(p, d, fix, ok)
}

func liftedUnique(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	edit, ok := lifted(p, s, "")
	if !ok || s.Constraint.Deferrable {
		return diagnostics.Fix{}, false
	}
	return follow(p, s, diagnostics.Fix{Title: fmt.Sprintf("Build the index of `%s` with CONCURRENTLY, then make it the constraint", s.Constraint.Name),
		Edits: []diagnostics.FileEdit{edit}}, indexThenConstraint(s)...)
}

// indexThenConstraint are the two migrations that make a unique constraint or
// primary key without keeping anybody waiting.
func indexThenConstraint(s *schema.Step) []histories.Change {
	name := sqltext.QuoteIdent(s.Constraint.Name)
	kind, include := "UNIQUE", ""
	if s.Constraint.Kind == schema.PrimaryKey {
		kind = "PRIMARY KEY"
	}
	if len(s.Constraint.Include) > 0 {
		include = " INCLUDE (" + sqltext.QuoteList(s.Constraint.Include) + ")"
	}
	return []histories.Change{
		{Name: "create_" + s.Constraint.Name, NoTx: true,
			Up: fmt.Sprintf("CREATE UNIQUE INDEX CONCURRENTLY %s ON %s (%s)%s;\n", name, qualified(s.Table), sqltext.QuoteList(s.Constraint.Columns), include)},
		{Name: "add_" + s.Constraint.Name, Up: alter(s.Table, fmt.Sprintf("ADD CONSTRAINT %s %s USING INDEX %s", name, kind, name))},
	}
}
