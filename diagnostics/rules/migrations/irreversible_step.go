package migrations

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "irreversible-step", Category: diagnostics.DataLoss, Severity: diagnostics.Info, Since: "0.2",
	Doc: diagnostics.Doc{
		Title: "No way back restores what this step changes.",
		Why: "A new type that keeps less of each value, as jsonb of json, double precision of long numbers, fewer digits of a second, or a USING that " +
			"rounds, trims or folds, leaves nothing to compute the old values from. A label added to an enum stays when the migration is undone, " +
			"so that the next way up fails unless it says IF NOT EXISTS. Dropped tables and columns, TRUNCATE, types too small for the values and " +
			"labels without a place are said by the rules named after them; a copy made before, and a comment that says irreversible, silence this one.",
		Bad:  example("ALTER TABLE orders ALTER COLUMN status TYPE text USING lower(status);\n"),
		Good: example("CREATE TABLE orders_status_backup AS SELECT id, status FROM orders;\nALTER TABLE orders ALTER COLUMN status TYPE text USING lower(status);\n"),
		FixSafety: "The fix copies key and column before, which reads the whole table and blocks nobody, or inserts IF NOT EXISTS. It is unsafe: the copy " +
			"takes room, and IF NOT EXISTS also hides a label that something else has made.",
		Refs: []string{"PostgreSQL manual, 8.7.4 Implementation Details of enums", "PostgreSQL manual, 8.14 JSON Types", "PostgreSQL manual, 8.1.3 Floating-Point Types"},
	},
	File: irreversibleSteps,
})

func irreversibleSteps(p *diagnostics.Pass) {
	steps := p.Snapshot.Steps(p.File.Path)
	if !slices.ContainsFunc(steps, keepsNoWay) || describes(p, p.File.Path) || oneWay.Match(p.File.Text) {
		return
	}
	for i := range steps {
		switch s := &steps[i]; {
		case !keepsNoWay(*s):
		case s.Kind == schema.AlterType:
			convertedForGood(p, s)
		default:
			labelStays(p, s)
		}
	}
}

// keepsNoWay reports whether a step may be one that no way back undoes.
func keepsNoWay(s schema.Step) bool {
	return !s.Down && s.Migration != nil && (s.Kind == schema.AlterType || s.Action == "alter type add value")
}

// convertedForGood reports a change of type that keeps less of each value.
func convertedForGood(p *diagnostics.Pass, s *schema.Step) {
	if s.Before == nil || s.ColumnDef == nil || !destroys(p, s) || s.Born || addedHere(p, s) || copied(p, s, s.Column) || keptAside(p, s) {
		return
	}
	old := s.Before.Column(s.Column)
	if old == nil {
		return
	}
	if why, _ := narrows(old, s.ColumnDef, s.Using); why != "" {
		return
	}
	why := folds(s)
	if why == "" && old.Array == s.ColumnDef.Array {
		why = keepsLess(old, s.ColumnDef)
	}
	if why == "" {
		return
	}
	d := diagnostics.Diagnostic{Span: firstLine(p.File, s.Span), Message: fmt.Sprintf("The old values of `%s.%s` cannot be had back from the new ones: %s.", s.Table, s.Column, why)}
	fix, ok := keepColumn(p, s)
	if ok {
		fix.Title = fmt.Sprintf("Copy `%s` to `%s` before it is converted", s.Column, backupName(s))
	}
	report(p, d, fix, ok)
}

// folding are functions that give several values one result (PostgreSQL manual,
// 9.3, 9.4 and 9.9.2).
var folding = regexp.MustCompile(`(?i)(?:^|[^\w."])(lower|upper|initcap|trim|btrim|ltrim|rtrim|substring|substr|left|right|regexp_replace|translate|md5|length|char_length|` +
	`round|trunc|floor|ceil|ceiling|abs|sign|date_trunc|coalesce)\s*\(`)

// folds says what a USING expression makes of the old values, "" if it may keep
// them.
func folds(s *schema.Step) string {
	if !s.Using || s.Expr == "" {
		return ""
	}
	if !schema.Mentions(s.Expr, s.Column) {
		return "the expression of USING does not look at them"
	}
	if m := folding.FindStringSubmatch(s.Expr); m != nil {
		return fmt.Sprintf("%s gives several of them one result", strings.ToLower(m[1]))
	}
	return ""
}

// exact are the decimal digits that a floating-point type keeps, whole the
// digits that an integer may have.
var (
	exact = map[string]int{"float8": 15, "float4": 6}
	whole = map[string]int{"int2": 5, "int4": 10, "int8": 19}
)

// keepsLess says what a type does not keep of another's values, "" if it keeps
// all or narrowing-type speaks.
func keepsLess(from, to *schema.Column) string {
	switch {
	case from.Type == "json" && to.Type == "jsonb":
		return "jsonb drops white space, the order of keys and all but the last of equal keys"
	case exact[to.Type] > 0 && (whole[from.Type] > exact[to.Type] || from.Type == "numeric" && digits(from) > exact[to.Type]):
		return fmt.Sprintf("%s keeps %d digits", to.Type, exact[to.Type])
	case strings.HasPrefix(from.Type, "timestamp") && strings.HasPrefix(to.Type, "timestamp") && fraction(to) < fraction(from):
		return fmt.Sprintf("seconds are rounded to %d digits", fraction(to))
	}
	return ""
}

// digits is the precision of a numeric; without one it holds 131072 and more.
func digits(c *schema.Column) int {
	if c.Modifier == "" {
		return 131072
	}
	n, _ := precision(c)
	return n
}

// fraction is how many digits of a second a timestamp keeps.
func fraction(c *schema.Column) int {
	if n, err := strconv.Atoi(c.Modifier); err == nil {
		return n
	}
	return 6
}

// labelStays reports a label that the way back leaves, so that the way up fails
// the second time. One without a place is enum-value-order's.
func labelStays(p *diagnostics.Pass, s *schema.Step) {
	if s.IfNotExists || len(s.Values) != 1 || typeBorn(p, s) || !enumPlace.MatchString(s.Stmt.In(p.File.Text)) || s.Conditional || !goesBack(p, s) || undone(p, s, s.Other.Name) {
		return
	}
	d := diagnostics.Diagnostic{Span: firstLine(p.File, s.Span), Message: fmt.Sprintf(
		"Undoing this migration leaves '%s' in `%s`, for no statement takes a label away; to run it again then fails.", s.Values[0], s.Other)}
	at := valueWord(p, s)
	report(p, d, diagnostics.Fix{Title: "Insert IF NOT EXISTS", Safety: diagnostics.Unsafe,
		Edits: []diagnostics.FileEdit{p.Edit(source.Span{Start: at, End: at}, " IF NOT EXISTS")}}, at > 0)
}

// goesBack reports whether a step's migration has a way back, be it empty.
func goesBack(p *diagnostics.Pass, s *schema.Step) bool {
	h := historyOf(p, s)
	return h != nil && meant(h.Migrations, s.Migration)
}

// valueWord is the offset behind VALUE in ADD VALUE.
func valueWord(p *diagnostics.Pass, s *schema.Step) int {
	words := lexed(p, s.Stmt)
	for i := 1; i < len(words); i++ {
		if words[i-1].is("add") && words[i].is("value") {
			return words[i].end
		}
	}
	return 0
}
