package migrations

import (
	"fmt"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	histories "github.com/dbwise/dbwise/parsers/migrations"
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
		FixSafety: "A column of the new type is added, a trigger writes it with the old one, old rows are filled in batches, and a last migration changes the names of the two in a moment; the old column stays, " +
			"to be dropped when no release needs it. It is unsafe: until the last migration nothing has changed, then the code must know the new type at once. Where a key, an index, a constraint, a view " +
			"or a generated column hangs on the column there is none, as these have to be made anew by hand on the new column before the names change; the same holds for a table without a primary key " +
			"of one column, and for a tool that cannot leave its transaction.",
		Refs: []string{"PostgreSQL manual, ALTER TABLE, Notes on changing the type of a column"},
	},
	Step: alterColumnTypeRewrite,
})

func alterColumnTypeRewrite(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.AlterType || s.ColumnDef == nil {
		return
	}
	v, ok := judge(p, s, long)
	if !ok {
		return
	}
	fix, ok := secondColumn(p, s, v)
	report(p, v.finding(p, s, fmt.Sprintf("Changing the type of `%s`", s.Column)), fix, ok)
}

// secondColumn is the fix: a column of the new type beside, which takes the name
// of the old one when it has all values.
func secondColumn(p *diagnostics.Pass, s *schema.Step, v verdict) (diagnostics.Fix, bool) {
	t := s.Before
	if t == nil || !v.sure || t.Kind != schema.Ordinary || len(t.Inherits) > 0 || siblings(p, s) > 0 || len(eve(p, s).Children(t)) > 0 {
		return diagnostics.Fix{}, false
	}
	old, typ := t.Column(s.Column), newType(p, s)
	if old == nil || old.Generated != "" || typ == "" || !sameAnywhere(s, old) || identifies(p, s) || bears(t, s.Column) || rests(p, s) || laterNamed(p, s) {
		return diagnostics.Fix{}, false
	}
	fresh, aside := fitted(old.Name+"_new"), fitted(old.Name+"_old")
	if t.Column(fresh) != nil || t.Column(aside) != nil {
		return diagnostics.Fix{}, false
	}
	if im := would(p, s, "ALTER TABLE "+qualified(t.Name)+" ADD COLUMN "+quoted(fresh)+" "+typ); im == nil || im.Fails || im.Class > schema.BriefBlockAll {
		return diagnostics.Fix{}, false // a domain with a check
	}
	value := quoted(old.Name)
	if s.Using {
		value = s.Expr
	}
	later, ok := kept(t, fresh, value)
	if !ok {
		return diagnostics.Fix{}, false
	}
	column := func(name, clause string) string { return alter(t.Name, "ALTER COLUMN "+quoted(name)+" "+clause) }
	swap := "-- When no release needs the old values: ALTER TABLE " + qualified(t.Name) + " DROP COLUMN " + quoted(aside) + "\n" + unkept(t.Name, fresh) + alter(t.Name, "RENAME COLUMN "+quoted(old.Name)+" TO "+quoted(aside)) + alter(t.Name, "RENAME COLUMN "+quoted(fresh)+" TO "+quoted(old.Name))
	if old.Default != "" {
		swap += column(old.Name, "SET DEFAULT "+old.Default)
	}
	if old.NotNull {
		check := notNullCheck(t.Name, fresh)
		later = append(later, notNull(t.Name, fresh)[:2]...)
		swap += column(aside, "DROP NOT NULL") + column(old.Name, "SET NOT NULL") + alter(t.Name, "DROP CONSTRAINT "+quoted(check))
	}
	for i := range later { // the way back of the change of type holds for the column that has the name
		later[i].Down = ""
	}
	later = append(later, histories.Change{Name: "swap_" + t.Name.Name + "_" + old.Name, Up: swap})
	return follow(p, s, diagnostics.Fix{Title: fmt.Sprintf("Fill a second column of the new type and give it the name `%s` in the end", old.Name),
		Edits: []diagnostics.FileEdit{p.Edit(s.Span, "ADD COLUMN "+quoted(fresh)+" "+typ)}}, later...)
}

// sessional are types whose values a session's time zone or date style takes
// part in when they are converted (PostgreSQL manual, 8.5.3 "Time Zones").
var sessional = map[string]bool{"timestamptz": true, "timetz": true, "money": true}

// sameAnywhere reports whether a conversion gives the same in every session: the
// trigger runs in those of the application.
func sameAnywhere(s *schema.Step, old *schema.Column) bool {
	is := s.ColumnDef
	zoned := sessional[old.Type] || sessional[is.Type]
	dated := (kin[old.Type] == "time") != (kin[is.Type] == "time")
	return !zoned && !dated || s.Using && strings.Contains(strings.ToLower(s.Expr), "at time zone")
}

// newType is the type that ALTER COLUMN ... TYPE names, with its collation.
func newType(p *diagnostics.Pass, s *schema.Step) string {
	start, end := 0, s.Span.End
	for _, w := range lexed(p, s.Span) {
		switch {
		case start == 0 && w.is("type"):
			start = w.end
		case start > 0 && w.is("using"):
			end = w.start()
		}
	}
	if start == 0 {
		return ""
	}
	return strings.TrimSpace(string(p.File.Text[start:end]))
}

// laterNamed reports whether something behind the step changes the column, or
// builds on it, before the last migration gives it its type.
func laterNamed(p *diagnostics.Pass, s *schema.Step) bool {
	db := p.Snapshot.Database(s.Path)
	if db == nil {
		return true
	}
	t, is := db.Catalog.Table(s.Before.Name), s.After.Column(s.Column)
	if t == nil || is == nil {
		return true
	}
	last := t.Column(s.Column)
	return last == nil || last.Type != is.Type || last.Modifier != is.Modifier || last.NotNull != is.NotNull || last.Default != is.Default || bears(t, s.Column)
}
