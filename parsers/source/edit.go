package source

import (
	"fmt"
	"sort"
)

// Edit replaces the bytes of Span by Text; an empty span inserts.
type Edit struct {
	Span Span
	Text string
}

// Apply makes all edits at once; spans refer to the text before any of them.
// Two insertions at one place keep their order. Overlapping edits, or spans
// outside the text, are an error and nothing is applied.
func Apply(text []byte, edits []Edit) ([]byte, error) {
	sorted := append([]Edit(nil), edits...)
	sort.SliceStable(sorted, func(i, j int) bool {
		a, b := sorted[i].Span, sorted[j].Span
		if a.Start != b.Start {
			return a.Start < b.Start
		}
		return a.Empty() && !b.Empty()
	})
	size, at := len(text), 0
	for _, e := range sorted {
		if e.Span.Start < at || e.Span.End < e.Span.Start || e.Span.End > len(text) {
			return nil, fmt.Errorf("edit %d-%d overlaps another or leaves the text of %d bytes", e.Span.Start, e.Span.End, len(text))
		}
		at = e.Span.End
		size += len(e.Text) - e.Span.Len()
	}
	out, at := make([]byte, 0, size), 0
	for _, e := range sorted {
		out = append(out, text[at:e.Span.Start]...)
		out = append(out, e.Text...)
		at = e.Span.End
	}
	return append(out, text[at:]...), nil
}
