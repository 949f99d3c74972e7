package lsp

// hostState is where in a program a byte stands, as far as a comment cares.
type hostState uint8

const (
	inCode hostState = iota
	inString
	inComment
)

// goState is the state at the end of Go text.
func goState(text []byte) hostState {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '/' && next(text, i) == '/':
			i = lineEnd(text, i)
		case c == '/' && next(text, i) == '*':
			if i = blockEnd(text, i); i < 0 {
				return inComment
			}
		case c == '"' || c == '\'':
			i = quoteEnd(text, i)
		case c == '`':
			for i++; i < len(text) && text[i] != '`'; i++ {
			}
			if i >= len(text) {
				return inString
			}
		}
	}
	return inCode
}

// scriptState is the state at the end of TypeScript or JavaScript text. Regular
// expressions are told from divisions by what stands before them.
func scriptState(text []byte) hostState {
	// holes are the depths of braces at which a template goes on.
	var holes []int
	depth := 0
	last := byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '/' && next(text, i) == '/':
			i = lineEnd(text, i)
			continue
		case c == '/' && next(text, i) == '*':
			if i = blockEnd(text, i); i < 0 {
				return inComment
			}
			continue
		case c == '/' && startsRegexp(last):
			i = regexpEnd(text, i)
		case c == '"' || c == '\'':
			i = quoteEnd(text, i)
		case c == '{':
			depth++
		case c == '}':
			depth--
			if n := len(holes); n > 0 && holes[n-1] == depth {
				holes = holes[:n-1]
				c = '`'
			}
		}
		if c == '`' {
			end, hole := templateEnd(text, i)
			if end >= len(text) {
				return inString
			}
			if i = end; hole {
				holes = append(holes, depth)
				depth++
				c = '{'
			}
		}
		if c > ' ' {
			last = c
		}
	}
	return inCode
}

func next(text []byte, i int) byte {
	if i+1 < len(text) {
		return text[i+1]
	}
	return 0
}

func lineEnd(text []byte, i int) int {
	for i < len(text) && text[i] != '\n' {
		i++
	}
	return i
}

// blockEnd is the last byte of a comment, -1 if it does not end.
func blockEnd(text []byte, i int) int {
	for i += 2; i+1 < len(text); i++ {
		if text[i] == '*' && text[i+1] == '/' {
			return i + 1
		}
	}
	return -1
}

// quoteEnd is the closing quote, or the end of the line: such strings end
// there, and so does a mistake about what is one.
func quoteEnd(text []byte, i int) int {
	q := text[i]
	for i++; i < len(text) && text[i] != '\n' && text[i] != q; i++ {
		if text[i] == '\\' {
			i++
		}
	}
	return i
}

// templateEnd is the closing backtick, or the brace that opens a hole.
func templateEnd(text []byte, i int) (end int, hole bool) {
	for i++; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case text[i] == '`':
			return i, false
		case text[i] == '$' && next(text, i) == '{':
			return i + 1, true
		}
	}
	return len(text), false
}

// startsRegexp reports whether a slash behind this byte cannot be a division.
func startsRegexp(last byte) bool {
	switch last {
	case 0, '(', ',', '=', ':', '[', '!', '&', '|', '?', '{', '}', ';', '+', '-', '*', '%', '~', '^':
		return true
	}
	return false
}

func regexpEnd(text []byte, i int) int {
	class := false
	for i++; i < len(text) && text[i] != '\n'; i++ {
		switch c := text[i]; {
		case c == '\\':
			i++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '/' && !class:
			return i
		}
	}
	return i
}
