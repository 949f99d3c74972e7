package migrations

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

func qualified(n schema.Name) string { return sqltext.QuoteName(n.Schema, n.Name) }

// indentOf is the white space that the line of off starts with.
func indentOf(f *source.File, off int) string {
	line, _ := f.Lines().Position(off)
	text := f.Lines().Line(line).In(f.Text)
	return text[:len(text)-len(strings.TrimLeft(text, " \t"))]
}

// fitted is a name cut to what the server keeps of it.
func fitted(name string) string { return sqltext.Truncate(name, sqltext.MaxIdentifier) }

func quoted(name string) string { return sqltext.QuoteIdent(name) }

// literal is a string as SQL writes it.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
