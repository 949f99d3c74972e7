package report

import (
	"strings"
	"testing"

	"github.com/dbwise/dbwise/parsers/source"
)

// FuzzColumn: marks change no column, whatever the text and wherever the offset.
func FuzzColumn(f *testing.F) {
	f.Add("é", "名\xffx", uint16(900), uint16(4500))
	f.Add("a\r\n", "\xbf", uint16(5000), uint16(4999))
	f.Add("\xe5", "\x90\x8d", uint16(9000), uint16(8193))
	f.Fuzz(func(t *testing.T, head, unit string, times, off uint16) {
		file := source.NewFile("/a.sql", source.SQL, []byte(head+strings.Repeat(unit, min(int(times), 1+20000/(1+len(unit))))))
		r := &Report{}
		for _, o := range []int{int(off), int(off) + 1, len(file.Text) - int(off), len(file.Text), len(file.Text) + 1, -1} {
			line, col := r.column(file, o)
			if wantLine, want := file.Lines().RuneColumn(o); line != wantLine || col != want {
				t.Fatalf("%d of %d bytes is %d:%d, want %d:%d", o, len(file.Text), line, col, wantLine, want)
			}
		}
	})
}
