package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "drop-column-referenced", Category: diagnostics.DataLoss, Since: "0.1", Lasting: true,
	Doc: diagnostics.Doc{
		Title: "A migration drops or renames a table or column that is still named.",
		Why: "Every statement that names it fails with undefined_column or undefined_table as soon as the migration has run, also an " +
			"INSERT of an ORM that lists all its fields. Code, models, SQL files, and views and functions of earlier migrations are " +
			"searched, and every place is listed. The server itself follows a rename in a view, but not in the body of a function. " +
			"Where nothing names it any more, drop-column, drop-table, rename-column and rename-table speak instead.",
		Bad: "-- migrations/1_init.up.sql --\nCREATE TABLE users (id bigint PRIMARY KEY, nickname text);\n" +
			"-- migrations/2_drop.up.sql --\nALTER TABLE users DROP COLUMN nickname;\n" +
			"-- queries/users.sql --\nSELECT nickname FROM users WHERE id = $1;\n",
		Good: "-- migrations/1_init.up.sql --\nCREATE TABLE users (id bigint PRIMARY KEY, nickname text);\n" +
			"-- migrations/2_drop.up.sql --\nALTER TABLE users DROP COLUMN nickname;\n" +
			"-- queries/users.sql --\nSELECT id FROM users WHERE id = $1;\n",
		FixSafety: "The fix takes the statement out of this migration, to be written again when nothing names it: unsafe, since the " +
			"migration then does something else. A renamed table can keep its old name as a view instead.",
		Refs: []string{"PostgreSQL manual, Appendix A, 42703 undefined_column and 42P01 undefined_table", "PostgreSQL manual, 5.14 Dependency Tracking"},
	},
	Step: dropColumnReferenced,
})

func dropColumnReferenced(p *diagnostics.Pass, s *schema.Step) {
	switch s.Kind {
	case schema.DropColumn, schema.RenameColumn, schema.DropTable, schema.RenameTable:
	default:
		return
	}
	refs := breaks(p, s)
	if len(refs) == 0 {
		return
	}
	name, doing, end := s.Table.String(), "Dropping", "its data is lost, and statements"
	if s.Column != "" && s.Kind != schema.DropTable {
		name += "." + s.Column
	}
	if s.Kind == schema.RenameColumn || s.Kind == schema.RenameTable {
		doing, end = "Renaming", "statements"
	}
	d := diagnostics.Diagnostic{Span: firstLine(p.File, s.Span), Message: fmt.Sprintf("%s `%s` breaks %s that still %s it: %s that name it fail as soon as this migration has run.",
		doing, name, places(len(refs)), verb(len(refs), "name", "names"), end)}
	if s.Conditional {
		d.Severity = diagnostics.Warning
	}
	d.Related = refs[:min(len(refs), maxRelated)]
	if s.Kind == schema.RenameTable {
		fix, ok := keepsName(p, s)
		report(p, d, fix, ok)
		return
	}
	fix, ok := takeOut(p, s)
	reportLoss(p, s, d, fix, ok)
}

// breaks are the places a step breaks; none where the name returns in the same file.
func breaks(p *diagnostics.Pass, s *schema.Step) []diagnostics.Related {
	if !destroys(p, s) {
		return nil
	}
	switch s.Kind {
	case schema.DropColumn, schema.RenameColumn:
		if columnReturns(p, s) {
			return nil
		}
	default:
		if tableReturns(p, s) {
			return nil
		}
	}
	return stillNamed(p, s)
}
