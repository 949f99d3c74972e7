package treesitter

import (
	"bytes"
	"unicode/utf8"

	"github.com/dbwise/dbwise/parsers/source"
)

// Change says that Old of one text became New of the next; both begin at the
// same byte, and what stands before and behind them is equal.
type Change struct{ Old, New source.Span }

// Diff is the smallest change that makes one text of another, widened to whole
// runes.
func Diff(old, text []byte) Change {
	n := min(len(old), len(text))
	at := commonPrefix(old[:n], text[:n])
	for at > 0 && at < n && !utf8.RuneStart(old[at]) {
		at--
	}
	if at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
		for at--; at > 0 && !utf8.RuneStart(text[at]); at-- {
		}
	}
	tail := commonSuffix(old[at:], text[at:])
	for tail > 0 && !utf8.RuneStart(text[len(text)-tail]) {
		tail--
	}
	return Change{source.Span{Start: at, End: len(old) - tail}, source.Span{Start: at, End: len(text) - tail}}
}

// union covers two changes that lead to texts of the same size.
func (c Change) union(o Change, size int) Change {
	start := min(c.New.Start, o.New.Start)
	tail := min(size-c.New.End, size-o.New.End)
	old := size - c.New.Len() + c.Old.Len()
	return Change{source.Span{Start: start, End: old - tail}, source.Span{Start: start, End: size - tail}}
}

func commonPrefix(a, b []byte) int {
	const step = 256
	n, at := min(len(a), len(b)), 0
	for at+step <= n && bytes.Equal(a[at:at+step], b[at:at+step]) {
		at += step
	}
	for at < n && a[at] == b[at] {
		at++
	}
	return at
}

func commonSuffix(a, b []byte) int {
	const step = 256
	n, tail := min(len(a), len(b)), 0
	for tail+step <= n && bytes.Equal(a[len(a)-tail-step:len(a)-tail], b[len(b)-tail-step:len(b)-tail]) {
		tail += step
	}
	for tail < n && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	return tail
}
