package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "rename-column", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.1",
	Doc: diagnostics.Doc{
		Title: "A column is renamed: code of the running release asks for the old name.",
		Why: "Between the migration and the end of the deployment old code is running, and its statements fail with undefined_column. " +
			"The way without a gap is a new column, written by both releases or by a trigger, a backfill in batches, a release that " +
			"reads the new one, and the drop of the old one. It is an error where code names the new name, so that a " +
			"release with the old one is likely in use, and information otherwise.",
		Bad:       example("ALTER TABLE orders RENAME COLUMN status TO state;\n"),
		Good:      example("ALTER TABLE orders ADD COLUMN state text;\n"),
		FixSafety: "There is no fix: writing both columns and moving the readers over takes several releases, which no edit of this file can do.",
		Refs:      []string{"PostgreSQL manual, ALTER TABLE, RENAME", "PostgreSQL manual, Appendix A, 42703 undefined_column"},
	},
	Step: renameColumn,
})

func renameColumn(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.RenameColumn || !destroys(p, s) || s.Born || columnReturns(p, s) || setAside.MatchString(s.To) || addedHere(p, s) || len(breaks(p, s)) > 0 {
		return
	}
	d := diagnostics.Diagnostic{Span: firstLine(p.File, s.Span), Severity: diagnostics.Info}
	d.Message = fmt.Sprintf("Renaming `%s.%s` to `%s` breaks every statement of the running release that names it, until the deployment is done.", s.Table, s.Column, s.To)
	if n := nowNamed(p, s); n > 0 {
		d.Severity = diagnostics.DefaultSeverity
		d.Message += fmt.Sprintf(" Code already names `%s` in %s.", s.To, places(n))
	}
	p.Report(d)
}

// addedHere reports whether the step's column was surely added above it in the same file.
func addedHere(p *diagnostics.Pass, s *schema.Step) bool { return addsColumn(p, s, s.Column) }
