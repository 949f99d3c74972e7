package report

import (
	"sort"
	"unicode/utf8"

	"github.com/dbwise/dbwise/parsers/source"
)

// lineKey names a line of a text.
type lineKey struct {
	file *source.File
	line int
}

// mark is an offset between two characters and its column.
type mark struct{ off, col int }

// stride is the number of bytes between the marks of a line.
const stride = 4096

// column is source.LineIndex.RuneColumn for many offsets of one line: a line
// of megabytes, as in a minified file, is counted once and not per finding.
func (r *Report) column(f *source.File, off int) (line, col int) {
	off = max(0, min(off, len(f.Text)))
	line, b := f.Lines().Position(off)
	if b <= stride {
		return f.Lines().RuneColumn(off)
	}
	key := lineKey{f, line}
	marks, known := r.columns[key]
	if !known {
		if r.columns == nil {
			r.columns = map[lineKey][]mark{}
		}
		marks = marksOf(f.Text, f.Lines().Line(line))
		r.columns[key] = marks
	}
	m := marks[sort.Search(len(marks), func(i int) bool { return marks[i].off > off })-1]
	return line, m.col + utf8.RuneCount(f.Text[m.off:off])
}

// marksOf are the marks of a line, the first at its start. Each stands before
// a byte that begins a character, so counts add up also in invalid text.
func marksOf(text []byte, line source.Span) []mark {
	marks := []mark{{line.Start, 0}}
	for {
		last := marks[len(marks)-1]
		next := last.off + stride
		for next < line.End && !utf8.RuneStart(text[next]) {
			next++
		}
		if next >= line.End {
			return marks
		}
		marks = append(marks, mark{next, last.col + utf8.RuneCount(text[last.off:next])})
	}
}
