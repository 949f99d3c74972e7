package lsp

import (
	"unicode/utf8"

	"github.com/dbwise/dbwise/parsers/source"
	"go.lsp.dev/protocol"
)

// This file is the only place that knows how an editor counts. A position of
// the editor is a line and a column in units of the encoding agreed on; a
// position of dbwise is a byte. What lies outside is moved to the nearest place
// inside: a column beyond its line to the line's end, a line beyond the text to
// the text's end, the middle of a character to its start.

// encoding is the unit of columns.
type encoding uint8

const (
	utf16le encoding = iota
	utf8bytes
)

func (e encoding) kind() protocol.PositionEncodingKind {
	if e == utf8bytes {
		return protocol.PositionEncodingKindUTF8
	}
	return protocol.PositionEncodingKindUTF16
}

// position is a place as the editor sends it; nothing about it is trusted.
type position struct {
	Line      int64 `json:"line"`
	Character int64 `json:"character"`
}

// textRange is a range as the editor sends it.
type textRange struct {
	Start position `json:"start"`
	End   position `json:"end"`
}

// columnOf counts the units of line before the byte at.
func columnOf(line []byte, at int, e encoding) int {
	at = max(0, min(at, len(line)))
	for at > 0 && at < len(line) && !utf8.RuneStart(line[at]) && inRune(line, at) {
		at--
	}
	if e == utf8bytes {
		return at
	}
	units := 0
	for i := 0; i < at; {
		if line[i] < utf8.RuneSelf {
			i, units = i+1, units+1
			continue
		}
		r, n := utf8.DecodeRune(line[i:])
		i, units = i+n, units+1
		if r > 0xffff {
			units++
		}
	}
	return units
}

// byteOf is the byte of line that stands at a column.
func byteOf(line []byte, column int64, e encoding) int {
	if column <= 0 {
		return 0
	}
	if e == utf8bytes {
		at := int(min(column, int64(len(line))))
		for at > 0 && at < len(line) && !utf8.RuneStart(line[at]) && inRune(line, at) {
			at--
		}
		return at
	}
	units := int64(0)
	for i := 0; i < len(line); {
		if units >= column {
			return i
		}
		if line[i] < utf8.RuneSelf {
			i, units = i+1, units+1
			continue
		}
		r, n := utf8.DecodeRune(line[i:])
		units++
		if r > 0xffff {
			if units++; units > column {
				return i
			}
		}
		i += n
	}
	return len(line)
}

// inRune reports whether the byte at continues a character; a stray
// continuation byte is a character of its own.
func inRune(line []byte, at int) bool {
	for back := 1; back < utf8.UTFMax && back <= at; back++ {
		if utf8.RuneStart(line[at-back]) {
			_, n := utf8.DecodeRune(line[at-back:])
			return n > back
		}
	}
	return false
}

// mapper converts for one text. It remembers where it was, so that places in
// order cost one pass over each line; it belongs to one goroutine.
type mapper struct {
	lines *source.LineIndex
	enc   encoding
	// from and col are a byte and its column in the line that starts at start.
	start, from, col int
}

func (s *server) mapper(f *source.File) *mapper {
	return &mapper{lines: f.Lines(), enc: s.enc, start: -1}
}

// position converts a byte offset.
func (m *mapper) position(off int) protocol.Position {
	n, col := m.lines.Position(off)
	span := m.lines.Line(n)
	text := m.lines.Text()
	col = min(col, span.Len())
	if m.start != span.Start || col < m.from {
		m.start, m.from, m.col = span.Start, 0, 0
	}
	line := text[span.Start+m.from : span.End]
	step := col - m.from
	units := columnOf(line, step, m.enc)
	if step == len(line) || utf8.RuneStart(line[step]) {
		m.from, m.col = col, m.col+units
		return protocol.Position{Line: uint32(n), Character: uint32(m.col)}
	}
	return protocol.Position{Line: uint32(n), Character: uint32(m.col + units)}
}

func (m *mapper) rang(s source.Span) protocol.Range {
	start := m.position(s.Start)
	return protocol.Range{Start: start, End: m.position(max(s.Start, s.End))}
}

// offset converts a place of the editor.
func (m *mapper) offset(p position) int {
	if p.Line < 0 {
		return 0
	}
	if p.Line >= int64(m.lines.Len()) {
		return len(m.lines.Text())
	}
	span := m.lines.Line(int(p.Line))
	return span.Start + byteOf(m.lines.Text()[span.Start:span.End], p.Character, m.enc)
}

func (m *mapper) span(r textRange) source.Span {
	start, end := m.offset(r.Start), m.offset(r.End)
	return source.Span{Start: min(start, end), End: max(start, end)}
}
