package programs

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// typeORM: class X implements MigrationInterface, ordered by the time at the
// end of its name (TypeORM manual, "Migrations"; "Migration API").
var typeORM = runner{name: "typeorm", reads: script, find: findTypeORM, call: callTypeORM}

func findTypeORM(f *code.File) (out []entry) {
	local := imported(f, "MigrationInterface", "typeorm")
	each := func(class *code.Node) {
		if class == nil || class.Kind != code.Class {
			return
		}
		up, down := method(class, "up"), method(class, "down")
		if up == nil || !implements(class, local) && !(f.Lang == source.JavaScript && down != nil && len(version(class.Text)) == 13) {
			return
		}
		e := entry{class: class, up: up, down: down, name: class.Text, noTx: classFlag(class, "transaction", "false")}
		if n := field(class, "name"); n != nil && n.Kind == code.String && n.Text != "" {
			e.name = n.Text
		}
		if v := version(e.name); len(v) >= 13 {
			e.version = v[len(v)-13:]
			e.name = strings.TrimSuffix(e.name, e.version)
		}
		out = append(out, e)
	}
	if local == "" && f.Lang != source.JavaScript {
		return nil
	}
	classes(f, each)
	return out
}

// classes calls f for the classes of a file, also those that are exported as
// expressions.
func classes(f *code.File, each func(*code.Node)) {
	for _, n := range f.Body {
		switch n.Kind {
		case code.Class:
			each(n)
		case code.Export:
			for _, p := range n.Kids {
				if p != nil && p.Kind == code.Pair && len(p.Kids) > 0 && p.Kids[0] != nil && p.Kids[0].Kind == code.Class {
					each(p.Kids[0])
				}
			}
		}
	}
}

func implements(class *code.Node, name string) bool {
	if name == "" {
		return false
	}
	for _, t := range class.Types {
		if t != nil && t.Kind == code.Named && t.Qual == "" && t.Name == name {
			return true
		}
	}
	return false
}

// field is the initial value of a field, nil if there is none.
func field(class *code.Node, name string) *code.Node {
	for _, k := range class.Kids {
		if k != nil && k.Kind == code.Field && k.Text == name && len(k.Kids) > 0 {
			return strip(k.Kids[0])
		}
	}
	return nil
}

func classFlag(class *code.Node, name, want string) bool {
	v := field(class, name)
	return v != nil && v.Text == want
}

// typeORMReads are methods of a query runner that change no schema.
var typeORMReads = map[string]bool{"getTable": true, "getTables": true, "hasTable": true, "hasColumn": true, "hasDatabase": true, "hasSchema": true,
	"getView": true, "getViews": true, "getDatabases": true, "getSchemas": true, "connect": true, "release": true, "getCurrentDatabase": true,
	"getCurrentSchema": true, "getReplicationMode": true, "stream": true, "getDatabase": true, "getSchema": true}

func callTypeORM(r *reader, c *chain) bool {
	for len(c.links) > 1 && !c.links[0].called && (c.links[0].name == "manager" || c.links[0].name == "connection" || c.links[0].name == "dataSource") {
		c.links = c.links[1:]
		if c.links[0].name != "query" {
			return true // data, or what the driver tells
		}
	}
	l := &c.links[0]
	if !l.called {
		c.passive = true
		return true
	}
	if typeORMReads[l.name] {
		return true
	}
	t := &typeORMCall{r: r, c: c, l: l}
	switch l.name {
	case "query":
		r.sql(l.arg(0), c.scope)
	case "startTransaction":
		r.marker(schema.Begin, "BEGIN", l.span)
	case "commitTransaction":
		r.leaves()
		r.marker(schema.Commit, "COMMIT", l.span)
	case "rollbackTransaction":
		r.marker(schema.Rollback, "ROLLBACK", l.span)
	case "createTable":
		return t.createTable()
	default:
		return t.other()
	}
	return true
}

// leaves notes that the program ends the transaction it was started in.
func (r *reader) leaves() {
	if !r.down {
		r.prog.NoTx = true
	}
}

// typeORMCall is one call of a query runner.
type typeORMCall struct {
	r *reader
	c *chain
	l *link
}

func (t *typeORMCall) build(parts ...string) *builder {
	return t.r.build(t.l.span, t.c.scope, parts...)
}

// options are the options of `new Table({...})`, or of a plain object.
func (r *reader) options(n *code.Node, s *scope) *code.Node {
	v := r.resolve(n, s)
	if v != nil && v.Kind == code.New && len(v.Kids) > 1 {
		v = r.resolve(v.Kids[1], s)
	}
	if v != nil && v.Kind == code.Object {
		return v
	}
	return nil
}

// table is the expression that names a table: itself, or in its options.
func (t *typeORMCall) table(n *code.Node) *code.Node {
	if o := t.r.options(n, t.c.scope); o != nil {
		return o.Get("name")
	}
	return n
}

// other are the calls that alter something.
func (t *typeORMCall) other() bool {
	r, s, l := t.r, t.c.scope, t.l
	table := func(parts ...string) *builder { return t.build("ALTER TABLE ").name(t.table(l.arg(0))).raw(parts...) }
	if l.arg(0) == nil {
		return false
	}
	switch l.name {
	case "dropTable":
		b := t.build("DROP TABLE ")
		if r.isTrue(l.arg(1), s) {
			b.raw("IF EXISTS ")
		}
		return b.name(t.table(l.arg(0))).send()
	case "renameTable":
		return table(" RENAME TO ").name(t.table(l.arg(1))).send()
	case "clearTable":
		return t.build("TRUNCATE TABLE ").name(t.table(l.arg(0))).send()
	case "addColumn", "addColumns":
		return t.each(l.arg(1), func(n *code.Node) bool { return t.addColumn(n) })
	case "dropColumn", "dropColumns":
		return t.each(l.arg(1), func(n *code.Node) bool { return table(" DROP COLUMN ").column(t.table(n)).send() })
	case "renameColumn":
		return table(" RENAME COLUMN ").column(t.table(l.arg(1))).raw(" TO ").column(t.table(l.arg(2))).send()
	case "createPrimaryKey":
		return table(" ADD PRIMARY KEY (").columns(l.arg(1)).raw(")").send()
	case "createIndex", "createIndices":
		return t.each(l.arg(1), func(n *code.Node) bool { return t.index(t.table(l.arg(0)), n) })
	case "dropIndex":
		return t.build("DROP INDEX ").name(t.table(l.arg(1))).send()
	case "createForeignKey", "createForeignKeys":
		return t.each(l.arg(1), func(n *code.Node) bool { return t.constraint(table(" ADD "), t.foreignKey, n) })
	case "createUniqueConstraint", "createUniqueConstraints":
		return t.each(l.arg(1), func(n *code.Node) bool { return t.constraint(table(" ADD "), t.unique, n) })
	case "createCheckConstraint", "createCheckConstraints":
		return t.each(l.arg(1), func(n *code.Node) bool { return t.constraint(table(" ADD "), t.check, n) })
	case "dropForeignKey", "dropUniqueConstraint", "dropCheckConstraint", "dropExclusionConstraint":
		return table(" DROP CONSTRAINT ").column(t.table(l.arg(1))).send()
	case "createSchema":
		return t.build("CREATE SCHEMA IF NOT EXISTS ").name(l.arg(0)).send()
	}
	return false
}

// each calls f for every element of a list, or for the one value.
func (t *typeORMCall) each(n *code.Node, f func(*code.Node) bool) bool {
	if n == nil {
		return false
	}
	v := t.r.array(n, t.c.scope)
	if v == nil {
		return f(n)
	}
	ok := true
	for _, k := range v.Kids {
		ok = k != nil && f(k) && ok
	}
	return ok
}

func (t *typeORMCall) createTable() bool {
	r, s := t.r, t.c.scope
	o := r.options(t.l.arg(0), s)
	if o == nil {
		return false
	}
	cols := r.array(o.Get("columns"), s)
	if cols == nil || o.Get("name") == nil {
		return false
	}
	for _, k := range cols.Kids {
		t.enum(o.Get("name"), k)
	}
	b := t.build("CREATE TABLE ")
	if r.isTrue(t.l.arg(1), s) {
		b.raw("IF NOT EXISTS ")
	}
	b.name(o.Get("name")).raw(" (")
	var primary []*code.Node
	b.list(len(cols.Kids), func(i int) {
		c := r.options(cols.Kids[i], s)
		if c == nil || c.Get("name") == nil {
			b.bad = true
			return
		}
		if r.isTrue(c.Get("isPrimary"), s) {
			primary = append(primary, c.Get("name"))
		}
		b.in(c.Span, func() { t.column(b, o.Get("name"), c) })
	})
	if len(primary) > 0 {
		b.raw(", PRIMARY KEY (").list(len(primary), func(i int) { b.column(primary[i]) }).raw(")")
	}
	t.parts(b, o.Get("foreignKeys"), t.foreignKey)
	t.parts(b, o.Get("uniques"), t.unique)
	t.parts(b, o.Get("checks"), t.check)
	ok := b.raw(")").send()
	if list := r.array(o.Get("indices"), s); list != nil {
		for _, k := range list.Kids {
			ok = t.index(o.Get("name"), k) && ok
		}
	}
	return ok
}

func (t *typeORMCall) parts(b *builder, n *code.Node, part func(*builder, *code.Node)) {
	if n == nil {
		return
	}
	list := t.r.array(n, t.c.scope)
	if list == nil {
		b.bad = true
		return
	}
	for _, k := range list.Kids {
		b.raw(", ")
		o := t.r.options(k, t.c.scope)
		if o == nil {
			b.bad = true
			return
		}
		b.in(o.Span, func() { part(b, o) })
	}
}

// constraint sends an ALTER TABLE that adds what part writes.
func (t *typeORMCall) constraint(b *builder, part func(*builder, *code.Node), n *code.Node) bool {
	o := t.r.options(n, t.c.scope)
	if o == nil {
		return false
	}
	b.in(o.Span, func() { part(b, o) })
	return b.send()
}

func (b *builder) constraintName(o *code.Node) {
	if n := o.Get("name"); n != nil {
		b.raw("CONSTRAINT ").column(n).raw(" ")
	}
}

func (t *typeORMCall) foreignKey(b *builder, o *code.Node) {
	b.constraintName(o)
	b.raw("FOREIGN KEY (").columns(o.Get("columnNames")).raw(") REFERENCES ").name(t.table(o.Get("referencedTableName"))).
		raw(" (").columns(o.Get("referencedColumnNames")).raw(")")
	b.action(" ON DELETE ", o.Get("onDelete"))
	b.action(" ON UPDATE ", o.Get("onUpdate"))
}

// action adds what a foreign key does, if it says so.
func (b *builder) action(words string, n *code.Node) {
	if text, ok := b.r.str(n, b.scope); ok && actions[strings.ToUpper(text)] {
		b.raw(words, strings.ToUpper(text))
	}
}

var actions = map[string]bool{"CASCADE": true, "SET NULL": true, "SET DEFAULT": true, "RESTRICT": true, "NO ACTION": true}

func (t *typeORMCall) unique(b *builder, o *code.Node) {
	b.constraintName(o)
	b.raw("UNIQUE (").columns(o.Get("columnNames")).raw(")")
}

func (t *typeORMCall) check(b *builder, o *code.Node) {
	b.constraintName(o)
	text, ok := t.r.str(o.Get("expression"), t.c.scope)
	b.bad = b.bad || !ok
	b.raw("CHECK (", text, ")")
}

func (t *typeORMCall) index(table, n *code.Node) bool {
	r, s := t.r, t.c.scope
	o := r.options(n, s)
	if o == nil {
		return false
	}
	b := t.build("CREATE ")
	if r.isTrue(o.Get("isUnique"), s) {
		b.raw("UNIQUE ")
	}
	b.raw("INDEX ")
	if r.isTrue(o.Get("isConcurrent"), s) {
		b.raw("CONCURRENTLY ")
	}
	if name := o.Get("name"); name != nil {
		b.column(name).raw(" ")
	}
	b.raw("ON ").name(table)
	if text, ok := r.str(o.Get("type"), s); ok && text != "" {
		b.raw(" USING ", text)
	}
	b.raw(" (").columns(o.Get("columnNames")).raw(")")
	if text, ok := r.str(o.Get("where"), s); ok && text != "" {
		b.raw(" WHERE ", text)
	}
	return b.send()
}

func (t *typeORMCall) addColumn(n *code.Node) bool {
	o := t.r.options(n, t.c.scope)
	if o == nil || o.Get("name") == nil {
		return false
	}
	table := t.table(t.l.arg(0))
	t.enum(table, n)
	b := t.build("ALTER TABLE ").name(table).raw(" ")
	b.in(o.Span, func() {
		b.raw("ADD COLUMN ")
		t.column(b, table, o)
		if t.r.isTrue(o.Get("isPrimary"), t.c.scope) {
			b.raw(" PRIMARY KEY")
		}
	})
	return b.send()
}

// enum makes the type that TypeORM makes for an enum column.
func (t *typeORMCall) enum(table, column *code.Node) {
	r, s := t.r, t.c.scope
	o := r.options(column, s)
	if o == nil {
		return
	}
	if typ, ok := r.str(o.Get("type"), s); !ok || typ != "enum" {
		return
	}
	labels := r.array(o.Get("enum"), s)
	if labels == nil {
		return
	}
	b := t.build("CREATE TYPE ", t.enumName(table, o), " AS ENUM (")
	b.list(len(labels.Kids), func(i int) { b.raw(r.value(labels.Kids[i], s)) })
	b.raw(")").send()
}

func (t *typeORMCall) enumName(table, o *code.Node) string {
	if name, ok := t.r.str(o.Get("enumName"), t.c.scope); ok && name != "" {
		return quoted(name)
	}
	in, _ := t.r.str(table, t.c.scope)
	of, _ := t.r.str(o.Get("name"), t.c.scope)
	return quoted(in + "_" + of + "_enum")
}

// column writes a column as TypeORM does: NOT NULL unless it says otherwise,
// the default as raw SQL.
func (t *typeORMCall) column(b *builder, table, o *code.Node) {
	r, s := t.r, t.c.scope
	b.column(o.Get("name")).raw(" ")
	typ, ok := r.str(o.Get("type"), s)
	if !ok || typ == "" {
		b.bad = true
		return
	}
	strategy, _ := r.str(o.Get("generationStrategy"), s)
	generated := r.isTrue(o.Get("isGenerated"), s)
	b.in(o.Pair("type").Span, func() { b.raw(t.typeName(table, o, typ, generated && strategy != "uuid" && strategy != "identity")) })
	if generated && strategy == "identity" {
		b.raw(" GENERATED BY DEFAULT AS IDENTITY")
	}
	if !r.isTrue(o.Get("isNullable"), s) {
		b.raw(" NOT NULL")
	}
	switch d := r.resolve(o.Get("default"), s); {
	case generated && strategy == "uuid":
		b.raw(" DEFAULT uuid_generate_v4()")
	case d == nil && o.Get("default") != nil:
		b.raw(" DEFAULT '?'")
	case d == nil:
	case d.Kind == code.String:
		text, known := r.str(d, s)
		if !known || text == "" {
			text = "'?'"
		}
		b.raw(" DEFAULT ", text)
	case d.Kind != code.Null:
		b.raw(" DEFAULT ", r.value(d, s))
	}
	if r.isTrue(o.Get("isUnique"), s) {
		b.raw(" UNIQUE")
	}
}

// typeName is the type a column gets in PostgreSQL.
func (t *typeORMCall) typeName(table, o *code.Node, typ string, serial bool) string {
	r, s := t.r, t.c.scope
	switch l := strings.ToLower(typ); {
	case serial && (l == "int" || l == "integer" || l == "int4"):
		return "serial"
	case serial && (l == "bigint" || l == "int8"):
		return "bigserial"
	case serial && (l == "smallint" || l == "int2"):
		return "smallserial"
	case l == "enum" || l == "simple-enum":
		typ = t.enumName(table, o)
	case l == "simple-json" || l == "simple-array" || l == "longtext" || l == "mediumtext":
		typ = "text"
	case l == "datetime":
		typ = "timestamp"
	}
	if n, ok := r.number(o.Get("length"), s); ok && !strings.Contains(typ, "(") {
		typ += "(" + n + ")"
	} else if p, ok := r.number(o.Get("precision"), s); ok && !strings.Contains(typ, "(") {
		if scale, ok := r.number(o.Get("scale"), s); ok {
			p += "," + scale
		}
		if base, zone, found := strings.Cut(typ, " "); found && strings.HasPrefix(base, "timestamp") {
			typ = base + "(" + p + ") " + zone
		} else {
			typ += "(" + p + ")"
		}
	}
	if r.isTrue(o.Get("isArray"), s) {
		typ += "[]"
	}
	return typ
}

// number is a length, written as number or string.
func (r *reader) number(n *code.Node, s *scope) (string, bool) {
	v := r.resolve(n, s)
	if v == nil || v.Kind != code.Number && v.Kind != code.String {
		return "", false
	}
	for _, c := range v.Text {
		if c < '0' || c > '9' {
			return "", false
		}
	}
	return v.Text, v.Text != ""
}
