package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "not-null-without-default-for-old-code", Category: diagnostics.Migration, Since: "0.1",
	Doc: diagnostics.Doc{
		Title: "A new column is NOT NULL and has no default when the migration is done.",
		Why: "The migration passes, but the running release does not know the column: each of its INSERTs fails with not_null_violation until " +
			"the deployment is done. Frameworks write it as ADD COLUMN with a default and DROP DEFAULT right behind. A default that stays " +
			"until the old code is gone keeps it working. A table made in the same file is left alone.",
		Bad:       example("ALTER TABLE users ADD COLUMN plan text NOT NULL DEFAULT 'free';\nALTER TABLE users ALTER COLUMN plan DROP DEFAULT;\n"),
		Good:      example("ALTER TABLE users ADD COLUMN plan text NOT NULL DEFAULT 'free';\n"),
		FixSafety: "The fix takes DROP DEFAULT out, to be written in a later release. It is unsafe: rows that leave the column out get the default.",
		Refs:      []string{"PostgreSQL manual, Appendix A, 23502 not_null_violation"},
	},
	Step: requiredForOldCode,
})

func requiredForOldCode(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.DropDefault && s.Kind != schema.SetNotNull || s.Down || s.Born || s.After == nil || s.Before == nil || describes(p, s.Path) || !addedHere(p, s) {
		return
	}
	c := s.After.Column(s.Column)
	if c == nil || !c.NotNull || c.Default != "" || c.Generated != "" || s.Before.Kind == schema.Temporary {
		return
	}
	if later(p, s, func(o *schema.Step) bool {
		return sameTable(o, s) && (o.Column == s.Column && (o.Kind == schema.SetDefault || o.Kind == schema.DropNotNull || o.Kind == schema.DropColumn) || o.Kind == schema.DropTable)
	}) {
		return
	}
	d := diagnostics.Diagnostic{Span: firstLine(p.File, s.Span), Message: fmt.Sprintf(
		"`%s.%s` is new, NOT NULL and left without a default: every INSERT of the running release fails, since it does not name the column.", s.Table, s.Column)}
	if s.Kind != schema.DropDefault || s.Conditional {
		p.Report(d)
		return
	}
	report(p, d, diagnostics.Fix{Title: "Keep the default until the old code is gone", Safety: diagnostics.Unsafe,
		Edits: []diagnostics.FileEdit{p.Edit(withoutClause(p, s), "")}}, true)
}
