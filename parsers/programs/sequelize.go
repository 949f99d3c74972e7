package programs

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/schema"
)

// sequelize: module.exports = { up(queryInterface, Sequelize), down }, without
// a transaction unless the author opens one (Sequelize manual, "Migrations";
// API of QueryInterface).
var sequelize = runner{name: "sequelize", reads: script, find: findSequelize, call: callSequelize}

var sequelizeMethods = map[string]bool{"addIndex": true, "removeColumn": true, "changeColumn": true, "removeIndex": true, "bulkInsert": true,
	"bulkUpdate": true, "bulkDelete": true, "removeConstraint": true, "sequelize": true, "describeTable": true, "addConstraint": true}

func findSequelize(f *code.File) []entry {
	return byUse(f, func(up *code.Node, params []*code.Node) bool {
		if typed(f, params[0], "QueryInterface", "sequelize", "sequelize-typescript") {
			return true
		}
		if params[0].Text == "" {
			return len(params[0].Kids) > 0 && strings.Contains(params[0].Kids[0].String(), "queryInterface")
		}
		used := false
		uses(up, params[0].Text, func(method string) { used = used || sequelizeMethods[method] })
		if len(params) > 1 && params[1].Text != "" {
			uses(up, params[0].Text, func(method string) {
				used = used || method == "createTable" || method == "addColumn" || method == "dropTable"
			})
		}
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
				return true
			}
			r.marker(schema.Begin, "BEGIN", l.nameSpan)
			r.callback(l.arg(0), s, nil)
			r.marker(schema.Commit, "COMMIT", l.nameSpan)
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

func sequelizeChange(r *reader, c *chain, l *link) bool {
	s := c.scope
	table := func(parts ...string) *builder { return r.build(l.span, s, "ALTER TABLE ").name(l.arg(0)).raw(parts...) }
	if l.arg(0) == nil {
		return false
	}
	switch l.name {
	case "dropTable":
		return r.build(l.span, s, "DROP TABLE IF EXISTS ").name(l.arg(0)).send()
	case "renameTable":
		return table(" RENAME TO ").name(l.arg(1)).send()
	case "removeColumn":
		return table(" DROP COLUMN ").column(l.arg(1)).send()
	case "renameColumn":
		return table(" RENAME COLUMN ").column(l.arg(1)).raw(" TO ").column(l.arg(2)).send()
	case "removeConstraint":
		return table(" DROP CONSTRAINT ").column(l.arg(1)).send()
	case "removeIndex":
		if v := r.resolve(l.arg(1), s); v == nil || v.Kind != code.String {
			return false
		}
		return r.build(l.span, s, "DROP INDEX IF EXISTS ").column(l.arg(1)).send()
	case "addIndex":
		return sequelizeIndex(r, c, l)
	}
	return false
}

// sequelizeIndex is addIndex(table, fields, options) or addIndex(table, options).
func sequelizeIndex(r *reader, c *chain, l *link) bool {
	s := c.scope
	fields, o := l.arg(1), r.object(l.arg(2), s)
	if only := r.object(l.arg(1), s); only != nil {
		fields, o = only.Get("fields"), only
	}
	b := r.build(l.span, s, "CREATE ")
	if kind, _ := r.str(o.Get("type"), s); r.isTrue(o.Get("unique"), s) || strings.EqualFold(kind, "unique") {
		b.raw("UNIQUE ")
	}
	b.raw("INDEX ")
	if r.isTrue(o.Get("concurrently"), s) {
		b.raw("CONCURRENTLY ")
	}
	for _, key := range []string{"name", "indexName"} {
		if n := o.Get(key); n != nil {
			b.column(n).raw(" ")
			break
		}
	}
	return b.raw("ON ").name(l.arg(0)).raw(" (").columns(fields).raw(")").send()
}
