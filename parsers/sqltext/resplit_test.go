package sqltext

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dbwise/dbwise/parsers/source"
)

// pieces are texts that matter to the splitter, in part broken.
var pieces = []string{
	"select 1", ";", "\n", " ", "'", "''", "\"", "`", "$$", "$a$", "$b$", "--", "-- c\n", "/*", "*/", "(", ")", "[", "]",
	"select", "\nselect x", ";\nselect y", ";\ncreate table t ();\n", "create function f() as ", "begin atomic ", "begin ",
	"case ", " end", " end if", "create trigger t ", "copy t from stdin;\n", "\n\\.\n", "\\.", "\n\\connect x\n", "\\gset\n",
	"\nGO\n", "go", "\nDELIMITER //\n", "//", "\nDELIMITER ;\n", "-- +goose StatementBegin\n", "-- +goose StatementEnd\n",
	"-- +goose Down\n", "--> statement-breakpoint\n", "E'\\'", "U&'", "create rule r as do (", "\ufeff", "\x00", "é", "as ", "?", ":",
	"%s", "{{", "}}", "${", "}", "\r\n", "1", ".", "-", "+", "*", "/", "DELIMITER", " $$\n", "insert into t values (1)",
}

func checkResplit(t interface{ Fatalf(string, ...any) }, d Dialect, text string, at, drop int, insert string) {
	at = min(at, len(text))
	drop = min(drop, len(text)-at)
	edited := text[:at] + insert + text[at+drop:]
	old := d.Split([]byte(text))
	before := append([]Stmt(nil), old...)
	got := d.Resplit(old, []byte(text), []byte(edited), source.Span{Start: at, End: at + drop}, len(insert))
	want := d.Split([]byte(edited))
	if !slices.Equal(got, want) {
		t.Fatalf("%q\nbecame %q\nresplit %+v\nsplit   %+v", text, edited, got, want)
	}
	if !slices.Equal(old, before) {
		t.Fatalf("the old statements changed")
	}
}

func TestResplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 40).Draw(t, "text"), "")
		insert := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 3).Draw(t, "insert"), "")
		d := rapid.SampledFrom([]Dialect{PostgreSQL, MySQL, SQLite}).Draw(t, "dialect")
		checkResplit(t, d, text, rapid.IntRange(0, len(text)).Draw(t, "at"), rapid.IntRange(0, 8).Draw(t, "drop"), insert)
	})
}

// TestResplitChain makes edit after edit on the same statements.
func TestResplitChain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 40).Draw(t, "text"), ""))
		stmts := Split(text)
		for range rapid.IntRange(1, 6).Draw(t, "edits") {
			insert := rapid.SampledFrom(pieces).Draw(t, "insert")
			at := rapid.IntRange(0, len(text)).Draw(t, "at")
			end := min(len(text), at+rapid.IntRange(0, 4).Draw(t, "drop"))
			edited := bytes.Join([][]byte{text[:at], []byte(insert), text[end:]}, nil)
			stmts = Resplit(stmts, text, edited, source.Span{Start: at, End: end}, len(insert))
			if want := Split(edited); !slices.Equal(stmts, want) {
				t.Fatalf("%q\nbecame %q\nresplit %+v\nsplit   %+v", text, edited, stmts, want)
			}
			text = edited
		}
	})
}

// TestResplitScript makes edits at random places of a long, sound script.
func TestResplitScript(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, len(script)).Draw(t, "at")
		checkResplit(t, PostgreSQL, script, at, rapid.IntRange(0, 40).Draw(t, "drop"), rapid.SampledFrom(pieces).Draw(t, "insert"))
	})
}

func FuzzResplit(f *testing.F) {
	for _, c := range splitCases {
		f.Add(c.text, 5, 1, "'")
		f.Add(c.text, len(c.text)/2, 0, ";\n")
		f.Add(c.text, len(c.text)/3, 3, "\nselect $$")
	}
	f.Fuzz(func(t *testing.T, text string, at, drop int, insert string) {
		if at < 0 || drop < 0 {
			return
		}
		checkResplit(t, PostgreSQL, text, at, drop, insert)
		checkResplit(t, MySQL, text, at, drop, insert)
	})
}

func FuzzSplit(f *testing.F) {
	for _, c := range splitCases {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkLex(t, text)
		checkSplit(t, text)
		Comments([]byte(text))
		Markers([]byte(text))
		Complexity(text)
		if got := TrimValues(text, 2); len(got) != len(text) {
			t.Fatalf("trimmed to %d bytes", len(got))
		}
	})
}

// checkLex: tokens are in order, and only blanks lie between them.
func checkLex(t *testing.T, text string) {
	at := 0
	for _, tok := range Lex(text) {
		if tok.Kind == Invalid || tok.Span.Start < at || tok.Span.Empty() || !blank(text[at:tok.Span.Start]) {
			t.Fatalf("token %v behind %d", tok, at)
		}
		at = tok.Span.End
	}
	if !blank(text[at:]) {
		t.Fatalf("lost %q", text[at:])
	}
}

func blank(s string) bool { return strings.Trim(strings.ReplaceAll(s, bom, ""), " \t\r\n\f\v") == "" }

// checkSplit: the pieces cover the text, and a piece that did not look beyond
// its end is the same piece when it stands alone.
func checkSplit(t *testing.T, text string) {
	at, plain := 0, true
	for _, s := range Split([]byte(text)) {
		if s.Full.Start != at || !s.Full.Covers(s.Span) || s.Span.Empty() && s.Kind != CopyData {
			t.Fatalf("piece %+v behind %d", s, at)
		}
		at = s.Full.End
		if s.Kind != SQL {
			plain = plain && s.Head != "DELIMITER"
			continue
		}
		// Behind a statement on its line GO is a word; alone it starts a line
		// and is a command.
		if s.Head == "GO" {
			continue
		}
		if alone := Split([]byte(s.Full.In([]byte(text)))); plain && s.reach <= s.Full.End {
			if len(alone) != 1 || alone[0].Span != s.Span.Shift(-s.Full.Start) || alone[0].Head != s.Head {
				t.Fatalf("%+v alone is %+v", s, alone)
			}
		}
	}
	if plain {
		for _, tok := range Lex(text[at:]) {
			if !tok.comment() && tok.In(text[at:]) != ";" {
				t.Fatalf("lost %q", text[at:])
			}
		}
	}
}
