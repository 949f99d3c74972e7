package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "add-exclusion", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "ADD CONSTRAINT ... EXCLUDE builds an index while nobody can use the table.",
		Why: "The index is built over all rows under an ACCESS EXCLUSIVE lock: reads and writes wait. Unlike a unique constraint it can " +
			"neither be NOT VALID nor be made from an index that was built before. On a table in use it takes a window without traffic, a new table " +
			"that is swapped in, or a trigger that checks.",
		Bad:       example("ALTER TABLE orders ADD CONSTRAINT orders_no_overlap EXCLUDE USING btree (user_id WITH =);\n"),
		Good:      example("CREATE TABLE bookings (room int, EXCLUDE USING btree (room WITH =));\n"),
		FixSafety: "There is no fix: PostgreSQL has no way to add it online.",
		Refs:      []string{"PostgreSQL manual, ALTER TABLE, ADD table_constraint", "PostgreSQL manual, 5.5.6 Exclusion Constraints"},
	},
	Step: addExclusion,
})

func addExclusion(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.AddConstraint || s.Constraint == nil || s.Constraint.Kind != schema.Exclude {
		return
	}
	if v, ok := judge(p, s, long); ok {
		f := v.finding(p, s, fmt.Sprintf("Adding exclusion constraint `%s`", s.Constraint.Name))
		f.Message += " It can neither be NOT VALID nor take an index built before: add it while nobody uses the table, or to a new table that a trigger and batches fill and that takes the name in the end."
		p.Report(f)
	}
}
