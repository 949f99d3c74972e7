package golang

import (
	"sort"
	"sync"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/treesitter"
)

// maxDepth is how deep nodes of the syntax tree are followed. What lies deeper
// becomes Other, and the functions around it are marked Broken.
const maxDepth = 400

// rule converts the node i of one kind to one node.
type rule func(c *converter, i int) *code.Node

// tables are what the grammar's names mean, indexed by its numbers.
type tables struct {
	rules  []rule
	types  []typeRule
	fields fields
}

// fields are the numbers of the roles that children have.
type fields struct {
	alias, alternative, arguments, body, capacity, channel, communication, condition,
	consequence, element, end, field, function, index, initializer, key, left, name,
	operand, operator, pkg, parameters, path, receiver, result, right, start, tag, typ,
	typeArguments, typeParameters, update, value uint16
}

var grammar = sync.OnceValue(func() *tables {
	g := treesitter.GrammarOf(source.Go)
	t := &tables{rules: make([]rule, g.Symbols()), types: make([]typeRule, g.Symbols())}
	rules, types := ruleTable(), typeTable()
	for i := range t.rules {
		t.rules[i] = rules[g.Name(uint16(i))]
		t.types[i] = types[g.Name(uint16(i))]
	}
	t.fields = fields{
		alias: g.Field("alias"), alternative: g.Field("alternative"), arguments: g.Field("arguments"),
		body: g.Field("body"), capacity: g.Field("capacity"), channel: g.Field("channel"),
		communication: g.Field("communication"), condition: g.Field("condition"),
		consequence: g.Field("consequence"), element: g.Field("element"), end: g.Field("end"),
		field: g.Field("field"), function: g.Field("function"), index: g.Field("index"),
		initializer: g.Field("initializer"), key: g.Field("key"), left: g.Field("left"),
		name: g.Field("name"), operand: g.Field("operand"), operator: g.Field("operator"),
		pkg: g.Field("package"), parameters: g.Field("parameters"), path: g.Field("path"),
		receiver: g.Field("receiver"), result: g.Field("result"), right: g.Field("right"),
		start: g.Field("start"), tag: g.Field("tag"), typ: g.Field("type"),
		typeArguments: g.Field("type_arguments"), typeParameters: g.Field("type_parameters"),
		update: g.Field("update"), value: g.Field("value"),
	}
	return t
})

// converter turns the nodes of one text into code.
type converter struct {
	*treesitter.Nodes
	*tables
	depth int
	// cut are places where maxDepth was reached, errs where the grammar found
	// no sense; errs are sorted.
	cut, errs []source.Span
}

func convert(f *source.File, nodes *treesitter.Nodes) *code.File {
	nodes.Source = f.Text // and not what mask made of it
	c := &converter{Nodes: nodes, tables: grammar()}
	c.errs = c.errors()
	file := &code.File{Path: f.Path, Lang: source.Go, Generated: generated(nodes.Source)}
	for i := c.first(0); i >= 0; i = c.next(i) {
		if c.Kind(i) == "package_clause" {
			if name := c.first(i); name >= 0 {
				file.Package = c.Text(name)
			}
			continue
		}
		file.Body = c.stmts(file.Body, i)
	}
	file.Broken = append(c.errs, c.cut...)
	return file
}

// errors lists the outermost error nodes and the tokens the grammar had to add.
func (c *converter) errors() []source.Span {
	var out []source.Span
	for i := 0; i < len(c.Raw); {
		r := &c.Raw[i]
		switch {
		case r.Flags&treesitter.Broken == 0 && r.Flags&treesitter.Missing == 0:
			i = max(i+1, int(r.Stop))
		case r.Flags&treesitter.Missing != 0, r.Symbol == treesitter.ErrorSymbol:
			out = append(out, c.Span(i))
			i = max(i+1, int(r.Stop))
		default:
			i++
		}
	}
	return out
}

// broken reports whether the grammar found no sense somewhere in i.
func (c *converter) broken(i, cutBefore int) bool {
	if len(c.cut) > cutBefore {
		return true
	}
	s := c.Span(i)
	k := sort.Search(len(c.errs), func(k int) bool { return c.errs[k].Start >= s.Start })
	return k < len(c.errs) && c.errs[k].End <= s.End
}

// node converts an expression or a statement that is one node; nil for -1.
//
// What it gives may be kept over edits, so no rule may depend on what stands
// around its node, and a rule must leave looking into a child that node
// converts to node: a kept child is listed without its own children. Therefore
// chains of operators, converted as one, are not kept, nor is what has no rule:
// a list torn from its place by an error will be looked into once that is gone.
func (c *converter) node(i int) *code.Node {
	if i < 0 {
		return nil
	}
	if n := c.Kept(i); n != nil {
		return n
	}
	if c.depth >= maxDepth {
		c.cut = append(c.cut, c.Span(i))
		return &code.Node{Span: c.Span(i), Flags: code.Broken}
	}
	convert, known := other, false
	if s := c.Raw[i].Symbol; int(s) < len(c.rules) && c.rules[s] != nil && c.Raw[i].Flags&treesitter.Missing == 0 {
		convert, known = c.rules[s], true
	}
	before := len(c.cut)
	c.depth++
	n := convert(c, i)
	c.depth--
	if known && len(c.cut) == before && c.Kind(i) != "binary_expression" {
		c.Keep(i, n)
	}
	return n
}

// need is node for places where nil has no meaning.
func (c *converter) need(i, parent int) *code.Node {
	if n := c.node(i); n != nil {
		return n
	}
	end := c.Span(parent).End
	return &code.Node{Span: source.Span{Start: end, End: end}, Flags: code.Broken}
}

// other keeps what can be read inside a node that has no form of its own.
func other(c *converter, i int) *code.Node {
	n := &code.Node{Span: c.Span(i)}
	if c.Raw[i].Symbol == treesitter.ErrorSymbol || c.Is(i, treesitter.Missing) {
		n.Flags |= code.Broken
	}
	for k := c.first(i); k >= 0; k = c.next(k) {
		n.Kids = c.stmts(n.Kids, k)
	}
	return n
}

// first is the first named child of i that is no comment, next the sibling
// behind it of the same kind.
func (c *converter) first(i int) int { return c.meaningful(c.First(i)) }
func (c *converter) next(i int) int  { return c.meaningful(c.Next(i)) }

func (c *converter) meaningful(i int) int {
	for i >= 0 && (!c.Is(i, treesitter.Named) || c.Kind(i) == "comment") {
		i = c.Next(i)
	}
	return i
}

// child is the first named child of i in a role, passing over errors.
func (c *converter) child(i int, field uint16) int {
	for k := c.first(i); k >= 0; k = c.next(k) {
		if c.Raw[k].Field == field && c.Raw[k].Symbol != treesitter.ErrorSymbol {
			return k
		}
	}
	return -1
}

// token is the text of the child of i in a role, named or not.
func (c *converter) token(i int, field uint16) string {
	if k := c.Child(i, field); k >= 0 {
		return c.Text(k)
	}
	return ""
}

// list converts the named children of i; nothing for -1.
func (c *converter) list(dst []*code.Node, i int) []*code.Node {
	if i < 0 {
		return dst
	}
	for k := c.first(i); k >= 0; k = c.next(k) {
		dst = append(dst, c.node(k))
	}
	return dst
}
