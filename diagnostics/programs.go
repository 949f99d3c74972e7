package diagnostics

import (
	"bytes"
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
		p.keepComments()
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
	if strings.ContainsAny(e.Text, "\\`'\"$\r\n") || p.File.Lang == source.Changelog && strings.ContainsAny(e.Text, "<&") {
		return false
	}
	return slices.ContainsFunc(p.Facts.Statements, func(st facts.Statement) bool {
		return !st.Built && st.Span.Covers(e.Span) && st.Span.In(p.File.Text) == st.SQL && e.Span.Len() < st.Span.Len()
	})
}

// keepComments drops edits that would put a line break into a statement that
// stands in a comment, as what undoes a changeset of Liquibase does.
func (p *Pass) keepComments() {
	for i := range p.out {
		p.out[i].Fixes = slices.DeleteFunc(p.out[i].Fixes, func(f Fix) bool {
			return slices.ContainsFunc(f.Edits, func(e FileEdit) bool {
				return e.Path == p.File.Path && strings.ContainsAny(e.Text, "\r\n") && p.inComment(e.Span.Start)
			})
		})
	}
}

// inComment reports whether a line up to a place begins with --rollback.
func (p *Pass) inComment(at int) bool {
	text := p.File.Text
	line := bytes.LastIndexByte(text[:at], '\n') + 1
	rest := bytes.TrimLeft(text[line:at], " \t-")
	return len(rest) < at-line && len(rest) >= len("rollback") && bytes.EqualFold(rest[:len("rollback")], []byte("rollback"))
}
