package parsers

import (
	"bytes"
	"strings"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

const ignoreWord = "dbwise-ignore"

// sqlIgnores finds the suppression comments of a SQL file.
func sqlIgnores(f *source.File, d sqltext.Dialect) []facts.Ignore {
	if !bytes.Contains(f.Text, []byte(ignoreWord)) {
		return nil
	}
	var out []facts.Ignore
	for _, c := range d.Comments(f.Text) {
		if ig, ok := readIgnore(c.Body.In(f.Text)); ok {
			ig.Span = c.Span
			ig.Covers = covered(f, c.Span, c.OwnLine, sqlBlank)
			out = append(out, ig)
		}
	}
	return out
}

// hostIgnores finds the suppression comments of any other file: // and /* */,
// and -- at the start of a line, for SQL inside a literal.
func hostIgnores(f *source.File) []facts.Ignore {
	var out []facts.Ignore
	for at := 0; ; {
		n := bytes.Index(f.Text[at:], []byte(ignoreWord))
		if n < 0 {
			return out
		}
		at += n
		line, _ := f.Lines().Position(at)
		whole := f.Lines().Line(line)
		if span, ok := commentAt(f.Text, whole, at); ok {
			body := source.Span{Start: at, End: span.End}.In(f.Text)
			if ig, ok := readIgnore(strings.TrimSuffix(body, "*/")); ok {
				ig.Span = span
				before := strings.TrimSpace(source.Span{Start: whole.Start, End: span.Start}.In(f.Text))
				ig.Covers = covered(f, span, before == "" || before == "{", hostBlank)
				out = append(out, ig)
			}
		}
		at = max(at+len(ignoreWord), whole.End)
	}
}

// commentAt is the comment in a line whose first word stands at off.
func commentAt(text []byte, line source.Span, off int) (source.Span, bool) {
	head := string(text[line.Start:off])
	trimmed := strings.TrimRight(head, " \t*")
	for _, mark := range []string{"//", "/*", "/", "--"} {
		if !strings.HasSuffix(trimmed, mark) {
			continue
		}
		start := line.Start + len(trimmed) - len(mark)
		before := head[:start-line.Start]
		switch {
		case mark == "/" && !strings.HasPrefix(head[len(trimmed):], "*"):
			continue
		case mark == "--" && strings.TrimSpace(before) != "":
			continue
		case mark != "--" && inQuotes(before):
			continue
		}
		end := line.End
		if mark == "/*" || mark == "/" {
			if n := bytes.Index(text[off:line.End], []byte("*/")); n >= 0 {
				end = off + n + 2
			}
		}
		return source.Span{Start: start, End: end}, true
	}
	return source.Span{}, false
}

// inQuotes reports whether a string is open at the end of s.
func inQuotes(s string) bool {
	var open byte
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case open != 0 && c == open:
			open = 0
		case open == 0 && (c == '"' || c == '\'' || c == '`'):
			open = c
		}
	}
	return open != 0
}

// readIgnore reads "dbwise-ignore a, b: reason" and "dbwise-ignore-file a: reason".
func readIgnore(body string) (facts.Ignore, bool) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(body), ignoreWord)
	if !ok {
		return facts.Ignore{}, false
	}
	var ig facts.Ignore
	if after, ok := strings.CutPrefix(rest, "-file"); ok {
		ig.WholeFile, rest = true, after
	} else {
		rest = strings.TrimPrefix(rest, "-next-line")
	}
	if rest != "" && rest[0] != ' ' && rest[0] != '\t' && rest[0] != ':' {
		return facts.Ignore{}, false
	}
	rules, reason, _ := strings.Cut(rest, ":")
	ig.Reason = strings.TrimSpace(reason)
	ig.Rules = strings.FieldsFunc(rules, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
	return ig, true
}

// covered is what a line comment suppresses: its own line behind code, else
// the next line that is not blank.
func covered(f *source.File, comment source.Span, ownLine bool, blank func(string) bool) source.Span {
	first, _ := f.Lines().Position(comment.Start)
	line, _ := f.Lines().Position(max(comment.Start, comment.End-1))
	if !ownLine {
		return f.Lines().Line(first)
	}
	for line++; line < f.Lines().Len(); line++ {
		if s := f.Lines().Line(line); !blank(s.In(f.Text)) {
			return s
		}
	}
	return source.Span{Start: len(f.Text), End: len(f.Text)}
}

func sqlBlank(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || strings.HasPrefix(line, "--") || strings.HasPrefix(line, "/*") && strings.HasSuffix(line, "*/")
}

func hostBlank(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || strings.HasPrefix(line, "//") || strings.HasPrefix(line, "--") || strings.HasPrefix(line, "/*") && strings.HasSuffix(line, "*/")
}
