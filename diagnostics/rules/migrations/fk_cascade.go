package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "fk-cascade", Category: diagnostics.Migration, Severity: diagnostics.Info, Since: "0.1", Lasting: true,
	Doc: diagnostics.Doc{
		Title: "A foreign key with ON DELETE CASCADE is added to a table that exists.",
		Why: "From then on one DELETE of a parent removes all its children in the same statement, which locks each of them, and theirs. Where a parent " +
			"has many, delete the children in batches first. New tables are left alone.",
		Bad:       example("ALTER TABLE orders ADD CONSTRAINT orders_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE NOT VALID;\n"),
		Good:      example("ALTER TABLE orders ADD CONSTRAINT orders_user_fk FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;\n"),
		FixSafety: "There is no fix: who removes the children is the application's to say.",
		Refs:      []string{"PostgreSQL manual, 5.4.5 Foreign Keys"},
	},
	Step: fkCascade,
})

func fkCascade(p *diagnostics.Pass, s *schema.Step) {
	k := s.Constraint
	if s.Kind != schema.AddConstraint || k == nil || k.Kind != schema.ForeignKey || k.OnDelete != "cascade" || s.Down || s.Born || s.Before == nil || s.Migration == nil || describes(p, s.Path) {
		return
	}
	again := func(o *schema.Step) bool { return o.Kind == schema.DropConstraint && sameTable(o, s) }
	if earlier(p, s, again) || earlier(p, s, func(o *schema.Step) bool { return o.Kind == schema.CreateTable && o.Table.Name == k.References.Name }) {
		return
	}
	p.Report(diagnostics.Diagnostic{Span: firstLine(p.File, s.Span), Message: fmt.Sprintf(
		"A DELETE of one row of `%s` now removes all rows of `%s` that refer to it, in the same statement.", k.References, s.Table)})
}
