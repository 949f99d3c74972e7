package sqltext

import (
	"strings"
	"unicode/utf8"

	"github.com/dbwise/dbwise/parsers/source"
)

// Param is a place whose content the program supplies at run time.
type Param struct {
	Span source.Span // in the statement as given, and in the rewritten one
	// Name is the name or number: "id" of :id, @id, %(id)s and {{ id }}, "1" of
	// $1, the expression of ${expr}; empty for ? and %s.
	Name string
	// Identifier: it stands where only a name can, and was replaced by one.
	Identifier bool
	// List: it stands for several values, as in "in :ids" or "values ?", and
	// was replaced by one of them.
	List bool
	// Clause: it stands for SQL of unknown content, such as a join, a sort
	// direction or an operator, and was blanked, or replaced by "=" between
	// two operands.
	Clause bool
}

// Placeholders replaces what PostgreSQL's grammar does not accept, client
// placeholders and template holes, by text of the same length that it does, so
// that every position stays valid. A value becomes $n, n being its place in
// params, or the digit 0 where $n has no room: whatever constant the parser
// finds inside a Param's Span is that Param. Own parameters ($1) are returned
// too, and left alone where they can stand. Comments, strings, quoted
// identifiers and operators such as ? and @> are not touched.
//
// The statement is returned as it is, without a copy, if it holds none.
func Placeholders(stmt string) (rewritten string, params []Param) {
	return PostgreSQL.Placeholders(stmt)
}

// Placeholders does the same for a statement in dialect d.
func (d Dialect) Placeholders(stmt string) (rewritten string, params []Param) {
	if strings.IndexAny(stmt, "?:@%$#{") < 0 {
		return stmt, nil
	}
	l := d.Lexer(stmt)
	var toks []Token
	found := false
	for t, ok := l.Next(); ok; t, ok = l.Next() {
		if !t.comment() {
			found = found || t.Kind == Hole
			toks = append(toks, t)
		}
	}
	if !found {
		return stmt, nil
	}
	r := rewriter{text: stmt, out: []byte(stmt), toks: toks, levels: make([]level, 1, 8)}
	for i, t := range toks {
		switch t.Kind {
		case Word:
			r.word(i)
		case Punct:
			r.bracket(i)
		case Hole:
			r.hole(i)
		}
	}
	return string(r.out), r.params
}

// Sanitize makes text digestible for the C parser without moving a byte: NUL
// bytes, where C would stop reading, become blanks, a byte order mark three
// blanks, and every byte that is not part of valid UTF-8 a question mark. Find
// placeholders first.
func Sanitize(text string) string {
	clean := utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 && !strings.HasPrefix(text, bom)
	if clean {
		return text
	}
	out := []byte(text)
	if strings.HasPrefix(text, bom) {
		copy(out, "   ")
	}
	for i := 0; i < len(out); {
		if out[i] == 0 {
			out[i] = ' '
		}
		if out[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(out[i:])
		if r == utf8.RuneError && n == 1 {
			out[i] = '?'
		}
		i += n
	}
	return string(out)
}
