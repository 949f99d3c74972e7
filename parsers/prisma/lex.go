package prisma

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dbwise/dbwise/parsers/source"
)

type tokenKind uint8

const (
	eof tokenKind = iota
	newline
	ident
	number
	str   // text is decoded
	punct // one of { } ( ) [ ] : , . ? = @ and @@
	odd   // a byte the language does not know
)

type token struct {
	kind tokenKind
	text string
	span source.Span
}

func (t token) is(p string) bool { return t.kind == punct && t.text == p }

// lex cuts text into tokens; comments are left out, line breaks are tokens.
// The last token is eof.
func lex(text []byte) []token {
	var out []token
	for at := 0; at < len(text); {
		end := at
		kind := punct
		decoded := ""
		switch c := text[at]; {
		case c == '\n':
			kind, end = newline, at+1
		case c == ' ' || c == '\t' || c == '\r' || c == 0xEF && strings.HasPrefix(string(text[at:min(at+3, len(text))]), "\uFEFF"):
			at += max(1, bomLen(text[at:]))
			continue
		case c == '/' && at+1 < len(text) && (text[at+1] == '/' || text[at+1] == '*'):
			at = comment(text, at)
			continue
		case c == '"':
			kind = str
			decoded, end = quoted(text, at)
		case c == '@' && at+1 < len(text) && text[at+1] == '@':
			end = at + 2
		case strings.IndexByte("{}()[]:,.?=@", c) >= 0:
			end = at + 1
		case c >= '0' && c <= '9' || c == '-' && at+1 < len(text) && text[at+1] >= '0' && text[at+1] <= '9':
			kind, end = number, scan(text, at+1, func(r rune) bool { return r == '.' || r == '_' || unicode.IsDigit(r) || unicode.IsLetter(r) })
		default:
			r, n := utf8.DecodeRune(text[at:])
			if unicode.IsLetter(r) || r == '_' {
				kind, end = ident, scan(text, at+n, func(r rune) bool { return r == '_' || r == '-' || unicode.IsLetter(r) || unicode.IsDigit(r) })
			} else {
				kind, end = odd, at+n
			}
		}
		t := token{kind, decoded, source.Span{Start: at, End: end}}
		if kind != str {
			t.text = string(text[at:end])
		}
		out = append(out, t)
		at = end
	}
	return append(out, token{kind: eof, span: source.Span{Start: len(text), End: len(text)}})
}

func bomLen(text []byte) int {
	if strings.HasPrefix(string(text[:min(3, len(text))]), "\uFEFF") {
		return 3
	}
	return 1
}

func scan(text []byte, at int, in func(rune) bool) int {
	for at < len(text) {
		r, n := utf8.DecodeRune(text[at:])
		if !in(r) {
			break
		}
		at += n
	}
	return at
}

// comment is the end of the comment at at; a line comment ends before its
// line break, an open block comment with the text.
func comment(text []byte, at int) int {
	if text[at+1] == '/' {
		for at < len(text) && text[at] != '\n' {
			at++
		}
		return at
	}
	if i := strings.Index(string(text[at+2:]), "*/"); i >= 0 {
		return at + 2 + i + 2
	}
	return len(text)
}

// quoted decodes the string at at. An unclosed one ends with its line.
func quoted(text []byte, at int) (string, int) {
	var b strings.Builder
	i := at + 1
	for i < len(text) && text[i] != '"' && text[i] != '\n' {
		if text[i] == '\\' && i+1 < len(text) && text[i+1] != '\n' {
			i++
			if n := strings.IndexByte("nrt", text[i]); n >= 0 {
				b.WriteByte("\n\r\t"[n])
				i++
				continue
			}
		}
		b.WriteByte(text[i])
		i++
	}
	if i < len(text) && text[i] == '"' {
		i++
	}
	return b.String(), i
}
