package migrations

import (
	"fmt"
	"regexp"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "enum-value-order", Category: diagnostics.Migration, Severity: diagnostics.Info, Since: "0.1",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "An enum value is added without its place.",
		Why: "It sorts behind all others in ORDER BY and comparisons, and cannot be moved or removed again: neither a down migration nor a later " +
			"one can take it back without a new type. BEFORE or AFTER says where it belongs. Types made in the same file are left alone.",
		Bad:       "-- migrations/1_init.up.sql --\nCREATE TYPE mood AS ENUM ('sad', 'happy');\n-- migrations/2_ok.up.sql --\nALTER TYPE mood ADD VALUE 'ok';\n",
		Good:      "-- migrations/1_init.up.sql --\nCREATE TYPE mood AS ENUM ('sad', 'happy');\n-- migrations/2_ok.up.sql --\nALTER TYPE mood ADD VALUE 'ok' BEFORE 'happy';\n",
		FixSafety: "There is no fix: the place of the value is not in the text.",
		Refs:      []string{"PostgreSQL manual, ALTER TYPE", "PostgreSQL manual, 8.7.4 Implementation Details"},
	},
	Step: enumValueOrder,
})

var enumPlace = regexp.MustCompile(`(?i)\s(before|after)\s*'`)

func enumValueOrder(p *diagnostics.Pass, s *schema.Step) {
	if s.Action != "alter type add value" || len(s.Values) != 1 || s.Down || describes(p, s.Path) || s.Migration == nil || typeBorn(p, s) || enumPlace.MatchString(s.Stmt.In(p.File.Text)) {
		return
	}
	p.Report(diagnostics.Diagnostic{Span: firstLine(p.File, s.Span), Message: fmt.Sprintf(
		"'%s' sorts behind all other values of `%s`, and no migration can move or remove it again.", s.Values[0], s.Other)})
}
