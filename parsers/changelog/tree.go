package changelog

import (
	"bytes"
	"encoding/xml"
	"io"
	"path"
	"strings"

	"github.com/dbwise/dbwise/parsers/source"
	"go.yaml.in/yaml/v3"
)

// node is an element of XML, or a key of YAML with what stands below it.
type node struct {
	name     string
	attrs    map[string]attr
	kids     []*node
	text     string
	span     source.Span
	textSpan source.Span
}

// attr is a value and the place it stands at, or that of its element.
type attr struct {
	text string
	span source.Span
}

// is compares names without prefixes.
func (n *node) is(name string) bool { return strings.EqualFold(n.name, name) }

// kid is the first of that name, nil if there is none.
func (n *node) kid(name string) *node {
	for _, k := range n.kids {
		if k.is(name) {
			return k
		}
	}
	return nil
}

// maxDepth bounds nesting.
const maxDepth = 100

// parseTree gives the root of a change log, nil for any other file.
func parseTree(f *source.File) *node {
	if !bytes.Contains(f.Text, []byte("databaseChangeLog")) {
		return nil
	}
	if strings.EqualFold(path.Ext(f.Path), ".xml") {
		return parseXML(f.Text)
	}
	return parseYAML(f)
}

// parseXML reads as far as the text is well formed.
func parseXML(text []byte) *node {
	d := xml.NewDecoder(bytes.NewReader(text))
	d.Strict = false
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	root := &node{}
	stack := []*node{root}
	for {
		start := int(d.InputOffset())
		token, err := d.Token()
		end := int(d.InputOffset())
		if err != nil || len(stack) > maxDepth {
			break
		}
		top := stack[len(stack)-1]
		switch t := token.(type) {
		case xml.StartElement:
			n := &node{name: t.Name.Local, attrs: map[string]attr{}, span: source.Span{Start: start, End: end}}
			for _, a := range t.Attr {
				n.attrs[a.Name.Local] = attr{a.Value, attrSpan(text, n.span, a.Name.Local, a.Value)}
			}
			top.kids = append(top.kids, n)
			stack = append(stack, n)
		case xml.EndElement:
			top.span.End = end
			if len(stack) > 1 {
				stack = stack[:len(stack)-1]
			}
		case xml.CharData:
			at := source.Span{Start: start, End: end}
			if raw := at.In(text); strings.HasPrefix(raw, "<![CDATA[") {
				at = source.Span{Start: start + len("<![CDATA["), End: end - len("]]>")}
			}
			if strings.TrimSpace(string(t)) != "" {
				top.text += string(t)
				if top.textSpan.Empty() {
					top.textSpan = at
				} else {
					top.textSpan = source.Span{} // in pieces
				}
			}
		}
	}
	for _, k := range root.kids {
		if k.is("databaseChangeLog") {
			return k
		}
	}
	return nil
}

// attrSpan finds the value of an attribute inside a start tag.
func attrSpan(text []byte, tag source.Span, name, value string) source.Span {
	in := tag.In(text)
	for _, quote := range []string{`"`, `'`} {
		if i := strings.Index(in, name+"="+quote+value+quote); i >= 0 {
			at := tag.Start + i + len(name) + 2
			return source.Span{Start: at, End: at + len(value)}
		}
	}
	return tag
}

func parseYAML(f *source.File) *node {
	var doc yaml.Node
	if yaml.Unmarshal(f.Text, &doc) != nil || len(doc.Content) == 0 {
		return nil
	}
	y := &yamlTree{file: f}
	root := &node{attrs: map[string]attr{}}
	y.fill(root, doc.Content[0], 0)
	return root.kid("databaseChangeLog")
}

type yamlTree struct{ file *source.File }

// at is where a scalar stands.
func (y *yamlTree) at(n *yaml.Node) source.Span {
	line := y.file.Lines().Line(n.Line - 1)
	start := min(line.Start+n.Column-1, line.End)
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		start = min(start+1, line.End)
	}
	end := start + len(n.Value)
	if end > len(y.file.Text) || string(y.file.Text[start:end]) != n.Value {
		end = line.End
	}
	return source.Span{Start: start, End: max(start, end)}
}

// fill adds what a value holds to the node of its key: scalars are attributes,
// mappings and the single entries of lists are nodes.
func (y *yamlTree) fill(n *node, v *yaml.Node, depth int) {
	if depth > maxDepth || v == nil {
		return
	}
	switch v.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(v.Content); i += 2 {
			key, value := v.Content[i], v.Content[i+1]
			if value.Kind == yaml.ScalarNode {
				n.attrs[key.Value] = attr{value.Value, y.at(value)}
			}
			k := &node{name: key.Value, attrs: map[string]attr{}, span: y.at(key)}
			if value.Kind == yaml.ScalarNode {
				k.text = value.Value
				k.span = k.span.Union(y.at(value))
			}
			y.fill(k, value, depth+1)
			n.kids = append(n.kids, k)
			n.span = n.span.Union(k.span)
		}
	case yaml.SequenceNode:
		for _, item := range v.Content {
			if item.Kind == yaml.ScalarNode {
				k := &node{name: "item", attrs: map[string]attr{}, text: item.Value, span: y.at(item)}
				n.kids = append(n.kids, k)
				continue
			}
			y.fill(n, item, depth+1)
		}
	}
}
