package diagnostics

import (
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/source"
)

// keepPrograms drops what is meant for SQL text and would spoil a migration
// that is a program: an edit must lie inside one SQL statement of a string,
// where the program's bytes are the statement's own, and leave the string a
// string.
func (p *Pass) keepPrograms() {
	if len(p.Facts.Programs) == 0 {
		return
	}
	for i := range p.out {
		p.out[i].Fixes = slices.DeleteFunc(p.out[i].Fixes, func(f Fix) bool {
			return slices.ContainsFunc(f.Edits, func(e FileEdit) bool { return e.Path == p.File.Path && !p.inString(e.Edit) })
		})
	}
}

// inString reports whether an edit stays inside the SQL of one string.
func (p *Pass) inString(e source.Edit) bool {
	if strings.ContainsAny(e.Text, "\\`'\"$\r\n") {
		return false
	}
	return slices.ContainsFunc(p.Facts.Statements, func(st facts.Statement) bool {
		return !st.Built && st.Span.Covers(e.Span) && st.Span.In(p.File.Text) == st.SQL && e.Span.Len() < st.Span.Len()
	})
}
