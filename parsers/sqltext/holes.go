package sqltext

import "strings"

// Whether ? @ % : begin a placeholder or an operator depends on what stands
// before them: behind a value only an operator makes sense (data ? 'k',
// a @> b, arr[1:2]), elsewhere only a value does (= ?, in (:a, :b)).

// leads are the words behind which a value or name must follow. The other
// words count as the end of an operand.
var leads = wordSet(`ADD ALL ALTER ANALYZE AND ANY ARRAY AS ASYMMETRIC BEFORE BETWEEN BINARY BY CALL
	CASE CHECK COLLATE COLUMN CONCURRENTLY CONSTRAINT COPY CROSS DATABASE DISTINCT DIV DO DROP ELSE
	ESCAPE EXCEPT EXECUTE EXISTS FETCH FIRST FOR FORCE FROM FUNCTION GLOB GROUP HAVING IF ILIKE IN INDEX
	INNER INTERSECT INTERVAL INTO IS JOIN KEY LATERAL LIKE LIMIT MATCH MOD NEXT NOT OF OFFSET ON ONLY
	OR ORDER OUTER OVER OVERLAPS OWNER PARTITION PASSWORD PRECISION REFERENCES REGEXP REINDEX RENAME
	RETURN RETURNING RLIKE ROLE ROWS SCHEMA SELECT SEQUENCE SET SIMILAR SOME START SYMMETRIC TABLE
	TEMPLATE THEN TO TOP TRUNCATE TYPE UNION VACUUM UPDATE USING VALUES VIEW WHEN WHERE WINDOW WITH XOR ZONE`)

// afterOperand reports whether the token before off ends a value or a name.
func (l *Lexer) afterOperand() bool { return endsOperand(l.text, l.prev) }

func endsOperand(text string, prev Token) bool {
	switch prev.Kind {
	case Word:
		return !has(leads, prev.In(text))
	case QuotedIdent, String, Number, Hole:
		return true
	case Punct:
		c := text[prev.Span.Start]
		return c == ')' || c == ']'
	}
	return false
}

// placeholder is the length of the placeholder that begins at the operator
// byte i, 0 if that is an operator.
func (l *Lexer) placeholder(i int) int {
	switch t := l.text; t[i] {
	case '#':
		return l.prefixed(i)
	case '?':
		word, dot := l.prev.Kind == Word, l.prev.Kind == Punct && t[l.prev.Span.Start] == '.'
		if !l.afterOperand() && !dot && !(word && beforeString(t, i+1)) {
			return l.prefixed(i)
		}
	case '@':
		if !l.afterOperand() {
			return l.prefixed(i)
		}
	case '%':
		glued := l.prev.Kind == Word && l.prev.Span.End == i && t[i-1] == '_'
		if glued || !l.afterOperand() {
			return l.prefixed(i)
		}
	}
	return 0
}

// beforeString tells that a string or own parameter follows off, which no value
// can precede: the ? of schema ? 'k' is an operator even if a word that may
// lead a value stands before it.
func beforeString(t string, off int) bool {
	for off < len(t) && classes[t[off]] == cBlank {
		off++
	}
	return off < len(t) && (t[off] == '\'' || t[off] == '$')
}

// prefixed is the length of the placeholder at i, given that a value may stand
// there: ?, ?1, @name, %s, %d, %[1]s, %1$s, %(name)s, #{expr}.
func (l *Lexer) prefixed(i int) int {
	t, end := l.text, i+1
	switch t[i] {
	case '?':
		if end < len(t) && (t[end] == '?' || t[end] == '&') {
			return 0
		}
		for end < len(t) && classes[t[end]] == cDigit {
			end++
		}
		return end - i
	case '@':
		if end < len(t) && classes[t[end]] == cWord {
			return 1 + nameLen(t[end:])
		}
	case '#':
		if end < len(t) && t[end] == '{' {
			if n := closing(l.within(end)); n > 0 {
				return 1 + n
			}
		}
	case '%':
		return verb(t[i:])
	}
	return 0
}

// verb is the length of a printf verb of Go, C, Python or PHP at the start of t.
func verb(t string) int {
	i := 1
	switch {
	case strings.HasPrefix(t, "%("):
		n := nameLen(t[2:])
		if n == 0 || 2+n >= len(t) || t[2+n] != ')' {
			return 0
		}
		i = 3 + n
	case strings.HasPrefix(t, "%["):
		for i = 2; i < len(t) && classes[t[i]] == cDigit; {
			i++
		}
		if i == 2 || i == len(t) || t[i] != ']' {
			return 0
		}
		i++
	default:
		for i < len(t) && classes[t[i]] == cDigit {
			i++
		}
		if i > 1 && i < len(t) && t[i] == '$' {
			i++
		} else if i < len(t) && t[i] == '+' {
			i++
		}
	}
	if i < len(t) && strings.IndexByte("sdvqfgtxuILb", t[i]) >= 0 {
		return i + 1
	}
	return 0
}

// nameLen is the length of the name at the start of t: letters, digits, _.
func nameLen(t string) int {
	n := 0
	for n < len(t) && wordPart[t[n]] && t[n] != '$' {
		n++
	}
	return n
}

// maxHole bounds a template hole in bytes.
const maxHole = 2048

// within is the text in which a hole that begins at off must close: neither
// too long nor beyond a ; that ends a line.
func (l *Lexer) within(off int) string {
	end := min(len(l.text), off+maxHole)
	l.note(end + 1)
	t := l.text[off:end]
	for at := 0; ; {
		n := strings.IndexByte(t[at:], ';')
		if n < 0 {
			return t
		}
		at += n + 1
		if at < len(t) && (t[at] == '\n' || t[at] == '\r') {
			return t[:at]
		}
	}
}

// maxBraces bounds the braces open in a template hole.
const maxBraces = 32

// closing is the length of t up to behind the } that closes its first byte, 0
// if none does. Braces inside quotes count as well, as the languages that fill
// holes nest them too.
func closing(t string) int {
	depth := 0
	for i := range len(t) {
		switch t[i] {
		case '{':
			if depth++; depth > maxBraces {
				return 0
			}
		case '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// colon reads ::, :=, :name, :'name' or :"name" of psql, or a lone colon. In a
// subscript (a[:n], a[i:n]) and behind an operand it is no placeholder.
func (l *Lexer) colon(i int) Token {
	t, end := l.text, i+1
	if end == len(t) {
		return l.token(Punct, i, end)
	}
	opensSlice := l.slice && l.prev.Kind == Punct && t[l.prev.Span.Start] == '['
	value := !opensSlice && !l.afterOperand()
	switch c := t[end]; {
	case c == ':' || c == '=':
		return l.token(Op, i, end+1)
	case c == '"' || c == '\'' && value:
		if n := nameLen(t[end+1:]); n > 0 && end+1+n < len(t) && t[end+1+n] == c {
			return l.token(Hole, i, end+n+2)
		}
	case value && wordPart[c] && c != '$':
		return l.token(Hole, i, end+nameLen(t[end:]))
	}
	return l.token(Op, i, end)
}

// quotedHole is the length of an identifier that is filled by a template with
// quotes of its own, as in "{{ index .Options "Schema" }}".users; else 0.
func (l *Lexer) quotedHole(i int) int {
	if !strings.HasPrefix(l.text[i+1:], "{{") {
		return 0
	}
	rest := l.within(i + 1)
	n := strings.Index(rest, "}}\"")
	if n < 0 || strings.IndexByte(rest[:n], '"') < 0 || strings.IndexByte(rest[:n], '\n') >= 0 {
		return 0
	}
	return n + 4
}

// brace reads {{ x }}, {% x %} or {name}; other braces are punctuation.
func (l *Lexer) brace(i int) Token {
	t := l.text
	if i+1 == len(t) {
		return l.token(Punct, i, i+1)
	}
	rest := t[i+1:]
	if c := rest[0]; c == '{' || c == '%' {
		rest = l.within(i + 1)
	}
	for _, pair := range [...][2]string{{"{", "}}"}, {"%", "%}"}} {
		if strings.HasPrefix(rest, pair[0]) {
			if n := strings.Index(rest, pair[1]); n > 0 {
				return l.token(Hole, i, i+1+n+2)
			}
		}
	}
	n := 0
	for n < len(rest) && (wordPart[rest[n]] || rest[n] == '.') {
		n++
	}
	if n > 0 && n < len(rest) && rest[n] == '}' {
		return l.token(Hole, i, i+n+2)
	}
	return l.token(Punct, i, i+1)
}
