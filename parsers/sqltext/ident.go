package sqltext

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Unquote is the name an identifier token stands for. Quotes are removed; what
// has none is folded to lower case, as PostgreSQL does. Only ASCII letters are
// folded, as in a UTF-8 database (manual, 4.1.1; downcase_identifier in
// src/backend/parser/scansup.c).
func Unquote(token string) string {
	if len(token) < 2 {
		return fold(token)
	}
	switch last := token[len(token)-1]; {
	case token[0] == '"' && last == '"', token[0] == '`' && last == '`':
		q := token[:1]
		return strings.ReplaceAll(token[1:len(token)-1], q+q, q)
	case token[0] == '[' && last == ']':
		return strings.ReplaceAll(token[1:len(token)-1], "]]", "]")
	case len(token) > 3 && token[0]|0x20 == 'u' && token[1] == '&' && token[2] == '"' && last == '"':
		return unicodeEscapes(strings.ReplaceAll(token[3:len(token)-1], `""`, `"`))
	}
	return fold(token)
}

func fold(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if 'A' <= b[i] && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

// unicodeEscapes decodes \XXXX, \+XXXXXX and \\ (manual, 4.1.2.3); what is no
// escape stays as it is. UESCAPE is not followed.
func unicodeEscapes(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); {
		digits, skip := 4, 1
		if s[i] != '\\' {
			out.WriteByte(s[i])
			i++
			continue
		}
		if i+1 < len(s) && s[i+1] == '\\' {
			out.WriteByte('\\')
			i += 2
			continue
		}
		if i+1 < len(s) && s[i+1] == '+' {
			digits, skip = 6, 2
		}
		if i+skip+digits <= len(s) {
			if r, err := strconv.ParseUint(s[i+skip:i+skip+digits], 16, 32); err == nil && utf8.ValidRune(rune(r)) {
				out.WriteRune(rune(r))
				i += skip + digits
				continue
			}
		}
		out.WriteByte(s[i])
		i++
	}
	return out.String()
}

// QuoteIdent writes name so that PostgreSQL reads it back unchanged, with
// quotes only where they are needed: the rule of quote_identifier in
// src/backend/utils/adt/ruleutils.c (lower-case letters, digits, underscores,
// and no keyword other than an unreserved one).
func QuoteIdent(name string) string {
	safe := name != "" && (name[0] == '_' || 'a' <= name[0] && name[0] <= 'z')
	for i := 0; safe && i < len(name); i++ {
		c := name[i]
		safe = c == '_' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
	}
	if safe && !restricted[name] {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// IsKeyword reports whether word, in any case, is a key word of PostgreSQL.
func IsKeyword(word string) bool {
	w := fold(word)
	return restricted[w] || unreserved[w]
}

// IsReserved reports whether word, in any case, cannot be a column or table
// name without quotes: "reserved" in Appendix C, with or without the right to
// name a function or type.
func IsReserved(word string) bool { return reserved[fold(word)] }

// MaxIdentifier is the length of a name in bytes that PostgreSQL keeps
// (manual, 4.1.1 Identifiers and Key Words).
const MaxIdentifier = 63

// Truncate cuts a name to at most n bytes, never inside a character.
func Truncate(name string, n int) string {
	if len(name) <= n {
		return name
	}
	for n > 0 && !utf8.RuneStart(name[n]) {
		n--
	}
	return name[:n]
}

// QuoteName is a possibly schema-qualified name as SQL, quoted where needed.
func QuoteName(schema, name string) string {
	if schema == "" {
		return QuoteIdent(name)
	}
	return QuoteIdent(schema) + "." + QuoteIdent(name)
}

// QuoteList is a list of names as SQL, separated by commas.
func QuoteList(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = QuoteIdent(n)
	}
	return strings.Join(out, ", ")
}
