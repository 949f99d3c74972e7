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
	"timestamp": "timestamptz", "dateTime": "timestamptz", "time": "time", "binary": "bytea", "json": "json", "jsonb": "jsonb", "uuid": "uuid",
	"enu": "text", "enum": "text", "smallInteger": "smallint", "tinyInteger": "smallint", "mediumInteger": "integer", "bool": "boolean",
	"int": "integer", "bigincrements": "bigserial", "geometry": "geometry", "point": "point"}

// knexColumn is t.string("name").notNullable()...
type knexColumn struct {
	t    *knexBody
	c    *chain
	name *code.Node
	typ  string
	// check are the values of an enum that is no type of its own.
	check   *code.Node
	notNull bool
	// def is the default in SQL, alter the call of .alter(), nil if there is none.
	def   string
	alter *link
}

func (t *knexBody) column(c *chain) bool {
	k := &knexColumn{t: t, c: c, name: c.links[0].arg(0)}
	if !k.read(&c.links[0]) {
		return false
	}
	known := k.modifiers()
	if k.alter != nil {
		k.change()
		return known
	}
	if t.create {
		t.parts = append(t.parts, k.define)
	} else {
		t.later(c, func(b *builder) { b.raw("ADD COLUMN "); k.define(b) })
	}
	if k.references() {
		return t.foreign(c, k.name, nil) && known
	}
	return known
}

// read finds out the type.
func (k *knexColumn) read(l *link) bool {
	t := k.t
	k.typ = knexTypes[l.name]
	n, sized := t.r.number(l.arg(1), t.s)
	o := t.r.object(l.arg(1), t.s)
	switch l.name {
	case "specificType":
		text, ok := t.r.str(l.arg(1), t.s)
		k.typ = text
		return ok && text != ""
	case "string":
		if sized {
			k.typ = "varchar(" + n + ")"
		}
		return sized || l.arg(1) == nil
	case "decimal":
		if scale, ok := t.r.number(l.arg(2), t.s); ok && sized {
			k.typ = "numeric(" + n + "," + scale + ")"
		} else if sized {
			k.typ = "numeric(" + n + ",2)"
		} else if v := t.r.resolve(l.arg(1), t.s); v != nil && v.Kind == code.Null {
			k.typ = "numeric"
		}
	case "timestamp", "datetime", "dateTime":
		if t.r.isFalse(o.Get("useTz"), t.s) || t.r.isTrue(l.arg(1), t.s) {
			k.typ = "timestamp"
		}
	case "text": // a length is MySQL's
	case "enu", "enum":
		return k.enum(l)
	case "increments", "bigIncrements", "bigincrements":
		if !t.r.isFalse(o.Get("primaryKey"), t.s) {
			k.typ += " PRIMARY KEY"
		}
	}
	if l.name == "uuid" && t.r.isTrue(o.Get("primaryKey"), t.s) {
		k.typ += " PRIMARY KEY"
	}
	return true
}

// enum is enu(name, values, { useNative, enumName, existingType }).
func (k *knexColumn) enum(l *link) bool {
	t := k.t
	values, o := t.r.array(l.arg(1), t.s), t.r.object(l.arg(2), t.s)
	if !t.r.isTrue(o.Get("useNative"), t.s) {
		k.check = values
		return values != nil || t.alters(k.c)
	}
	name, ok := t.r.str(o.Get("enumName"), t.s)
	if !ok || name == "" {
		return false
	}
	k.typ = quoted(name)
	if t.r.isTrue(o.Get("existingType"), t.s) {
		return true
	}
	if values == nil {
		return false
	}
	t.before = append(t.before, func() bool {
		b := t.r.build(k.c.node.Span, t.s, "CREATE TYPE ", k.typ, " AS ENUM (")
		k.values(b, values)
		return b.raw(")").send()
	})
	return true
}

func (t *knexBody) alters(c *chain) bool {
	for i := range c.links {
		if c.links[i].name == "alter" {
			return true
		}
	}
	return false
}

func (k *knexColumn) values(b *builder, list *code.Node) {
	b.list(len(list.Kids), func(i int) {
		_, ok := k.t.r.str(list.Kids[i], k.t.s)
		b.bad = b.bad || !ok
		b.raw(k.t.r.value(list.Kids[i], k.t.s))
	})
}

// modifiers reads what follows the type.
func (k *knexColumn) modifiers() bool {
	t, known := k.t, true
	for i := range k.c.links[1:] {
		switch l := &k.c.links[1+i]; l.name {
		case "notNullable", "notNull":
			k.notNull = true
		case "unique", "primary":
			t.unique(k.c, l.name, k.name, l.arg(0))
		case "defaultTo":
			k.def = t.fallback(l.arg(0))
		case "index":
			t.index(k.c, k.name, l.arg(0), l.arg(1))
		case "alter":
			k.alter = l
		case "nullable":
			k.notNull = t.r.isFalse(l.arg(0), t.s)
		case "unsigned", "comment", "after", "first", "references", "inTable", "on", "onDelete", "onUpdate", "withKeyName", "deferrable":
		default:
			known = false
		}
	}
	return known
}

func (k *knexColumn) references() bool { return k.t.target(k.c) != nil }

// define writes the column; its keys stand for themselves.
func (k *knexColumn) define(b *builder) {
	b.in(k.c.node.Span, func() {
		k.write(b)
		b.raw(" ", k.typ)
		if k.notNull {
			b.raw(" NOT NULL")
		}
		if k.def != "" {
			b.raw(" DEFAULT ", k.def)
		}
		if k.check != nil {
			b.raw(" CHECK (")
			k.write(b)
			b.raw(" IN (")
			k.values(b, k.check)
			b.raw("))")
		}
	})
}

func (k *knexColumn) write(b *builder) {
	if k.name == nil {
		b.raw("id")
		return
	}
	b.column(k.name)
}

// change is .alter(): the column gets type, default and NOT NULL anew, each
// unless alterType or alterNullable is false; what is left out is dropped.
func (k *knexColumn) change() {
	t, o := k.t, k.t.r.object(k.alter.arg(0), k.t.s)
	alter := func(f func(b *builder)) {
		t.later(k.c, func(b *builder) {
			b.raw("ALTER COLUMN ")
			k.write(b)
			f(b)
		})
	}
	say := func(text string) { alter(func(b *builder) { b.raw(text) }) }
	nullable := !t.r.isFalse(o.Get("alterNullable"), t.s)
	say(" DROP DEFAULT")
	if nullable && !k.notNull { // else it is set again at once: no reader ever meets a NULL
		say(" DROP NOT NULL")
	}
	if !t.r.isFalse(o.Get("alterType"), t.s) {
		typ := strings.TrimSuffix(k.typ, " PRIMARY KEY")
		alter(func(b *builder) {
			b.raw(" TYPE ", typ, " USING (")
			k.write(b)
			b.raw("::", typ, ")")
		})
	}
	if k.def != "" {
		say(" SET DEFAULT " + k.def)
	}
	if nullable && k.notNull {
		say(" SET NOT NULL")
	}
}

// fallback is a default: a literal, knex.fn.now(), or raw SQL.
func (t *knexBody) fallback(n *code.Node) string {
	c := flatten(n)
	if c != nil && len(c.links) > 0 {
		switch l := &c.links[len(c.links)-1]; l.name {
		case "now":
			return "CURRENT_TIMESTAMP"
		case "uuid":
			return "gen_random_uuid()"
		case "raw":
			if text, ok := t.r.str(l.arg(0), t.s); ok && text != "" {
				if plainName.MatchString(text) {
					return text // a keyword such as CURRENT_TIMESTAMP
				}
				return "(" + text + ")"
			}
		}
	}
	return t.r.value(n, t.s)
}
