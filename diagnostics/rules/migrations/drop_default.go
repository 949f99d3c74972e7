package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "drop-default", Category: diagnostics.Migration, Severity: diagnostics.Info, Since: "0.1",
	Doc: diagnostics.Doc{
		Title: "The default of a column is dropped.",
		Why: "INSERTs that leave the column out get NULL from then on, or fail where it is NOT NULL. A column added or given a new default or type in the same " +
			"file, and one without a default, are left alone.",
		Bad:       "-- migrations/1_init.up.sql --\nCREATE TABLE users (id bigint PRIMARY KEY, plan text NOT NULL DEFAULT 'free');\n-- migrations/2_drop.up.sql --\nALTER TABLE users ALTER COLUMN plan DROP DEFAULT;\n",
		Good:      "-- migrations/1_init.up.sql --\nCREATE TABLE users (id bigint PRIMARY KEY, plan text NOT NULL DEFAULT 'free');\n-- migrations/2_set.up.sql --\nALTER TABLE users ALTER COLUMN plan SET DEFAULT 'none';\n",
		FixSafety: "There is no fix: whether code relies on the default is not in the text.",
		Refs:      []string{"PostgreSQL manual, ALTER TABLE, DROP DEFAULT"},
	},
	Step: dropDefault,
})

func dropDefault(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.DropDefault || s.Before == nil || !destroys(p, s) || s.Born || s.Migration == nil || addedHere(p, s) {
		return
	}
	c := s.Before.Column(s.Column)
	if c == nil || c.Default == "" || later(p, s, func(o *schema.Step) bool {
		return sameTable(o, s) && o.Column == s.Column && (o.Kind == schema.SetDefault || o.Kind == schema.DropColumn || o.Kind == schema.AlterType || o.Action == "add identity")
	}) {
		return
	}
	end, why := "get NULL", ""
	if c.NotNull {
		end, why = "fail", ", for it is NOT NULL"
	}
	p.Report(diagnostics.Diagnostic{Span: firstLine(p.File, s.Span), Message: fmt.Sprintf("INSERTs that leave `%s.%s` out %s from now on%s.", s.Table, s.Column, end, why)})
}
