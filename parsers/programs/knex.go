package programs

import (
	"github.com/dbwise/dbwise/parsers/code"
)

// knex: exports.up = knex => knex.schema..., each file in a transaction unless
// exports.config = { transaction: false } (Knex documentation, "Migrations",
// "Transactions in migrations").
var knex = runner{name: "knex", reads: script, find: findKnex, call: callKnex}

func findKnex(f *code.File) []entry {
	list := byUse(f, func(up *code.Node, params []*code.Node) bool {
		if typed(f, params[0], "Knex", "knex") || imported(f, "Knex", "knex") != "" {
			return true
		}
		used := false
		uses(up, params[0].Text, func(method string) { used = used || method == "schema" || method == "raw" })
		return used && params[0].Text != "" && !typed(f, params[0], "Kysely", "kysely") && imported(f, "Kysely", "kysely") == ""
	})
	if len(list) > 0 {
		list[0].noTx = knexOutside(f)
	}
	return list
}

// knexOutside reports whether the exported config refuses the transaction.
func knexOutside(f *code.File) bool {
	v := object(f, exportedValue(f, "config")).Get("transaction")
	return v != nil && v.Kind == code.Bool && v.Text == "false"
}

func callKnex(r *reader, c *chain) bool {
	s := c.scope
	switch l := &c.links[0]; {
	case l.called && l.name == "raw":
		r.sql(l.arg(0), s)
		return true
	case l.called && l.name == "transaction":
		r.callback(l.arg(0), s, []int{0})
		return true
	case l.called && l.name == "":
		return true // data
	case l.called:
		return l.name == "table" || l.name == "from" || l.name == "select" || l.name == "insert" || l.name == "with" || l.name == "batchInsert"
	case l.name != "schema":
		c.passive = len(c.links) == 1
		return true // fn, client, migrate, ref
	}
	if len(c.links) == 1 {
		c.passive = true
		return true
	}
	ok := true
	var in *code.Node
	for i := range c.links[1:] {
		l := &c.links[1+i]
		if l.name == "withSchema" {
			in = l.arg(0)
			continue
		}
		ok = knexSchema(r, l, s, in) && ok
	}
	return ok
}

// knexName adds a table's name, in the schema that withSchema says.
func (b *builder) knexName(in, n *code.Node) *builder {
	if in != nil {
		b.column(in).raw(".")
	}
	return b.name(n)
}

// knexSchema is one call of the schema builder.
func knexSchema(r *reader, l *link, s *scope, in *code.Node) bool {
	switch l.name {
	case "raw":
		r.sql(l.arg(0), s)
		return true
	case "hasTable", "hasColumn", "transacting", "debug", "queryContext":
		return true
	case "dropTable", "dropTableIfExists":
		return r.build(l.span, s, "DROP TABLE ").raw(map[bool]string{true: "IF EXISTS "}[l.name != "dropTable"]).knexName(in, l.arg(0)).send()
	case "renameTable":
		return r.build(l.span, s, "ALTER TABLE ").knexName(in, l.arg(0)).raw(" RENAME TO ").name(l.arg(1)).send()
	case "createTable", "createTableIfNotExists", "alterTable", "table":
		return knexTable(r, l, s, in)
	case "createSchema", "createSchemaIfNotExists":
		return r.build(l.span, s, "CREATE SCHEMA IF NOT EXISTS ").name(l.arg(0)).send()
	case "dropSchema", "dropSchemaIfExists":
		return r.build(l.span, s, "DROP SCHEMA IF EXISTS ").name(l.arg(0)).raw(map[bool]string{true: " CASCADE"}[r.isTrue(l.arg(1), s)]).send()
	case "dropView", "dropViewIfExists":
		return r.build(l.span, s, "DROP VIEW IF EXISTS ").knexName(in, l.arg(0)).send()
	}
	return false
}
