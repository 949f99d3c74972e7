package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "add-column-stored-generated", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "ADD COLUMN of a stored generated column writes the whole table anew.",
		Why: "The value is computed and stored for every row under an ACCESS EXCLUSIVE lock; nobody reads or writes the table meanwhile. " +
			"A virtual column (PostgreSQL 18) is computed when it is read and adds nothing; before 18, a plain column that a trigger keeps, " +
			"filled in batches, or the expression in the queries or in a view.",
		Bad:       example("ALTER TABLE users ADD COLUMN lower_email text GENERATED ALWAYS AS (lower(email)) STORED;\n"),
		Good:      example("CREATE INDEX CONCURRENTLY users_lower_email_idx ON users (lower(email));\n"),
		FixSafety: "There is no fix: what takes the place of the column depends on who writes it.",
		Refs:      []string{"PostgreSQL manual, ALTER TABLE, Notes on ADD COLUMN", "PostgreSQL manual, 5.4 Generated Columns"},
	},
	Step: addColumnStoredGenerated,
})

func addColumnStoredGenerated(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.AddColumn || s.ColumnDef == nil || s.ColumnDef.Generated != "stored" {
		return
	}
	if v, ok := judge(p, s, rewrites); ok {
		p.Report(v.finding(p, s, fmt.Sprintf("Adding the stored generated column `%s`", s.Column)))
	}
}
