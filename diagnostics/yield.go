package diagnostics

import (
	"slices"

	"github.com/dbwise/dbwise/parsers/facts"
)

// yielded drops the findings of rules that give way where another rule speaks
// about the same statement: one finding a cause.
func (r *Runner) yielded(found []Diagnostic, fa *facts.Facts) []Diagnostic {
	statement := func(d Diagnostic) int {
		return slices.IndexFunc(fa.Statements, func(st facts.Statement) bool { return st.Span.Contains(d.Span.Start) })
	}
	yields := func(d Diagnostic) bool {
		rule := r.rule(d.Rule)
		return rule != nil && rule.Yields
	}
	if !slices.ContainsFunc(found, yields) {
		return found
	}
	spoken := map[int]map[Category]bool{}
	for _, d := range found {
		if at := statement(d); at >= 0 && !yields(d) {
			if spoken[at] == nil {
				spoken[at] = map[Category]bool{}
			}
			spoken[at][d.Category] = true
		}
	}
	return slices.DeleteFunc(found, func(d Diagnostic) bool {
		at := -1
		if yields(d) {
			at = statement(d)
		}
		return at >= 0 && spoken[at][d.Category]
	})
}
