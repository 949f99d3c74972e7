package programs

import (
	"regexp"
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// sequelizeTypes are the types of DataTypes in PostgreSQL (Sequelize manual,
// "Data Types"); the second is the one with autoIncrement.
var sequelizeTypes = map[string][2]string{"STRING": {"varchar(255)"}, "CHAR": {"char(255)"}, "TEXT": {"text"}, "CITEXT": {"citext"},
	"TINYINT": {"smallint", "smallserial"}, "SMALLINT": {"smallint", "smallserial"}, "MEDIUMINT": {"integer", "serial"},
	"INTEGER": {"integer", "serial"}, "BIGINT": {"bigint", "bigserial"}, "FLOAT": {"double precision"}, "REAL": {"real"},
	"DOUBLE": {"double precision"}, "DECIMAL": {"numeric"}, "NUMERIC": {"numeric"}, "BOOLEAN": {"boolean"}, "DATE": {"timestamptz"},
	"DATEONLY": {"date"}, "TIME": {"time"}, "UUID": {"uuid"}, "UUIDV1": {"uuid"}, "UUIDV4": {"uuid"}, "JSON": {"json"}, "JSONB": {"jsonb"},
	"BLOB": {"bytea"}, "HSTORE": {"hstore"}, "INET": {"inet"}, "CIDR": {"cidr"}, "MACADDR": {"macaddr"}, "TSVECTOR": {"tsvector"},
	"GEOMETRY": {"geometry"}, "GEOGRAPHY": {"geography"}, "ENUM": {"enum"}, "ARRAY": {"array"}, "RANGE": {"range"}}

// sequelizeColumn is a column as an attribute says it.
type sequelizeColumn struct {
	r           *reader
	s           *scope
	table, name string
	at, nameAt  source.Span
	// o are the options, nil where there is a type only.
	o *code.Node
	// typ is the type in SQL, labels those of its enum.
	typ    string
	labels []*code.Node
	isEnum bool
}

// sequelizeAttribute reads an attribute: a type, or an object that has one.
func (r *reader) sequelizeAttribute(table string, p *code.Node, name string, at source.Span, s *scope) (*sequelizeColumn, bool) {
	c := &sequelizeColumn{r: r, s: s, table: table, name: name, at: p.Span, nameAt: at}
	typ := p
	if o := r.object(p, s); o != nil {
		c.o, typ = o, o.Get("type")
	}
	ok := c.read(typ, 0)
	return c, ok && name != ""
}

// read finds out the type.
func (c *sequelizeColumn) read(n *code.Node, depth int) bool {
	for range maxResolve {
		v := strip(n)
		if v == nil || v.Kind != code.Ident || c.s.vars[v.Text] == nil {
			break
		}
		n = c.s.vars[v.Text]
	}
	if text, ok := c.r.str(n, c.s); ok {
		c.typ = text
		return text != ""
	}
	if v := strip(n); v != nil && v.Kind == code.New && len(v.Kids) > 0 {
		n = &code.Node{Kind: code.Call, Kids: v.Kids, Span: v.Span}
	}
	ch := flatten(n)
	if ch == nil || ch.root == nil || depth > maxResolve {
		return false
	}
	links := ch.links
	if ch.root.Kind == code.Ident && sequelizeTypes[ch.root.Text][0] != "" {
		first := link{name: ch.root.Text}
		if len(links) > 0 && links[0].name == "" {
			first.args = links[0].args
		}
		links = append([]link{first}, links...)
	}
	for i := range links {
		if t := sequelizeTypes[links[i].name]; t[0] != "" {
			return c.named(&links[i], links[i+1:], t, depth)
		}
	}
	return false
}

// named takes over a type with its arguments and what is said of it behind.
func (c *sequelizeColumn) named(l *link, more []link, t [2]string, depth int) bool {
	c.typ = t[0]
	if t[1] != "" && c.r.isTrue(c.o.Get("autoIncrement"), c.s) {
		c.typ = t[1]
	}
	size, sized := c.r.number(l.arg(0), c.s)
	switch l.name {
	case "STRING":
		if sized {
			c.typ = "varchar(" + size + ")"
		}
		for _, m := range more {
			if m.name == "BINARY" {
				c.typ = "bytea"
			}
		}
	case "CHAR":
		if sized {
			c.typ = "char(" + size + ")"
		}
	case "DECIMAL", "NUMERIC":
		if scale, ok := c.r.number(l.arg(1), c.s); ok && sized {
			c.typ = "numeric(" + size + "," + scale + ")"
		} else if sized {
			c.typ = "numeric(" + size + ")"
		}
	case "ENUM":
		return c.enum(l)
	case "ARRAY":
		ok := c.read(l.arg(0), depth+1)
		c.typ += "[]"
		return ok
	case "RANGE":
		sub := &sequelizeColumn{r: c.r, s: c.s}
		if !sub.read(l.arg(0), depth+1) {
			return l.arg(0) == nil && c.is("int4range")
		}
		return c.is(map[string]string{"integer": "int4range", "bigint": "int8range", "numeric": "numrange", "timestamptz": "tstzrange", "date": "daterange"}[sub.typ])
	}
	return true
}

func (c *sequelizeColumn) is(typ string) bool {
	c.typ = typ
	return typ != ""
}

// enum is ENUM("a", "b"), ENUM(["a"]) or ENUM({ values: ["a"] }): a type
// called after the table and the column.
func (c *sequelizeColumn) enum(l *link) bool {
	c.isEnum, c.labels = true, l.args
	if list := c.r.array(l.arg(0), c.s); list != nil {
		c.labels = list.Kids
	} else if list := c.r.array(c.r.object(l.arg(0), c.s).Get("values"), c.s); list != nil {
		c.labels = list.Kids
	}
	if list := c.r.array(c.o.Get("values"), c.s); list != nil && len(c.labels) == 0 {
		c.labels = list.Kids
	}
	_, bare, dotted := strings.Cut(c.table, ".")
	if !dotted {
		bare = c.table
	}
	c.typ = sqltext.QuoteIdent("enum_" + bare + "_" + c.name)
	return bare != ""
}

// makeEnum sends the type of an enum column, which Sequelize makes unless it
// is there.
func (c *sequelizeColumn) makeEnum() {
	if !c.isEnum {
		return
	}
	b := c.r.build(c.at, c.s, "CREATE TYPE ", strings.TrimSuffix(c.typ, "[]"), " AS ENUM (")
	b.list(len(c.labels), func(i int) {
		if text, ok := c.r.str(c.labels[i], c.s); ok {
			b.raw("'", strings.ReplaceAll(text, "'", "''"), "'")
		} else {
			b.bad = true
		}
	})
	b.raw(")").send()
}

// define writes the column as CREATE TABLE and ADD COLUMN have it.
func (c *sequelizeColumn) define(b *builder, inTable bool) {
	b.in(c.at, func() {
		b.in(c.nameAt, func() { b.raw(sqltext.QuoteIdent(c.name)) })
		b.raw(" ", c.typ)
		if c.notNull() {
			b.raw(" NOT NULL")
		}
		if d := c.fallback(); d != "" {
			b.raw(" DEFAULT ", d)
		}
		if c.r.isTrue(c.o.Get("unique"), c.s) {
			b.raw(" UNIQUE")
		}
		if !inTable && c.primary() {
			b.raw(" PRIMARY KEY")
		}
		c.references(b)
	})
}

func (c *sequelizeColumn) notNull() bool { return c.r.isFalse(c.o.Get("allowNull"), c.s) }

func (c *sequelizeColumn) primary() bool { return c.r.isTrue(c.o.Get("primaryKey"), c.s) }

// fallback is the default in SQL; NOW, UUIDV1 and UUIDV4 are values that
// Sequelize makes itself, so the column has none.
func (c *sequelizeColumn) fallback() string {
	n := c.o.Get("defaultValue")
	if v := strip(n); v == nil || v.Kind == code.Ident && v.Text == "undefined" {
		return ""
	}
	if text, ok := c.r.sequelizeRaw(n, c.s); ok {
		return text
	}
	if ch := flatten(n); ch != nil && len(ch.links) > 0 {
		switch ch.links[len(ch.links)-1].name {
		case "NOW", "UUIDV1", "UUIDV4":
			return ""
		}
	}
	return c.r.value(n, c.s)
}

// sequelizeRaw is literal("...") or fn("name", ...) as SQL.
func (r *reader) sequelizeRaw(n *code.Node, s *scope) (string, bool) {
	ch := flatten(n)
	if ch == nil || len(ch.links) == 0 {
		return "", false
	}
	l := &ch.links[len(ch.links)-1]
	what := l.name
	if what == "" && ch.root != nil && ch.root.Kind == code.Ident {
		what = ch.root.Text
	}
	if !l.called || what != "literal" && what != "fn" {
		return "", false
	}
	text, ok := r.str(l.arg(0), s)
	if !ok || text == "" {
		return "", false
	}
	if what == "literal" {
		return text, true
	}
	var args []string
	for _, a := range l.args[1:] {
		args = append(args, r.value(a, s))
	}
	return text + "(" + strings.Join(args, ", ") + ")", plainName.MatchString(text)
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*$`)

// refers reports whether the column has a foreign key.
func (c *sequelizeColumn) refers() bool { return c.o.Get("references") != nil }

// references writes where the column refers to: { model, key }, or a table's
// name beside referencesKey. What happens on delete stands beside it.
func (c *sequelizeColumn) references(b *builder) {
	n := c.o.Get("references")
	if n == nil {
		return
	}
	table, key := n, c.o.Get("referencesKey")
	if o := c.r.object(n, c.s); o != nil {
		key, table = o.Get("key"), o.Get("model")
		if table == nil {
			table = o.Get("tableName")
		}
	}
	b.raw(" REFERENCES ").sequelizeTable(table).raw(" (")
	if key == nil {
		b.raw("id")
	} else {
		b.column(key)
	}
	b.raw(")")
	b.action(" ON DELETE ", c.o.Get("onDelete"))
	b.action(" ON UPDATE ", c.o.Get("onUpdate"))
}

// sequelizeTable adds a table's name: a string or { tableName, schema }.
func (b *builder) sequelizeTable(n *code.Node) *builder {
	o := b.r.object(n, b.scope)
	if o == nil {
		return b.name(n)
	}
	if in := o.Get("schema"); in != nil {
		b.column(in).raw(".")
	}
	return b.column(o.Get("tableName"))
}

// sequelizeTableName is the name as text, for the names made of it.
func (r *reader) sequelizeTableName(n *code.Node, s *scope) string {
	if o := r.object(n, s); o != nil {
		n = o.Get("tableName")
	}
	text, _ := r.str(n, s)
	return text
}

var (
	wordEnd   = regexp.MustCompile(`([A-Z\d]+)([A-Z][a-z])`)
	wordStart = regexp.MustCompile(`([a-z\d])([A-Z])`)
)

// underscore is a name as Sequelize makes names of indexes: userId is user_id.
func underscore(name string) string {
	name = wordEnd.ReplaceAllString(name, "${1}_$2")
	name = wordStart.ReplaceAllString(name, "${1}_$2")
	return strings.ToLower(strings.ReplaceAll(name, "-", "_"))
}
