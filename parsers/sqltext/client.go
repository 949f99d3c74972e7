package sqltext

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/source"
)

// command adds the client command that starts with tok and ends at end, behind
// a statement that was not terminated.
func (s *splitter) command(tok Token, end int) {
	if s.begun {
		s.lex.note(end + 1)
		s.end(s.span.End, false)
	}
	t := s.lex.text[tok.Span.Start:end]
	name := strings.Clone(strings.ToUpper(wordAt(t, 0)))
	if t[0] == '\\' {
		name = "\\" + strings.Clone(wordAt(t, 1))
	}
	s.stmts = append(s.stmts, Stmt{
		Span: source.Span{Start: tok.Span.Start, End: tok.Span.Start + len(strings.TrimRight(t, " \t"))},
		Full: source.Span{Start: s.full, End: end}, Kind: Command, Head: name, Terminated: true,
		reach: max(s.lex.reach, end+1),
	})
	s.lex.off = end
	s.reset(end)
	if name == "DELIMITER" {
		s.lex.delim = delimiter(t)
	}
}

// delimiter is the terminator a DELIMITER line sets; empty for the semicolon.
func delimiter(line string) string {
	f := strings.Fields(line)
	if len(f) < 2 || f[1] == ";" {
		return ""
	}
	return strings.Clone(f[1])
}

// batchEnd is the end of the line if span is a GO, possibly with a count, that
// separates batches: alone in its line, and followed by nothing or by what
// looks like a statement, a comment or another command. Otherwise 0.
func (s *splitter) batchEnd(span source.Span) int {
	t := s.lex.text
	end := lineEnd(t, span.End)
	s.lex.note(end + 1)
	if s.region || !s.lex.lineStart(span.Start) || s.depth > 0 || strings.Trim(t[span.End:end], " \t0123456789;") != "" {
		return 0
	}
	if !s.begun {
		return end
	}
	at := end
	for at < len(t) && classes[t[at]] == cBlank {
		at++
	}
	s.lex.note(at + 24)
	if at == len(t) || t[at] == '-' || t[at] == '/' || t[at] == '\\' || has(starters, wordAt(t, at)) {
		return end
	}
	return 0
}

// copyData adds the data behind a COPY ... FROM stdin: the lines up to one that
// holds only \. (manual, COPY "Text Format"). Without such a line there is none.
func (s *splitter) copyData() {
	t, copyStmt := s.lex.text, &s.stmts[len(s.stmts)-1]
	start := lineEnd(t, s.full)
	for at := start; !s.lex.memo.noCopyEnd; {
		n := strings.Index(t[at:], "\n\\.")
		if n < 0 {
			s.lex.memo.noCopyEnd = true
			break
		}
		last := at + n + 1
		at = last + 2
		end := lineEnd(t, at)
		if strings.Trim(t[at:end], " \t") != "" {
			continue
		}
		if start < len(t) && t[start] == '\r' && start+1 < len(t) && t[start+1] == '\n' {
			start++
		}
		data := source.Span{Start: min(start+1, last), End: last}
		copyStmt.reach = max(copyStmt.reach, end+1)
		s.stmts = append(s.stmts, Stmt{
			Span: data, Full: source.Span{Start: s.full, End: end}, Kind: CopyData, Terminated: true, reach: end + 1,
		})
		s.lex.off = end
		s.reset(end)
		return
	}
	copyStmt.reach = len(t) + 1
}
