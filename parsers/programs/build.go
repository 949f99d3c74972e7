package programs

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// builder writes down the statement that a builder call sends.
type builder struct {
	r     *reader
	scope *scope
	text  strings.Builder
	at    source.Span
	// regions say where parts of the text stand in the program.
	regions []region
	// bad: a name in it is not known.
	bad bool
}

type region struct{ text, host source.Span }

// build starts a statement that stands at a call.
func (r *reader) build(at source.Span, s *scope, parts ...string) *builder {
	b := &builder{r: r, scope: s, at: at}
	b.raw(parts...)
	return b
}

// raw adds text.
func (b *builder) raw(parts ...string) *builder {
	for _, p := range parts {
		b.text.WriteString(p)
	}
	return b
}

// in adds what f adds; it stands at host.
func (b *builder) in(host source.Span, f func()) *builder {
	start := b.text.Len()
	f()
	if !host.Empty() {
		b.regions = append(b.regions, region{source.Span{Start: start, End: b.text.Len()}, host})
	}
	return b
}

// name adds a name that an expression gives, with its schema if it has one.
func (b *builder) name(n *code.Node) *builder {
	text, ok := b.r.str(n, b.scope)
	if !ok || text == "" {
		b.bad = true
		return b
	}
	return b.named(text, n.Span)
}

// named adds a name as the tools take them: "schema.table", quoted or not.
func (b *builder) named(text string, host source.Span) *builder {
	return b.in(host, func() { b.raw(quoted(text)) })
}

func quoted(name string) string {
	var parts []string
	for _, p := range strings.Split(name, ".") {
		parts = append(parts, sqltext.QuoteIdent(strings.Trim(strings.TrimSpace(p), `"`)))
	}
	return strings.Join(parts, ".")
}

// column adds the name of a column.
func (b *builder) column(n *code.Node) *builder {
	text, ok := b.r.str(n, b.scope)
	if !ok || text == "" {
		b.bad = true
		return b
	}
	return b.in(n.Span, func() { b.raw(sqltext.QuoteIdent(text)) })
}

// columns adds the names of a list, or one name.
func (b *builder) columns(n *code.Node) *builder {
	v := b.r.resolve(n, b.scope)
	if v == nil || v.Kind != code.Array {
		return b.column(n)
	}
	b.list(len(v.Kids), func(i int) {
		if v.Kids[i] == nil {
			b.bad = true
			return
		}
		b.column(v.Kids[i])
	})
	return b
}

// list adds n things with commas between.
func (b *builder) list(n int, f func(i int)) *builder {
	for i := range n {
		if i > 0 {
			b.raw(", ")
		}
		f(i)
	}
	return b
}

// value is a value of the program as SQL writes it. A value that is not
// known is some constant.
func (r *reader) value(n *code.Node, s *scope) string {
	v := r.resolve(n, s)
	if v == nil {
		return "'?'"
	}
	switch v.Kind {
	case code.String:
		if text, ok := r.str(v, s); ok {
			return "'" + strings.ReplaceAll(text, "'", "''") + "'"
		}
	case code.Number, code.Bool:
		return strings.ReplaceAll(v.Text, "_", "")
	case code.Null:
		return "NULL"
	case code.Unary:
		if v.Text == "-" && len(v.Kids) > 0 && v.Kids[0] != nil && v.Kids[0].Kind == code.Number {
			return "-" + v.Kids[0].Text
		}
	case code.Array, code.Object:
		return "'{}'"
	}
	return "'?'"
}

// send reads the statement and adds it in its place; the program is partial
// where a name is not known or the text cannot be read.
func (b *builder) send() bool {
	r := b.r
	text := b.text.String()
	if b.bad || len(text) > maxText || !r.room() {
		r.partial()
		return false
	}
	st := r.parse(text)
	if st.Problem != nil {
		r.partial()
		return false
	}
	st.Built, st.SQL = true, text
	st.Head = head(text)
	r.add(st.Placed(r.file.Path, len(text), func(s source.Span) source.Span {
		if s == (source.Span{}) {
			return s
		}
		return b.host(s)
	}))
	return true
}

// host is where a part of the text stands: at the smallest part around it that
// the program writes by itself.
func (b *builder) host(s source.Span) source.Span {
	best, size := b.at, b.text.Len()+1
	for _, g := range b.regions {
		if g.text.Covers(s) && g.text.Len() < size {
			best, size = g.host, g.text.Len()
		}
	}
	return best
}

// head are the words that say what a statement does.
func head(text string) string {
	for _, p := range sqltext.Split([]byte(text)) {
		return p.Head
	}
	return ""
}

// object is an expression as an object literal, nil if it is none.
func (r *reader) object(n *code.Node, s *scope) *code.Node {
	if v := r.resolve(n, s); v != nil && v.Kind == code.Object {
		return v
	}
	return nil
}

// array is an expression as a list literal, nil if it is none.
func (r *reader) array(n *code.Node, s *scope) *code.Node {
	if v := r.resolve(n, s); v != nil && v.Kind == code.Array {
		return v
	}
	return nil
}

// pairs are the entries of an object, spread literals included; ok is false
// where there may be more.
func (r *reader) pairs(o *code.Node, s *scope) (list []*code.Node, ok bool) {
	ok = true
	for _, k := range o.Kids {
		switch {
		case k == nil:
		case k.Kind == code.Pair && k.Text != "":
			list = append(list, k)
		case k.Kind == code.Spread:
			inner := r.object(k.Kids[0], s)
			if inner == nil || inner == o || r.deep >= maxDeep {
				ok = false
				continue
			}
			r.deep++
			more, all := r.pairs(inner, s)
			r.deep--
			list, ok = append(list, more...), ok && all
		default:
			ok = false
		}
	}
	return list, ok
}

// isTrue reports whether a value is the literal true.
func (r *reader) isTrue(n *code.Node, s *scope) bool {
	v := r.resolve(n, s)
	return v != nil && v.Kind == code.Bool && v.Text == "true"
}

// isFalse reports whether a value is the literal false.
func (r *reader) isFalse(n *code.Node, s *scope) bool {
	v := r.resolve(n, s)
	return v != nil && v.Kind == code.Bool && v.Text == "false"
}
