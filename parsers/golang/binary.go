package golang

import (
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
)

// placeholder stands in the text of a string for an expression that is written
// as text: ${text}, as in a template, or ${…} for what is no mere name or call.
func placeholder(text string) string {
	if len(text) > 80 || strings.ContainsAny(text, "{}\"'`\r\n") {
		text = "…"
	}
	return "${" + text + "}"
}

// binary converts a whole chain a + b + c, which leans to the left, in one go:
// generated code has chains of many thousands.
func binary(c *converter, i int) *code.Node {
	chain := []int{i}
	for {
		left := c.child(chain[len(chain)-1], c.fields.left)
		if left < 0 || c.Kind(left) != "binary_expression" {
			break
		}
		chain = append(chain, left)
	}
	last := chain[len(chain)-1]
	f := folding{start: c.Span(i).Start, whole: c.Span(i)}
	f.operands = append(f.operands, c.need(c.child(last, c.fields.left), last))
	for k := len(chain) - 1; k >= 0; k-- {
		f.ops = append(f.ops, c.token(chain[k], c.fields.operator))
		f.ends = append(f.ends, c.Span(chain[k]).End)
		f.operands = append(f.operands, c.need(c.child(chain[k], c.fields.right), chain[k]))
	}
	return f.fold(c.Source)
}

// folding is a chain of operators: operands[k] ops[k] operands[k+1], of which
// the part up to ops[k] ends at ends[k] in the text.
type folding struct {
	start    int
	whole    source.Span
	operands []*code.Node
	ops      []string
	ends     []int
}

// fold makes one node of the chain: runs of + with a string among them become
// a String, the rest Binary. A chain too long to nest is Other.
func (f *folding) fold(text []byte) *code.Node {
	n, nested := f.operands[0], 0
	for k := 0; k < len(f.ops); {
		end := k + 1
		for f.ops[k] == "+" && end < len(f.ops) && f.ops[end] == "+" {
			end++
		}
		run := append([]*code.Node{n}, f.operands[k+1:end+1]...)
		if f.ops[k] == "+" && slices.ContainsFunc(run, isString) {
			n, k = concat(run, source.Span{Start: f.start, End: f.ends[end-1]}, text), end
			continue
		}
		if nested += end - k; nested > maxDepth {
			return &code.Node{Span: f.whole, Kids: f.operands}
		}
		for ; k < end; k++ {
			span := source.Span{Start: f.start, End: f.ends[k]}
			n = &code.Node{Kind: code.Binary, Span: span, Text: f.ops[k], Kids: []*code.Node{n, f.operands[k+1]}}
		}
	}
	return n
}

func isString(n *code.Node) bool { return n.Kind == code.String }

// concat joins operands of which one is a string, so that by Go's typing all are.
func concat(operands []*code.Node, span source.Span, host []byte) *code.Node {
	n := &code.Node{Kind: code.String, Span: span, Frag: &source.Fragment{}}
	var text strings.Builder
	todo := slices.Clone(operands)
	slices.Reverse(todo)
	for len(todo) > 0 {
		o := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		switch {
		case isString(o):
			appendFragment(n.Frag, o.Frag, text.Len())
			text.WriteString(o.Frag.Text)
			n.Kids = append(n.Kids, o.Kids...)
		case o.Kind == code.Binary && o.Text == "+":
			todo = append(todo, o.Kids[1], o.Kids[0])
		default:
			at, hole := text.Len(), placeholder(o.Span.In(host))
			text.WriteString(hole)
			n.Frag.Segs = append(n.Frag.Segs, source.Seg{At: at, Len: len(hole), Host: o.Span.Start, HostLen: o.Span.Len()})
			n.Frag.Holes = append(n.Frag.Holes, source.Hole{Span: source.Span{Start: at, End: text.Len()}, Host: o.Span})
			n.Kids = append(n.Kids, o)
		}
	}
	n.Frag.Text = text.String()
	if len(n.Frag.Holes) == 0 {
		n.Text = n.Frag.Text
	}
	return n
}

// appendFragment adds the pieces of add, whose text will stand at at.
func appendFragment(f, add *source.Fragment, at int) {
	for _, s := range add.Segs {
		s.At += at
		f.Segs = append(f.Segs, s)
	}
	for _, h := range add.Holes {
		h.Span = h.Span.Shift(at)
		f.Holes = append(f.Holes, h)
	}
}
