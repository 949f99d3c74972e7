package sqltext

import (
	"sort"

	"github.com/dbwise/dbwise/parsers/source"
)

// Resplit is Split(newText), made from old = Split(oldText) in the time the
// edit deserves: newText is oldText with the bytes of replaced exchanged for
// inserted new ones. Statements are read again from the first one that looked
// at the edited place until a boundary falls on an old one; the rest is shifted.
// old is not changed.
func Resplit(old []Stmt, oldText, newText []byte, replaced source.Span, inserted int) []Stmt {
	return PostgreSQL.Resplit(old, oldText, newText, replaced, inserted)
}

// Resplit is d.Split(newText), made from old = d.Split(oldText).
func (d Dialect) Resplit(old []Stmt, oldText, newText []byte, replaced source.Span, inserted int) []Stmt {
	delta := inserted - replaced.Len()
	if replaced.Start < 0 || replaced.End < replaced.Start || replaced.End > len(oldText) ||
		inserted < 0 || len(oldText)+delta != len(newText) {
		return d.Split(newText)
	}
	keep := sort.Search(len(old), func(i int) bool { return old[i].Full.End > replaced.Start })
	for i := range keep {
		if old[i].reach > replaced.Start {
			keep = i
			break
		}
	}
	s := splitter{lex: d.Lexer(view(newText))}
	s.stmts = make([]Stmt, keep, len(old)+8)
	copy(s.stmts, old)
	if keep > 0 {
		s.lex.off = old[keep-1].Full.End
	}
	s.full = s.lex.off
	s.lex.delim = delimiterAt(old[:keep], oldText)

	oldDelim, at := s.lex.delim, keep
	edited := replaced.Start + inserted
	for s.next() {
		boundary := s.full
		if boundary <= edited {
			continue
		}
		for at < len(old) && old[at].Full.Start+delta < boundary {
			oldDelim = after(old[at], oldText, oldDelim)
			at++
		}
		if at < len(old) && old[at].Full.Start+delta == boundary && old[at].Kind != CopyData && oldDelim == s.lex.delim {
			return appendShifted(s.stmts, old[at:], delta)
		}
	}
	return s.stmts
}

func appendShifted(out, rest []Stmt, delta int) []Stmt {
	for _, stmt := range rest {
		stmt.Span, stmt.Full = stmt.Span.Shift(delta), stmt.Full.Shift(delta)
		stmt.reach += delta
		out = append(out, stmt)
	}
	return out
}

// delimiterAt is the terminator in force behind stmts.
func delimiterAt(stmts []Stmt, text []byte) string {
	for i := len(stmts) - 1; i >= 0; i-- {
		if stmts[i].Kind == Command && stmts[i].Head == "DELIMITER" {
			return after(stmts[i], text, "")
		}
	}
	return ""
}

// after is the terminator in force behind stmt, given the one before it.
func after(stmt Stmt, text []byte, before string) string {
	if stmt.Kind == Command && stmt.Head == "DELIMITER" {
		return delimiter(stmt.Span.In(text))
	}
	return before
}
