package migrations

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "rename-object", Category: diagnostics.Migration, Since: "0.1",
	Doc: diagnostics.Doc{
		Title: "An enum value, schema, function, type or sequence is renamed.",
		Why: "Statements of the running release that write the old label, call the old function or name the old schema fail until the deployment is " +
			"done: a warning. A type or sequence is named in casts and nextval only: information. A name that returns in the same file, as " +
			"generators replace an enum, and objects made there are left alone.",
		Bad:       "-- migrations/1_init.up.sql --\nCREATE TYPE mood AS ENUM ('sad', 'ok');\n-- migrations/2_rename.up.sql --\nALTER TYPE mood RENAME VALUE 'ok' TO 'fine';\n",
		Good:      "-- migrations/1_init.up.sql --\nCREATE TYPE mood AS ENUM ('sad', 'ok');\n-- migrations/2_add.up.sql --\nALTER TYPE mood ADD VALUE 'fine';\n",
		FixSafety: "There is no fix: both names are needed until the old code is gone, which takes several releases.",
		Refs:      []string{"PostgreSQL manual, ALTER TYPE, RENAME VALUE", "PostgreSQL manual, ALTER FUNCTION", "PostgreSQL manual, ALTER SCHEMA"},
	},
	Step: renameObject,
})

func renameObject(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.OtherDDL || s.Down || s.Migration == nil || describes(p, s.Path) || s.To == "" {
		return
	}
	what, old := s.Object, s.Other.Name
	if old == "" {
		old = cmp.Or(s.Column, s.Table.Name)
	}
	switch {
	case s.Action == "alter type rename value" && len(s.Values) == 1:
		what, old = "enum value", s.Values[0]
	case strings.HasPrefix(s.Action, "rename "):
		what = strings.TrimPrefix(s.Action, "rename ")
	default:
		return
	}
	d := diagnostics.Diagnostic{Span: firstLine(p.File, s.Span)}
	switch what {
	case "enum value", "schema", "function", "procedure":
	case "type", "sequence", "domain":
		d.Severity = diagnostics.Info
	default:
		return
	}
	here := func(o *schema.Step) bool {
		return strings.HasPrefix(o.Action, "create ") && (o.Other.Name == s.Other.Name && s.Other.Name != "" || o.Column == old && o.Object == "schema")
	}
	if earlier(p, s, here) || setAside.MatchString(s.To) && what != "enum value" || later(p, s, func(o *schema.Step) bool {
		return strings.HasPrefix(o.Action, "rename ") && o.To == old || strings.HasPrefix(o.Action, "create ") && o.Other.Name == old
	}) {
		return
	}
	d.Message = fmt.Sprintf("Renaming the %s `%s` to `%s` breaks every statement of the running release that names it, until the deployment is done.", what, old, s.To)
	p.Report(d)
}
