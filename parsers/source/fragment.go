package source

import "sort"

// Fragment is text lifted out of a host file: the SQL of a string or template
// literal, with escapes decoded, pieces joined and holes replaced by
// placeholders. It maps every byte of Text back to the host, once.
type Fragment struct {
	Text  string
	Segs  []Seg
	Holes []Hole
}

// Seg maps Text[At:At+Len] to the host bytes [Host:Host+HostLen]. When both
// lengths are equal the bytes correspond one to one; otherwise (an escape, a
// hole) the whole piece maps to the whole host piece. Segments are sorted by
// At and do not overlap.
type Seg struct{ At, Len, Host, HostLen int }

// Hole is a place in Text whose content the program supplies at run time.
type Hole struct {
	// Span lies in Text and covers the placeholder written there.
	Span Span
	// Host covers the expression in the host file.
	Host Span
}

// Whole is the fragment that is a stretch of the host itself, such as one
// statement of a SQL file.
func Whole(text string, host int) *Fragment {
	return &Fragment{Text: text, Segs: []Seg{{At: 0, Len: len(text), Host: host, HostLen: len(text)}}}
}

// Append adds a piece of text that stands at host.
func (f *Fragment) Append(text string, host Span) {
	if text == "" && host.Empty() {
		return
	}
	at := len(f.Text)
	f.Text += text
	f.Segs = append(f.Segs, Seg{At: at, Len: len(text), Host: host.Start, HostLen: host.Len()})
}

// AppendHole adds placeholder text for an expression that stands at host.
func (f *Fragment) AppendHole(placeholder string, host Span) {
	at := len(f.Text)
	f.Append(placeholder, host)
	f.Holes = append(f.Holes, Hole{Span: Span{at, len(f.Text)}, Host: host})
}

// exact reports whether the bytes of g correspond to those of the host one by
// one. A hole whose placeholder happens to be as long as its expression is not.
func (f *Fragment) exact(g Seg) bool {
	if g.Len != g.HostLen {
		return false
	}
	i := sort.Search(len(f.Holes), func(i int) bool { return f.Holes[i].Span.Start >= g.At })
	return i == len(f.Holes) || f.Holes[i].Span.Start != g.At || f.Holes[i].Span.Empty()
}

func (f *Fragment) seg(off int) int {
	return sort.Search(len(f.Segs), func(i int) bool { return f.Segs[i].At+f.Segs[i].Len > off })
}

// Span maps a span of Text to the host: from the host place of its first byte
// to behind the host place of its last. A span that crosses joined literals
// covers what stands between them.
func (f *Fragment) Span(s Span) Span {
	if len(f.Segs) == 0 {
		return Span{}
	}
	start := f.start(s.Start)
	if s.End <= s.Start {
		return Span{start, start}
	}
	i := min(f.seg(s.End-1), len(f.Segs)-1)
	g := f.Segs[i]
	end := g.Host + g.HostLen
	if f.exact(g) {
		end = g.Host + max(0, min(s.End-g.At, g.Len))
	}
	return Span{start, max(start, end)}
}

func (f *Fragment) start(off int) int {
	i := f.seg(off)
	if i == len(f.Segs) {
		last := f.Segs[i-1]
		return last.Host + last.HostLen
	}
	g := f.Segs[i]
	if f.exact(g) {
		return g.Host + max(0, off-g.At)
	}
	return g.Host
}

// Verbatim reports whether the bytes of s stand in the host exactly as they
// do in Text, so that an edit of Text can be made there. An empty span asks
// for an insertion; at the end of Text it goes behind the last piece.
func (f *Fragment) Verbatim(s Span) bool {
	i := f.seg(s.Start)
	if i == len(f.Segs) && s.Empty() && s.Start == len(f.Text) {
		i--
	}
	if i < 0 || i == len(f.Segs) {
		return false
	}
	g := f.Segs[i]
	if !f.exact(g) || s.Start < g.At || s.End > g.At+g.Len {
		return false
	}
	for _, h := range f.Holes {
		if h.Span.Overlaps(s) && !h.Span.Empty() {
			return false
		}
	}
	return true
}
