package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "add-check-validating", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "ADD CHECK without NOT VALID reads the whole table while nobody can use it.",
		Why: "Every row is checked under an ACCESS EXCLUSIVE lock: reads and writes wait. As NOT VALID the constraint binds new rows at once " +
			"and looks at no old one; VALIDATE CONSTRAINT in a later transaction checks these under a lock that keeps nobody waiting.",
		Bad:       example("ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0);\n"),
		Good:      example("ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;\n-- migrations/3_validate.up.sql --\nALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;\n"),
		FixSafety: "The constraint is the same in the end. The fix is unsafe because the next migration validates it: until then it is NOT VALID.",
		Refs:      []string{"PostgreSQL manual, ALTER TABLE, ADD table_constraint NOT VALID", "PostgreSQL manual, ALTER TABLE, Notes on VALIDATE CONSTRAINT"},
	},
	Step: addCheckValidating,
})

func addCheckValidating(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.AddConstraint || s.Inline || s.Constraint == nil || s.Constraint.Kind != schema.Check {
		return
	}
	v, ok := judge(p, s, long)
	if !ok {
		return
	}
	d := v.finding(p, s, fmt.Sprintf("Adding constraint `%s`", s.Constraint.Name))
	fix, ok := notValidFirst(p, s)
	report(p, d, fix, ok)
}

// notValidFirst is the fix: NOT VALID here, VALIDATE in the next migration. A
// constraint without a name gets the one the server would choose, since the
// next migration has to name it.
func notValidFirst(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	edits := []diagnostics.FileEdit{p.Edit(source.Span{Start: s.Span.End, End: s.Span.End}, " NOT VALID")}
	return follow(p, s, diagnostics.Fix{Title: fmt.Sprintf("Add `%s` as NOT VALID and validate it %s", s.Constraint.Name, afterwards(s)),
		Edits: append(edits, named(p, s)...)}, validated(s, s.Constraint.Name))
}

// named is the edit that writes out the name of a constraint without one.
func named(p *diagnostics.Pass, s *schema.Step) []diagnostics.FileEdit {
	words := lexed(p, s.Span)
	if len(words) < 2 || !words[0].is("add") || words[1].is("constraint") {
		return nil
	}
	at := words[1].start()
	return []diagnostics.FileEdit{p.Edit(source.Span{Start: at, End: at}, "CONSTRAINT "+quoted(s.Constraint.Name)+" ")}
}
