package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "add-column-constrained-domain", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "ADD COLUMN whose type is a domain with a constraint writes the whole table anew.",
		Why: "The server checks the domain's constraint for every row, also where the column has no default, and writes the table anew to " +
			"do so, under an ACCESS EXCLUSIVE lock: nobody reads or writes it meanwhile. A domain without a constraint costs nothing. The base " +
			"type with a CHECK constraint that is NOT VALID now and validated later does the same online.",
		Bad:       example("CREATE DOMAIN positive AS int CHECK (VALUE > 0);\nALTER TABLE users ADD COLUMN age positive;\n"),
		Good:      example("ALTER TABLE users ADD COLUMN age int;\nALTER TABLE users ADD CONSTRAINT users_age_check CHECK (age > 0) NOT VALID;\n"),
		FixSafety: "There is no fix: the column would be of another type.",
		Refs:      []string{"PostgreSQL manual, ALTER TABLE, Notes on ADD COLUMN", "PostgreSQL manual, CREATE DOMAIN"},
	},
	Step: addColumnConstrainedDomain,
})

func addColumnConstrainedDomain(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.AddColumn || s.ColumnDef == nil || s.ColumnDef.Generated != "" || domainOf(p, s) == nil {
		return
	}
	if v, ok := judge(p, s, rewrites); ok {
		p.Report(v.finding(p, s, fmt.Sprintf("Adding column `%s` of the domain `%s`", s.Column, s.ColumnDef.Type)))
	}
}
