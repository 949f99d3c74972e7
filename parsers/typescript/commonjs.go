package typescript

import "github.com/dbwise/dbwise/parsers/code"

// commonJS reads a top-level `module.exports = …` or `exports.x = …`; nil if n
// is none.
func commonJS(n *code.Node) *code.Node {
	if n.Kind != code.Assign || n.Text != "=" {
		return nil
	}
	name, at, ok := exportsTarget(n.Kids[0])
	if !ok {
		return nil
	}
	value := n.Kids[1]
	for value.Kind == code.Assign { // module.exports = exports = …
		if _, _, ok := exportsTarget(value.Kids[0]); !ok {
			break
		}
		value = value.Kids[1]
	}
	e := &code.Node{Kind: code.Export, Span: n.Span}
	if name == "" && value.Kind == code.Object {
		for _, k := range value.Kids {
			if k.Kind == code.Func {
				k = &code.Node{Kind: code.Pair, Span: k.Span, Name: k.Name, Text: k.Text, Kids: []*code.Node{k}}
			}
			e.Kids = append(e.Kids, k)
		}
		return e
	}
	if name == "" {
		name = "default"
	}
	e.Kids = []*code.Node{{Kind: code.Pair, Span: n.Span, Name: at.Name, Text: name, Kids: []*code.Node{value}}}
	return e
}

// exportsTarget tells the name that an assignment to n exports, "" for the
// whole module, and the member that names it.
func exportsTarget(n *code.Node) (name string, at *code.Node, ok bool) {
	if n.Kind == code.Ident && n.Text == "exports" {
		return "", n, true
	}
	if n.Kind != code.Member {
		return "", nil, false
	}
	if wholeModule(n) {
		return "", n, true
	}
	object := n.Kids[0]
	if wholeModule(object) || object.Kind == code.Ident && object.Text == "exports" {
		return n.Text, n, n.Text != ""
	}
	return "", nil, false
}

// wholeModule reports whether n is module.exports.
func wholeModule(n *code.Node) bool {
	return n.Kind == code.Member && n.Text == "exports" && n.Kids[0].Kind == code.Ident && n.Kids[0].Text == "module"
}
