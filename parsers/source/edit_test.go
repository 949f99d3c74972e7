package source

import (
	"strings"
	"testing"
)

func TestApply(t *testing.T) {
	for _, c := range []struct {
		name  string
		edits []Edit
		want  string // empty for an error
	}{
		{"none", nil, "abcdef"},
		{"replace", []Edit{{Span{1, 3}, "X"}}, "aXdef"},
		{"any order", []Edit{{Span{4, 5}, "Y"}, {Span{0, 1}, ""}}, "bcdYf"},
		{"two insertions", []Edit{{Span{2, 2}, "1"}, {Span{2, 2}, "2"}}, "ab12cdef"},
		{"insertion before a replacement", []Edit{{Span{2, 4}, "R"}, {Span{2, 2}, "I"}, {Span{4, 4}, "J"}}, "abIRJef"},
		{"at the end", []Edit{{Span{6, 6}, "!"}}, "abcdef!"},
		{"overlap", []Edit{{Span{1, 3}, ""}, {Span{2, 4}, ""}}, ""},
		{"insertion inside a replacement", []Edit{{Span{1, 3}, ""}, {Span{2, 2}, "x"}}, ""},
		{"outside", []Edit{{Span{5, 7}, ""}}, ""},
		{"before the start", []Edit{{Span{-1, 1}, ""}}, ""},
		{"turned", []Edit{{Span{3, 1}, ""}}, ""},
	} {
		text := []byte("abcdef")
		got, err := Apply(text, c.edits)
		if (err != nil) != (c.want == "") || string(got) != c.want {
			t.Errorf("%s: got %q, %v, want %q", c.name, got, err, c.want)
		}
		if string(text) != "abcdef" {
			t.Errorf("%s: the text was changed", c.name)
		}
	}
}

// FuzzApply: two disjoint edits made at once are the same as made one after
// the other from behind, whatever their order.
func FuzzApply(f *testing.F) {
	f.Add("select a", 0, 6, "SELECT", 7, 8, "b")
	f.Add("", 0, 0, "x", 0, 0, "y")
	f.Fuzz(func(t *testing.T, text string, s1, e1 int, t1 string, s2, e2 int, t2 string) {
		a, b := Edit{Span{s1, e1}, t1}, Edit{Span{s2, e2}, t2}
		got, err := Apply([]byte(text), []Edit{a, b})
		in := func(s Span) bool { return 0 <= s.Start && s.Start <= s.End && s.End <= len(text) }
		if !in(a.Span) || !in(b.Span) {
			if err == nil {
				t.Fatal("an edit outside the text was made")
			}
			return
		}
		if b.Span.Start < a.Span.Start || b.Span.Start == a.Span.Start && b.Span.Empty() && !a.Span.Empty() {
			a, b = b, a
		}
		if a.Span.End > b.Span.Start {
			if err == nil {
				t.Fatalf("%v and %v overlap", a, b)
			}
			return
		}
		want := text[:a.Span.Start] + a.Text + text[a.Span.End:b.Span.Start] + b.Text + text[b.Span.End:]
		if err != nil || string(got) != want {
			t.Fatalf("got %q, %v, want %q", got, err, want)
		}
	})
}

func TestSpan(t *testing.T) {
	s := Span{2, 5}
	for _, c := range []struct {
		claim string
		got   bool
	}{
		{"contains its end", s.Contains(5)},
		{"covers itself", s.Covers(s)},
		{"overlaps a byte", s.Overlaps(Span{4, 9})},
		{"does not overlap its neighbour", !s.Overlaps(Span{5, 9})},
		{"overlaps an insertion at its end", s.Overlaps(Span{5, 5})},
		{"shifts", s.Shift(-2) == Span{0, 3}},
		{"unites", s.Union(Span{7, 8}) == Span{2, 8}},
		{"is clipped", s.In([]byte("abc")) == "c" && Span{9, 9}.In([]byte("abc")) == ""},
	} {
		if !c.got {
			t.Errorf("%v no longer %s", s, c.claim)
		}
	}
}

func TestLangOf(t *testing.T) {
	for path, want := range map[string]Lang{
		"/a/B.SQL": SQL, "x.mts": TypeScript, "x.tsx": TSX, "x.jsx": JavaScript, "x.go": Go, "schema.prisma": Prisma, "x.py": Unknown, "sql": Unknown,
	} {
		if got := LangOf(path); got != want {
			t.Errorf("%s is read as %q, want %q", path, got, want)
		}
	}
	if !Go.Host() || !TSX.Script() || SQL.Host() || Go.Script() {
		t.Error("wrong hosts")
	}
	if !IsBinary([]byte("a\x00")) || IsBinary([]byte(strings.Repeat("a", 9000)+"\x00")) {
		t.Error("wrong guess at binary")
	}
}
