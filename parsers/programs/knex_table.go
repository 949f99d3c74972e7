package programs

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// knexTable is createTable(name, t => ...) or alterTable(name, t => ...).
func knexTable(r *reader, l *link, s *scope, in *code.Node) bool {
	f := function(r.file, l.arg(1))
	if f == nil || f.Body() == nil || len(f.Params()) == 0 || f.Params()[0].Text == "" {
		return false
	}
	t := &knexBody{r: r, l: l, s: s, in: in, handle: f.Params()[0].Text, create: strings.HasPrefix(l.name, "createTable"), ok: true}
	t.body(f.Body())
	for _, before := range t.before {
		t.ok = before() && t.ok
	}
	if t.create {
		b := r.build(l.span, s, "CREATE TABLE ").raw(map[bool]string{true: "IF NOT EXISTS "}[l.name == "createTableIfNotExists"]).knexName(in, l.arg(0)).raw(" (")
		parts := append(t.parts, t.constraints...)
		b.list(len(parts), func(i int) { parts[i](b) })
		if !b.raw(")").send() {
			return false
		}
	}
	for _, after := range append(t.after, t.keys...) {
		t.ok = after() && t.ok
	}
	return t.ok
}

// knexBody collects what the function of one table does.
type knexBody struct {
	r      *reader
	l      *link
	s      *scope
	in     *code.Node
	handle string
	create bool
	// parts and constraints stand inside CREATE TABLE; before, after and keys
	// are statements around it: knex adds keys when all columns are there.
	parts, constraints  []func(*builder)
	before, after, keys []func() bool
	ok                  bool
}

func (t *knexBody) body(n *code.Node) {
	if n == nil {
		return
	}
	if n.Kind == code.Block {
		for _, k := range n.Kids {
			t.body(k)
		}
		return
	}
	if n.Kind == code.Return && len(n.Kids) > 0 {
		n = n.Kids[0]
	}
	c := flatten(n)
	if c == nil || c.root == nil || c.root.Kind != code.Ident || c.root.Text != t.handle || len(c.links) == 0 || !t.one(c) {
		t.ok = false
	}
}

// alter is an ALTER TABLE that stands at a chain.
func (t *knexBody) alter(c *chain, f func(*builder)) func() bool {
	return func() bool {
		b := t.r.build(c.node.Span, t.s, "ALTER TABLE ").knexName(t.in, t.l.arg(0)).raw(" ")
		f(b)
		return b.send()
	}
}

// later alters in the order in which the function says.
func (t *knexBody) later(c *chain, f func(*builder)) { t.after = append(t.after, t.alter(c, f)) }

// key adds a constraint: inside CREATE TABLE, or when the columns are there.
func (t *knexBody) key(c *chain, f func(*builder)) {
	if t.create {
		t.constraints = append(t.constraints, f)
		return
	}
	t.keys = append(t.keys, t.alter(c, func(b *builder) { b.raw("ADD "); f(b) }))
}

// one is one chain: a column with its modifiers, or a command.
func (t *knexBody) one(c *chain) bool {
	first := &c.links[0]
	if knexTypes[first.name] != "" || first.name == "specificType" {
		return t.column(c)
	}
	switch first.name {
	case "timestamps":
		t.timestamps(c)
	case "index":
		t.index(c, first.arg(0), first.arg(1), first.arg(2))
	case "unique", "primary":
		t.unique(c, first.name, first.arg(0), first.arg(1))
	case "foreign":
		return t.foreign(c, first.arg(0), first.arg(1))
	case "check":
		text, ok := t.r.str(first.arg(0), t.s)
		if !ok {
			return false
		}
		t.key(c, func(b *builder) {
			if n := first.arg(2); n != nil {
				b.raw("CONSTRAINT ").column(n).raw(" ")
			}
			b.raw("CHECK (", text, ")")
		})
	case "comment", "engine", "charset", "collate", "queryContext":
	default:
		return t.other(c, first)
	}
	return true
}

// other are the commands that alter what is there.
func (t *knexBody) other(c *chain, l *link) bool {
	switch l.name {
	case "dropColumn", "dropColumns":
		for _, a := range l.args {
			kids := []*code.Node{a}
			if list := t.r.array(a, t.s); list != nil {
				kids = list.Kids
			}
			for _, k := range kids {
				t.later(c, func(b *builder) { b.raw("DROP COLUMN ").column(k) })
			}
		}
	case "renameColumn":
		t.later(c, func(b *builder) { b.raw("RENAME COLUMN ").column(l.arg(0)).raw(" TO ").column(l.arg(1)) })
	case "setNullable":
		t.later(c, func(b *builder) { b.raw("ALTER COLUMN ").column(l.arg(0)).raw(" DROP NOT NULL") })
	case "dropNullable":
		t.later(c, func(b *builder) { b.raw("ALTER COLUMN ").column(l.arg(0)).raw(" SET NOT NULL") })
	case "dropTimestamps":
		for _, name := range t.timestampNames(l.arg(0)) {
			t.later(c, func(b *builder) { b.raw("DROP COLUMN ", name) })
		}
	case "dropForeign", "dropUnique":
		kind := strings.ToLower(strings.TrimPrefix(l.name, "drop"))
		t.later(c, func(b *builder) { b.raw("DROP CONSTRAINT "); t.name(b, l.arg(0), l.arg(1), kind) })
	case "dropPrimary":
		t.later(c, func(b *builder) { b.raw("DROP CONSTRAINT "); t.name(b, nil, l.arg(0), "pkey") })
	case "dropChecks":
		for _, a := range l.args {
			t.later(c, func(b *builder) { b.raw("DROP CONSTRAINT ").column(a) })
		}
	case "dropIndex":
		t.after = append(t.after, func() bool {
			b := t.r.build(c.node.Span, t.s, "DROP INDEX ")
			if t.in != nil {
				b.column(t.in).raw(".")
			}
			t.name(b, l.arg(0), l.arg(1), "index")
			return b.send()
		})
	default:
		return false
	}
	return true
}

// name adds the name of a key or index: the one given, else table, columns
// and kind in lower case, as knex makes it.
func (t *knexBody) name(b *builder, columns, given *code.Node, kind string) {
	if o := t.r.object(given, t.s); o != nil {
		given = o.Get("indexName")
		if given == nil {
			given = o.Get("constraintName")
		}
	}
	if text, ok := t.r.str(given, t.s); ok && text != "" {
		b.column(given)
		return
	}
	table, ok := t.r.str(t.l.arg(0), t.s)
	parts := []string{strings.NewReplacer(".", "_", "-", "_").Replace(table)}
	if list := t.r.array(columns, t.s); list != nil {
		for _, k := range list.Kids {
			text, known := t.r.str(k, t.s)
			parts, ok = append(parts, text), ok && known
		}
	} else if columns != nil {
		text, known := t.r.str(columns, t.s)
		parts, ok = append(parts, text), ok && known
	}
	b.bad = b.bad || !ok
	name := strings.Join(append(parts, kind), "_")
	if columns != nil {
		name = strings.ToLower(name)
	}
	b.raw(sqltext.QuoteIdent(name))
}

// timestampNames are the two columns; the option is a flag or an object.
func (t *knexBody) timestampNames(option *code.Node) []string {
	if t.r.isTrue(option, t.s) || t.r.isTrue(t.r.object(option, t.s).Get("useCamelCase"), t.s) {
		return []string{`"createdAt"`, `"updatedAt"`}
	}
	return []string{"created_at", "updated_at"}
}

// timestamps is timestamps(useTimestamps, defaultToNow, useCamelCase), or the
// same as an object.
func (t *knexBody) timestamps(c *chain) {
	l := &c.links[0]
	o := t.r.object(l.arg(0), t.s)
	camel := l.arg(2)
	if o != nil {
		camel = l.arg(0)
	}
	typ := " timestamptz"
	if t.r.isTrue(l.arg(1), t.s) || t.r.isTrue(o.Get("defaultToNow"), t.s) {
		typ += " NOT NULL DEFAULT CURRENT_TIMESTAMP"
	}
	for _, name := range t.timestampNames(camel) {
		if t.create {
			t.parts = append(t.parts, func(b *builder) { b.in(c.node.Span, func() { b.raw(name, typ) }) })
		} else {
			t.later(c, func(b *builder) { b.raw("ADD COLUMN ", name, typ) })
		}
	}
}
