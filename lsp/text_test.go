package lsp

import (
	"bytes"
	"slices"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dbwise/dbwise/parsers/source"
	"go.lsp.dev/protocol"
)

var oddTexts = []string{"", "a", "\n", "\r", "\r\n", "a\rb\r\nc\n", "é\n😀x\n", "\xff\xfe\x80a", "日本\r\r\n\n\r", "a\xf0\x9f\x98", "\ufeffselect"}

// columns says, without the code under test, at which column each character of
// a line starts, the end of the line included.
func columns(line []byte, e encoding) map[int]int {
	out := map[int]int{}
	col := 0
	for i := 0; i < len(line); {
		out[i] = col
		r, n := utf8.DecodeRune(line[i:])
		if e == utf8bytes {
			col += n
		} else {
			col += max(1, len(utf16.Encode([]rune{r})))
		}
		i += n
	}
	out[len(line)] = col
	return out
}

// FuzzPosition holds that every character goes to its column and back, in both
// encodings, and that nothing an editor can send leaves the text.
func FuzzPosition(f *testing.F) {
	for _, s := range oddTexts {
		f.Add([]byte(s), int64(1), int64(2))
	}
	f.Fuzz(func(t *testing.T, data []byte, line, char int64) {
		file := source.NewFile("/a.sql", source.SQL, data)
		for _, e := range []encoding{utf16le, utf8bytes} {
			m := &mapper{lines: file.Lines(), enc: e, start: -1}
			for n := range file.Lines().Len() {
				span := file.Lines().Line(n)
				for at, col := range columns(data[span.Start:span.End], e) {
					p := protocol.Position{Line: uint32(n), Character: uint32(col)}
					if got := m.position(span.Start + at); got != p {
						t.Fatalf("%q byte %d is %v, want %v", data, span.Start+at, got, p)
					}
					if got := m.offset(position{int64(n), int64(col)}); got != span.Start+at {
						t.Fatalf("%q %v is byte %d, want %d", data, p, got, span.Start+at)
					}
				}
			}
			inOrder := &mapper{lines: file.Lines(), enc: e, start: -1}
			for off := -1; off <= len(data)+1; off++ {
				fresh := &mapper{lines: file.Lines(), enc: e, start: -1}
				if a, b := inOrder.position(off), fresh.position(off); a != b {
					t.Fatalf("%q byte %d in order %v, alone %v", data, off, a, b)
				}
			}
			off := m.offset(position{line, char})
			if off < 0 || off > len(data) {
				t.Fatalf("%d:%d is byte %d of %d", line, char, off, len(data))
			}
			if p := m.position(off); m.offset(position{int64(p.Line), int64(p.Character)}) != off {
				t.Fatalf("%q %d:%d: byte %d does not come back from %v", data, line, char, off, p)
			}
			span := m.span(textRange{position{line, char}, position{char, line}})
			if span.Start > span.End || span.End > len(data) {
				t.Fatalf("%v", span)
			}
		}
	})
}

// FuzzDidChange holds that edits by ranges give the text that editing the whole
// gives, and that mended line starts equal fresh ones.
func FuzzDidChange(f *testing.F) {
	for _, s := range oddTexts {
		f.Add(s, []byte{0, 1, 2, 3, 4, 5, 6, 7, 200, 13, 10, 1}, true)
	}
	inserts := []string{"", "x", "\n", "\r", "\r\n", "é", "😀", "a\nb\r", "\n\r", "\x80"}
	f.Fuzz(func(t *testing.T, s string, script []byte, wide bool) {
		e := utf8bytes
		if wide {
			e = utf16le
		}
		typed, whole := newText(s), []byte(s)
		var lent [][]byte
		var copies []string
		for len(script) >= 5 {
			at := textRange{position{int64(script[0] % 8), int64(script[1] % 12)}, position{int64(script[2] % 8), int64(script[3] % 12)}}
			insert := inserts[int(script[4])%len(inserts)]
			if script[0]%5 == 0 {
				b := typed.lend()
				lent, copies = append(lent, b), append(copies, string(b))
			}
			script = script[5:]
			m := &mapper{lines: source.NewLineIndex(whole), enc: e, start: -1}
			span := m.span(at)
			next, err := source.Apply(whole, []source.Edit{{Span: span, Text: insert}})
			if err != nil {
				t.Fatal(err)
			}
			whole = next
			typed.apply([]change{{Range: &at, Text: insert}}, e)
			if !bytes.Equal(typed.bytes, whole) {
				t.Fatalf("got %q, want %q", typed.bytes, whole)
			}
			if fresh := newText(string(whole)); !slices.Equal(typed.starts, fresh.starts) {
				t.Fatalf("%q: line starts %v, want %v", whole, typed.starts, fresh.starts)
			}
		}
		index := source.NewLineIndex(whole)
		if index.Len() != len(typed.starts) {
			t.Fatalf("%q has %d lines, not %d", whole, index.Len(), len(typed.starts))
		}
		for i, b := range lent {
			if string(b) != copies[i] {
				t.Fatalf("a text in other hands became %q, was %q", b, copies[i])
			}
		}
	})
}

// The whole text and an insertion at the very start are told apart; null is no
// range.
func TestWholeOrInsertion(t *testing.T) {
	for _, c := range []struct{ params, want string }{
		{`[{"text":"x"}]`, "x"},
		{`[{"range":null,"text":"x"}]`, "x"},
		{`[{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"text":"x"}]`, "xab"},
		{`[{"range":{"start":{"line":0,"character":-4},"end":{"line":0,"character":1}},"text":"x"}]`, "xb"},
		{`[{"range":{"start":{"line":0,"character":1},"end":{"line":0,"character":1}},"rangeLength":0,"text":"x"},{"text":"y"},{"range":{"start":{"line":9,"character":9},"end":{"line":9,"character":9}},"text":"z"}]`, "yz"},
	} {
		var list []change
		if err := decode([]byte(c.params), &list); err != nil {
			t.Fatal(err)
		}
		typed := newText("ab")
		if typed.apply(list, utf16le); string(typed.bytes) != c.want {
			t.Errorf("%s: %q, want %q", c.params, typed.bytes, c.want)
		}
	}
}

// Replacing a word everywhere, as one message, costs no copy of the text each.
func BenchmarkManyChanges(b *testing.B) {
	line := "select id, name from users where id = 1;\n"
	body := bytes.Repeat([]byte(line), 10_000)
	var list []change
	for n := 9_999; n >= 0; n -= 2 {
		at := textRange{position{int64(n), 7}, position{int64(n), 9}}
		list = append(list, change{Range: &at, Text: "ident"})
	}
	for b.Loop() {
		t := newText(string(body))
		t.lend()
		t.apply(list, utf16le)
	}
}

// A comment that hides a finding is written as its place demands, or not at all.
func TestCommentFor(t *testing.T) {
	for _, c := range []struct {
		lang source.Lang
		text string
		line int
		want string
	}{
		{source.SQL, "select *", 0, "--"},
		{source.Prisma, "model User {", 0, "//"},
		{source.Go, "x := `a\nb`", 1, "--"},
		{source.Go, "x := \"`\"\ny", 1, "//"},
		{source.Go, "x := '`'\ny", 1, "//"},
		{source.Go, "// `\ny", 1, "//"},
		{source.Go, "/* `\ny */", 1, ""},
		{source.Go, "/* ` */ a(`\nb`)\ny", 2, "//"},
		{source.TypeScript, "q(`a\nb`)", 1, "--"},
		{source.TypeScript, "q(`a ${x ? `n` : {a: 1}}\nb`)", 1, "--"},
		{source.TypeScript, "q(`a ${\nb}`)", 1, "//"},
		{source.TypeScript, "q(`\\``)\nb", 1, "//"},
		{source.TypeScript, "x = /[`/]`/\ny", 1, "//"},
		{source.TypeScript, "x = a / b; c = `\ny`", 1, "--"},
		{source.TypeScript, "don't\ny", 1, "//"},
		{source.TypeScript, "/* it's `\n*/", 1, ""},
		{source.TSX, "<ul>\n{a()}", 1, ""},
		{source.TSX, "<ul>\n\n  text a()", 2, ""},
		{source.TSX, "const f = () =>\n  a()", 1, "//"},
		{source.TSX, "return (\n  <b/>", 1, ""},
		{source.JavaScript, "a();\nb()", 1, "//"},
	} {
		f := source.NewFile("/x", c.lang, []byte(c.text))
		got, ok := commentFor(f, c.line)
		if ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%s %q: %q %v, want %q", c.lang, c.text, got, ok, c.want)
		}
	}
}
