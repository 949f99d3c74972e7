package programs

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// written is the text of an expression; open are the places in it that the
// program fills in at run time.
type written struct {
	source.Fragment
	open []source.Span
}

// text is the text of an expression built from literals and constants; nil if
// it is no string that can be read.
func (r *reader) text(n *code.Node, s *scope) *written {
	n = strip(n)
	for n != nil && n.Kind == code.Call && len(n.Kids) > 0 && n.Kids[0].Kind == code.Member && trims[n.Kids[0].Text] {
		n = strip(n.Kids[0].Kids[0])
	}
	v := r.resolve(n, s)
	if v == nil {
		return nil
	}
	if v.Kind == code.Call || v.Kind == code.Tagged {
		return r.formatted(v, s)
	}
	if v.Kind != code.String {
		return nil
	}
	if v.Frag == nil {
		return nil
	}
	return r.filled(v, s, 0)
}

// trims are the methods of a string that change nothing about its SQL.
var trims = map[string]bool{"trim": true, "trimStart": true, "trimEnd": true, "toString": true}

// formatted is a text made by a function that only puts pieces in:
// fmt.Sprintf with constants, a tag such as sql.
func (r *reader) formatted(n *code.Node, s *scope) *written {
	if n.Kind == code.Tagged {
		if len(n.Kids) > 1 && n.Kids[1].Kind == code.String && n.Kids[1].Frag != nil {
			return r.filled(n.Kids[1], s, 0)
		}
		return nil
	}
	callee := n.Kids[0]
	if callee.Kind != code.Member || callee.Text != "Sprintf" || len(n.Kids) < 2 {
		return nil
	}
	f := r.text(n.Kids[1], s)
	if f == nil || len(f.Holes) > 0 {
		return nil
	}
	out := &written{}
	rest, at, arg := f.Text, 0, 2
	for {
		i := strings.IndexByte(rest, '%')
		if i < 0 || i+1 >= len(rest) {
			break
		}
		out.Append(rest[:i], f.Span(source.Span{Start: at, End: at + i}))
		host := f.Span(source.Span{Start: at + i, End: at + i + 2})
		switch {
		case rest[i+1] == '%':
			out.Append("%", host)
		case arg < len(n.Kids):
			r.fill(out, n.Kids[arg], host, "${?}", s, 0)
			arg++
		default:
			return nil
		}
		at += i + 2
		rest = rest[i+2:]
	}
	out.Append(rest, f.Span(source.Span{Start: at, End: at + len(rest)}))
	return out
}

// filled is a literal with constants in the place of its holes.
func (r *reader) filled(n *code.Node, s *scope, depth int) *written {
	out := &written{}
	hole := 0
	for _, g := range n.Frag.Segs {
		host := source.Span{Start: g.Host, End: g.Host + g.HostLen}
		if hole < len(n.Frag.Holes) && n.Frag.Holes[hole].Span.Start == g.At && n.Frag.Holes[hole].Span.Len() == g.Len && g.Len > 0 {
			var value *code.Node
			if hole < len(n.Kids) {
				value = n.Kids[hole]
			}
			r.fill(out, value, host, n.Frag.Text[g.At:g.At+g.Len], s, depth)
			hole++
			continue
		}
		out.Append(n.Frag.Text[g.At:g.At+g.Len], host)
	}
	return out
}

// fill adds what stands in a hole: its value if that is known.
func (r *reader) fill(out *written, value *code.Node, host source.Span, placeholder string, s *scope, depth int) {
	at := len(out.Text)
	inner := r.inHole(value, s, depth)
	if inner == nil {
		out.AppendHole(placeholder, host)
	} else {
		out.AppendHole(inner.Text, host)
	}
	if inner == nil || len(inner.open) > 0 {
		out.open = append(out.open, source.Span{Start: at, End: len(out.Text)})
	}
}

// inHole is the text that an expression puts into another, nil if it is not
// known.
func (r *reader) inHole(n *code.Node, s *scope, depth int) *written {
	v := r.resolve(n, s)
	switch {
	case v == nil || depth >= maxResolve:
		return nil
	case v.Kind == code.String && v.Frag != nil && len(v.Frag.Holes) > 0:
		return r.filled(v, s, depth+1)
	case v.Kind == code.String || v.Kind == code.Number || v.Kind == code.Bool:
		return plain(v.Text)
	case r.runner.hole != nil:
		return r.runner.hole(r, v, s, depth+1)
	}
	return nil
}

// plain is a text without holes.
func plain(text string) *written { return &written{Fragment: source.Fragment{Text: text}} }

// str is the text of an expression that is known in full.
func (r *reader) str(n *code.Node, s *scope) (string, bool) {
	w := r.text(n, s)
	if w == nil || len(w.open) > 0 {
		return "", false
	}
	return w.Text, true
}

// sql reads the statements of a text sent to the database.
func (r *reader) sql(n *code.Node, s *scope) {
	w := r.text(n, s)
	if w == nil || len(w.Text) > maxText {
		r.partial()
		return
	}
	if at := strip(n); at.Kind == code.Ident || at.Kind == code.Member {
		r.stands(w.Span(source.Span{End: len(w.Text)}))
	}
	for _, piece := range sqltext.Split([]byte(w.Text)) {
		if piece.Kind != sqltext.SQL || piece.Span.Empty() || !r.room() {
			continue
		}
		text := w.Text[piece.Span.Start:piece.Span.End]
		st := r.parse(text)
		st.SQL, st.Head = text, piece.Head
		if r.unsure(w, piece.Span) && schemaHead(piece.Head) {
			st.Changes, st.Queries = nil, nil
			st.Problem = &facts.Problem{Kind: facts.NotAnalysed, Message: "names in this statement are filled in at run time", Span: source.Span{End: len(text)}}
		}
		if st.Problem != nil && schemaHead(piece.Head) {
			r.partial()
		}
		at := func(o source.Span) source.Span {
			if o == (source.Span{}) {
				return o
			}
			return w.Span(o.Shift(piece.Span.Start))
		}
		r.add(st.Placed(r.file.Path, len(text), at))
	}
}

// maxText bounds SQL in a literal, in bytes.
const maxText = 256 << 10

// schemaHead reports whether a statement may change the schema.
func schemaHead(head string) bool {
	for _, verb := range []string{"CREATE", "ALTER", "DROP", "DO", "RENAME", "CALL", "EXECUTE"} {
		if strings.HasPrefix(head, verb) {
			return true
		}
	}
	return head == ""
}

// unsure reports whether what the program fills in stands outside of string
// literals.
func (r *reader) unsure(w *written, in source.Span) bool {
	for _, o := range w.open {
		if !in.Covers(o) {
			continue
		}
		inside := false
		for _, t := range sqltext.Lex(w.Text[in.Start:in.End]) {
			if t.Kind == sqltext.String && t.Span.Shift(in.Start).Covers(o) {
				inside = true
				break
			}
		}
		if !inside {
			return true
		}
	}
	return false
}
