package migrations

import (
	"fmt"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
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
		FixSafety: "The constraint is NOT VALID: it binds what is written from now on, and a comment says how it is validated. No lock but SHARE does that for a domain, so it takes an hour without writers. It is " +
			"unsafe because old rows may break it until then. SET NOT NULL and VALIDATE have no fix.",
		Refs: []string{"PostgreSQL manual, ALTER DOMAIN, Notes"},
	},
	Step: domainConstraintScan,
})

func domainConstraintScan(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.OtherDDL || !strings.HasPrefix(s.Action, "alter domain ") {
		return
	}
	v, ok := judge(p, s, long)
	if !ok {
		return
	}
	fix, ok := domainNotValid(p, s)
	report(p, v.finding(p, s, fmt.Sprintf("Checking domain `%s`", s.Other)), fix, ok)
}

// domainNotValid is the fix: NOT VALID, and a comment with what is left to do.
func domainNotValid(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	if s.Action != "alter domain add constraint" || s.Constraint == nil || s.Constraint.Kind != schema.Check || s.Conditional || s.Down {
		return diagnostics.Fix{}, false
	}
	end, at := source.Span{Start: s.Stmt.End, End: s.Stmt.End}, behind(p.File, s.Stmt)
	left := fmt.Sprintf("\n%s-- While nobody writes: ALTER DOMAIN %s VALIDATE CONSTRAINT %s;", indentOf(p.File, s.Stmt.Start), qualified(s.Other), quoted(s.Constraint.Name))
	fix := diagnostics.Fix{Title: fmt.Sprintf("Add `%s` as NOT VALID, to be validated while nobody writes", s.Constraint.Name)}
	if at == s.Stmt.End {
		fix.Edits = []diagnostics.FileEdit{p.Edit(end, " NOT VALID;"+left)}
		return fix, true
	}
	fix.Edits = []diagnostics.FileEdit{p.Edit(end, " NOT VALID"), p.Edit(source.Span{Start: at, End: at}, left)}
	return fix, true
}
