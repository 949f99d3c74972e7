package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "statements-after-exclusive-lock", Category: diagnostics.Migration, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "Work goes on while the transaction holds a lock that keeps others waiting.",
		Why: "A lock is held until the transaction ends. What follows it in the same transaction, a copy of a table, an index of another one, keeps everybody waiting that the lock " +
			"keeps waiting, even if it blocks nobody by itself. In a migration of its own, or before the lock is taken, it does not.",
		Bad:       example("ALTER TABLE orders ADD COLUMN note text;\nCREATE TABLE users_copy AS SELECT * FROM users;\n"),
		Good:      example("CREATE TABLE users_copy AS SELECT * FROM users;\nALTER TABLE orders ADD COLUMN note text;\n"),
		FixSafety: "There is no fix: whether the order may change is for you to say.",
		Refs:      []string{"PostgreSQL manual, 13.3 Explicit Locking"},
	},
	File: statementsAfterExclusiveLock,
})

func statementsAfterExclusiveLock(p *diagnostics.Pass) {
	for _, st := range p.Snapshot.Impacts(p.File.Path) {
		held := st.Carried
		if held == nil || held.May || describes(p, p.File.Path) || owned(st) {
			continue
		}
		d := diagnostics.Diagnostic{Span: firstLine(p.File, st.Span), Message: fmt.Sprintf("This goes over all rows while the transaction still holds %s: %s waits until it is committed.",
			locked(held), waiting(held.Blocks))}
		if held.Cause != nil {
			d.Related = append(d.Related, related(p, held.Cause.Span, "the lock is taken here"))
		}
		p.Report(d)
	}
}

// owned reports whether another rule speaks about what a statement does: it is
// refused in a transaction, blocks by itself, fills rows, or validates.
func owned(st workspace.StatementImpact) bool {
	if st.NoTransaction {
		return true
	}
	for i := range st.Effects {
		if e := &st.Effects[i]; !e.New && e.Long() && (e.Blocks != schema.BlocksNone || e.Work == schema.WriteRows) {
			return true
		}
	}
	for _, q := range st.Queries {
		if q.Op == query.Update || q.Op == query.Delete {
			return true
		}
	}
	for i := range st.Changes {
		if st.Changes[i].Kind == schema.ValidateConstraint {
			return true
		}
	}
	return false
}
