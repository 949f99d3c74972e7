package flow

import (
	"sort"
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/source"
)

// emitLoose reads the SQL in literals that belongs to no candidate.
func (u *unit) emitLoose(out *facts.Facts, opts Options) {
	if opts.ParseSQL == nil || len(u.strings) == 0 {
		return
	}
	var used []source.Span
	for i := range out.Calls {
		if len(out.Calls[i].Candidates) > 0 {
			used = append(used, out.Calls[i].Span)
		}
	}
	sort.Slice(used, func(i, j int) bool { return used[i].Start < used[j].Start })
	seen := map[*code.Node]bool{}
	for _, n := range u.seen {
		seen[n] = true
	}
	for _, n := range u.strings {
		if seen[n] || n.Frag == nil || coveredBy(used, n.Span) {
			continue
		}
		f, _ := u.textOf(n, 0)
		if f == nil {
			f = n.Frag
		}
		out.Loose = append(out.Loose, opts.ParseSQL(f, opts.Dialect)...)
	}
}

// coveredBy reports whether one of the spans, sorted by start, covers s.
func coveredBy(spans []source.Span, s source.Span) bool {
	i := sort.Search(len(spans), func(i int) bool { return spans[i].Start > s.Start })
	for i--; i >= 0; i-- {
		if spans[i].Covers(s) {
			return true
		}
		if s.Start-spans[i].Start > 1<<16 {
			return false
		}
	}
	return false
}

// looksSQL reports whether a literal begins like a statement: a verb and the
// word that follows it.
func looksSQL(n *code.Node) bool {
	if n.Frag == nil {
		return false
	}
	text := strings.TrimLeft(n.Frag.Text, " \t\r\n(")
	for strings.HasPrefix(text, "--") {
		i := strings.IndexByte(text, '\n')
		if i < 0 {
			return false
		}
		text = strings.TrimLeft(text[i:], " \t\r\n(")
	}
	verb, rest := word(text)
	if verb == "" || text[:len(verb)] != verb && text[:len(verb)] != strings.ToLower(verb) {
		return false // "Select a colour from the list"
	}
	next, _ := word(rest)
	switch verb {
	case "SELECT":
		upper := strings.ToUpper(rest)
		return strings.Contains(upper, "FROM ") || strings.Contains(upper, "FROM\n") || strings.Contains(upper, "FROM\t")
	case "INSERT", "MERGE", "REPLACE":
		return next == "INTO"
	case "DELETE":
		return next == "FROM"
	case "UPDATE":
		upper := strings.ToUpper(rest)
		return strings.Contains(upper, " SET ") || strings.Contains(upper, "\nSET ") || strings.Contains(upper, "\tSET ")
	case "WITH":
		upper := strings.ToUpper(rest)
		return strings.Contains(upper, " AS ") && strings.ContainsRune(rest, '(')
	case "TRUNCATE":
		return next == "TABLE"
	case "ALTER", "CREATE", "DROP":
		switch next {
		case "TABLE", "INDEX", "UNIQUE", "VIEW", "MATERIALIZED", "TYPE":
			return true
		}
	}
	return false
}

// word is the first word of s in upper case, and what follows it.
func word(s string) (string, string) {
	s = strings.TrimLeft(s, " \t\r\n")
	i := strings.IndexFunc(s, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') })
	if i < 0 {
		i = len(s)
	}
	if i > 12 {
		return "", s
	}
	return strings.ToUpper(s[:i]), s[i:]
}
