package flow

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
)

// String is the text of an expression built from literals, with holes for what
// is not known.
func (e env) String(n *code.Node) *source.Fragment {
	e.pieces = 0
	f, ok := e.textOf(n, 0)
	if !ok {
		return nil
	}
	return f
}

// hole is what the converters write for an expression in a string.
const hole = "${…}"

// maxPieces limits how many expressions a string is put together from: each
// may name others twice.
const maxPieces = 256

// textOf is the text of one expression; literal tells whether any part of it is
// written out.
func (u *unit) textOf(n *code.Node, depth int) (f *source.Fragment, literal bool) {
	if u.pieces++; n == nil || u.pieces > maxPieces {
		return nil, false
	}
	n = u.value(n)
	switch n.Kind {
	case code.String:
		u.seen = append(u.seen, n)
		if n.Frag == nil {
			return nil, false
		}
		if len(n.Kids) == 0 {
			return n.Frag, true
		}
		return u.filled(n, depth), true
	case code.Binary:
		if n.Text == "+" {
			return u.joined([]*code.Node{n.Kids[0], n.Kids[1]}, "", depth)
		}
	case code.Call:
		return u.callText(n, depth)
	}
	return nil, false
}

// filled is a string whose holes are replaced by the text they have.
func (u *unit) filled(n *code.Node, depth int) *source.Fragment {
	out, at := &source.Fragment{}, 0
	for i, h := range n.Frag.Holes {
		appendPart(out, n.Frag, at, h.Span.Start)
		at = h.Span.End
		u.appendText(out, kid(n, i), h.Host, depth)
	}
	appendPart(out, n.Frag, at, len(n.Frag.Text))
	return out
}

// appendText adds the text of an expression, or a hole.
func (u *unit) appendText(out *source.Fragment, n *code.Node, host source.Span, depth int) bool {
	if f, ok := u.textOf(n, depth+1); ok {
		appendPart(out, f, 0, len(f.Text))
		return true
	}
	if v := u.value(n); v != nil && v.Kind == code.Number {
		out.Append(v.Text, host)
		return true
	}
	out.AppendHole(hole, host)
	return false
}

// appendPart adds f.Text[from:to] with its places.
func appendPart(out, f *source.Fragment, from, to int) {
	if from >= to {
		return
	}
	base := len(out.Text) - from
	for _, s := range f.Segs {
		start, end := max(s.At, from), min(s.At+s.Len, to)
		switch {
		case start >= end:
		case s.Len == s.HostLen:
			out.Segs = append(out.Segs, source.Seg{At: base + start, Len: end - start, Host: s.Host + start - s.At, HostLen: end - start})
		default:
			out.Segs = append(out.Segs, source.Seg{At: base + start, Len: end - start, Host: s.Host, HostLen: s.HostLen})
		}
	}
	for _, h := range f.Holes {
		if h.Span.Start >= from && h.Span.End <= to {
			out.Holes = append(out.Holes, source.Hole{Span: h.Span.Shift(base), Host: h.Host})
		}
	}
	out.Text += f.Text[from:to]
}

// joined is the text of several expressions with sep between them.
func (u *unit) joined(parts []*code.Node, sep string, depth int) (*source.Fragment, bool) {
	out, literal := &source.Fragment{}, false
	for i, p := range parts {
		if p == nil || i >= maxPieces {
			return nil, false
		}
		if i > 0 && sep != "" {
			out.Append(sep, source.Span{Start: p.Span.Start, End: p.Span.Start})
		}
		literal = u.appendText(out, p, p.Span, depth) || literal
	}
	return out, literal
}

// callText reads calls that give a text: Sprintf, trim, join.
func (u *unit) callText(n *code.Node, depth int) (*source.Fragment, bool) {
	callee := strip(n.Kids[0])
	if callee.Kind != code.Member {
		return nil, false
	}
	if u.isGo {
		r := u.ref(callee)
		switch {
		case len(r.Steps) > 0 || len(n.Kids) < 2:
		case r.Module == "fmt" && r.Name == "Sprintf":
			return u.sprintf(n, depth)
		case r.Module == "strings" && r.Name == "TrimSpace":
			return u.textOf(n.Kids[1], depth+1)
		case r.Module == "strings" && r.Name == "Join" && len(n.Kids) == 3:
			return u.join(n.Kids[1], n.Kids[2], depth)
		}
		return nil, false
	}
	switch callee.Text {
	case "trim", "trimStart", "trimEnd":
		return u.textOf(callee.Kids[0], depth+1)
	case "join":
		return u.join(callee.Kids[0], kid(n, 1), depth)
	}
	return nil, false
}

func (u *unit) join(list, sep *code.Node, depth int) (*source.Fragment, bool) {
	list = u.value(list)
	if list == nil || list.Kind != code.Array || len(list.Kids) == 0 || sep == nil {
		return nil, false
	}
	for _, k := range list.Kids {
		if k == nil || k.Kind == code.Spread {
			return nil, false
		}
	}
	f, ok := u.textOf(sep, depth+1)
	if !ok || len(f.Holes) > 0 {
		return nil, false
	}
	return u.joined(list.Kids, f.Text, depth)
}

// sprintf puts the arguments of a format in the places of its verbs.
func (u *unit) sprintf(n *code.Node, depth int) (*source.Fragment, bool) {
	f, ok := u.textOf(n.Kids[1], depth+1)
	if !ok {
		return nil, false
	}
	out, at, arg := &source.Fragment{}, 0, 2
	for {
		i := strings.IndexByte(f.Text[at:], '%')
		if i < 0 || at+i+1 >= len(f.Text) {
			break
		}
		i += at
		end := i + 1
		for end < len(f.Text)-1 && strings.IndexByte("+-# 0123456789.*[]", f.Text[end]) >= 0 {
			end++
		}
		end++
		appendPart(out, f, at, i)
		at = end
		if f.Text[end-1] == '%' {
			appendPart(out, f, end-1, end)
			continue
		}
		host := f.Span(source.Span{Start: i, End: end})
		if a := kid(n, arg); a != nil && f.Text[end-1] != 'q' && a.Kind != code.Spread {
			u.appendText(out, a, host, depth)
		} else {
			out.AppendHole(hole, host)
		}
		arg++
	}
	appendPart(out, f, at, len(f.Text))
	return out, true
}
