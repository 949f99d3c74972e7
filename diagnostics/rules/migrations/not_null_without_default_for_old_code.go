package migrations

import (
	"fmt"
	"slices"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "not-null-without-default-for-old-code", Category: diagnostics.Migration, Since: "0.1",
	Doc: diagnostics.Doc{
		Title: "A new column refuses NULL and has no default when the migration is done.",
		Why: "The migration passes, but the running release does not know the column: each of its INSERTs fails with not_null_violation until " +
			"the deployment is done. Frameworks write it as ADD COLUMN with a default and DROP DEFAULT right behind. A default that stays " +
			"until the old code is gone keeps it working. A CHECK that says IS NOT NULL does the same, also as NOT VALID. A table made in the same file is left alone.",
		Bad:       example("ALTER TABLE users ADD COLUMN plan text NOT NULL DEFAULT 'free';\nALTER TABLE users ALTER COLUMN plan DROP DEFAULT;\n"),
		Good:      example("ALTER TABLE users ADD COLUMN plan text NOT NULL DEFAULT 'free';\n"),
		FixSafety: "The fix takes DROP DEFAULT out, to be written in a later release. It is unsafe: rows that leave the column out get the default.",
		Refs:      []string{"PostgreSQL manual, Appendix A, 23502 not_null_violation"},
	},
	Step: requiredForOldCode,
})

func requiredForOldCode(p *diagnostics.Pass, s *schema.Step) {
	column := s.Column
	switch s.Kind {
	case schema.DropDefault, schema.SetNotNull:
	case schema.AddConstraint:
		if column = forbidsNull(s.Constraint); column == "" || s.Inline {
			return
		}
	default:
		return
	}
	if s.Down || s.Born || s.After == nil || s.Before == nil || describes(p, s.Path) || s.Before.Kind == schema.Temporary || !addsColumn(p, s, column) {
		return
	}
	c := s.After.Column(column)
	if c == nil || c.Default != "" || c.Generated != "" || !refusesNull(s.After, c) || s.Kind == schema.SetNotNull && refusesNull(s.Before, c) {
		return
	}
	if later(p, s, func(o *schema.Step) bool {
		return sameTable(o, s) && (o.Column == column && (o.Kind == schema.SetDefault || o.Kind == schema.DropNotNull || o.Kind == schema.DropColumn) || o.Kind == schema.DropTable)
	}) {
		return
	}
	d := diagnostics.Diagnostic{Span: firstLine(p.File, s.Span), Message: fmt.Sprintf(
		"`%s.%s` is new, NOT NULL and left without a default: every INSERT of the running release fails, since it does not name the column.", s.Table, column)}
	if s.Kind != schema.DropDefault || s.Conditional {
		p.Report(d)
		return
	}
	report(p, d, diagnostics.Fix{Title: "Keep the default until the old code is gone", Safety: diagnostics.Unsafe,
		Edits: []diagnostics.FileEdit{p.Edit(withoutClause(p, s), "")}}, true)
}

// addsColumn reports whether the file adds a column to the table of a step above.
func addsColumn(p *diagnostics.Pass, s *schema.Step, column string) bool {
	return earlier(p, s, func(o *schema.Step) bool {
		return o.Kind == schema.AddColumn && !o.IfNotExists && sameTable(o, s) && o.Column == column
	})
}

// refusesNull reports whether a row without a value of the column is refused,
// by NOT NULL or by a check that says so.
func refusesNull(t *schema.Table, c *schema.Column) bool {
	return t.Column(c.Name) != nil && t.Column(c.Name).NotNull || slices.ContainsFunc(t.Constraints, func(k *schema.Constraint) bool { return forbidsNull(k) == c.Name })
}

// forbidsNull is the column of a check that says IS NOT NULL and no more, "" of
// any other constraint. One that is NOT VALID binds new rows as well.
func forbidsNull(k *schema.Constraint) string {
	if k == nil || k.Kind != schema.Check || len(k.Columns) != 1 || !saysNotNull.MatchString(k.Expr) {
		return ""
	}
	return k.Columns[0]
}
