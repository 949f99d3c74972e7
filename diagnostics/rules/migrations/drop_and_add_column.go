package migrations

import (
	"fmt"
	"slices"

	"github.com/dbwise/dbwise/diagnostics"
	histories "github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "drop-and-add-column", Category: diagnostics.DataLoss, Since: "0.1",
	Doc: diagnostics.Doc{
		Title: "A column is dropped and added again in one migration: its data is lost.",
		Why: "Generators write this for a changed type or name of an attribute. The new column has the old name and none of its values. " +
			"ALTER COLUMN TYPE keeps them, and so does a second column that is filled before the first is dropped. Generated columns, " +
			"columns added or copied in the same file, and undo sections are left alone.",
		Bad:  example("ALTER TABLE orders DROP COLUMN status;\nALTER TABLE orders ADD COLUMN status varchar(20);\n"),
		Good: example("ALTER TABLE orders ALTER COLUMN status TYPE varchar(20);\n"),
		FixSafety: "The fix changes the type in place, if that keeps nobody waiting; otherwise the old column gets another name until a migration has " +
			"moved its values to the new one in batches. It is unsafe: a value that the new type does not hold makes the migration fail, and until it has " +
			"run the column is NULL in old rows. Where the old type has no cast to the new one, or a view, a generated column or the like rests on the column, a copy made before is all there is.",
		Refs: []string{"PostgreSQL manual, ALTER TABLE, SET DATA TYPE"},
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
	fix, ok := keepsValues(p, s, add)
	reportLoss(p, s, d, fix, ok)
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

// keepsValues is the fix: the type is changed in place where that keeps nobody
// waiting, otherwise the values move from the old column to the new one.
func keepsValues(p *diagnostics.Pass, s, add *schema.Step) (diagnostics.Fix, bool) {
	c := add.ColumnDef
	if s.Before == nil || s.Conditional || add.Conditional || c.Generated != "" || c.Collation != "" {
		return diagnostics.Fix{}, false
	}
	old := s.Before.Column(s.Column)
	if old == nil || old.Generated != "" || c.NotNull && !old.NotNull && c.Default == "" || !castable(old, c) || identifies(p, s) || rests(p, s) {
		return diagnostics.Fix{}, false
	}
	for _, o := range p.Snapshot.Steps(s.Path) {
		if o.Inline && o.Stmt == add.Stmt && o.Span.Start >= add.Span.Start && o.Span.End <= add.Span.End {
			return diagnostics.Fix{}, false // a constraint of the new column
		}
	}
	text := altered(old, c)
	if im := would(p, s, "ALTER TABLE "+qualified(s.Before.Name)+" "+text); im != nil && !im.Fails && im.Class <= schema.BriefBlockAll &&
		im.Class != schema.ClassUnknown && !bears(s.Before, s.Column) {
		return diagnostics.Fix{Title: fmt.Sprintf("Change the type of `%s` in place", s.Column), Safety: diagnostics.Unsafe,
			Edits: []diagnostics.FileEdit{p.Edit(s.Span, text), p.Edit(withoutClause(p, add), "")}}, true
	}
	return moveValues(p, s, add)
}

// altered are the clauses that make a column what another definition says.
func altered(old, c *schema.Column) string {
	col := quoted(c.Name)
	text := fmt.Sprintf("ALTER COLUMN %s TYPE %s USING %s::%s", col, typeSQL(c), col, typeSQL(c))
	if old.Default != "" && old.Default != c.Default {
		text = fmt.Sprintf("ALTER COLUMN %s DROP DEFAULT, ", col) + text
	}
	if c.Default != "" {
		text += fmt.Sprintf(", ALTER COLUMN %s SET DEFAULT %s", col, c.Default)
	}
	if old.NotNull && !c.NotNull {
		text += fmt.Sprintf(", ALTER COLUMN %s DROP NOT NULL", col)
	} else if c.NotNull && !old.NotNull {
		text += fmt.Sprintf(", ALTER COLUMN %s SET NOT NULL", col)
	}
	return text
}

// moveValues is the fix that keeps the old column under another name until its
// values, cast to the new type, are in the new one.
func moveValues(p *diagnostics.Pass, s, add *schema.Step) (diagnostics.Fix, bool) {
	aside := fitted(s.Column + "_old")
	bare, _, ok := bareColumn(p, add)
	if !ok && (add.ColumnDef.NotNull || add.ColumnDef.Default != "") {
		return diagnostics.Fix{}, false
	} else if !ok { // nothing but its type is written
		bare = add.Span.In(p.File.Text)
	}
	together := s.Stmt == add.Stmt
	if s.Migration == nil || s.Before.Column(aside) != nil || together && siblings(p, s) != 1 || !together && siblings(p, s) != 0 {
		return diagnostics.Fix{}, false
	}
	table := "ALTER TABLE " + qualified(s.Before.Name) + " "
	rename := table + "RENAME COLUMN " + quoted(s.Column) + " TO " + quoted(aside)
	value := converted(quoted(aside), add.ColumnDef)
	if d := add.ColumnDef.Default; d != "" {
		bare += ", ALTER COLUMN " + quoted(s.Column) + " SET DEFAULT " + d
		if add.ColumnDef.NotNull {
			value = "coalesce(" + value + ", " + d + ")"
		}
	}
	fix := diagnostics.Fix{Title: fmt.Sprintf("Keep the old column as `%s` until its values are moved in batches", aside), Safety: diagnostics.Unsafe,
		Edits: []diagnostics.FileEdit{p.Edit(s.Stmt, rename), p.Edit(add.Span, bare)}}
	if together {
		fix.Edits = []diagnostics.FileEdit{p.Edit(s.Stmt, rename+";\n"+indentOf(p.File, s.Stmt.Start)+table+bare)}
	}
	fill, ok := backfill(s.Before, s.Column, value)
	if !ok {
		return diagnostics.Fix{}, false
	}
	later := []histories.Change{fill}
	if add.ColumnDef.NotNull {
		later = append(later, notNull(s.Before.Name, s.Column)...)
	}
	later = append(later, histories.Change{Name: "drop_" + s.Before.Name.Name + "_" + aside, Up: alter(s.Before.Name, "DROP COLUMN "+quoted(aside))})
	return follow(p, add, fix, later...)
}

// converted is a value cast to a column's type, without its length: to be stored
// there, one that is too long fails; cast to the length it would be cut
// (PostgreSQL manual, 8.3 Character Types).
func converted(value string, to *schema.Column) string {
	c := *to
	c.Modifier = ""
	return value + "::" + typeSQL(&c)
}

// identifies reports whether a column is part of the primary key, or what a
// foreign key refers to.
func identifies(p *diagnostics.Pass, s *schema.Step) bool {
	return s.Before.PrimaryKey != nil && slices.Contains(s.Before.PrimaryKey.Columns, s.Column) ||
		slices.ContainsFunc(eve(p, s).Freeze().ReferencedBy(s.Before), func(r schema.Reference) bool { return slices.Contains(r.Constraint.RefColumns, s.Column) })
}

// bears reports whether a key, an index or a constraint hangs on a column:
// dropped with it, and kept by a change of its type.
func bears(t *schema.Table, column string) bool {
	for _, k := range t.Constraints {
		if slices.Contains(k.Columns, column) || schema.Mentions(k.Expr, column) {
			return true
		}
	}
	for _, x := range t.Indexes {
		if slices.Contains(x.Include, column) || schema.Mentions(x.Where, column) || slices.ContainsFunc(x.Parts, func(part schema.IndexPart) bool {
			return part.Column == column || schema.Mentions(part.Expr, column)
		}) {
			return true
		}
	}
	return false
}

// kin are types between whose values a cast is always there (PostgreSQL manual,
// CREATE CAST: every type casts to and from the string types).
var kin = map[string]string{"text": "string", "varchar": "string", "bpchar": "string", "int2": "number", "int4": "number", "int8": "number",
	"numeric": "number", "float4": "number", "float8": "number", "date": "time", "timestamp": "time", "timestamptz": "time", "json": "json", "jsonb": "json"}

func castable(from, to *schema.Column) bool {
	a, b := kin[from.Type], kin[to.Type]
	switch {
	case from.Type == to.Type && from.Array == to.Array:
		return true
	case from.Array != 0 || to.Array != 0:
		return false
	}
	return a == "string" || b == "string" || a != "" && a == b
}
