package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "alter-column-type-rewrite", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "A change of a column's type writes the table anew, rebuilds its indexes or checks all its rows.",
		Why: "Unless old values are valid as they are, every row is converted and the table with all its indexes is written anew under an " +
			"ACCESS EXCLUSIVE lock: nobody reads or writes it meanwhile. Free are a longer varchar, varchar to text, a larger numeric of the same " +
			"scale and what else needs no look at the rows; about these the rule is silent.",
		Bad:  example("ALTER TABLE orders ALTER COLUMN total TYPE double precision;\n"),
		Good: example("ALTER TABLE orders ALTER COLUMN total TYPE numeric(14,2);\n"),
		FixSafety: "There is no fix. The way without an outage takes several releases: add a column of the new type, let a trigger write both, " +
			"fill old rows in batches, let the code read the new column, drop the old one.",
		Refs: []string{"PostgreSQL manual, ALTER TABLE, Notes on changing the type of a column"},
	},
	Step: alterColumnTypeRewrite,
})

func alterColumnTypeRewrite(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.AlterType || s.ColumnDef == nil {
		return
	}
	if v, ok := judge(p, s, long); ok {
		p.Report(v.finding(p, s, fmt.Sprintf("Changing the type of `%s`", s.Column)))
	}
}
