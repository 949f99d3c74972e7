package migrations

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "add-unique-data-dependent", Category: diagnostics.Migration, Since: "0.1",
	Doc: diagnostics.Doc{
		Title: "A unique key is added to a table whose rows may hold duplicates.",
		Why: "Then the migration fails with unique_violation, on the real data and not on a test's. It is information with the query that finds " +
			"them, and a warning for a column that the same file adds with a constant default, which all rows share. A key that contains " +
			"another one cannot fail, and a new table has no rows.",
		Bad:       example("ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email);\n"),
		Good:      example("ALTER TABLE users ADD CONSTRAINT users_id_email_key UNIQUE (id, email);\n"),
		FixSafety: "There is no fix: which of the duplicates is to stay is not in the text.",
		Refs:      []string{"PostgreSQL manual, Appendix A, 23505 unique_violation"},
	},
	Step: addUniqueDataDependent,
})

func addUniqueDataDependent(p *diagnostics.Pass, s *schema.Step) {
	if s.Down || s.Born || s.Before == nil || s.Migration == nil || s.Before.Kind == schema.Temporary || describes(p, s.Path) || s.Conditional {
		return
	}
	cols, where := []string(nil), ""
	switch {
	case s.Kind == schema.CreateIndex && s.Index != nil && s.Index.Unique:
		cols, where = s.Index.Columns(), s.Index.Where
		if len(cols) != len(s.Index.Parts) {
			return
		}
	case s.Kind == schema.AddConstraint && s.Constraint != nil && s.Constraint.Kind <= schema.Unique && s.UsingIndex == "":
		cols = s.Constraint.Columns
	}
	if len(cols) == 0 || emptied(p, s) {
		return
	}
	// A key dropped above has kept duplicates out until now.
	if within(s.Before, cols) || earlier(p, s, func(o *schema.Step) bool {
		return (o.Kind == schema.DropConstraint || o.Kind == schema.DropIndex) && o.Before != nil && o.Before.Name == s.Before.Name && within(o.Before, cols)
	}) {
		return
	}
	d := diagnostics.Diagnostic{Span: firstLine(p.File, s.Span), Severity: diagnostics.Info}
	fresh := ""
	for _, o := range p.Snapshot.Steps(s.Path) {
		if o.Kind == schema.AddColumn && sameTable(&o, s) && slices.Contains(cols, o.Column) && o.ColumnDef != nil {
			if len(cols) == 1 && strings.HasPrefix(o.ColumnDef.Default, "'") && where == "" {
				fresh = o.Column
				continue
			}
			return // NULLs are distinct, and what fills itself is the author's
		}
	}
	if fresh != "" {
		d.Severity = diagnostics.Warning
		d.Message = fmt.Sprintf("All rows of `%s` get the same value of `%s`, which is to be unique: this fails as soon as there are two.", s.Table, fresh)
	} else {
		names := sqltext.QuoteList(cols)
		if where != "" {
			where = " WHERE " + where
		}
		d.Message = fmt.Sprintf("This fails if rows of `%s` share a value of %s. Look first: SELECT %s, count(*) FROM %s%s GROUP BY %s HAVING count(*) > 1;",
			s.Table, list(cols), names, qualified(s.Before.Name), where, names)
	}
	p.Report(d)
}

// within reports whether the columns contain a key of the table.
func within(t *schema.Table, cols []string) bool {
	return slices.ContainsFunc(t.Keys(), func(key []string) bool {
		return !slices.ContainsFunc(key, func(c string) bool { return !slices.Contains(cols, c) })
	})
}
