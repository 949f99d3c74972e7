package sqltext

import "strings"

// memo keeps what searches up to the end of the text found out, so that a text
// full of unclosed openers costs no more than a few passes.
type memo struct {
	noClose   int            // no */ behind this offset; 0 = unknown
	noBracket bool           // no ] behind the last [
	dollars   int            // dollar tags that found no partner
	lastTag   map[string]int // last place of every tag, once dollars grows
	noCopyEnd bool           // no \. line follows any more
}

// quoted reads a quoted token that starts at i and whose opening quote stands
// at open. A doubled closing quote stands for itself, and so does an escaped
// one if backslashes escape.
//
// An unclosed quote must not take the rest of a file with it. Two signs betray
// one: no closing quote follows at all, or the one found is followed by
// something that cannot follow a string but begins one, as in
//
//	select 'it;
//	select name from users where name = 'x';
//
// In both cases the token ends at the first ; that ends a line and is followed
// by a line which begins, in its first column, with a statement keyword. An
// identifier that would run across such a place is always cut. Texts that
// quote whole scripts keep their strings, because a real closing quote is
// followed by a blank, a comma, a bracket, a cast or the end.
func (l *Lexer) quoted(k Kind, i, open int, backslash bool) Token {
	t := l.text
	quote := t[open]
	if quote == '[' {
		quote = ']'
	}
	end := open + 1
	for {
		n := -1
		if quote != ']' || !l.memo.noBracket {
			n = strings.IndexByte(t[end:], quote)
		}
		if n < 0 {
			l.memo.noBracket = quote == ']'
			l.note(len(t) + 1)
			return l.token(k, i, cutPoint(t, open+1, len(t), false))
		}
		if backslash {
			if skip := escaped(t[end : end+n]); skip >= 0 {
				end += skip
				continue
			}
		}
		end += n + 1
		if end == len(t) || t[end] != quote {
			break
		}
		end++
	}
	if k == QuotedIdent || end < len(t) && !mayFollowString(t[end]) {
		l.note(end + 1)
		if at := cutPoint(t, open+1, end-1, false); at < end-1 {
			return l.token(k, i, at)
		}
	}
	return l.token(k, i, end)
}

// escaped tells where to go on if the piece before a quote ends in an odd
// number of backslashes: behind that quote. Otherwise -1.
func escaped(piece string) int {
	n := len(piece)
	for n > 0 && piece[n-1] == '\\' {
		n--
	}
	if (len(piece)-n)%2 == 1 {
		return len(piece) + 1
	}
	return -1
}

func mayFollowString(b byte) bool {
	return classes[b] == cBlank || strings.IndexByte(";,):|]}-=", b) >= 0
}

// dollar reads $1, ${x}, $name or a dollar-quoted string.
func (l *Lexer) dollar(i int) Token {
	t := l.text
	end := i + 1
	if end < len(t) && t[end] == '{' {
		if n := closing(l.within(end)); n > 0 {
			return l.token(Hole, i, end+n)
		}
		return l.token(Punct, i, end)
	}
	if end < len(t) && classes[t[end]] == cDigit {
		for end < len(t) && classes[t[end]] == cDigit {
			end++
		}
		return l.token(Hole, i, end)
	}
	for end < len(t) && wordPart[t[end]] && t[end] != '$' {
		end++
	}
	if end < len(t) && t[end] == '$' {
		return l.dollarString(i, end+1)
	}
	if end == i+1 {
		return l.token(Punct, i, end)
	}
	return l.token(Hole, i, end)
}

// dollarString reads $tag$...$tag$ whose opening tag is [i:body). An unclosed
// one is cut like an unclosed quote, though only before a line that begins
// with a keyword of data definition, since bodies hold statements of the other
// kinds. A body that seems to end right behind AS or DO, and runs across such
// a place, was closed by the opener of the next function: it is cut as well.
func (l *Lexer) dollarString(i, body int) Token {
	t := l.text
	tag := t[i:body]
	n := l.findTag(tag, body)
	if n < 0 {
		l.note(len(t) + 1)
		return l.token(String, i, cutPoint(t, body, len(t), true))
	}
	if endsInOpener(t[body : body+n]) {
		l.note(body + n + len(tag))
		if at := cutPoint(t, body, body+n, true); at < body+n {
			return l.token(String, i, at)
		}
	}
	return l.token(String, i, body+n+len(tag))
}

func (l *Lexer) findTag(tag string, from int) int {
	if l.memo.dollars < 8 {
		n := strings.Index(l.text[from:], tag)
		if n < 0 {
			l.memo.dollars++
		}
		return n
	}
	if l.memo.lastTag == nil {
		l.memo.lastTag = lastTags(l.text)
	}
	if l.memo.lastTag[tag] < from {
		return -1
	}
	return strings.Index(l.text[from:], tag)
}

// lastTags maps every $tag$ to the last offset where it stands.
func lastTags(t string) map[string]int {
	out := map[string]int{}
	at := -1
	for i := 0; i < len(t); i++ {
		if t[i] == '$' {
			if at >= 0 {
				out[t[at:i+1]] = at
			}
			at = i
		} else if !wordPart[t[i]] {
			at = -1
		}
	}
	return out
}

// endsInOpener reports whether the last word of s is AS or DO.
func endsInOpener(s string) bool {
	s = strings.TrimRight(s, " \t\r\n")
	if len(s) < 3 || wordPart[s[len(s)-3]] {
		return false
	}
	return strings.EqualFold(s[len(s)-2:], "as") || strings.EqualFold(s[len(s)-2:], "do")
}

// maxNesting bounds nested comments; deeper ones end at the first */.
const maxNesting = 64

// blockComment reads a nested comment (manual, 4.1.5). One whose inner
// comments are not closed ends at the first */; one without any is cut like an
// unclosed quote.
func (l *Lexer) blockComment(i int) Token {
	t := l.text
	for at, depth := i+2, 1; depth <= maxNesting; {
		n := strings.IndexByte(t[at:], '/')
		if n < 0 {
			l.note(len(t) + 1)
			break
		}
		slash := at + n
		at = slash + 1
		if n > 0 && t[slash-1] == '*' {
			if depth--; depth == 0 {
				return l.token(BlockComment, i, at)
			}
		} else if at < len(t) && t[at] == '*' {
			depth++
			at++
		}
	}
	if l.memo.noClose == 0 || i < l.memo.noClose {
		if n := strings.Index(t[i+2:], "*/"); n >= 0 {
			l.note(i + n + 4)
			return l.token(BlockComment, i, i+n+4)
		}
		l.memo.noClose = i + 1
	}
	l.note(len(t) + 1)
	return l.token(BlockComment, i, cutPoint(t, i+2, len(t), false))
}
