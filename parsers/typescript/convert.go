package typescript

import (
	"iter"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/treesitter"
)

// maxDepth is how deep nodes may nest; what lies deeper is cut off, and the
// functions around it are Broken.
const maxDepth = 400

// converter turns the nodes of one tree into code. The result for a node
// depends on nothing outside of it: that is what lets a document keep it.
type converter struct {
	*treesitter.Nodes
	g     *grammar
	depth int
	// cut: maxDepth was met below the node being converted.
	cut bool
}

func convert(f *source.File, nodes *treesitter.Nodes) *code.File {
	c := &converter{Nodes: nodes, g: grammarOf(f.Lang)}
	file := &code.File{Path: f.Path, Lang: f.Lang, Generated: generated(f.Text), Broken: c.broken()}
	file.Body = c.list(0)
	for i, n := range file.Body {
		if e := commonJS(n); e != nil {
			file.Body[i] = e
		}
	}
	return file
}

// broken lists what the grammar could not place or had to add.
func (c *converter) broken() []source.Span {
	if !c.Is(0, treesitter.Broken) {
		return nil
	}
	var out []source.Span
	for i := 0; i < len(c.Raw); {
		r := &c.Raw[i]
		if r.Symbol == treesitter.ErrorSymbol || r.Flags&treesitter.Missing != 0 {
			out = append(out, c.Span(i))
			i = int(r.Stop)
			continue
		}
		i++
	}
	return out
}

// node converts i; nil if i is -1 or nothing to keep, such as punctuation or a
// written type.
func (c *converter) node(i int) *code.Node {
	for i >= 0 && c.Kind(i) == "parenthesized_expression" {
		i = c.inner(i)
	}
	if i < 0 || c.Is(i, treesitter.Missing) {
		return nil
	}
	if n := c.Kept(i); n != nil {
		return n
	}
	if c.depth >= maxDepth {
		c.cut = true
		return &code.Node{Span: c.Span(i), Flags: code.Broken}
	}
	outer := c.cut
	c.depth, c.cut = c.depth+1, false
	n := c.rule(i)(c, i)
	c.depth--
	if s := c.Raw[i].Symbol; !c.cut && int(s) < len(c.g.keeps) && c.g.keeps[s] {
		c.Keep(i, n)
	}
	c.cut = c.cut || outer
	return n
}

func (c *converter) rule(i int) rule {
	if s := c.Raw[i].Symbol; int(s) < len(c.g.rules) && c.g.rules[s] != nil {
		return c.g.rules[s]
	}
	return (*converter).other
}

// need is node where something must stand; for what is missing it is an empty
// Other at the end of the parent.
func (c *converter) need(i, parent int) *code.Node {
	if n := c.node(i); n != nil {
		return n
	}
	n := &code.Node{Flags: code.Broken}
	if i >= 0 {
		n.Span = c.Span(i)
	} else {
		end := c.Span(parent).End
		n.Span = source.Span{Start: end, End: end}
	}
	return n
}

// other keeps the modelled nodes inside something that is none.
func (c *converter) other(i int) *code.Node {
	n := &code.Node{Span: c.Span(i)}
	if c.Kind(i) == "ERROR" {
		n.Flags |= code.Broken
	}
	for k := range c.kids(i) {
		n.Kids = flatten(n.Kids, c.node(k))
	}
	return n
}

// flatten adds a node, of an Other that says nothing itself its kids.
func flatten(out []*code.Node, n *code.Node) []*code.Node {
	switch {
	case n == nil:
		return out
	case n.Kind == code.Other && n.Flags == 0:
		return append(out, n.Kids...)
	}
	return append(out, n)
}

func (c *converter) nothing(int) *code.Node { return nil }

func (c *converter) first(i int) *code.Node { return c.node(c.inner(i)) }

// leaf is a rule for a node that is its text.
func leaf(kind code.Kind) rule {
	return func(c *converter, i int) *code.Node {
		return &code.Node{Kind: kind, Span: c.Span(i), Text: c.Text(i)}
	}
}

// kids are the named children of i without comments.
func (c *converter) kids(i int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for k := c.First(i); k >= 0; k = c.Next(k) {
			if c.Is(k, treesitter.Named) && !c.comment(k) && !yield(k) {
				return
			}
		}
	}
}

// inner is the first of the kids, -1 if there is none.
func (c *converter) inner(i int) int {
	for k := range c.kids(i) {
		return k
	}
	return -1
}

func (c *converter) comment(i int) bool {
	return c.Is(i, treesitter.Extra) && c.Raw[i].Symbol != treesitter.ErrorSymbol
}

// child is the child of i in the role of a field.
func (c *converter) child(i int, name string) int { return c.Child(i, c.g.Field(name)) }

// has reports whether a child of i is the given keyword or kind.
func (c *converter) has(i int, kind string) bool { return c.find(i, kind) >= 0 }

func (c *converter) find(i int, kind string) int {
	for k := c.First(i); k >= 0; k = c.Next(k) {
		if c.Kind(k) == kind {
			return k
		}
	}
	return -1
}

// Span is the span of i without the comments that the grammar puts at the end
// of a statement that misses its semicolon.
func (c *converter) Span(i int) source.Span {
	s := c.Nodes.Span(i)
	for last := int(c.Raw[i].Stop) - 1; last > i; last-- {
		if !c.comment(last) && !c.Is(last, treesitter.Missing) {
			break
		}
		s.End = int(c.Raw[last-1].End)
	}
	return s
}
