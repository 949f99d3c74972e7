package typescript

import (
	"github.com/dbwise/dbwise/parsers/code"
)

func (c *converter) importStatement(i int) *code.Node {
	n := &code.Node{Kind: code.Import, Span: c.Span(i)}
	c.from(n, i)
	if c.has(i, "type") {
		n.Flags |= code.TypeOnly
	}
	if k := c.find(i, "import_require_clause"); k >= 0 {
		c.from(n, k)
		n.Kids = append(n.Kids, c.imported("*", c.find(k, "identifier"), k))
	}
	clause := c.find(i, "import_clause")
	if clause < 0 {
		return n
	}
	for k := range c.kids(clause) {
		switch c.Kind(k) {
		case "identifier":
			n.Kids = append(n.Kids, c.imported("default", k, k))
		case "namespace_import":
			n.Kids = append(n.Kids, c.imported("*", c.inner(k), k))
		case "named_imports":
			for s := range c.kids(k) {
				if c.child(s, "name") >= 0 {
					n.Kids = append(n.Kids, c.importSpecifier(s))
				}
			}
		}
	}
	return n
}

// from sets the module that a statement names.
func (c *converter) from(n *code.Node, i int) {
	if k := c.child(i, "source"); k >= 0 {
		n.Text, n.Name = c.key(k), c.Span(k)
	}
}

// imported is the Pair of an exported name and the identifier local.
func (c *converter) imported(name string, local, whole int) *code.Node {
	p := &code.Node{Kind: code.Pair, Span: c.Span(whole), Text: name, Kids: []*code.Node{c.need(local, whole)}}
	p.Name = p.Kids[0].Span
	return p
}

func (c *converter) importSpecifier(i int) *code.Node {
	name, local := c.child(i, "name"), c.child(i, "alias")
	if local < 0 {
		local = name
	}
	p := c.imported(c.key(name), local, i)
	p.Name = c.nameSpan(name)
	if c.has(i, "type") {
		p.Flags |= code.TypeOnly
	}
	return p
}

// importAlias is `import a = B.C`, a constant.
func (c *converter) importAlias(i int) *code.Node {
	var names []int
	for k := range c.kids(i) {
		names = append(names, k)
	}
	if len(names) != 2 {
		return c.other(i)
	}
	target := c.need(names[0], i)
	return &code.Node{Kind: code.Var, Span: c.Span(i), Name: target.Span, Text: "const", Kids: []*code.Node{target, c.need(names[1], i)}}
}

// export is an Export, or the declaration that is exported.
func (c *converter) export(i int) *code.Node {
	if k := c.child(i, "declaration"); k >= 0 {
		return c.exported(i, k)
	}
	n := &code.Node{Kind: code.Export, Span: c.Span(i)}
	c.from(n, i)
	if c.has(i, "type") {
		n.Flags |= code.TypeOnly
	}
	if k := c.child(i, "value"); k >= 0 {
		return c.defaultExport(n, i, k)
	}
	for k := range c.kids(i) {
		switch c.Kind(k) {
		case "export_clause":
			for s := range c.kids(k) {
				if c.child(s, "name") >= 0 {
					n.Kids = append(n.Kids, c.exportSpecifier(s))
				}
			}
		case "namespace_export":
			n.Kids = append(n.Kids, c.namespaceExport(k))
		case "identifier":
			if c.has(i, "=") {
				n.Kids = append(n.Kids, c.imported("default", k, k))
			}
		}
	}
	switch {
	case len(n.Kids) > 0 || c.has(i, "export_clause"):
	case c.has(i, "*"):
		star := c.find(i, "*")
		n.Kids = []*code.Node{{Kind: code.Pair, Span: c.Span(star), Name: c.Span(star), Text: "*"}}
	case c.has(i, "namespace"):
		return nil
	default:
		return c.other(i)
	}
	return n
}

// namespace keeps what stands in a namespace or a declared module; its names
// are none of the file's.
func (c *converter) namespace(i int) *code.Node {
	n := &code.Node{Span: c.Span(i)}
	n.Kids = flatten(nil, c.node(c.child(i, "body")))
	return n
}

// exported is a declaration behind export and its decorators; the declaration
// itself may be kept by a document and is not changed.
func (c *converter) exported(i, declaration int) *code.Node {
	flags := code.Exported
	if c.has(i, "default") {
		flags |= code.Default
	}
	var decorators []*code.Node
	for k := c.First(i); k >= 0 && k != declaration; k = c.Next(k) {
		if c.Kind(k) == "decorator" {
			decorators = append(decorators, c.need(k, i))
		}
	}
	inner := c.need(declaration, i)
	n := *inner
	n.Span = c.Span(i)
	if n.Kind == code.Block {
		n.Kids = nil
		for _, v := range inner.Kids {
			one := *v
			one.Span, one.Flags = n.Span, one.Flags|flags
			n.Kids = append(n.Kids, &one)
		}
		return &n
	}
	n.Flags |= flags
	if len(decorators) > 0 {
		n.Kids = append(decorators, n.Kids...)
	}
	return &n
}

// defaultExport is `export default value`; a function or class is a declaration.
func (c *converter) defaultExport(n *code.Node, i, value int) *code.Node {
	switch c.Kind(value) {
	case "class", "function_expression", "generator_function":
		return c.exported(i, value)
	}
	v := c.need(value, i)
	p := &code.Node{Kind: code.Pair, Span: v.Span, Text: "default", Kids: []*code.Node{v}}
	if k := c.find(i, "default"); k >= 0 {
		p.Name = c.Span(k)
		p.Span = p.Name.Union(v.Span)
	}
	n.Kids = []*code.Node{p}
	return n
}

func (c *converter) exportSpecifier(i int) *code.Node {
	name, alias := c.child(i, "name"), c.child(i, "alias")
	if alias < 0 {
		alias = name
	}
	p := &code.Node{Kind: code.Pair, Span: c.Span(i), Text: c.key(alias), Name: c.nameSpan(alias)}
	p.Kids = []*code.Node{{Kind: code.Ident, Span: c.nameSpan(name), Text: c.key(name)}}
	if c.has(i, "type") {
		p.Flags |= code.TypeOnly
	}
	return p
}

func (c *converter) namespaceExport(i int) *code.Node {
	name, star := c.inner(i), c.find(i, "*")
	p := &code.Node{Kind: code.Pair, Span: c.Span(i), Text: c.key(name), Name: c.nameSpan(name)}
	p.Kids = []*code.Node{{Kind: code.Ident, Span: c.nameSpan(star), Text: "*"}}
	return p
}
