package parsers

import (
	"bytes"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// noRollback are the words behind --rollback that are no SQL (Liquibase
// documentation, "Rollback statements in formatted SQL").
var noRollback = []string{"empty", "not required", "changesetid:", "changesetauthor:", "changesetpath:"}

// withRollbacks adds the statements that the comments of a changeset of
// Liquibase hold: what undoes it.
func withRollbacks(f *source.File, list []facts.Statement, d query.Dialect) []facts.Statement {
	if !bytes.Contains(f.Text, []byte("rollback")) && !bytes.Contains(f.Text, []byte("ROLLBACK")) {
		return list
	}
	var frag *source.Fragment
	added := false
	flush := func() {
		if frag != nil {
			list = append(list, undone(f, frag, d)...)
			added = true
		}
		frag = nil
	}
	for _, m := range sqltext.Markers(f.Text) {
		switch {
		case m.Tool != sqltext.Liquibase:
		case m.Kind == sqltext.Changeset:
			flush()
		case m.Kind == sqltext.Rollback:
			if slices.ContainsFunc(noRollback, func(w string) bool { return strings.HasPrefix(strings.ToLower(m.Args), w) }) {
				continue
			}
			if frag == nil {
				frag = &source.Fragment{}
			} else {
				frag.Append("\n", source.Span{Start: m.Span.Start, End: m.Span.Start})
			}
			frag.Append(m.Args, source.Span{Start: m.Span.End - len(m.Args), End: m.Span.End})
		}
	}
	flush()
	if added {
		slices.SortStableFunc(list, func(a, b facts.Statement) int { return a.Span.Start - b.Span.Start })
	}
	return list
}

// undone reads the SQL of one changeset's rollback lines.
func undone(f *source.File, frag *source.Fragment, d query.Dialect) []facts.Statement {
	var out []facts.Statement
	for _, piece := range lexical(d).Split([]byte(frag.Text)) {
		if piece.Kind != sqltext.SQL || piece.Span.Empty() {
			continue
		}
		text := frag.Text[piece.Span.Start:piece.Span.End]
		at := func(s source.Span) source.Span {
			if s == (source.Span{}) {
				return s
			}
			return frag.Span(s.Shift(piece.Span.Start))
		}
		var st facts.Statement
		if d == query.Generic || d == query.PostgreSQL {
			st = parseStatement(text)
		}
		st = st.Placed(f.Path, len(text), at)
		st.Head, st.SQL, st.Built = piece.Head, text, st.Span.In(f.Text) != text
		out = append(out, st)
	}
	return out
}
