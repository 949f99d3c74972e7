package typescript

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
)

// stringLiteral is a literal in quotes, its escapes decoded.
func (c *converter) stringLiteral(i int) *code.Node {
	s := c.Span(i)
	inner := source.Span{Start: min(s.Start+1, s.End), End: s.End}
	if s.Len() >= 2 && c.Source[s.End-1] == c.Source[s.Start] {
		inner.End--
	}
	var b fragment
	b.decode(c.Source, inner)
	n := &code.Node{Kind: code.String, Span: s, Frag: b.done()}
	n.Text = n.Frag.Text
	return n
}

// template is a template literal. Line breaks stay as they are written, so
// that CRLF text can be edited in place.
func (c *converter) template(i int) *code.Node {
	s := c.Span(i)
	n := &code.Node{Kind: code.String, Span: s, Flags: code.Template}
	var b fragment
	from, to := min(s.Start+1, s.End), s.End
	if s.Len() >= 2 && c.Source[s.End-1] == '`' {
		to--
	}
	for k := range c.kids(i) {
		if c.Kind(k) != "template_substitution" {
			continue
		}
		host := c.Span(k)
		b.decode(c.Source, source.Span{Start: from, End: host.Start})
		hole := c.need(c.inner(k), k)
		b.hole(host.In(c.Source), host, hole.Span)
		n.Kids = append(n.Kids, hole)
		from = host.End
	}
	b.decode(c.Source, source.Span{Start: from, End: max(from, to)})
	n.Frag = b.done()
	if len(n.Kids) == 0 {
		n.Text = n.Frag.Text
	}
	return n
}

// binary converts a sum, a comparison, a chain of && in one go: they nest to
// the left as long as they are. Strings that are joined by + become one.
func (c *converter) binary(i int) *code.Node {
	levels := []int{i}
	var base *code.Node
	for {
		left := c.child(levels[len(levels)-1], "left")
		if left < 0 || c.Kind(left) != "binary_expression" {
			base = c.need(left, i)
			break
		}
		if base = c.Kept(left); base != nil {
			break
		}
		levels = append(levels, left)
	}
	var j joiner
	j.acc = base
	flat := len(levels) > maxDepth
	all := &code.Node{Span: c.Span(i), Kids: []*code.Node{base}}
	for k := len(levels) - 1; k >= 0; k-- {
		right := c.need(c.child(levels[k], "right"), levels[k])
		all.Kids = append(all.Kids, right)
		j.add(c, levels[k], c.operator(levels[k]), right, flat)
	}
	if flat && !j.joined() {
		return all
	}
	return j.done(c)
}

// joiner folds operands from the left.
type joiner struct {
	acc *code.Node
	// parts are what is joined to one string so far, over span; if there are
	// any they stand for acc.
	parts []*code.Node
	span  source.Span
	mixed bool
}

func (j *joiner) add(c *converter, level int, op string, right *code.Node, flat bool) {
	if op == "+" && (j.parts != nil || j.acc.Kind == code.String || right.Kind == code.String) {
		if j.parts == nil {
			j.parts = []*code.Node{j.acc}
		}
		j.parts, j.span = append(j.parts, right), c.Span(level)
		return
	}
	j.mixed = true
	if flat {
		return
	}
	left := j.done(c)
	j.parts = nil
	j.acc = &code.Node{Kind: code.Binary, Span: c.Span(level), Text: op, Kids: []*code.Node{left, right}}
}

// joined reports whether all operands make one string.
func (j *joiner) joined() bool { return j.parts != nil && !j.mixed }

func (j *joiner) done(c *converter) *code.Node {
	if j.parts == nil {
		return j.acc
	}
	n := &code.Node{Kind: code.String, Span: j.span}
	var b fragment
	for _, p := range j.parts {
		if p.Kind == code.String {
			b.join(p.Frag)
			n.Kids = append(n.Kids, p.Kids...)
			n.Flags |= p.Flags & code.Template
			continue
		}
		b.hole("${"+p.Span.In(c.Source)+"}", p.Span, p.Span)
		n.Kids = append(n.Kids, p)
	}
	n.Frag = b.done()
	if len(n.Kids) == 0 {
		n.Text = n.Frag.Text
	}
	return n
}

// fragment builds a source.Fragment in linear time.
type fragment struct {
	text strings.Builder
	f    source.Fragment
}

func (b *fragment) done() *source.Fragment {
	f := b.f
	f.Text = b.text.String()
	return &f
}

func (b *fragment) add(text string, host source.Span) {
	if text == "" && host.Empty() {
		return
	}
	b.f.Segs = append(b.f.Segs, source.Seg{At: b.text.Len(), Len: len(text), Host: host.Start, HostLen: host.Len()})
	b.text.WriteString(text)
}

// hole adds a hole whose placeholder stands for the host text, which holds the
// expression.
func (b *fragment) hole(placeholder string, host, expression source.Span) {
	at := b.text.Len()
	b.add(placeholder, host)
	b.f.Holes = append(b.f.Holes, source.Hole{Span: source.Span{Start: at, End: b.text.Len()}, Host: expression})
}

func (b *fragment) join(f *source.Fragment) {
	at := b.text.Len()
	for _, s := range f.Segs {
		s.At += at
		b.f.Segs = append(b.f.Segs, s)
	}
	for _, h := range f.Holes {
		h.Span = h.Span.Shift(at)
		b.f.Holes = append(b.f.Holes, h)
	}
	b.text.WriteString(f.Text)
}

// decode adds the text between quotes, each escape a piece of its own.
func (b *fragment) decode(text []byte, s source.Span) {
	for s.Start < s.End {
		n := bytes.IndexByte(text[s.Start:s.End], '\\')
		if n < 0 {
			n = s.Len()
		}
		if n > 0 {
			b.add(string(text[s.Start:s.Start+n]), source.Span{Start: s.Start, End: s.Start + n})
			s.Start += n
			continue
		}
		decoded, size := escape(string(text[s.Start:min(s.End, s.Start+24)]))
		b.add(decoded, source.Span{Start: s.Start, End: s.Start + size})
		s.Start += size
	}
}

var escapes = map[byte]string{'n': "\n", 't': "\t", 'r': "\r", 'b': "\b", 'f': "\f", 'v': "\v", '\n': "", '\r': ""}

// escape decodes the escape sequence at the start of s (ECMA-262, 12.9.4) and
// tells its size. Two escaped surrogates are one sequence; half a pair has no
// UTF-8 and becomes U+FFFD.
func escape(s string) (string, int) {
	if len(s) < 2 {
		return "", len(s)
	}
	if strings.HasPrefix(s, "\\\r\n") {
		return "", 3
	}
	if text, ok := escapes[s[1]]; ok {
		return text, 2
	}
	switch {
	case s[1] == 'x':
		if v, ok := hex(s, 2, 4); ok {
			return string(v), 4
		}
	case s[1] == 'u':
		if text, size := unicodeEscape(s); size > 0 {
			return text, size
		}
	case s[1] >= '0' && s[1] <= '7':
		return octal(s)
	}
	r, size := utf8.DecodeRuneInString(s[1:])
	if r == '\u2028' || r == '\u2029' {
		return "", 1 + size
	}
	return s[1 : 1+size], 1 + size
}

func unicodeEscape(s string) (string, int) {
	if strings.HasPrefix(s, `\u{`) {
		end := strings.IndexByte(s, '}')
		if v, ok := hex(s, 3, end); ok {
			return string(v), end + 1
		}
		return "", 0
	}
	v, ok := hex(s, 2, 6)
	if !ok {
		return "", 0
	}
	if v >= 0xD800 && v < 0xDC00 && strings.HasPrefix(s[6:], `\u`) {
		if low, ok := hex(s, 8, 12); ok && low >= 0xDC00 && low < 0xE000 {
			return string((v-0xD800)<<10 + low - 0xDC00 + 0x10000), 12
		}
	}
	return string(v), 6
}

func hex(s string, from, to int) (rune, bool) {
	if from >= to || to > len(s) {
		return 0, false
	}
	v, err := strconv.ParseUint(s[from:to], 16, 32)
	if err != nil || v > utf8.MaxRune {
		return 0, false
	}
	return rune(v), true
}

// octal is an old octal escape; \0 is the usual one.
func octal(s string) (string, int) {
	v, size := rune(0), 1
	for size < len(s) && size < 4 && s[size] >= '0' && s[size] <= '7' && v*8+rune(s[size]-'0') <= 255 {
		v = v*8 + rune(s[size]-'0')
		size++
	}
	return string(v), size
}
