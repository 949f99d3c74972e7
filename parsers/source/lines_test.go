package source

import (
	"testing"
	"unicode/utf8"
)

func TestLineIndex(t *testing.T) {
	x := NewLineIndex([]byte("a\nbé\r\n\rc"))
	if x.Len() != 4 {
		t.Fatalf("%d lines", x.Len())
	}
	for i, want := range []string{"a", "bé", "", "c", ""} {
		if got := x.Line(i).In(x.Text()); got != want {
			t.Errorf("line %d is %q, want %q", i, got, want)
		}
	}
	for _, c := range []struct{ off, line, col, runes int }{
		{-1, 0, 0, 0}, {0, 0, 0, 0}, {1, 0, 1, 1}, {2, 1, 0, 0}, {5, 1, 3, 2}, {7, 2, 0, 0}, {8, 3, 0, 0}, {99, 3, 1, 1},
	} {
		line, col := x.Position(c.off)
		_, runes := x.RuneColumn(c.off)
		if line != c.line || col != c.col || runes != c.runes {
			t.Errorf("offset %d is %d:%d (%d), want %d:%d (%d)", c.off, line, col, runes, c.line, c.col, c.runes)
		}
	}
	if n := NewLineIndex(nil).Len(); n != 1 {
		t.Errorf("an empty text has %d lines", n)
	}
}

// FuzzLineIndex: every offset has a position that leads back to it, lines
// follow each other, and none holds a break.
func FuzzLineIndex(f *testing.F) {
	f.Add("a\nb\r\nc\rd\n\r\r\n")
	f.Add("é\xff\n")
	f.Fuzz(func(t *testing.T, text string) {
		x := NewLineIndex([]byte(text))
		for off := 0; off <= len(text); off++ {
			line, col := x.Position(off)
			if back := x.Line(line).Start + col; back != off {
				t.Fatalf("%d came back as %d", off, back)
			}
			if line > 0 && x.Line(line-1).End >= off {
				t.Fatalf("%d is not behind line %d", off, line-1)
			}
			if _, runes := x.RuneColumn(off); runes > col || utf8.RuneCountInString(text[off-col:off]) != runes {
				t.Fatalf("%d has rune column %d", off, runes)
			}
		}
		end := 0
		for i := range x.Len() {
			l := x.Line(i)
			for _, b := range []byte(text[l.Start:l.End]) {
				if b == '\n' || b == '\r' {
					t.Fatalf("line %d holds a break", i)
				}
			}
			if i > 0 && (l.Start <= end || l.Start > end+2) {
				t.Fatalf("line %d starts at %d, the one before ends at %d", i, l.Start, end)
			}
			end = l.End
		}
		if end != len(text) {
			t.Fatalf("the last line ends at %d of %d", end, len(text))
		}
	})
}
