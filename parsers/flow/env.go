package flow

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
)

// env answers what readers ask about expressions.
type env struct{ *unit }

var _ code.Env = env{}

// File is the file around.
func (e env) File() *code.File { return e.file }

// Ref is the origin of an expression's value.
func (e env) Ref(n *code.Node) code.Ref { return e.ref(n) }

// TypeRef is the origin of a written type, as a value of it.
func (e env) TypeRef(t *code.Type) code.Ref { return e.typeRef(t) }

// Value follows identifiers to the value they have here.
func (e env) Value(n *code.Node) *code.Node { return e.value(n) }

// maxAliases is how many variables are followed from one to the next.
const maxAliases = 16

// value follows variables to their value as long as it is certain. A literal
// that is extended later gets a spread, so that it counts as open.
func (u *unit) value(n *code.Node) *code.Node {
	at := n
	for range maxAliases {
		at = strip(at)
		if at == nil {
			return n
		}
		if at.Kind == code.Member {
			next := u.property(at, 0)
			if next == nil {
				return at
			}
			at = next
			continue
		}
		v := u.varOf(at)
		if v < 0 {
			return at
		}
		d := u.reaching(v, at.Span.Start)
		if d == nil || d.value == nil || d.kind != bind || d.cb != nil {
			return at
		}
		next := d.value
		if len(d.path) > 0 {
			inner, rest := u.descend(d.value, d.path)
			if inner == nil || len(rest) > 0 {
				return at
			}
			next = inner
		}
		if k := strip(next).Kind; k == code.Object || k == code.Array {
			return u.opened(strip(next), v, at)
		}
		at = next
	}
	return at
}

// opened is literal, with a spread of use behind its kids if variable v, which
// holds it, is changed somewhere.
func (u *unit) opened(literal *code.Node, v int32, use *code.Node) *code.Node {
	if n, ok := u.open[literal]; ok {
		return n
	}
	result := literal
	for i := range u.muts {
		if u.muts[i].v == v {
			n := *literal
			n.Kids = append(literal.Kids[:len(literal.Kids):len(literal.Kids)],
				&code.Node{Kind: code.Spread, Span: use.Span, Kids: []*code.Node{use}})
			result = &n
			u.extended[result] = true
			break
		}
	}
	u.open[literal] = result
	return result
}

// reaching is the definition a variable has for certain at off, nil if it may
// be one of several.
func (u *unit) reaching(v int32, off int) *def {
	x := &u.vars[v]
	if len(x.defs) == 0 {
		return nil
	}
	if len(x.defs) == 1 {
		return &x.defs[0]
	}
	best := -1
	for i := range x.defs {
		if d := &x.defs[i]; d.at <= off && (best < 0 || d.at >= x.defs[best].at) {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	d := &x.defs[best]
	if s := u.scopes[d.scope].span; d.scope != 0 && (off < s.Start || off >= s.End) {
		return nil
	}
	if u.functionScope(u.scopeAt(off)) != u.functionScope(d.scope) {
		return nil
	}
	for i := range x.defs {
		if i != best && x.defs[i].at > off && u.loopCarries(d.at, x.defs[i].at, off) {
			return nil
		}
	}
	return d
}

// loopCarries reports whether a loop around both later and off, but not first,
// brings the value set at later back to off.
func (u *unit) loopCarries(first, later, off int) bool {
	for i := range u.loops {
		s := u.loops[i].node.Span
		if s.Contains(off) && s.Contains(later) && !s.Contains(first) {
			return true
		}
	}
	return false
}

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
