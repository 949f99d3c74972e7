package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "set-not-null-scan", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "SET NOT NULL reads the whole table while nobody can use it.",
		Why: "Every row is looked at for NULL under an ACCESS EXCLUSIVE lock: reads and writes wait. Since PostgreSQL 12 the server skips " +
			"that where a valid CHECK constraint says IS NOT NULL of the column, and such a constraint can be added as NOT VALID and " +
			"validated without keeping anybody waiting. It must still stand while SET NOT NULL runs: not NOT VALID, not under OR, not " +
			"dropped in the same ALTER TABLE.",
		Bad: example("ALTER TABLE orders ALTER COLUMN status SET NOT NULL;\n"),
		Good: example("ALTER TABLE orders ADD CONSTRAINT orders_status_present CHECK (status IS NOT NULL) NOT VALID;\n" +
			"-- migrations/3_validate.up.sql --\nALTER TABLE orders VALIDATE CONSTRAINT orders_status_present;\n" +
			"-- migrations/4_not_null.up.sql --\n" +
			"ALTER TABLE orders ALTER COLUMN status SET NOT NULL;\nALTER TABLE orders DROP CONSTRAINT orders_status_present;\n"),
		FixSafety: "The column is NOT NULL in the end, by the next two migrations. The fix is unsafe because of that, and because rows that are " +
			"NULL now have to be filled before it. Before PostgreSQL 12 there is none; where the configuration says 18 or later, NOT NULL itself is " +
			"added as NOT VALID and validated.",
		Refs: []string{"PostgreSQL manual, ALTER TABLE, SET NOT NULL"},
	},
	Step: setNotNullScan,
})

func setNotNullScan(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.SetNotNull {
		return
	}
	v, ok := judge(p, s, long)
	if !ok {
		return
	}
	d := v.finding(p, s, fmt.Sprintf("Setting `%s` NOT NULL", s.Column))
	fix, ok := checkedFirst(p, s)
	report(p, d, fix, ok)
}

// checkFirst is the oldest version that lets a valid check prove NOT NULL.
const checkFirst = 12

// constraintFirst is the oldest version in which NOT NULL is a constraint that
// can be NOT VALID, under the name that SET NOT NULL would give it (manual of
// 18, ALTER TABLE, ADD table_constraint NOT VALID).
const constraintFirst = 18

func checkedFirst(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	if v := p.Config.ServerVersion; v != 0 && v < checkFirst {
		return diagnostics.Fix{}, false
	} else if v >= constraintFirst {
		name := fitted(s.Table.Name + "_" + s.Column + "_not_null")
		return follow(p, s, diagnostics.Fix{Title: fmt.Sprintf("Add NOT NULL of `%s` as NOT VALID and validate it %s", s.Column, afterwards(s)),
			Edits: []diagnostics.FileEdit{p.Edit(s.Span, fmt.Sprintf("ADD CONSTRAINT %s NOT NULL %s NOT VALID", quoted(name), quoted(s.Column)))}}, validated(s, name))
	}
	fix, ok := follow(p, s, diagnostics.Fix{Title: fmt.Sprintf("Let a validated CHECK prove that `%s` is not null", s.Column),
		Edits: []diagnostics.FileEdit{p.Edit(s.Span, notNullClause(s.Table, s.Column))}}, proven(s.Table, s.Column)...)
	if back := undoing(p, s, func(o *schema.Step) bool {
		return o.Kind == schema.DropNotNull && o.Column == s.Column && sameTable(o, s)
	}); ok && back != nil {
		// What the migration does now is undone in another way; the last one undoes NOT NULL.
		var edit diagnostics.FileEdit
		if edit, ok = p.EditOf(back.Path, back.Span, "DROP CONSTRAINT "+quoted(notNullCheck(s.Table, s.Column))); ok {
			fix.Edits = append(fix.Edits, edit)
		}
	}
	return fix, ok
}
