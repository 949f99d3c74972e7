package programs

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
)

// knexTypes are the types of knex's column methods in PostgreSQL (Knex
// documentation, "Schema Builder").
var knexTypes = map[string]string{"increments": "serial", "bigIncrements": "bigserial", "integer": "integer", "bigInteger": "bigint",
	"tinyint": "smallint", "smallint": "smallint", "mediumint": "integer", "bigint": "bigint", "text": "text", "string": "varchar(255)",
	"float": "real", "double": "double precision", "decimal": "numeric(8,2)", "boolean": "boolean", "date": "date", "datetime": "timestamptz",
	"timestamp": "timestamptz", "time": "time", "binary": "bytea", "json": "json", "jsonb": "jsonb", "uuid": "uuid", "enu": "text", "enum": "text"}

// knexTable is createTable(name, t => ...) or alterTable(name, t => ...).
func knexTable(r *reader, l *link, s *scope) bool {
	f := function(r.file, l.arg(1))
	if f == nil || f.Body() == nil || len(f.Params()) == 0 || f.Params()[0].Text == "" {
		return false
	}
	t := &knexBody{r: r, l: l, s: s, handle: f.Params()[0].Text, create: strings.HasPrefix(l.name, "createTable"), ok: true}
	t.body(f.Body())
	if t.create {
		b := r.build(l.span, s, "CREATE TABLE ").raw(map[bool]string{true: "IF NOT EXISTS "}[l.name == "createTableIfNotExists"]).name(l.arg(0)).raw(" (")
		b.list(len(t.parts), func(i int) { t.parts[i](b) })
		if !b.raw(")").send() {
			return false
		}
	}
	for _, after := range t.after {
		t.ok = after() && t.ok
	}
	return t.ok
}

// knexBody collects what the function of one table does.
type knexBody struct {
	r      *reader
	l      *link
	s      *scope
	handle string
	create bool
	// parts stand inside CREATE TABLE, after are statements behind it.
	parts []func(*builder)
	after []func() bool
	ok    bool
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

// one is one chain: a column with its modifiers, or a command.
func (t *knexBody) one(c *chain) bool {
	first := &c.links[0]
	if knexTypes[first.name] != "" || first.name == "specificType" {
		return t.column(c)
	}
	alter := func(f func(*builder)) {
		t.after = append(t.after, func() bool {
			b := t.r.build(c.node.Span, t.s, "ALTER TABLE ").name(t.l.arg(0)).raw(" ")
			f(b)
			return b.send()
		})
	}
	switch first.name {
	case "dropColumn", "dropColumns":
		for _, a := range first.args {
			alter(func(b *builder) { b.raw("DROP COLUMN ").column(a) })
		}
	case "renameColumn":
		alter(func(b *builder) { b.raw("RENAME COLUMN ").column(first.arg(0)).raw(" TO ").column(first.arg(1)) })
	case "dropForeign", "dropUnique", "dropPrimary", "dropIndex", "dropTimestamps":
		return false
	case "timestamps":
		for _, name := range []string{"created_at", "updated_at"} {
			def := func(b *builder) { b.raw(name, " timestamptz NOT NULL DEFAULT now()") }
			if first.arg(1) == nil {
				def = func(b *builder) { b.raw(name, " timestamptz") }
			}
			if t.create {
				t.parts = append(t.parts, def)
			} else {
				alter(func(b *builder) { b.raw("ADD COLUMN "); def(b) })
			}
		}
	case "index":
		t.index(c, first.arg(0), first.arg(1))
	case "unique", "primary":
		words := strings.ToUpper(first.name)
		if words == "PRIMARY" {
			words += " KEY"
		}
		if t.create {
			t.parts = append(t.parts, func(b *builder) { b.raw(words, " (").columns(first.arg(0)).raw(")") })
		} else {
			alter(func(b *builder) { b.raw("ADD ", words, " (").columns(first.arg(0)).raw(")") })
		}
	case "foreign":
		return t.foreign(c, alter)
	case "comment", "engine", "charset", "collate":
	default:
		return false
	}
	return true
}

func (t *knexBody) index(c *chain, columns, name *code.Node) {
	t.after = append(t.after, func() bool {
		b := t.r.build(c.node.Span, t.s, "CREATE INDEX ")
		if text, ok := t.r.str(name, t.s); ok && text != "" {
			b.column(name).raw(" ")
		}
		return b.raw("ON ").name(t.l.arg(0)).raw(" (").columns(columns).raw(")").send()
	})
}

// foreign is t.foreign("a").references("b").inTable("t").
func (t *knexBody) foreign(c *chain, alter func(func(*builder))) bool {
	target := t.target(c)
	if target == nil {
		return false
	}
	write := func(b *builder) {
		b.raw("FOREIGN KEY (").columns(c.links[0].arg(0)).raw(") ")
		target(b)
	}
	if t.create {
		t.parts = append(t.parts, write)
	} else {
		alter(func(b *builder) { b.raw("ADD "); write(b) })
	}
	return true
}

// target writes REFERENCES if the chain says where to.
func (t *knexBody) target(c *chain) func(*builder) {
	var column, table *code.Node
	var onDelete *code.Node
	for i := range c.links {
		switch l := &c.links[i]; l.name {
		case "references":
			column = l.arg(0)
		case "inTable", "on":
			table = l.arg(0)
		case "onDelete":
			onDelete = l.arg(0)
		}
	}
	if column == nil {
		return nil
	}
	return func(b *builder) {
		text, ok := t.r.str(column, t.s)
		if in, of, dotted := strings.Cut(text, "."); table == nil && ok && dotted {
			b.raw("REFERENCES ", quoted(in), " (", quoted(of), ")")
		} else if table == nil {
			b.bad = true
		} else {
			b.raw("REFERENCES ").name(table).raw(" (").columns(column).raw(")")
		}
		b.action(" ON DELETE ", onDelete)
	}
}

// column is t.string("name").notNullable()...
func (t *knexBody) column(c *chain) bool {
	first := &c.links[0]
	name, typ := first.arg(0), knexTypes[first.name]
	switch {
	case first.name == "specificType":
		typ, _ = t.r.str(first.arg(1), t.s)
	case first.name == "string" && first.arg(1) != nil:
		n, ok := t.r.number(first.arg(1), t.s)
		if !ok {
			return false
		}
		typ = "varchar(" + n + ")"
	case first.name == "timestamp" && t.r.object(first.arg(1), t.s) != nil && t.r.isFalse(t.r.object(first.arg(1), t.s).Get("useTz"), t.s):
		typ = "timestamp"
	}
	modifiers, known := "", true
	for i := range c.links[1:] {
		switch l := &c.links[1+i]; l.name {
		case "notNullable":
			modifiers += " NOT NULL"
		case "unique":
			modifiers += " UNIQUE"
		case "primary":
			modifiers += " PRIMARY KEY"
		case "defaultTo":
			modifiers += " DEFAULT " + t.fallback(l.arg(0))
		case "index":
			t.index(c, name, l.arg(0))
		case "nullable", "unsigned", "comment", "after", "first", "references", "inTable", "on", "onDelete", "onUpdate", "withKeyName":
		default:
			known = false // alter() and what is not known
		}
	}
	if typ == "" || !known {
		return false
	}
	if strings.HasSuffix(typ, "serial") {
		modifiers += " PRIMARY KEY"
	}
	write := func(b *builder) {
		b.in(c.node.Span, func() {
			if name == nil {
				b.raw("id")
			} else {
				b.column(name)
			}
			b.raw(" ", typ, modifiers)
			if target := t.target(c); target != nil {
				b.raw(" ")
				target(b)
			}
		})
	}
	if t.create {
		t.parts = append(t.parts, write)
		return true
	}
	t.after = append(t.after, func() bool {
		b := t.r.build(c.node.Span, t.s, "ALTER TABLE ").name(t.l.arg(0)).raw(" ADD COLUMN ")
		write(b)
		return b.send()
	})
	return true
}

// fallback is a default: a literal, knex.fn.now(), or raw SQL.
func (t *knexBody) fallback(n *code.Node) string {
	c := flatten(n)
	if c != nil && len(c.links) > 0 {
		switch l := &c.links[len(c.links)-1]; l.name {
		case "now":
			return "now()"
		case "uuid":
			return "gen_random_uuid()"
		case "raw":
			if text, ok := t.r.str(l.arg(0), t.s); ok && text != "" {
				return "(" + text + ")"
			}
		}
	}
	return t.r.value(n, t.s)
}
