package nplusone

import (
	"fmt"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
)

// prismaRewrite turns a read by a key into one findMany and a Map in front of
// the loop, and a loop that does nothing but write into one write.
func prismaRewrite(j *job) (diagnostics.Fix, bool) {
	it, ok := j.iteration()
	if !ok || !j.asyncAround() {
		return diagnostics.Fix{}, false
	}
	call := j.call.Site.Node
	if call.Kind != code.Call || len(call.Args()) != 1 || call.Args()[0].Kind != code.Object || call.Args()[0].Open() {
		return diagnostics.Fix{}, false
	}
	// prisma.user.findUnique: the part in front of the method.
	callee := call.Kids[0]
	if callee.Kind != code.Member || mentions(callee, it.elem) {
		return diagnostics.Fix{}, false
	}
	delegate := j.text(callee.Kids[0])
	switch callee.Text {
	case "findUnique", "findFirst":
		return j.prismaRead(it, delegate, call)
	case "create":
		return j.prismaCreate(it, delegate, call)
	case "delete", "deleteMany":
		return j.prismaDelete(it, delegate, call)
	}
	return diagnostics.Fix{}, false
}

// key reads `where: { field: element.path }` with exactly one key.
func (j *job) key(it iteration, call *code.Node) (field string, value *code.Node, ok bool) {
	where := call.Args()[0].Get("where")
	if where == nil || where.Kind != code.Object || len(where.Kids) != 1 || where.Open() {
		return "", nil, false
	}
	pair := where.Kids[0]
	if pair.Kind != code.Pair || !path(pair.Kids[0], it.elem) {
		return "", nil, false
	}
	return pair.Text, pair.Kids[0], true
}

func (j *job) prismaRead(it iteration, delegate string, call *code.Node) (diagnostics.Fix, bool) {
	field, value, ok := j.key(it, call)
	rest, keeps := j.otherArgs(it, call, field)
	at, own := j.before()
	if !ok || !keeps || !own || !j.unique(field) {
		return diagnostics.Fix{}, false
	}
	await := j.awaitOf(call)
	if await == nil {
		return diagnostics.Fix{}, false
	}
	model := delegate[strings.LastIndexByte(delegate, '.')+1:]
	rows, byKey := j.free(plural(model)), j.free(model+"By"+upperFirst(field))
	entry := "[row." + field + ", row]"
	if j.p.File.Lang == source.TypeScript || j.p.File.Lang == source.TSX {
		entry += " as const"
	}
	nl := j.newline() + j.indent(at.Start)
	batch := fmt.Sprintf("const %s = await %s.findMany({ where: { %s: { in: %s } }%s });%sconst %s = new Map(%s.map((row) => %s));%s",
		rows, delegate, field, keysOf(it, j.text(value)), rest, nl, byKey, rows, entry, nl)
	look := fmt.Sprintf("%s.get(%s) ?? null", byKey, j.text(value))
	if !j.plainPlace(await) {
		look = "(" + look + ")"
	}
	return diagnostics.Fix{
		Title: fmt.Sprintf("Read all of `%s` with one findMany before the loop", model),
		Edits: []diagnostics.FileEdit{j.p.Edit(at, batch), j.p.Edit(await.Span, look)},
	}, true
}

// keysOf is the list of key values of all elements.
func keysOf(it iteration, value string) string {
	if value == it.elem {
		return it.over
	}
	return fmt.Sprintf("%s.map((%s) => %s)", it.over, it.elem, value)
}

// otherArgs is the text of include, select and omit, to be kept. A select must
// hold the key, since the Map needs it.
func (j *job) otherArgs(it iteration, call *code.Node, field string) (string, bool) {
	var b strings.Builder
	for _, pair := range call.Args()[0].Kids {
		switch pair.Text {
		case "where":
			continue
		case "include", "omit", "select":
		default:
			return "", false
		}
		value := pair.Kids[0]
		if mentions(value, it.elem) || pair.Text == "omit" || pair.Text == "select" && value.Get(field) == nil {
			return "", false
		}
		b.WriteString(", " + j.text(pair))
	}
	return b.String(), true
}

// unique reports whether a field alone is a key of the table.
func (j *job) unique(field string) bool {
	q := j.call.Query
	if len(q.Known) == 0 || q.Known[0] == nil {
		return false
	}
	c := q.Known[0].Field(field)
	for _, key := range q.Known[0].Keys() {
		if c != nil && len(key) == 1 && key[0] == c.Name {
			return true
		}
	}
	return false
}

// alone reports whether the loop's body is nothing but the awaited call.
func (j *job) alone(it iteration, call *code.Node) bool {
	if it.body == nil || it.body.Kind != code.Block || len(it.body.Kids) != 1 || j.loop.Node.Kind != code.ForEach {
		return false
	}
	only := it.body.Kids[0]
	return only.Kind == code.Await && only.Kids[0].Span == call.Span
}

func (j *job) prismaCreate(it iteration, delegate string, call *code.Node) (diagnostics.Fix, bool) {
	obj := call.Args()[0]
	data := obj.Get("data")
	if !j.alone(it, call) || data == nil || len(obj.Kids) != 1 || data.Kind == code.Object && !flat(data) {
		return diagnostics.Fix{}, false
	}
	rows := fmt.Sprintf("%s.map((%s) => (%s))", it.over, it.elem, j.text(data))
	if data.Kind == code.Ident && data.Text == it.elem {
		rows = it.over
	}
	return j.replaceLoop("Write all rows with one createMany", fmt.Sprintf("await %s.createMany({ data: %s });", delegate, rows))
}

// flat reports whether data holds no nested write and waits for nothing.
func flat(data *code.Node) bool {
	ok := true
	for _, pair := range data.Kids {
		ok = ok && pair.Kind == code.Pair && pair.Kids[0].Kind != code.Object
	}
	data.Walk(func(n *code.Node) bool {
		ok = ok && n.Kind != code.Await
		return ok
	})
	return ok
}

func (j *job) prismaDelete(it iteration, delegate string, call *code.Node) (diagnostics.Fix, bool) {
	field, value, ok := j.key(it, call)
	if !ok || !j.alone(it, call) || len(call.Args()[0].Kids) != 1 {
		return diagnostics.Fix{}, false
	}
	return j.replaceLoop("Delete all rows with one deleteMany",
		fmt.Sprintf("await %s.deleteMany({ where: { %s: { in: %s } } });", delegate, field, keysOf(it, j.text(value))))
}

func (j *job) replaceLoop(title, text string) (diagnostics.Fix, bool) {
	return diagnostics.Fix{Title: title, Edits: []diagnostics.FileEdit{j.p.Edit(j.loop.Node.Span, text)}}, true
}

// awaitOf is the await of the call itself.
func (j *job) awaitOf(call *code.Node) *code.Node {
	var found *code.Node
	j.loop.Node.Walk(func(n *code.Node) bool {
		if n.Kind == code.Await && n.Kids[0].Span == call.Span {
			found = n
		}
		return found == nil && n.Span.Covers(call.Span)
	})
	return found
}

// plainPlace reports whether an expression of low precedence can stand in
// place of n without brackets: as an initial value, an argument or a result.
func (j *job) plainPlace(n *code.Node) bool {
	plain := false
	j.loop.Node.Walk(func(m *code.Node) bool {
		for i, k := range m.Kids {
			if k == n {
				plain = m.Kind == code.Var || m.Kind == code.Assign || m.Kind == code.Return || m.Kind == code.Block ||
					m.Kind == code.Pair || m.Kind == code.Array || m.Kind == code.Call && i > 0
			}
		}
		return true
	})
	return plain
}

// asyncAround reports whether await may stand in front of the loop.
func (j *job) asyncAround() bool {
	nodes := j.around(j.loop.Stmt)
	for i := len(nodes) - 1; i >= 0; i-- {
		if nodes[i].Kind == code.Func {
			return nodes[i].Is(code.Async)
		}
	}
	return j.loop.Func == 0
}

func plural(s string) string {
	switch {
	case strings.HasSuffix(s, "s"), strings.HasSuffix(s, "x"), strings.HasSuffix(s, "ch"):
		return s + "es"
	case strings.HasSuffix(s, "y") && len(s) > 1 && !strings.ContainsRune("aeiou", rune(s[len(s)-2])):
		return s[:len(s)-1] + "ies"
	}
	return s + "s"
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
