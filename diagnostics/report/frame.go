package report

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dbwise/dbwise/parsers/source"
	"golang.org/x/text/width"
)

// The measures of a code frame, in columns and lines.
const (
	tabWidth  = 4
	maxWidth  = 120
	lead      = 24 // shown before a finding far to the right
	maxLines  = 3
	shownHead = 2
)

// frameLine is one line of source with what is underlined in it.
type frameLine struct {
	number     int // 1-based
	text       string
	start, end int // columns
}

// frame is the lines of a span, at most maxLines, and how many more there are.
func frame(f *source.File, s source.Span) (lines []frameLine, more int) {
	first, _ := f.Lines().Position(s.Start)
	last := first
	if s.End > s.Start {
		last, _ = f.Lines().Position(s.End - 1)
	}
	shown := last
	if last-first+1 > maxLines {
		shown = first + shownHead - 1
	}
	for n := first; n <= shown; n++ {
		lines = append(lines, cut(f, n, s))
	}
	return lines, last - shown
}

// cell is a character as it stands on the screen.
type cell struct {
	text string
	at   int // column
	wide int
}

// cut shows the part of a line that matters: all of it if it is short. It looks
// at bytes near the span only: a line may be megabytes long, and hold thousands
// of findings.
func cut(f *source.File, n int, s source.Span) frameLine {
	line := f.Lines().Line(n)
	from := s.Start
	if from < line.Start {
		from = line.Start + indent(f.Text[line.Start:line.End])
	}
	from = min(from, line.End)
	to := max(from, min(s.End, line.End))
	text := near(f.Text, line, from)
	cells, start, end := cellsOf(text.In(f.Text), from-text.Start, to-text.Start)
	total := 0
	if k := len(cells); k > 0 {
		total = cells[k-1].at + cells[k-1].wide
	}
	out := frameLine{number: n + 1, start: start, end: max(end, start+1)}
	lo, hi := 0, total
	if total > maxWidth {
		lo = max(0, min(start-lead, total-maxWidth))
		hi = lo + maxWidth
	}
	var b strings.Builder
	if lo > 0 {
		b.WriteString("…")
	}
	shift := -1
	for _, c := range cells {
		if c.at < lo || c.at+c.wide > hi {
			continue
		}
		if shift < 0 {
			shift = c.at - min(lo, 1)
		}
		b.WriteString(c.text)
	}
	if hi < total {
		b.WriteString("…")
	}
	shift = max(shift, 0)
	out.text = strings.TrimRight(b.String(), " ")
	out.start, out.end = out.start-shift, max(min(out.end, hi)-shift, out.start-shift+1)
	return out
}

func indent(line []byte) int { return len(line) - len(bytes.TrimLeft(line, " \t")) }

// near is the part of a line around an offset that can be shown: more than
// enough bytes to both sides, between whole characters.
func near(text []byte, line source.Span, off int) source.Span {
	const enough = 8 * maxWidth
	off = max(line.Start, min(off, line.End))
	if off-line.Start > enough {
		line.Start = off - enough
		for line.Start < off && !utf8.RuneStart(text[line.Start]) {
			line.Start++
		}
	}
	if line.End-off > enough {
		line.End = off + enough
		for line.End > off && !utf8.RuneStart(text[line.End]) {
			line.End--
		}
	}
	return line
}

// cellsOf lays text out and gives the columns of two byte offsets in it, or
// behind it.
func cellsOf(text string, from, to int) (cells []cell, start, end int) {
	col := 0
	start, end = -1, -1
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRuneInString(text[i:])
		if start < 0 && i+size > from {
			start = col
		}
		if end < 0 && i >= to {
			end = col
		}
		shown, wide := glyph(c, col)
		cells = append(cells, cell{shown, col, wide})
		col += wide
		i += size
	}
	if start < 0 {
		start = col
	}
	if end < 0 {
		end = col
	}
	return cells, start, end
}

// glyph is how a character is shown at a column, and how many columns it takes.
func glyph(c rune, col int) (string, int) {
	if c == '\t' {
		n := tabWidth - col%tabWidth
		return strings.Repeat(" ", n), n
	}
	if v := visible(c); v != c {
		return string(v), 1
	}
	if unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf) {
		return string(c), 0
	}
	switch width.LookupRune(c).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return string(c), 2
	}
	return string(c), 1
}

// visible is a character that only stands for itself: control characters have
// pictures of their own, and characters that reorder text have the replacement
// character.
func visible(c rune) rune {
	switch {
	case c == '\n' || c == '\t':
		return c
	case c < 0x20:
		return 0x2400 + c
	case c == 0x7f:
		return 0x2421
	case c >= 0x80 && c < 0xa0, c >= 0x202a && c <= 0x202e, c >= 0x2066 && c <= 0x2069, c == 0x200e, c == 0x200f, c == 0x2028, c == 0x2029:
		return utf8.RuneError
	}
	return c
}

// frame prints the lines of a span with their numbers, and marks below them.
func (t *text) frame(f *source.File, s source.Span, mark byte, colour string) {
	lines, more := frame(f, s)
	for _, l := range lines {
		t.print("  %s %s\n", t.paint(gutter, fmt.Sprintf("%5d |", l.number)), l.text)
		t.print("  %s %s%s\n", t.paint(gutter, "      |"), strings.Repeat(" ", l.start),
			t.paint(colour, strings.Repeat(string(mark), l.end-l.start)))
	}
	if more > 0 {
		t.print("  %s\n", t.paint(gutter, fmt.Sprintf("      | … %d more lines", more)))
	}
}
