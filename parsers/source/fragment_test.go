package source

import "testing"

// fragmentOf reads host as a double-quoted literal whose \n is an escape and
// whose bytes between braces are holes; it shows the three kinds of pieces.
func fragmentOf(host string) *Fragment {
	f := &Fragment{}
	for i := 0; i < len(host); {
		switch end := i + 1; {
		case host[i] == '\\' && end < len(host):
			f.Append("\n", Span{i, i + 2})
			i += 2
		case host[i] == '{':
			for end < len(host) && host[end-1] != '}' {
				end++
			}
			f.AppendHole("$1", Span{i, end})
			i = end
		case host[i] == '"':
			i++ // between joined literals
		default:
			for end < len(host) && host[end] != '\\' && host[end] != '{' && host[end] != '"' {
				end++
			}
			f.Append(host[i:end], Span{i, end})
			i = end
		}
	}
	return f
}

func TestFragment(t *testing.T) {
	host := `"select\n{id}, ""b{x}c"`
	f := fragmentOf(host)
	if f.Text != "select\n$1, b$1c" || len(f.Holes) != 2 {
		t.Fatalf("text %q, holes %v", f.Text, f.Holes)
	}
	for _, c := range []struct {
		span     Span
		host     string
		verbatim bool
	}{
		{Span{0, 6}, "select", true},
		{Span{2, 4}, "le", true},
		{Span{5, 7}, `t\n`, false},
		{Span{7, 9}, "{id}", false},
		{Span{8, 9}, "{id}", false},
		{Span{9, 12}, `, ""b`, false},
		{Span{12, 14}, "{x}", false},
		{Span{14, 15}, "c", true},
		{Span{15, 15}, "", true},
		{Span{3, 3}, "", true},
	} {
		got := f.Span(c.span)
		if s := got.In([]byte(host)); s != c.host || f.Verbatim(c.span) != c.verbatim {
			t.Errorf("%v is %q (%v), want %q (%v)", c.span, s, f.Verbatim(c.span), c.host, c.verbatim)
		}
	}
	if w := Whole("abc", 10); w.Span(Span{3, 3}) != (Span{13, 13}) || !w.Verbatim(Span{3, 3}) || w.Verbatim(Span{3, 4}) {
		t.Errorf("the end of a whole fragment is %v", w.Span(Span{3, 3}))
	}
	if e := (&Fragment{}); e.Span(Span{0, 0}) != (Span{}) || e.Verbatim(Span{0, 0}) {
		t.Error("an empty fragment has a place")
	}
}

// TestFragmentEqualLength: a placeholder as long as its expression is still
// one piece.
func TestFragmentEqualLength(t *testing.T) {
	f := fragmentOf("a{}")
	if got := f.Span(Span{2, 3}); got != (Span{1, 3}) {
		t.Errorf("half a hole is %v", got)
	}
}

// FuzzFragment: spans map into the host in order, verbatim ones byte by byte,
// and one that touches a hole covers it.
func FuzzFragment(f *testing.F) {
	f.Add(`"select\n{id}, ""b{x}c"`, 2, 9)
	f.Add("a{}{b", 0, 3)
	f.Fuzz(func(t *testing.T, host string, start, end int) {
		fr := fragmentOf(host)
		start = max(0, min(start, len(fr.Text)))
		end = max(start, min(end, len(fr.Text)))
		s := Span{start, end}
		h := fr.Span(s)
		if h.Start < 0 || h.End < h.Start || h.End > len(host) {
			t.Fatalf("%v maps to %v of %d bytes", s, h, len(host))
		}
		if fr.Verbatim(s) && h.In([]byte(host)) != fr.Text[start:end] {
			t.Fatalf("%q is %q in the host", fr.Text[start:end], h.In([]byte(host)))
		}
		for _, hole := range fr.Holes {
			if !s.Empty() && s.Overlaps(hole.Span) && !h.Covers(hole.Host) {
				t.Fatalf("%v maps to %v, which cuts the hole %v", s, h, hole)
			}
		}
		if whole := fr.Span(Span{0, len(fr.Text)}); len(fr.Text) > 0 && !whole.Covers(h) {
			t.Fatalf("%v leaves %v", h, whole)
		}
	})
}
