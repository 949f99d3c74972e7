package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "drop-not-null", Category: diagnostics.Migration, Severity: diagnostics.Info, Since: "0.1",
	Doc: diagnostics.Doc{
		Title: "A column may hold NULL from now on.",
		Why:   "Readers of the running release do not expect it: a scan into a string fails, and comparisons drop the row. A column that is nullable already, or dropped in the same file, is left alone.",
		Bad:   example("ALTER TABLE users ALTER COLUMN email DROP NOT NULL;\n"),
		Good:  example("ALTER TABLE users ALTER COLUMN name DROP NOT NULL;\n"), FixSafety: "There is no fix: whether readers can take NULL is not in the text.",
		Refs: []string{"PostgreSQL manual, ALTER TABLE, DROP NOT NULL"},
	},
	Step: dropNotNull,
})

func dropNotNull(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.DropNotNull || s.Before == nil || !destroys(p, s) || s.Born || s.Migration == nil || addedHere(p, s) {
		return
	}
	c := s.Before.Column(s.Column)
	if c == nil || !c.NotNull || later(p, s, func(o *schema.Step) bool {
		return sameTable(o, s) && (o.Kind == schema.DropTable || o.Column == s.Column && (o.Kind == schema.DropColumn || o.Kind == schema.SetNotNull))
	}) {
		return
	}
	p.Report(diagnostics.Diagnostic{Span: firstLine(p.File, s.Span), Message: fmt.Sprintf(
		"`%s.%s` may hold NULL from now on, which readers of the running release do not expect.", s.Table, s.Column)})
}
