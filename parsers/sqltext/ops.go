package sqltext

import "strings"

// maxOperator is the length of the longest operator name in bytes
// (PostgreSQL manual, 4.1.3 Operators: NAMEDATALEN-1).
const maxOperator = 63

// operator reads an operator or a comment or a placeholder that looks like one.
func (l *Lexer) operator(i int) Token {
	t := l.text
	c, next := t[i], byte(0)
	if i+1 < len(t) {
		next = t[i+1]
	}
	switch {
	case c == '-' && next == '-', c == '#' && l.dialect.Hashes && next != '{':
		end := len(t)
		if n := strings.IndexAny(t[i:], "\r\n"); n >= 0 {
			end = i + n
		}
		return l.token(LineComment, i, end)
	case c == '/' && next == '*':
		return l.blockComment(i)
	}
	if n := l.placeholder(i); n > 0 {
		return l.token(Hole, i, i+n)
	}
	end := i + 1
	for end < min(len(t), i+maxOperator) && opPart[t[end]] {
		if t[end] == '-' && end+1 < len(t) && t[end+1] == '-' || t[end] == '/' && end+1 < len(t) && t[end+1] == '*' {
			break
		}
		end++
	}
	return l.token(Op, i, l.cut(i, l.trimOperator(i, end)))
}

// trimOperator shortens the run of operator bytes [i:end) to one operator. A
// longer one ends in + or - only if it holds one of ~!@#%^&|`? (manual, 4.1.3);
// and a placeholder glued to a plain operator (=? =@x =%s) is not part of it.
func (l *Lexer) trimOperator(i, end int) int {
	t := l.text
	if strings.IndexByte("?@%#", t[end-1]) >= 0 && plainOps[t[i:end-1]] {
		if l.prefixed(end-1) > 0 {
			return end - 1
		}
	}
	if strings.ContainsAny(t[i:end], "~!@#%^&|?") {
		return end
	}
	for end > i+1 && (t[end-1] == '+' || t[end-1] == '-') {
		end--
	}
	return end
}

var plainOps = map[string]bool{
	"=": true, "<>": true, "!=": true, ">": true, ">=": true, "<=": true, "+": true, "-": true,
	"*": true, "/": true, "||": true, "->": true, "->>": true, "=>": true, "%": true,
}

// backslash reads a psql command: at the start of a line or statement, or one
// of those that send the statement before it (\g, \gset, \watch).
func (l *Lexer) backslash(i int) Token {
	t := l.text
	rest := t[i+1:]
	if rest == "" || classes[rest[0]] != cWord && strings.IndexByte(".!?", rest[0]) < 0 {
		return l.token(Punct, i, i+1)
	}
	start := l.prev.Kind == Invalid || l.prev.Kind == Meta || l.lineStart(i)
	if !start && rest[0] != 'g' && !strings.HasPrefix(rest, "watch") && !strings.HasPrefix(rest, "crosstabview") {
		return l.token(Punct, i, i+1)
	}
	end := len(t)
	if n := strings.IndexAny(rest, "\r\n"); n >= 0 {
		end = i + 1 + n
	}
	return l.token(Meta, i, end)
}

// lineStart reports whether only blanks stand before off in its line.
func (l *Lexer) lineStart(off int) bool {
	for off--; off >= 0; off-- {
		switch l.text[off] {
		case '\n', '\r':
			return true
		case ' ', '\t':
		default:
			return false
		}
	}
	return true
}
