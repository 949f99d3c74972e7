package facts

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
)

// Dump prints what program flow tells about a file, for goldens: functions
// with their loops and calls in the order of the text, then the outline.
// Places are lines and columns from 1; text is the file's own.
func (f *Facts) Dump(text []byte) string {
	d := &dumper{f: f, lines: source.NewLineIndex(text), text: text}
	for i := range f.Funcs {
		d.function(i)
	}
	d.outline(&f.Outline)
	for _, q := range f.Loose {
		d.printf("loose\n%s", indent(q.Dump(), "  "))
	}
	return d.String()
}

type dumper struct {
	strings.Builder
	f     *Facts
	lines *source.LineIndex
	text  []byte
}

func (d *dumper) printf(format string, args ...any) { fmt.Fprintf(&d.Builder, format, args...) }

func (d *dumper) at(off int) string {
	line, col := d.lines.RuneColumn(off)
	return fmt.Sprintf("%d:%d", line+1, col+1)
}

// cut is a stretch of the text on one line.
func (d *dumper) cut(s source.Span) string {
	return strings.Join(strings.Fields(s.In(d.text)), " ")
}

func (f *Facts) funcName(i int) string {
	switch {
	case i < 0:
		return "none"
	case i == 0:
		return "file"
	}
	name := f.Funcs[i].Name
	if f.Funcs[i].Type != "" {
		name = f.Funcs[i].Type + "." + name
	}
	if p := f.Funcs[i].Parent; p > 0 {
		name = f.funcName(p) + "/" + name
	}
	return name
}

func (d *dumper) function(i int) {
	f := &d.f.Funcs[i]
	var params []string
	for _, p := range f.Params {
		params = append(params, words(p.Name, known(p.Ref)))
	}
	d.printf("func %s\n", words(d.f.funcName(i)+"("+strings.Join(params, ", ")+")", flag(f.Exported, "exported"), flag(f.Broken, "broken")))
	type item struct {
		at    source.Span
		print func()
	}
	var items []item
	for k := range d.f.Loops {
		if d.f.Loops[k].Func == i {
			items = append(items, item{d.f.Loops[k].Head, func() { d.loop(k) }})
		}
	}
	for k := range d.f.Calls {
		if d.f.Calls[k].Func == i {
			items = append(items, item{d.f.Calls[k].NameSpan, func() { d.call(k) }})
		}
	}
	slices.SortStableFunc(items, func(a, b item) int { return a.at.Start - b.at.Start })
	for _, it := range items {
		it.print()
	}
}

func (d *dumper) loop(i int) {
	l := &d.f.Loops[i]
	over := ""
	if l.Over != "" {
		over = "over " + words(l.Over, known(l.OverRef))
	}
	from := ""
	if l.OverCall >= 0 {
		from = "from call " + d.f.Calls[l.OverCall].Name
	}
	depth := 0
	for p := l.Parent; p >= 0; p = d.f.Loops[p].Parent {
		depth++
	}
	d.printf("%sloop %s\n", strings.Repeat("  ", depth+1), words(fmt.Sprintf("%d", i), d.at(l.Head.Start), "`"+d.cut(l.Head)+"`", l.Kind.String(),
		prefixed("var ", l.Var), over, from, flag(l.Concurrent, "concurrent")))
}

func (d *dumper) call(i int) {
	c := &d.f.Calls[i]
	pad := strings.Repeat("  ", len(c.In)+1)
	d.printf("%scall %s\n", pad, words(d.at(c.NameSpan.Start), c.Name, "=", c.Callee.String(), d.target(c),
		d.deps(c.Loops, c.Params, c.Func), flag(c.Awaited, "awaited"), flag(c.Consumed && !c.Awaited, "consumed"),
		flag(c.Guarded, "guarded"), flag(c.Last, "last"), prefixed("to ", c.Result)))
	for _, a := range c.Args {
		if deps := words(flag(a.List, "list"), d.deps(a.Loops, a.Params, c.Func), d.argFunc(a.Func)); deps != "" {
			d.printf("%s  arg %s %s\n", pad, shorten(d.cut(a.Span)), deps)
		}
	}
	for _, k := range c.Candidates {
		var models []string
		for _, m := range k.Models {
			models = append(models, m.String())
		}
		d.printf("%s  query %s\n", pad, words(k.Library, k.Kind, fmt.Sprintf("at %d", k.At), prefixed("models ", strings.Join(models, ", "))))
		d.printf("%s", indent(k.Query.Dump(), pad+"    "))
	}
}

func (d *dumper) target(c *CallSite) string {
	if c.Target < 0 {
		return ""
	}
	return "-> " + d.f.funcName(c.Target)
}

func (d *dumper) argFunc(i int) string {
	if i < 0 {
		return ""
	}
	return "func " + d.f.funcName(i)
}

// deps names the loops by number and the parameters of the function.
func (d *dumper) deps(loops, params Deps, fn int) string {
	var out []string
	for i := range d.f.Loops {
		if loops.Has(i) {
			out = append(out, fmt.Sprintf("loop %d", i))
		}
	}
	for i, p := range d.f.Funcs[fn].Params {
		if i < Receiver && params.Has(i) {
			name := p.Name
			if name == "" {
				name = fmt.Sprintf("#%d", i)
			}
			out = append(out, name)
		}
	}
	if params.Has(Receiver) {
		out = append(out, "this")
	}
	if out == nil {
		return ""
	}
	return "{" + strings.Join(out, ", ") + "}"
}

var symbolNames = [...]string{"value", "function", "class", "interface", "alias", "reexport"}

func (d *dumper) outline(o *Outline) {
	d.printf("%s\n", words("outline", o.Package))
	for _, name := range slices.Sorted(maps.Keys(o.Symbols)) {
		s := o.Symbols[name]
		d.printf("  %s\n", words(symbolNames[s.Kind], name, flag(s.Exported, "exported"), flag(s.Fixed, "fixed"),
			known(s.Ref), results(s.Results), prefixed("given ", known(s.Given)), prefixed("extends ", refs(s.Bases)), prefixed("implements ", refs(s.Implements))))
		for _, m := range slices.Sorted(maps.Keys(s.Members)) {
			d.member(m, s.Members[m])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o.Exports)) {
		d.printf("  export %s %s\n", name, o.Exports[name])
	}
	for _, s := range o.Stars {
		d.printf("  export * from %s\n", s)
	}
	d.printf("  %s\n", words("imports", strings.Join(o.Imports, ", ")))
}

func (d *dumper) member(name string, m Member) {
	kind := "field"
	if m.Method {
		kind = fmt.Sprintf("method/%d", m.Arity)
		if m.Func < 0 {
			kind += " bodiless"
		}
	}
	d.printf("    .%s\n", words(name, kind, known(m.Ref), results(m.Results)))
}

func results(list []code.Ref) string {
	if len(list) < 2 {
		return ""
	}
	return "(" + refs(list) + ")"
}

func refs(list []code.Ref) string {
	var out []string
	for _, r := range list {
		out = append(out, r.String())
	}
	return strings.Join(out, ", ")
}

func known(r code.Ref) string {
	if !r.Known() {
		return ""
	}
	return "<" + r.String() + ">"
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

func flag(yes bool, name string) string {
	if yes {
		return name
	}
	return ""
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func words(list ...string) string {
	return strings.Join(slices.DeleteFunc(list, func(s string) bool { return s == "" }), " ")
}

func indent(s, pad string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		b.WriteString(pad + strings.TrimRight(line, "\n") + "\n")
	}
	return b.String()
}
