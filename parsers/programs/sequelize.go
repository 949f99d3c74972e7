package programs

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// sequelize: module.exports = { up(queryInterface, Sequelize), down }, without
// a transaction unless the author opens one (Sequelize manual, "Migrations";
// API of QueryInterface).
var sequelize = runner{name: "sequelize", reads: script, find: findSequelize, call: callSequelize}

var sequelizeMethods = map[string]bool{"addIndex": true, "removeColumn": true, "changeColumn": true, "removeIndex": true, "bulkInsert": true,
	"bulkUpdate": true, "bulkDelete": true, "removeConstraint": true, "sequelize": true, "describeTable": true, "addConstraint": true}

// sequelizeToo are methods that other tools have as well, which write types
// as strings and get no second parameter.
var sequelizeToo = map[string]bool{"createTable": true, "addColumn": true, "dropTable": true, "renameColumn": true, "renameTable": true}

// typesByMember reports whether a column's type is written as DataTypes.STRING
// or STRING(20).
func typesByMember(up *code.Node) (found bool) {
	up.Walk(func(n *code.Node) bool {
		if n.Kind == code.Pair && n.Text == "type" && len(n.Kids) > 0 {
			v := strip(n.Kids[0])
			found = found || v != nil && (v.Kind == code.Member || v.Kind == code.Call)
		}
		return !found
	})
	return found
}

// secondUsed reports whether types may be written as Sequelize has them, given
// that there is a second parameter: taken from it, or as SQL under "type".
func secondUsed(up *code.Node, name, method string) (found bool) {
	if method != "createTable" && method != "addColumn" {
		return true
	}
	uses(up, name, func(string) { found = true })
	up.Walk(func(n *code.Node) bool {
		found = found || n.Kind == code.Pair && n.Text == "type"
		return !found
	})
	return found
}

func findSequelize(f *code.File) []entry {
	return byUse(f, func(up *code.Node, params []*code.Node) bool {
		if typed(f, params[0], "QueryInterface", "sequelize", "sequelize-typescript") {
			return true
		}
		if params[0].Text == "" {
			return len(params[0].Kids) > 0 && strings.Contains(params[0].Kids[0].String(), "queryInterface")
		}
		used := false
		uses(up, params[0].Text, func(method string) {
			used = used || sequelizeMethods[method] || sequelizeToo[method] && (typesByMember(up) || len(params) > 1 && secondUsed(up, params[1].Text, method))
		})
		return used
	})
}

// byUse gives the exported up and down if the test holds for up.
func byUse(f *code.File, test func(up *code.Node, params []*code.Node) bool) []entry {
	up, down := exportedUpDown(f)
	if up == nil || up.Body() == nil || len(up.Params()) == 0 || !test(up, up.Params()) {
		return nil
	}
	return []entry{{up: up, down: down}}
}

// uses calls seen for every member taken of a name.
func uses(f *code.Node, name string, seen func(string)) {
	f.Walk(func(n *code.Node) bool {
		if n.Kind == code.Member && len(n.Kids) > 0 && n.Kids[0] != nil && n.Kids[0].Kind == code.Ident && n.Kids[0].Text == name {
			seen(n.Text)
		}
		return true
	})
}

var sequelizeReads = map[string]bool{"bulkInsert": true, "bulkUpdate": true, "bulkDelete": true, "describeTable": true, "showAllTables": true,
	"tableExists": true, "showIndex": true, "select": true, "rawSelect": true, "insert": true, "upsert": true}

func callSequelize(r *reader, c *chain) bool {
	s := c.scope
	if c.links[0].name == "sequelize" && !c.links[0].called {
		if len(c.links) == 1 || !c.links[1].called {
			c.passive = len(c.links) == 1
			return true
		}
		l := &c.links[1]
		switch l.name {
		case "query":
			r.sql(l.arg(0), s)
			return true
		case "transaction":
			if l.arg(0) == nil || function(r.file, l.arg(0)) == nil {
				return sequelizeOpened(r, c)
			}
			r.transaction(l, l.arg(0), s)
			return true
		}
		return l.name == "escape" || l.name == "getDialect" || l.name == "literal" || l.name == "fn"
	}
	l := &c.links[0]
	if !l.called {
		c.passive = true
		return true
	}
	return sequelizeReads[l.name] || sequelizeChange(r, c, l)
}

// sequelizeOpened is a transaction that the program ends itself: it begins
// where it is opened.
func sequelizeOpened(r *reader, c *chain) bool {
	l := &c.links[1]
	if len(c.links) == 2 {
		r.marker(schema.Begin, "BEGIN", l.nameSpan)
		c.passive = true
		return true
	}
	if end := &c.links[2]; end.name == "commit" {
		r.marker(schema.Commit, "COMMIT", end.nameSpan)
	}
	return true
}

func sequelizeChange(r *reader, c *chain, l *link) bool {
	s := c.scope
	table := func(parts ...string) *builder {
		return r.build(l.span, s, "ALTER TABLE ").sequelizeTable(l.arg(0)).raw(parts...)
	}
	if l.arg(0) == nil {
		return false
	}
	switch l.name {
	case "createTable":
		return sequelizeCreate(r, l, s)
	case "addColumn", "changeColumn":
		name, ok := r.str(l.arg(1), s)
		if !ok || l.arg(2) == nil {
			return false
		}
		col, ok := r.sequelizeAttribute(r.sequelizeTableName(l.arg(0), s), l.arg(2), name, l.arg(1).Span, s)
		if !ok {
			return false
		}
		col.at, col.nameAt = l.span, l.arg(1).Span
		col.makeEnum()
		if l.name == "changeColumn" {
			return col.change(table)
		}
		b := table(" ADD COLUMN ")
		col.define(b, false)
		return b.send()
	case "dropTable":
		b := r.build(l.span, s, "DROP TABLE IF EXISTS ").sequelizeTable(l.arg(0))
		return b.raw(cascades(r, l, s, 1)).send()
	case "renameTable":
		return table(" RENAME TO ").sequelizeTable(l.arg(1)).send()
	case "removeColumn":
		return table(" DROP COLUMN ").column(l.arg(1)).send()
	case "renameColumn":
		return table(" RENAME COLUMN ").column(l.arg(1)).raw(" TO ").column(l.arg(2)).send()
	case "removeConstraint":
		return table(" DROP CONSTRAINT ").column(l.arg(1)).send()
	case "addConstraint":
		return sequelizeConstraint(r, l, s, table)
	case "removeIndex":
		return sequelizeDropIndex(r, l, s)
	case "addIndex":
		return sequelizeIndex(r, c, l)
	case "createSchema", "dropSchema":
		words := map[string]string{"createSchema": "CREATE SCHEMA ", "dropSchema": "DROP SCHEMA IF EXISTS "}[l.name]
		b := r.build(l.span, s, words).name(l.arg(0))
		if l.name == "dropSchema" {
			b.raw(" CASCADE")
		}
		return b.send()
	}
	return false
}

func cascades(r *reader, l *link, s *scope, option int) string {
	if r.isTrue(r.object(l.arg(option), s).Get("cascade"), s) {
		return " CASCADE"
	}
	return ""
}

// sequelizeCreate is createTable(name, attributes, options); a table that is
// there is left as it is.
func sequelizeCreate(r *reader, l *link, s *scope) bool {
	o := r.object(l.arg(1), s)
	if o == nil {
		return false
	}
	pairs, all := r.pairs(o, s)
	var cols, primary []*sequelizeColumn
	for _, p := range pairs {
		if len(p.Kids) == 0 || p.Kids[0] == nil {
			all = false
			continue
		}
		name := p.Text
		if f, ok := r.str(r.object(p.Kids[0], s).Get("field"), s); ok && f != "" {
			name = f
		}
		c, ok := r.sequelizeAttribute(r.sequelizeTableName(l.arg(0), s), p.Kids[0], name, p.Name, s)
		if !ok {
			all = false
			continue
		}
		c.at = p.Span
		cols = append(cols, c)
		if c.primary() {
			primary = append(primary, c)
		}
		c.makeEnum()
	}
	b := r.build(l.span, s, "CREATE TABLE IF NOT EXISTS ").sequelizeTable(l.arg(0)).raw(" (")
	b.list(len(cols), func(i int) { cols[i].define(b, true) })
	if len(primary) > 0 {
		b.raw(", PRIMARY KEY (").list(len(primary), func(i int) { b.raw(sqltext.QuoteIdent(primary[i].name)) }).raw(")")
	}
	sequelizeKeys(r, l, s, b)
	return b.raw(")").send() && all
}

// sequelizeKeys are the unique keys in the options of a table.
func sequelizeKeys(r *reader, l *link, s *scope, b *builder) {
	keys := r.object(r.object(l.arg(2), s).Get("uniqueKeys"), s)
	if keys == nil {
		return
	}
	pairs, _ := r.pairs(keys, s)
	for _, p := range pairs {
		if o := r.object(p.Kids[0], s); o != nil && o.Get("fields") != nil {
			b.in(p.Span, func() {
				b.raw(", CONSTRAINT ", sqltext.QuoteIdent(p.Text), " UNIQUE (").columns(o.Get("fields")).raw(")")
			})
		}
	}
}

// change is changeColumn, which sets all of a column anew: what the options
// leave out is dropped. A foreign key is added without the rest.
func (c *sequelizeColumn) change(table func(...string) *builder) bool {
	ok := true
	name := sqltext.QuoteIdent(c.name)
	alter := func(before, after string) {
		b := table(" ", before)
		b.in(c.nameAt, func() { b.raw(name) })
		ok = b.raw(after).send() && ok
	}
	switch {
	case c.notNull():
		alter("ALTER COLUMN ", " SET NOT NULL")
	case !c.refers():
		alter("ALTER COLUMN ", " DROP NOT NULL")
	}
	if d := c.fallback(); d != "" {
		alter("ALTER COLUMN ", " SET DEFAULT "+d)
	} else if !c.refers() {
		alter("ALTER COLUMN ", " DROP DEFAULT")
	}
	if c.r.isTrue(c.o.Get("unique"), c.s) && !c.refers() {
		alter("ADD UNIQUE (", ")")
	}
	if c.refers() {
		b := table(" ADD FOREIGN KEY (")
		b.in(c.nameAt, func() { b.raw(name) })
		b.raw(")")
		c.references(b)
		return b.send() && ok
	}
	if c.isEnum {
		alter("ALTER COLUMN ", " TYPE "+c.typ+" USING ("+name+"::"+c.typ+")")
	} else {
		alter("ALTER COLUMN ", " TYPE "+c.typ)
	}
	return ok
}
