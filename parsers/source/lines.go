package source

import (
	"bytes"
	"sort"
	"unicode/utf8"
)

// LineIndex maps between byte offsets and lines. Lines end at \n, \r\n and a
// lone \r, as the Language Server Protocol counts them ("Text Documents").
// Lines are 0-based here.
type LineIndex struct {
	text   []byte
	starts []int
}

// NewLineIndex indexes text.
func NewLineIndex(text []byte) *LineIndex {
	starts := make([]int, 1, 1+len(text)/32)
	for i := 0; i < len(text); {
		n := bytes.IndexAny(text[i:], "\r\n")
		if n < 0 {
			break
		}
		i += n
		if text[i] == '\r' && i+1 < len(text) && text[i+1] == '\n' {
			i++
		}
		i++
		starts = append(starts, i)
	}
	return &LineIndex{text: text, starts: starts}
}

// Len is the number of lines; a text that ends in a line break has an empty last line.
func (x *LineIndex) Len() int { return len(x.starts) }

// Position is the 0-based line of off and its byte column.
func (x *LineIndex) Position(off int) (line, col int) {
	off = max(0, min(off, len(x.text)))
	line = sort.SearchInts(x.starts, off+1) - 1
	return line, off - x.starts[line]
}

// RuneColumn is the 0-based line of off and its column in Unicode code points;
// an invalid byte counts as one.
func (x *LineIndex) RuneColumn(off int) (line, col int) {
	line, b := x.Position(off)
	return line, utf8.RuneCount(x.text[x.starts[line] : x.starts[line]+b])
}

// Line is the span of a line without its line break. Lines outside the text
// are the empty span at the nearer end.
func (x *LineIndex) Line(line int) Span {
	if line < 0 {
		return Span{}
	}
	if line >= len(x.starts) {
		return Span{len(x.text), len(x.text)}
	}
	start, end := x.starts[line], len(x.text)
	if line+1 < len(x.starts) {
		end = x.starts[line+1]
		if end > start && x.text[end-1] == '\n' {
			end--
		}
		if end > start && x.text[end-1] == '\r' {
			end--
		}
	}
	return Span{start, end}
}

// Text is the indexed text.
func (x *LineIndex) Text() []byte { return x.text }
