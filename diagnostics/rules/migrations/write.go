package migrations

import (
	"strings"
	"unicode/utf8"

	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// maxIdentifier is the length of a name in bytes that PostgreSQL keeps
// (manual, 4.1.1 Identifiers and Key Words).
const maxIdentifier = 63

// identifier cuts a name where PostgreSQL would.
func identifier(name string) string {
	if len(name) <= maxIdentifier {
		return name
	}
	n := maxIdentifier
	for n > 0 && !utf8.RuneStart(name[n]) {
		n--
	}
	return name[:n]
}

func qualified(n schema.Name) string {
	if n.Schema == "" {
		return sqltext.QuoteIdent(n.Name)
	}
	return sqltext.QuoteIdent(n.Schema) + "." + sqltext.QuoteIdent(n.Name)
}

func quoted(cols []string) string {
	out := make([]string, len(cols))
	for i, c := range cols {
		out[i] = sqltext.QuoteIdent(c)
	}
	return strings.Join(out, ", ")
}

// indentOf is the white space that the line of off starts with.
func indentOf(f *source.File, off int) string {
	line, _ := f.Lines().Position(off)
	text := f.Lines().Line(line).In(f.Text)
	return text[:len(text)-len(strings.TrimLeft(text, " \t"))]
}
