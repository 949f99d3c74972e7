package nplusone

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/source"
)

// rewriters hold the rewrite of each library, in a file of its own.
var rewriters = map[string]func(*job) (diagnostics.Fix, bool){
	"prisma": prismaRewrite,
	"gorm":   gormRewrite,
}

// job is one query in one loop that is to be taken out of it.
type job struct {
	p    *diagnostics.Pass
	loop *facts.Loop
	hit
}

func rewrite(p *diagnostics.Pass, l *facts.Loop, h hit) (diagnostics.Fix, bool) {
	if h.call.Query == nil || h.call.Site.Node == nil || l.Node == nil || len(h.reach.Via) > 0 {
		return diagnostics.Fix{}, false
	}
	// The call must belong to this loop directly: a batch in front of an outer
	// loop would need the elements of the inner one.
	if in := h.call.Site.In; len(in) == 0 || &p.Facts.Loops[in[len(in)-1]] != l {
		return diagnostics.Fix{}, false
	}
	do := rewriters[h.call.Query.Library]
	if do == nil {
		return diagnostics.Fix{}, false
	}
	return do(&job{p: p, loop: l, hit: h})
}

// iteration is a loop of a form that can be batched: the element is one
// identifier, the collection an expression without side effects.
type iteration struct {
	elem, over string
	body       *code.Node
}

// iteration reads the loop's own node: for-of, range, or a callback.
func (j *job) iteration() (it iteration, ok bool) {
	n := j.loop.Node
	var elem, over *code.Node
	switch n.Kind {
	case code.ForEach:
		elem, over, it.body = n.Kids[0], n.Kids[1], n.Kids[2]
		if elem != nil && elem.Kind == code.ArrayPattern && elem.Is(code.Tuple) {
			if len(elem.Kids) != 2 || elem.Kids[0] != nil && elem.Kids[0].Text != "_" {
				return it, false
			}
			elem = elem.Kids[1]
		}
		if elem != nil && elem.Kind == code.Var {
			elem = elem.Kids[0]
		}
	case code.Call:
		if len(n.Kids) < 2 || n.Kids[0].Kind != code.Member || n.Kids[1] == nil || n.Kids[1].Kind != code.Func || len(n.Kids[1].Params()) != 1 {
			return it, false
		}
		over = n.Kids[0].Kids[0]
		param := n.Kids[1].Params()[0]
		it.body = n.Kids[1].Body()
		it.elem, it.over = param.Text, j.text(over)
		return it, param.Text != "" && pure(over)
	default:
		return it, false
	}
	if elem == nil || elem.Kind != code.Ident || !pure(over) {
		return it, false
	}
	it.elem, it.over = elem.Text, j.text(over)
	return it, true
}

func (j *job) text(n *code.Node) string { return n.Span.In(j.p.File.Text) }

// pure reports whether an expression can be evaluated once more.
func pure(n *code.Node) bool {
	for n != nil && n.Kind == code.Member {
		n = n.Kids[0]
	}
	return n != nil && (n.Kind == code.Ident || n.Kind == code.This)
}

// path reports whether an expression is the element or a member of it.
func path(n *code.Node, elem string) bool {
	for n != nil && n.Kind == code.Member {
		n = n.Kids[0]
	}
	return n != nil && n.Kind == code.Ident && n.Text == elem
}

// mentions reports whether a name occurs as an identifier anywhere below n.
func mentions(n *code.Node, name string) bool {
	found := false
	n.Walk(func(n *code.Node) bool {
		found = found || n.Kind == code.Ident && n.Text == name
		return !found
	})
	return found
}

// indent is the white space the line of off starts with.
func (j *job) indent(off int) string {
	line, _ := j.p.File.Lines().Position(off)
	text := j.p.File.Lines().Line(line).In(j.p.File.Text)
	return text[:len(text)-len(strings.TrimLeft(text, " \t"))]
}

// newline is the line break of the file's first line.
func (j *job) newline() string {
	if i := bytes.IndexByte(j.p.File.Text, '\n'); i > 0 && j.p.File.Text[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// free is name, numbered until the function around the loop does not use it.
// A name that only the rest of the file uses may be shadowed.
func (j *job) free(name string) string {
	text := j.p.Facts.Funcs[j.loop.Func].Span.In(j.p.File.Text)
	for n := 1; ; n++ {
		try := name
		if n > 1 {
			try += strconv.Itoa(n)
		}
		if !word(text, try) {
			return try
		}
	}
}

// word reports whether a name stands in text as a word of its own.
func word(text, name string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], name)
		if i < 0 {
			return false
		}
		start, end := at+i, at+i+len(name)
		if (start == 0 || !wordByte(text[start-1])) && (end == len(text) || !wordByte(text[end])) {
			return true
		}
		at = end
	}
}

func wordByte(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// before is the place in front of the loop's statement. It must start its line.
func (j *job) before() (source.Span, bool) {
	at := j.loop.Stmt.Start
	line, _ := j.p.File.Lines().Position(at)
	start := j.p.File.Lines().Line(line).Start
	return source.Span{Start: at, End: at}, strings.TrimSpace((source.Span{Start: start, End: at}).In(j.p.File.Text)) == ""
}

// around finds the nodes of the function around the loop that cover span, the
// innermost last.
func (j *job) around(span source.Span) []*code.Node {
	root := j.p.Facts.Funcs[j.loop.Func].Node
	if root == nil {
		root = j.loop.Node
	}
	var out []*code.Node
	root.Walk(func(n *code.Node) bool {
		if !n.Span.Covers(span) {
			return false
		}
		out = append(out, n)
		return true
	})
	return out
}
