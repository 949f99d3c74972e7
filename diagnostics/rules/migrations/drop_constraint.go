package migrations

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "drop-constraint", Category: diagnostics.Migration, Since: "0.1",
	Doc: diagnostics.Doc{
		Title: "A key or other constraint is dropped and nothing takes its place.",
		Why: "From then on rows can be written that it kept out, and they stay when it comes back: adding it again then fails. Code that " +
			"relies on it, such as ON CONFLICT on a unique key, fails at once. A swap in the same file, a check that NOT NULL has made " +
			"superfluous, and a table or column that is dropped with it are left alone; a check is information.",
		Bad:       "-- migrations/1_init.up.sql --\nCREATE TABLE users (id bigint PRIMARY KEY, email text, CONSTRAINT users_email_key UNIQUE (email));\n-- migrations/2_drop.up.sql --\nALTER TABLE users DROP CONSTRAINT users_email_key;\n",
		Good:      "-- migrations/1_init.up.sql --\nCREATE TABLE users (id bigint PRIMARY KEY, email text, CONSTRAINT users_email_key UNIQUE (email));\n-- migrations/2_swap.up.sql --\nALTER TABLE users DROP CONSTRAINT users_email_key, ADD CONSTRAINT users_email_unique UNIQUE USING INDEX users_email_idx;\n",
		FixSafety: "There is no fix: what is to take its place is not in the text.",
		Refs:      []string{"PostgreSQL manual, ALTER TABLE, DROP CONSTRAINT"},
	},
	Step: dropConstraint,
})

var kindsOfKey = map[schema.ConstraintKind]string{schema.PrimaryKey: "primary key", schema.Unique: "unique key", schema.ForeignKey: "foreign key",
	schema.Check: "check", schema.Exclude: "exclusion"}

func dropConstraint(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.DropConstraint || s.Before == nil || !destroys(p, s) || s.Born || s.Migration == nil {
		return
	}
	k := constraintOf(s.Before, s.Column)
	if k == nil || kindsOfKey[k.Kind] == "" || superfluous(s.Before, k) {
		return
	}
	gone := func(o *schema.Step) bool {
		switch {
		case !sameTable(o, s) && !(o.Kind == schema.DropTable && o.Table == k.References):
			return false
		case o.Kind == schema.DropTable || o.Kind == schema.DropColumn && slices.Contains(k.Columns, o.Column):
			return true
		case o.Kind == schema.CreateIndex && o.Index != nil && o.Index.Unique:
			return k.Kind == schema.Unique
		}
		return o.Kind == schema.AddConstraint && o.Constraint != nil && (o.Constraint.Kind == k.Kind || k.Kind <= schema.Unique && o.Constraint.Kind <= schema.Unique)
	}
	if earlier(p, s, gone) || later(p, s, gone) {
		return
	}
	d := diagnostics.Diagnostic{Span: firstLine(p.File, s.Span)}
	on := ""
	if len(k.Columns) > 0 {
		on = " on `" + strings.Join(k.Columns, "`, `") + "`"
	}
	d.Message = fmt.Sprintf("Without the %s `%s`%s, `%s` takes rows that it kept out, and it cannot come back until they are mended.", kindsOfKey[k.Kind], k.Name, on, s.Table)
	if k.Kind == schema.Check {
		d.Severity = diagnostics.Info
	}
	if s.Cascade && k.Kind <= schema.Unique {
		d.Message += " CASCADE also drops the foreign keys that refer to it."
	}
	p.Report(d)
}

func constraintOf(t *schema.Table, name string) *schema.Constraint {
	if t.PrimaryKey != nil && t.PrimaryKey.Name == name {
		return t.PrimaryKey
	}
	for _, k := range t.Constraints {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// superfluous reports whether a check only says what NOT NULL or another key says.
func superfluous(t *schema.Table, k *schema.Constraint) bool {
	for _, c := range t.Columns {
		if k.Kind == schema.Check && c.NotNull && strings.EqualFold(strings.Trim(k.Expr, "() "), c.Name+" is not null") {
			return true
		}
	}
	if k.Kind == schema.Unique {
		for _, key := range t.Keys() {
			if slices.Equal(key, k.Columns) && (t.PrimaryKey != nil && slices.Equal(t.PrimaryKey.Columns, key)) {
				return true
			}
		}
	}
	return false
}
