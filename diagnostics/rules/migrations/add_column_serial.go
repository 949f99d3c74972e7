package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "add-column-serial", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "ADD COLUMN of a serial or identity column writes the whole table anew.",
		Why: "Every row gets a number of its own, so the table is rewritten under an ACCESS EXCLUSIVE lock, and nobody reads or writes it " +
			"meanwhile. On a table that is in use the column is added without numbers first; a sequence is its default for new rows, and " +
			"old rows are numbered in batches.",
		Bad:       example("ALTER TABLE users ADD COLUMN number bigserial;\n"),
		Good:      example("ALTER TABLE users ADD COLUMN number bigint;\nCREATE SEQUENCE users_number_seq OWNED BY users.number;\nALTER TABLE users ALTER COLUMN number SET DEFAULT nextval('users_number_seq');\n"),
		FixSafety: "There is no fix: which numbers old rows get, and in what order, is for the author to say.",
		Refs:      []string{"PostgreSQL manual, ALTER TABLE, Notes on ADD COLUMN", "PostgreSQL manual, 8.1.4 Serial Types"},
	},
	Step: addColumnSerial,
})

func addColumnSerial(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.AddColumn || s.ColumnDef == nil || s.ColumnDef.Generated != "serial" && s.ColumnDef.Generated != "identity" {
		return
	}
	v, ok := judge(p, s, rewrites)
	if !ok {
		return
	}
	kind := s.ColumnDef.Generated
	if kind == "identity" {
		kind = "an identity"
	} else {
		kind = "a serial"
	}
	p.Report(v.finding(p, s, fmt.Sprintf("Adding `%s` as %s column", s.Column, kind)))
}
