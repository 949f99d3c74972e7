package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "add-fk-validating", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "ADD FOREIGN KEY without NOT VALID blocks writes to both tables while all rows are checked.",
		Why: "Every row of the table is looked up in the referenced one under a SHARE ROW EXCLUSIVE lock on both: INSERT, UPDATE and DELETE " +
			"of either wait. As NOT VALID the key binds new rows at once and checks no old one; VALIDATE CONSTRAINT in a later transaction does " +
			"that under locks that keep nobody waiting. A key of a table made in the same file has nothing to check.",
		Bad:  example("ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id);\n"),
		Good: example("ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;\n-- migrations/3_validate.up.sql --\nALTER TABLE orders VALIDATE CONSTRAINT orders_user_id_fkey;\n"),
		FixSafety: "The foreign key is the same in the end. The fix is unsafe because the next migration validates it: until then it is NOT " +
			"VALID. A partitioned table refuses NOT VALID before PostgreSQL 18, so it has none.",
		Refs: []string{"PostgreSQL manual, ALTER TABLE, ADD table_constraint NOT VALID", "PostgreSQL manual, 13.3.1 Table-Level Locks"},
	},
	Step: addFKValidating,
})

func addFKValidating(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.AddConstraint || s.Inline || s.Constraint == nil || s.Constraint.Kind != schema.ForeignKey {
		return
	}
	if s.Impact != nil && s.Impact.Fails && s.Constraint.NotValid && s.Before != nil && s.Before.Kind == schema.Partitioned {
		p.Report(diagnostics.Diagnostic{Span: firstLine(p.File, s.Span), Message: fmt.Sprintf(
			"`%s` is partitioned: before PostgreSQL 18 its foreign key `%s` cannot be NOT VALID, the statement fails. Add it to each partition as NOT VALID, validate those, then add it to the table.",
			s.Before.Name, s.Constraint.Name)})
		return
	}
	v, ok := judge(p, s, long)
	if !ok {
		return
	}
	d := v.finding(p, s, fmt.Sprintf("Adding foreign key `%s` to `%s`", s.Constraint.Name, s.Constraint.References))
	if s.Before != nil && s.Before.Kind == schema.Partitioned {
		p.Report(d)
		return
	}
	fix, ok := notValidFirst(p, s)
	report(p, d, fix, ok)
}
