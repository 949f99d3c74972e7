package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "add-column-inline-check", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "ADD COLUMN with a CHECK reads the whole table while nobody can use it.",
		Why: "The constraint is checked for every row, also where the new column is NULL in all of them, under the ACCESS EXCLUSIVE lock of " +
			"ADD COLUMN. Added as NOT VALID it binds new rows at once, and VALIDATE CONSTRAINT in a later transaction reads the old ones without " +
			"keeping anybody waiting.",
		Bad:       example("ALTER TABLE users ADD COLUMN age int CHECK (age > 0);\n"),
		Good:      example("ALTER TABLE users ADD COLUMN age int, ADD CONSTRAINT users_age_check CHECK (age > 0) NOT VALID;\n"),
		FixSafety: "The constraint is the same in the end. The fix is unsafe because the next migration validates it: until then it is NOT VALID.",
		Refs:      []string{"PostgreSQL manual, ALTER TABLE, ADD table_constraint NOT VALID", "PostgreSQL manual, ALTER TABLE, Notes on VALIDATE CONSTRAINT"},
	},
	Step: addColumnInlineCheck,
})

func addColumnInlineCheck(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.AddConstraint || !s.Inline || s.Constraint.Kind != schema.Check {
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
	d := v.finding(p, s, fmt.Sprintf("Adding `%s` with constraint `%s`", col.Column, s.Constraint.Name))
	fix, ok := liftedNotValid(p, s, constraintText(s, p.Text(s.Span)))
	report(p, d, fix, ok)
}

// liftedNotValid is the fix that adds an inline constraint as NOT VALID and
// validates it in the next migration.
func liftedNotValid(p *diagnostics.Pass, s *schema.Step, clause string) (diagnostics.Fix, bool) {
	edit, ok := lifted(p, s, clause+" NOT VALID")
	if !ok {
		return diagnostics.Fix{}, false
	}
	return follow(p, s, diagnostics.Fix{Title: fmt.Sprintf("Add `%s` as NOT VALID and validate it %s", s.Constraint.Name, afterwards(s)),
		Edits: []diagnostics.FileEdit{edit}}, validated(s, s.Constraint.Name))
}
