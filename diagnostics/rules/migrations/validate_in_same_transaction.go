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
	if s.Kind != schema.ValidateConstraint || s.Impact == nil {
		return
	}
	v, ok := judge(p, s, (*schema.Effect).Long)
	if !ok {
		return
	}
	d := v.finding(p, s, "")
	switch held := s.Impact.Carried; {
	case held != nil:
		d.Message = fmt.Sprintf("Validating `%s` reads the whole of `%s` while the transaction still holds %s: %s waits until it is committed.",
			s.Column, v.Relation, holds(held, &v), waiting(held.Blocks))
		if at := held.Cause; at != nil && at.Stmt != s.Stmt {
			d.Related = append(d.Related, related(p, at.Span, "the lock is taken here"))
		}
	case v.Blocks != schema.BlocksNone: // another clause of the statement has the lock
		d.Message = fmt.Sprintf("Validating `%s` reads the whole of `%s` under the %s lock of the statement's other clauses: %s waits until it is done.",
			s.Column, v.Relation, v.Lock, waiting(v.Blocks))
	default:
		return
	}
	fix, ok := validatedLater(p, s)
	report(p, d, fix, ok)
}

// holds is the lock that was taken before, on the validated table as well where
// it is held there too.
func holds(held *schema.Effect, v *verdict) string {
	if v.Held >= held.Lock && v.Relation != held.Relation {
		return fmt.Sprintf("%s lock on `%s` and `%s`", mode(held.Lock), v.Relation, held.Relation)
	}
	return locked(held)
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
