package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "drop-and-add-column", Category: diagnostics.DataLoss, Since: "0.1",
	Doc: diagnostics.Doc{
		Title: "A column is dropped and added again in one migration: its data is lost.",
		Why: "Generators write this for a changed type or name of an attribute. The new column has the old name and none of its values. " +
			"ALTER COLUMN TYPE keeps them, and so does a second column that is filled before the first is dropped. Generated columns, " +
			"columns added or copied in the same file, and undo sections are left alone.",
		Bad:       example("ALTER TABLE orders DROP COLUMN status;\nALTER TABLE orders ADD COLUMN status varchar(20);\n"),
		Good:      example("ALTER TABLE orders ALTER COLUMN status TYPE varchar(20);\n"),
		FixSafety: "The fix changes the type in place and keeps the values. It is unsafe: a value that the new type does not hold makes the migration fail, and most changes of type write the whole table anew under an ACCESS EXCLUSIVE lock.",
		Refs:      []string{"PostgreSQL manual, ALTER TABLE, SET DATA TYPE"},
	},
	Step: dropAndAddColumn,
})

func dropAndAddColumn(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.DropColumn || !destroys(p, s) || derived(s) || addedHere(p, s) || copied(p, s, s.Column) || keptAside(p, s) {
		return
	}
	add := addedAgain(p, s)
	if add == nil || add.ColumnDef.Generated == "stored" || add.ColumnDef.Generated == "virtual" {
		return
	}
	d := diagnostics.Diagnostic{Span: firstLine(p.File, s.Span), Message: fmt.Sprintf(
		"`%s.%s` is dropped and added again: the new column has none of the old values.", s.Table, s.Column)}
	if s.Before == nil {
		d.Severity = diagnostics.Warning
	}
	d.Related = []diagnostics.Related{{Message: "it is added again here"}}
	d.Related[0].Path, d.Related[0].Span = s.Path, add.Span
	fix, ok := alterInstead(p, s, add)
	report(p, d, fix, ok)
}

// addedAgain is the step that adds the dropped column again, nil if none does.
func addedAgain(p *diagnostics.Pass, s *schema.Step) *schema.Step {
	steps := p.Snapshot.Steps(s.Path)
	for i := range steps {
		o := &steps[i]
		if o.Kind == schema.AddColumn && o.ColumnDef != nil && !o.Down && sameTable(o, s) && o.Column == s.Column && o.Span.Start > s.Span.Start {
			return o
		}
	}
	return nil
}

// alterInstead is the fix: ALTER COLUMN TYPE where the drop stands, and nothing
// where the column is added. Constraints of the new column have to be none.
func alterInstead(p *diagnostics.Pass, s, add *schema.Step) (diagnostics.Fix, bool) {
	c := add.ColumnDef
	if s.Before == nil || s.Conditional || c.Generated != "" || s.Before.Column(s.Column) == nil {
		return diagnostics.Fix{}, false
	}
	for _, o := range p.Snapshot.Steps(s.Path) {
		if o.Inline && o.Stmt == add.Stmt && o.Span.Start >= add.Span.Start && o.Span.End <= add.Span.End {
			return diagnostics.Fix{}, false
		}
	}
	col := sqltext.QuoteIdent(s.Column)
	text := fmt.Sprintf("ALTER COLUMN %s TYPE %s USING %s::%s", col, written(c), col, written(c))
	if old := s.Before.Column(s.Column); old.Default != "" && old.Default != c.Default {
		text = fmt.Sprintf("ALTER COLUMN %s DROP DEFAULT, ", col) + text
	}
	if c.Default != "" {
		text += fmt.Sprintf(", ALTER COLUMN %s SET DEFAULT %s", col, c.Default)
	}
	if old := s.Before.Column(s.Column); old.NotNull && !c.NotNull {
		text += fmt.Sprintf(", ALTER COLUMN %s DROP NOT NULL", col)
	} else if c.NotNull && !old.NotNull {
		text += fmt.Sprintf(", ALTER COLUMN %s SET NOT NULL", col)
	}
	return diagnostics.Fix{Title: fmt.Sprintf("Change the type of `%s` in place", s.Column), Safety: diagnostics.Unsafe,
		Edits: []diagnostics.FileEdit{p.Edit(s.Span, text), p.Edit(withoutClause(p, add), "")}}, true
}

// written is a column's type as SQL.
func written(c *schema.Column) string {
	t := c.Type
	if c.Modifier != "" {
		t += "(" + c.Modifier + ")"
	}
	for range c.Array {
		t += "[]"
	}
	return t
}
