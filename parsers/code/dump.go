package code

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dbwise/dbwise/parsers/source"
)

// dumpWidth is how long a node may be to stand on one line.
const dumpWidth = 100

// Dump is a file as text, for goldens. A node is written
//
//	(kind:text +flag :Type <Types> kids)
//
// short on one line, long with its kids indented below it. Identifiers,
// literals, this and null stand for themselves, `_` is a kid that is nil.
// The holes of a string are its kids.
//
//	(var:const q (call:? (member:find db) "select ${…}" id))
func Dump(f *File) string { return dumper{}.file(f) }

// DumpSpans is Dump with @start-end behind every node and #start-end behind names.
func DumpSpans(f *File) string { return dumper{spans: true}.file(f) }

// String is the node as in Dump, on one line.
func (n *Node) String() string { return dumper{}.line(n) }

type dumper struct{ spans bool }

func (d dumper) file(f *File) string {
	var out strings.Builder
	if f.Package != "" {
		fmt.Fprintf(&out, "package %s\n", f.Package)
	}
	if f.Generated {
		out.WriteString("generated\n")
	}
	for _, s := range f.Broken {
		fmt.Fprintf(&out, "broken @%d-%d\n", s.Start, s.End)
	}
	for _, n := range f.Body {
		d.node(&out, n, "")
	}
	return out.String()
}

func (d dumper) node(out *strings.Builder, n *Node, indent string) {
	one := d.line(n)
	if len(indent)+len(one) <= dumpWidth || n == nil || len(n.Kids) == 0 {
		out.WriteString(indent + one + "\n")
		return
	}
	out.WriteString(indent + "(" + d.head(n) + "\n")
	for _, k := range n.Kids {
		d.node(out, k, indent+"  ")
	}
	out.WriteString(indent + ")\n")
}

func (d dumper) line(n *Node) string {
	if n == nil {
		return "_"
	}
	head := d.head(n)
	if len(n.Kids) == 0 && short[n.Kind] {
		return head
	}
	parts := []string{head}
	for _, k := range n.Kids {
		parts = append(parts, d.line(k))
	}
	return "(" + strings.Join(parts, " ") + ")"
}

// short kinds stand without brackets when they have no kids.
var short = map[Kind]bool{Ident: true, This: true, String: true, Number: true, Bool: true, Null: true}

func (d dumper) head(n *Node) string {
	var b strings.Builder
	switch {
	case n.Kind == String:
		b.WriteString(stringText(n))
	case short[n.Kind]:
		b.WriteString(atom(n.Text))
	default:
		b.WriteString(n.Kind.String())
		if n.Text != "" {
			b.WriteString(":" + atom(n.Text))
		}
	}
	for i, name := range flagNames {
		if n.Flags&(1<<i) != 0 {
			b.WriteString(" +" + name)
		}
	}
	if n.Type != nil {
		b.WriteString(" :" + n.Type.String())
	}
	if len(n.Types) > 0 {
		b.WriteString(" <" + typeList(n.Types, ", ") + ">")
	}
	if d.spans {
		fmt.Fprintf(&b, " @%d-%d", n.Span.Start, n.Span.End)
		if n.Name != (source.Span{}) {
			fmt.Fprintf(&b, " #%d-%d", n.Name.Start, n.Name.End)
		}
	}
	return b.String()
}

func stringText(n *Node) string {
	if n.Frag != nil {
		return strconv.Quote(n.Frag.Text)
	}
	return strconv.Quote(n.Text)
}

// atom quotes a text that would not be read as one word.
func atom(s string) string {
	if s == "" || strings.ContainsAny(s, " \t\r\n\"'`()") {
		return strconv.Quote(s)
	}
	return s
}

// String is the type in a notation common to both languages.
func (t *Type) String() string {
	if t == nil {
		return "_"
	}
	switch t.Kind {
	case Named:
		s := t.Name
		if t.Qual != "" {
			s = t.Qual + "." + s
		}
		if len(t.Args) > 0 {
			s += "<" + typeList(t.Args, ", ") + ">"
		}
		return s
	case List:
		return "[]" + t.Elem.String()
	case MapOf:
		return "map[" + t.Key.String() + "]" + t.Elem.String()
	case Pointer:
		return "*" + t.Elem.String()
	case Union:
		return "(" + typeList(t.Args, "|") + ")"
	case Literal:
		return "{" + fieldList(t.Fields) + "}"
	case FuncOf:
		return "func→" + t.Elem.String()
	case Results:
		return "(" + typeList(t.Args, ", ") + ")"
	case TypeOf:
		if t.Qual != "" {
			return "typeof " + t.Qual + "." + t.Name
		}
		return "typeof " + t.Name
	}
	return "?"
}

func typeList(ts []*Type, sep string) string {
	parts := make([]string, len(ts))
	for i, t := range ts {
		parts[i] = t.String()
	}
	return strings.Join(parts, sep)
}

func fieldList(fields []*Node) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		parts[i] = f.String()
	}
	return strings.Join(parts, " ")
}

var flagNames = [...]string{
	"async", "exported", "default", "optional", "static", "receiver", "tuple", "generator",
	"typeonly", "broken", "template", "raw", "variadic", "property",
}

var kindNames = [...]string{
	"other", "ident", "this", "member", "index", "slice", "call", "new", "string", "tagged", "number",
	"bool", "null", "object", "pair", "array", "spread", "func", "param", "await", "unary", "binary",
	"cond", "assert", "block", "var", "assign", "objectpattern", "arraypattern", "if", "for", "foreach",
	"while", "dowhile", "switch", "case", "try", "return", "throw", "go", "defer", "yield", "break",
	"continue", "incdec", "class", "interface", "field", "typealias", "enum", "decorator", "import", "export",
}

func (k Kind) String() string { return kindNames[k] }
