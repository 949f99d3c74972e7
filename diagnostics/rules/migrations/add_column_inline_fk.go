package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "add-column-inline-fk", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "ADD COLUMN with REFERENCES and a default reads the whole table while nobody can use it.",
		Why: "A new column that is NULL everywhere needs no look at the rows, and the rule is silent. With a default every row is checked " +
			"against the referenced table under the ACCESS EXCLUSIVE lock of ADD COLUMN, and writers of the referenced table wait as well. " +
			"Added as NOT VALID the key binds new rows at once; VALIDATE CONSTRAINT in a later transaction checks the old ones.",
		Bad:       example("ALTER TABLE orders ADD COLUMN owner_id bigint DEFAULT 1 REFERENCES users (id);\n"),
		Good:      example("ALTER TABLE orders ADD COLUMN owner_id bigint REFERENCES users (id);\n"),
		FixSafety: "The foreign key is the same in the end. The fix is unsafe because the next migration validates it: until then it is NOT VALID.",
		Refs:      []string{"PostgreSQL manual, ALTER TABLE, ADD table_constraint NOT VALID", "PostgreSQL manual, ALTER TABLE, Notes on VALIDATE CONSTRAINT"},
	},
	Step: addColumnInlineFK,
})

func addColumnInlineFK(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.AddConstraint || !s.Inline || s.Constraint.Kind != schema.ForeignKey {
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
	d := v.finding(p, s, fmt.Sprintf("Adding `%s` with a default and a foreign key to `%s`", col.Column, s.Constraint.References))
	fix, ok := liftedNotValid(p, s, foreignKeyText(p, s, col.Column))
	report(p, d, fix, ok)
}

// foreignKeyText is the REFERENCES of a column as a table constraint.
func foreignKeyText(p *diagnostics.Pass, s *schema.Step, column string) string {
	text := p.Text(s.Span)
	for _, w := range lexed(p, s.Span) {
		if w.is("references") {
			text = text[w.end-len(w.text)-s.Span.Start:]
			break
		}
	}
	return fmt.Sprintf("ADD CONSTRAINT %s FOREIGN KEY (%s) %s", sqltext.QuoteIdent(s.Constraint.Name), sqltext.QuoteIdent(column), text)
}
