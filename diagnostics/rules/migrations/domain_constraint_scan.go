package migrations

import (
	"fmt"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "domain-constraint-scan", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "A constraint of a domain is checked against every table that has a column of it.",
		Why: "ADD CONSTRAINT, SET NOT NULL and, unlike that of a table, VALIDATE CONSTRAINT of a domain read all tables with such a column from end " +
			"to end under a SHARE lock: their writers wait. NOT VALID checks nothing now; a CHECK of the table itself can be validated without blocking. " +
			"A domain that no column has costs nothing.",
		Bad: "-- migrations/1_init.up.sql --\nCREATE DOMAIN amount AS numeric;\nCREATE TABLE orders (id bigint PRIMARY KEY, total amount);\n" +
			"-- migrations/2_check.up.sql --\nALTER DOMAIN amount ADD CONSTRAINT amount_positive CHECK (VALUE >= 0);\n",
		Good: "-- migrations/1_init.up.sql --\nCREATE DOMAIN amount AS numeric;\nCREATE TABLE orders (id bigint PRIMARY KEY, total amount);\n" +
			"-- migrations/2_check.up.sql --\nALTER DOMAIN amount ADD CONSTRAINT amount_positive CHECK (VALUE >= 0) NOT VALID;\n",
		FixSafety: "There is no fix: whether old rows must satisfy the domain is for you to say.",
		Refs:      []string{"PostgreSQL manual, ALTER DOMAIN, Notes"},
	},
	Step: domainConstraintScan,
})

func domainConstraintScan(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.OtherDDL || !strings.HasPrefix(s.Action, "alter domain ") {
		return
	}
	if v, ok := judge(p, s, long); ok {
		p.Report(v.finding(p, s, fmt.Sprintf("Checking domain `%s`", s.Other)))
	}
}
