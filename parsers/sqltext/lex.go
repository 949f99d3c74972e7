package sqltext

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/source"
)

// Kind is what a token is.
type Kind uint8

// The kinds of tokens. Blanks are not tokens; every other byte belongs to one.
const (
	Invalid      Kind = iota
	Word              // keyword or unquoted identifier
	QuotedIdent       // "x", U&"x", `x`, and [x] where the dialect has it
	String            // 'x', E'x', U&'x', B'1', X'f', N'x', $tag$x$tag$
	Number            // 1, 1.5e3, 0x1f, 1_000
	Op                // an operator, also :: := => and ..
	Punct             // ( ) [ ] , ; . and any byte that fits nowhere
	Hole              // a placeholder or template hole: $1 ? :x @x %s %(x)s #{x} ${x} {{x}}
	LineComment       // -- up to the line break, which is not part of it
	BlockComment      // /* */, nested
	Meta              // a psql backslash command up to the line break
)

// Token is one lexical piece of a text.
type Token struct {
	Kind Kind
	Span source.Span
}

// In cuts the token out of the text it was read from.
func (t Token) In(text string) string { return text[t.Span.Start:t.Span.End] }

func (t Token) comment() bool { return t.Kind == LineComment || t.Kind == BlockComment }

// Lexer reads tokens one by one without allocating.
type Lexer struct {
	text    string
	off     int
	dialect Dialect
	delim   string // MySQL's DELIMITER, empty for ;
	prev    Token  // the last token that is no comment
	slice   bool   // the [ just read opens a subscript, not ARRAY[
	reach   int    // how far the text was examined beyond the token, for Resplit
	memo    memo
}

// NewLexer reads text as PostgreSQL.
func NewLexer(text string) Lexer { return Lexer{text: text} }

// Lexer reads text in dialect d.
func (d Dialect) Lexer(text string) Lexer { return Lexer{text: text, dialect: d} }

// Lex is all tokens of text, read as PostgreSQL.
func Lex(text string) []Token { return PostgreSQL.Lex(text) }

// Lex is all tokens of text, read in dialect d.
func (d Dialect) Lex(text string) []Token {
	out := make([]Token, 0, len(text)/5+8)
	l := d.Lexer(text)
	for t, ok := l.Next(); ok; t, ok = l.Next() {
		out = append(out, t)
	}
	return out
}

type class uint8

const (
	cOther class = iota
	cBlank
	cWord
	cDigit
	cOp
	cPunct
)

// opChars are the bytes an operator is made of (manual, 4.1.3 "Operators").
const opChars = "+-*/<>=~!@#%^&|?"

var classes, wordPart, opPart = func() (c [256]class, w, o [256]bool) {
	for _, b := range []byte(" \t\n\r\f\v") {
		c[b] = cBlank
	}
	for b := range 256 {
		switch {
		case b == '_' || b >= 0x80 || 'a' <= b|0x20 && b|0x20 <= 'z':
			c[b], w[b] = cWord, true
		case '0' <= b && b <= '9':
			c[b], w[b] = cDigit, true
		}
	}
	w['$'] = true
	for _, b := range []byte(opChars) {
		c[b], o[b] = cOp, true
	}
	for _, b := range []byte("(),;]") {
		c[b] = cPunct
	}
	return c, w, o
}()

const bom = "\ufeff"

// Next is the next token; false at the end of the text.
func (l *Lexer) Next() (Token, bool) {
	t, i := l.text, l.off
	for {
		for i < len(t) && classes[t[i]] == cBlank {
			i++
		}
		if i < len(t) && t[i] == bom[0] && strings.HasPrefix(t[i:], bom) {
			i += len(bom)
			continue
		}
		break
	}
	if i >= len(t) {
		l.off = len(t)
		return Token{}, false
	}
	if l.delim != "" && strings.HasPrefix(t[i:], l.delim) {
		return l.token(Punct, i, i+len(l.delim)), true
	}
	switch classes[t[i]] {
	case cWord:
		return l.word(i), true
	case cPunct:
		return l.token(Punct, i, i+1), true
	case cDigit:
		return l.token(Number, i, numberEnd(t, i)), true
	case cOp:
		return l.operator(i), true
	}
	return l.other(i), true
}

func (l *Lexer) token(k Kind, start, end int) Token {
	tok := Token{k, source.Span{Start: start, End: end}}
	l.off = end
	if k != LineComment && k != BlockComment {
		l.prev = tok
	}
	return tok
}

func (l *Lexer) note(off int) { l.reach = max(l.reach, off) }

// word reads a word, or the string that a one-letter prefix announces.
func (l *Lexer) word(i int) Token {
	t := l.text
	if i+1 < len(t) && (t[i+1] == '\'' || t[i+1] == '&') {
		switch c := t[i] | 0x20; {
		case t[i+1] == '\'' && c == 'e':
			return l.quoted(String, i, i+1, true)
		case t[i+1] == '\'' && (c == 'b' || c == 'x' || c == 'n'):
			return l.quoted(String, i, i+1, l.dialect.Backslashes)
		case c == 'u' && i+2 < len(t) && t[i+2] == '\'':
			return l.quoted(String, i, i+2, false)
		case c == 'u' && i+2 < len(t) && t[i+2] == '"':
			return l.quoted(QuotedIdent, i, i+2, false)
		}
	}
	end := i + 1
	for end < len(t) && wordPart[t[end]] {
		end++
	}
	return l.token(Word, i, l.cut(i, end))
}

// cut ends a token where the DELIMITER begins, as in END$$.
func (l *Lexer) cut(start, end int) int {
	if l.delim != "" {
		if n := strings.Index(l.text[start:min(end+len(l.delim), len(l.text))], l.delim); n > 0 && start+n < end {
			return start + n
		}
	}
	return end
}

func numberEnd(t string, i int) int {
	if t[i] == '0' && i+2 < len(t) && strings.IndexByte("xXoObB", t[i+1]) >= 0 && hexDigit(t[i+2]) {
		i += 2
		for i < len(t) && (hexDigit(t[i]) || t[i] == '_') {
			i++
		}
		return i
	}
	digits := func() {
		for i < len(t) && (classes[t[i]] == cDigit || t[i] == '_' && i+1 < len(t) && classes[t[i+1]] == cDigit) {
			i++
		}
	}
	digits()
	if i < len(t) && t[i] == '.' && (i+1 == len(t) || t[i+1] != '.') {
		i++
		digits()
	}
	if i+1 < len(t) && t[i]|0x20 == 'e' {
		n := i + 1
		if t[n] == '+' || t[n] == '-' {
			n++
		}
		if n < len(t) && classes[t[n]] == cDigit {
			i = n
			digits()
		}
	}
	return i
}

func hexDigit(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b|0x20 && b|0x20 <= 'f'
}

// other reads what begins with a byte that is neither word, digit, operator
// nor plain punctuation.
func (l *Lexer) other(i int) Token {
	t := l.text
	next := byte(0)
	if i+1 < len(t) {
		next = t[i+1]
	}
	switch t[i] {
	case '\'':
		return l.quoted(String, i, i, l.dialect.Backslashes)
	case '"':
		if n := l.quotedHole(i); n > 0 {
			return l.token(Hole, i, i+n)
		}
		if l.dialect.DoubleQuoted {
			return l.quoted(String, i, i, l.dialect.Backslashes)
		}
		return l.quoted(QuotedIdent, i, i, false)
	case '`':
		return l.quoted(QuotedIdent, i, i, false)
	case '$':
		return l.dollar(i)
	case ':':
		return l.colon(i)
	case '{':
		return l.brace(i)
	case '\\':
		return l.backslash(i)
	case '[':
		if l.dialect.Brackets {
			return l.quoted(QuotedIdent, i, i, false)
		}
		l.slice = !(l.prev.Kind == Word && strings.EqualFold(l.prev.In(t), "array"))
	case '.':
		if next == '.' {
			return l.token(Op, i, i+2)
		}
		if classes[next] == cDigit && !l.afterName(i) {
			return l.token(Number, i, numberEnd(t, i))
		}
	}
	return l.token(Punct, i, i+1)
}

// afterName reports whether a name or bracket ends right at off, so that a dot
// there selects a part of it.
func (l *Lexer) afterName(off int) bool {
	return l.prev.Span.End == off && off > 0 && l.prev.Kind != Op && l.prev.Kind != Number
}
