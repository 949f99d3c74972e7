package prisma

import (
	"fmt"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/source"
)

// block is one top-level declaration.
type block struct {
	kind, name           string
	span, nameSpan, body source.Span
	fields               []*field
	attrs                []*attr
	props                []arg
}

// field is a field of a model, or a value of an enum (no type then).
type field struct {
	name, typ      string
	list, optional bool
	unsupported    string
	attrs          []*attr
	span, nameSpan source.Span
	typeEnd        int
}

// attr is @name(args) or @@name(args); name without the at signs ("db.Text").
type attr struct {
	name string
	args []arg
	span source.Span
}

type arg struct {
	name  string
	value value
}

type valueKind uint8

const (
	missing valueKind = iota
	stringValue
	numberValue
	nameValue // a name or path, with args if it is called
	listValue
	objectValue // args are its pairs
)

type value struct {
	kind   valueKind
	text   string
	called bool
	items  []value
	args   []arg
	span   source.Span
}

// maxDepth bounds the nesting of values; real schemas stay below ten.
const maxDepth = 64

type parser struct {
	tokens   []token
	at       int
	problems []facts.Problem
}

func newParser(text []byte) *parser { return &parser{tokens: lex(text)} }

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) ahead(n int) token { return p.tokens[min(p.at+n, len(p.tokens)-1)] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != eof {
		p.at++
	}
	return t
}

func (p *parser) skipNewlines() {
	for p.peek().kind == newline {
		p.at++
	}
}

// maxProblems keeps a file that is no schema at all from flooding the user.
const maxProblems = 20

func (p *parser) problem(at source.Span, format string, args ...any) {
	if len(p.problems) < maxProblems {
		p.problems = append(p.problems, facts.Problem{Kind: facts.Syntax, Message: fmt.Sprintf(format, args...), Span: at})
	}
}

var blockKinds = map[string]bool{"model": true, "view": true, "enum": true, "type": true, "datasource": true, "generator": true}

// atBlock reports whether a declaration starts here: two names and a brace.
// Inside a block it means that the closing brace is missing.
func (p *parser) atBlock() bool {
	return p.peek().kind == ident && p.ahead(1).kind == ident && p.ahead(2).is("{")
}

// atMember reports whether a member of a block, or a block, starts here rather
// than a further value of an open list: two names in a row never stand in one.
func (p *parser) atMember() bool {
	return p.peek().kind == ident && p.ahead(1).kind == ident
}

func (p *parser) file() []*block {
	var blocks []*block
	for {
		p.skipNewlines()
		t := p.peek()
		switch {
		case t.kind == eof:
			return blocks
		case p.atBlock():
			blocks = append(blocks, p.block())
		default:
			p.problem(t.span, "expected model, enum, view, type, datasource or generator")
			p.skipOdd()
		}
	}
}

// skipOdd leaves out what is no declaration: the line, or a whole braced group.
func (p *parser) skipOdd() {
	depth := 0
	for {
		t := p.peek()
		if t.kind == eof || depth == 0 && t.kind == newline {
			return
		}
		if t.kind == newline && p.startsBlockAfter() {
			return
		}
		switch {
		case t.is("{"):
			depth++
		case t.is("}"):
			depth = max(0, depth-1)
		}
		p.at++
	}
}

func (p *parser) startsBlockAfter() bool {
	save := p.at
	defer func() { p.at = save }()
	p.skipNewlines()
	return p.atBlock()
}

func (p *parser) block() *block {
	kind, name := p.next(), p.next()
	open := p.next()
	b := &block{kind: kind.text, name: name.text, nameSpan: name.span}
	if !blockKinds[b.kind] {
		p.problem(kind.span, "expected model, enum, view, type, datasource or generator, not %s", b.kind)
	}
	b.body = source.Span{Start: open.span.End, End: open.span.End}
	for {
		p.skipNewlines()
		t := p.peek()
		if t.is("}") {
			b.body.End = t.span.Start
			b.span = source.Span{Start: kind.span.Start, End: t.span.End}
			p.at++
			return b
		}
		if t.kind == eof || p.atBlock() {
			b.span = source.Span{Start: kind.span.Start, End: b.body.End}
			p.problem(b.nameSpan, "%s %s has no closing brace", b.kind, b.name)
			return b
		}
		p.member(b)
		b.body.End = p.lastEnd()
	}
}

// lastEnd is the end of the token before the current one.
func (p *parser) lastEnd() int {
	if p.at == 0 {
		return 0
	}
	return p.tokens[p.at-1].span.End
}

func (p *parser) member(b *block) {
	t := p.peek()
	switch {
	case t.is("@@"):
		b.attrs = append(b.attrs, p.attribute())
	case t.kind == ident && (b.kind == "datasource" || b.kind == "generator"):
		p.property(b)
	case t.kind == ident:
		b.fields = append(b.fields, p.field(b.kind))
	default:
		p.problem(t.span, "expected a field or an attribute")
		p.at++
	}
	p.endOfLine()
}

// endOfLine skips to the line break; a brace that closes the block stays.
func (p *parser) endOfLine() {
	reported := false
	for {
		t := p.peek()
		if t.kind == newline || t.kind == eof || t.is("}") {
			return
		}
		if !reported {
			p.problem(t.span, "unexpected %q", t.text)
			reported = true
		}
		p.at++
	}
}

func (p *parser) property(b *block) {
	name := p.next()
	if !p.peek().is("=") {
		p.problem(name.span, "expected = after %s", name.text)
		return
	}
	p.at++
	b.props = append(b.props, arg{name.text, p.value(0)})
}

func (p *parser) field(kind string) *field {
	name := p.next()
	f := &field{name: name.text, nameSpan: name.span, span: name.span, typeEnd: name.span.End}
	if p.peek().is(":") { // the old form name: Type
		p.at++
	}
	if p.peek().kind == ident {
		p.fieldType(f)
	} else if kind != "enum" && p.peek().kind == newline {
		p.problem(name.span, "field %s has no type", name.text)
	}
	for p.peek().is("@") || p.peek().is("@@") {
		f.attrs = append(f.attrs, p.attribute())
	}
	f.span.End = p.lastEnd()
	return f
}

func (p *parser) fieldType(f *field) {
	t := p.next()
	f.typ = t.text
	if f.typ == "Unsupported" && p.peek().is("(") {
		if args := p.args(0); len(args) > 0 {
			f.unsupported = args[0].value.text
		}
	}
	for {
		switch {
		case p.peek().is("[") && p.ahead(1).is("]"):
			f.list = true
			p.at += 2
		case p.peek().is("?"):
			f.optional = true
			p.at++
		default:
			f.typeEnd = p.lastEnd()
			return
		}
	}
}

func (p *parser) attribute() *attr {
	start := p.next().span.Start
	a := &attr{}
	for p.peek().kind == ident {
		a.name += p.next().text
		if !p.peek().is(".") {
			break
		}
		a.name += "."
		p.at++
	}
	if p.peek().is("(") {
		a.args = p.args(0)
	}
	a.span = source.Span{Start: start, End: p.lastEnd()}
	if a.name == "" {
		p.problem(a.span, "expected the name of an attribute")
	}
	return a
}

// args reads a bracketed list of arguments; line breaks inside do not count.
// A list left open ends where the next member or block begins.
func (p *parser) args(depth int) []arg { return p.list("(", ")", depth) }

func (p *parser) list(open, end string, depth int) []arg {
	first := p.next().span
	var out []arg
	for {
		before := p.at
		p.skipNewlines()
		t := p.peek()
		switch {
		case t.is(end):
			p.at++
			return out
		case t.kind == eof || t.is("@@") || t.is("@") || t.is("}") && end != "}" || p.atMember() || t.is(")") || t.is("]"):
			p.problem(first, "%s is not closed", open)
			p.at = before // the line break ends the member
			return out
		case t.is(","):
			p.at++
		default:
			out = append(out, p.argument(depth))
		}
	}
}

func (p *parser) argument(depth int) arg {
	a := arg{}
	if p.peek().kind == ident && p.ahead(1).is(":") {
		a.name = p.next().text
		p.at++
		p.skipNewlines()
	}
	before := p.at
	a.value = p.value(depth + 1)
	if p.at == before && !p.closes(p.peek()) {
		p.problem(p.peek().span, "unexpected %q", p.peek().text)
		p.at++
	}
	return a
}

func (p *parser) closes(t token) bool {
	return t.kind == eof || t.is(")") || t.is("]") || t.is("}") || t.is(",") || t.is("@") || t.is("@@") || t.kind == newline
}

// value reads one value; it consumes nothing where none stands.
func (p *parser) value(depth int) value {
	t := p.peek()
	v := value{span: t.span}
	if depth > maxDepth {
		return v
	}
	switch {
	case t.kind == str:
		v.kind, v.text = stringValue, p.next().text
	case t.kind == number:
		v.kind, v.text = numberValue, p.next().text
	case t.is("["):
		v.kind = listValue
		for _, a := range p.list("[", "]", depth) {
			v.items = append(v.items, a.value)
		}
	case t.is("{"):
		v.kind = objectValue
		v.args = p.list("{", "}", depth)
	case t.kind == ident:
		v.kind, v.text = nameValue, p.path()
		if p.peek().is("(") {
			v.called = true
			v.args = p.args(depth)
		}
	}
	if v.kind != missing {
		v.span.End = p.lastEnd()
	}
	return v
}

func (p *parser) path() string {
	text := p.next().text
	for p.peek().is(".") && p.ahead(1).kind == ident {
		p.at++
		text += "." + p.next().text
	}
	return text
}
