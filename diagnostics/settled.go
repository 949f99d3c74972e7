package diagnostics

import (
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/source"
)

// otherLinters are the marks with which a comment before a statement tells
// another linter of migrations to leave it alone (atlasgo.io, "Migration
// Linting", nolint; squawkhq.com, "Ignoring rules"). Somebody has looked at
// the statement and decided.
var otherLinters = []string{"atlas:nolint", "squawk-ignore"}

// settled drops findings about migrations that such a comment covers.
func settled(found []Diagnostic, f *source.File, fa *facts.Facts) []Diagnostic {
	if f.Lang != source.SQL || len(found) == 0 {
		return found
	}
	return slices.DeleteFunc(found, func(d Diagnostic) bool {
		if d.Category != Migration && d.Category != DataLoss {
			return false
		}
		for i := range fa.Statements {
			st := &fa.Statements[i]
			if !st.Span.Contains(d.Span.Start) {
				continue
			}
			before := (source.Span{Start: st.Full.Start, End: st.Span.Start}).In(f.Text)
			return slices.ContainsFunc(otherLinters, func(mark string) bool { return strings.Contains(before, mark) })
		}
		return false
	})
}
