package lsp

import (
	"bytes"
	"slices"
	"sort"
)

// text is a document as the editor types in it. Its bytes are handed out
// without copying, and copied before the next edit; the line starts are
// mended, not made again, so that a thousand edits at once stay cheap.
type text struct {
	bytes  []byte
	starts []int
	// lent says that bytes are in other hands.
	lent bool
}

func newText(s string) *text {
	t := &text{bytes: []byte(s)}
	t.starts = appendStarts([]int{0}, t.bytes, 0, len(t.bytes))
	return t
}

// lend gives the bytes to somebody who will not change them.
func (t *text) lend() []byte {
	t.lent = true
	return t.bytes
}

// change is one entry of a didChange. Without a range it is the whole text.
// The library's own type takes a null range, and one it cannot read, for
// something else, so it is not used here.
type change struct {
	Range *textRange `json:"range"`
	Text  string     `json:"text"`
}

// apply makes the changes, each on the text the one before left.
func (t *text) apply(changes []change, e encoding) {
	for _, c := range changes {
		if c.Range == nil {
			*t = *newText(c.Text)
			continue
		}
		start, end := t.offset(c.Range.Start, e), t.offset(c.Range.End, e)
		t.splice(min(start, end), max(start, end), c.Text)
	}
}

func (t *text) offset(p position, e encoding) int {
	if p.Line < 0 {
		return 0
	}
	if p.Line >= int64(len(t.starts)) {
		return len(t.bytes)
	}
	start, end := t.starts[p.Line], len(t.bytes)
	if int(p.Line)+1 < len(t.starts) {
		end = t.starts[p.Line+1]
	}
	line := bytes.TrimSuffix(t.bytes[start:end], []byte("\n"))
	line = bytes.TrimSuffix(line, []byte("\r"))
	return start + byteOf(line, p.Character, e)
}

// splice replaces the bytes from start to end.
func (t *text) splice(start, end int, s string) {
	if t.lent {
		grown := make([]byte, 0, len(t.bytes)+len(s)+len(t.bytes)/64)
		t.bytes, t.lent = append(grown, t.bytes...), false
	}
	t.bytes = slices.Replace(t.bytes, start, end, []byte(s)...)
	delta := len(s) - (end - start)
	// A break before start may now be the first half of \r\n, and one behind
	// end the second: read again from the line of the byte before, up to the
	// first line whose break lies wholly behind the edit.
	first := sort.SearchInts(t.starts, max(start, 1)) - 1
	last := sort.SearchInts(t.starts, end+2)
	stop := len(t.bytes)
	if last < len(t.starts) {
		stop = t.starts[last] + delta
	}
	fresh := appendStarts(nil, t.bytes, t.starts[first], stop)
	if last < len(t.starts) && len(fresh) > 0 && fresh[len(fresh)-1] == stop {
		fresh = fresh[:len(fresh)-1]
	}
	for i := last; i < len(t.starts); i++ {
		t.starts[i] += delta
	}
	t.starts = slices.Replace(t.starts, first+1, last, fresh...)
}

// appendStarts adds the line starts in (from, to] of b.
func appendStarts(starts []int, b []byte, from, to int) []int {
	for i := from; i < to; i++ {
		switch b[i] {
		case '\n':
			starts = append(starts, i+1)
		case '\r':
			if i+1 < len(b) && b[i+1] == '\n' {
				continue
			}
			starts = append(starts, i+1)
		}
	}
	return starts
}
