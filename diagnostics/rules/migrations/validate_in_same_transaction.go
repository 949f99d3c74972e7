package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	histories "github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "validate-in-same-transaction", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "VALIDATE CONSTRAINT in a transaction that holds a stronger lock makes everybody wait for the scan.",
		Why: "Validation itself keeps nobody waiting, but locks stay until the transaction ends: after ADD CONSTRAINT ... NOT VALID, or any other " +
			"ALTER TABLE of the same transaction, the whole table is read under that statement's lock. NOT VALID gains nothing then. " +
			"The tool decides whether a file is one transaction; several statements sent as one query are.",
		Bad: example("ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;\n" +
			"ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;\n"),
		Good: example("ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;\n" +
			"-- migrations/3_validate.up.sql --\nALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;\n"),
		FixSafety: "The statement moves to a migration of its own. It is unsafe because until that has run the constraint is NOT VALID.",
		Refs:      []string{"PostgreSQL manual, 13.3 Explicit Locking", "PostgreSQL manual, ALTER TABLE, Notes on VALIDATE CONSTRAINT"},
	},
	Step: validateInSameTransaction,
})

func validateInSameTransaction(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.ValidateConstraint || s.Impact == nil || s.Impact.Carried == nil {
		return
	}
	v, ok := judge(p, s, (*schema.Effect).Long)
	if !ok {
		return
	}
	held := s.Impact.Carried
	d := v.finding(p, s, "")
	d.Message = fmt.Sprintf("Validating `%s` reads the whole of `%s` while the transaction still holds %s: %s waits until it is committed.",
		s.Column, v.Relation, locked(held), waiting(held.Blocks))
	if at := held.Cause; at != nil && at.Stmt != s.Stmt {
		d.Related = append(d.Related, related(p, at.Span, "the lock is taken here"))
	}
	fix, ok := validatedLater(p, s)
	report(p, d, fix, ok)
}

// validatedLater is the fix: VALIDATE in the next migration.
func validatedLater(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	if s.Migration == nil || s.InTransaction {
		return diagnostics.Fix{}, false
	}
	return follow(p, s, diagnostics.Fix{Title: fmt.Sprintf("Validate `%s` in the next migration", s.Column),
		Edits: []diagnostics.FileEdit{p.Edit(withoutClause(p, s), "")}},
		histories.Change{Name: "validate_" + s.Column, Up: alter(s.Table, "VALIDATE CONSTRAINT "+quoted(s.Column))})
}
