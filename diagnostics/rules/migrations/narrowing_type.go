package migrations

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "narrowing-type", Category: diagnostics.DataLoss, Since: "0.1",
	Doc: diagnostics.Doc{
		Title: "A column's new type does not hold all values of the old one.",
		Why: "A number out of range or a text that is too long makes the migration fail on real data: a warning. What is cut without a word " +
			"is an error: numeric with a smaller scale and double precision made real are rounded, a timestamp made a date loses its time, and an explicit " +
			"cast to varchar(n) cuts the text. An enum that takes the place of another without one of its labels makes it fail as well, unless the " +
			"migration says what becomes of such rows; an UPDATE or DELETE above that looks at the column counts as care. Columns added or tables made in the same file are left alone, and so are types that are not known.",
		Bad:       example("ALTER TABLE orders ALTER COLUMN status TYPE varchar(10);\n"),
		Good:      example("ALTER TABLE orders ALTER COLUMN id TYPE numeric;\n"),
		FixSafety: "Of a text, the fix limits the length of new values by a CHECK that is not validated, and leaves the type. It is unsafe: the column's type stays what it was.",
		Refs:      []string{"PostgreSQL manual, 8.1 Numeric Types", "PostgreSQL manual, 8.3 Character Types", "PostgreSQL manual, ALTER TABLE, SET DATA TYPE"},
	},
	Step: narrowingType,
})

func narrowingType(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.AlterType || s.Before == nil || s.ColumnDef == nil || !destroys(p, s) || s.Born || addedHere(p, s) {
		return
	}
	old := s.Before.Column(s.Column)
	if old == nil || old.Array != s.ColumnDef.Array {
		return
	}
	why, cuts := narrows(old, s.ColumnDef, s.Using)
	if why == "" {
		why = labelsGone(p, s, old)
	}
	if why == "" || !cuts && prepared(p, s) {
		return
	}
	d := diagnostics.Diagnostic{Span: firstLine(p.File, s.Span), Message: fmt.Sprintf("`%s.%s` goes from %s to %s: %s.",
		s.Table, s.Column, typeText(old), typeText(s.ColumnDef), why)}
	if !cuts || s.Migration == nil {
		d.Severity = diagnostics.Warning
	}
	fix, ok := limited(p, s)
	report(p, d, fix, ok)
}

// prepared reports whether an UPDATE or DELETE of the table above looks at the
// column or sets it, so that the migration has taken care of what would not fit.
func prepared(p *diagnostics.Pass, s *schema.Step) bool {
	named := func(c query.Column) bool { return strings.EqualFold(c.Name, s.Column) }
	return slices.ContainsFunc(p.Snapshot.Queries(s.Path), func(q *workspace.Query) bool {
		return (q.Op == query.Update || q.Op == query.Delete) && q.Span.Start < s.Stmt.Start && len(q.Tables) > 0 && q.Tables[0].Name == s.Table.Name &&
			(slices.ContainsFunc(q.Refs, named) || slices.ContainsFunc(q.Sets, func(a query.Assignment) bool { return named(a.Column) }))
	})
}

var widths = map[string]int{"int2": 2, "int4": 4, "int8": 8}

// narrows says what becomes of values that the new type does not hold, "" if it
// holds all; cuts tells that the server changes them without an error.
func narrows(from, to *schema.Column, cast bool) (why string, cuts bool) {
	f, t := from.Type, to.Type
	text := f == "text" || f == "varchar"
	switch {
	case widths[f] > 0 && widths[t] > 0 && widths[t] < widths[f]:
		return "a number out of range makes the migration fail", false
	case f == "float8" && t == "float4":
		return "numbers are rounded to six digits", true
	case text && (t == "varchar" || t == "bpchar") && to.Modifier != "":
		if limit(from) > 0 && limit(from) <= limit(to) {
			return "", false
		}
		if cast {
			return "a longer text is cut by the cast, or makes the migration fail", true
		}
		return "a longer text makes the migration fail", false
	case f == "numeric" && t == "numeric" && to.Modifier != "" && from.Modifier != "":
		fp, fs := precision(from)
		tp, ts := precision(to)
		if ts < fs {
			return fmt.Sprintf("numbers are rounded to scale %d", ts), true
		}
		if tp-ts < fp-fs {
			return "a number with more digits makes the migration fail", false
		}
	case f == "numeric" && widths[t] > 0 && !strings.HasSuffix(from.Modifier, ",0") && from.Modifier != "" && strings.Contains(from.Modifier, ","):
		return "fractions are rounded", true
	case (f == "timestamptz" || f == "timestamp") && t == "date":
		return "the time of day is lost", true
	case (f == "float4" || f == "float8") && widths[t] > 0:
		return "fractions are rounded", true
	}
	return "", false
}

func limit(c *schema.Column) int {
	n, _ := strconv.Atoi(c.Modifier)
	return n
}

func precision(c *schema.Column) (digits, scale int) {
	p, s, _ := strings.Cut(c.Modifier, ",")
	digits, _ = strconv.Atoi(strings.TrimSpace(p))
	scale, _ = strconv.Atoi(strings.TrimSpace(s))
	return digits, scale
}

// limited is the fix for a text: a check of the length instead of a type.
func limited(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	if s.ColumnDef.Type != "varchar" || s.Using || s.Conditional {
		return diagnostics.Fix{}, false
	}
	name := sqltext.Truncate(s.Before.Name.Name+"_"+s.Column+"_length", sqltext.MaxIdentifier)
	text := fmt.Sprintf("ADD CONSTRAINT %s CHECK (char_length(%s) <= %s) NOT VALID", sqltext.QuoteIdent(name), sqltext.QuoteIdent(s.Column), s.ColumnDef.Modifier)
	return diagnostics.Fix{Title: "Limit the length by a CHECK instead, not yet validated", Safety: diagnostics.Unsafe,
		Edits: []diagnostics.FileEdit{p.Edit(s.Span, text)}}, true
}
