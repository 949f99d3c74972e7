package programs

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
)

// nodePgMigrate: exports.up = pgm => ..., all pending ones in one transaction
// unless pgm.noTransaction() is called (node-pg-migrate documentation).
var nodePgMigrate = runner{name: "node-pg-migrate", reads: script, find: findNodePgMigrate, call: callNodePgMigrate}

var pgmMethods = map[string]bool{"addColumns": true, "dropColumns": true, "dropColumn": true, "createIndex": true, "dropIndex": true,
	"alterColumn": true, "sql": true, "createType": true, "createExtension": true, "noTransaction": true, "addTypeValue": true,
	"createFunction": true, "createTrigger": true, "dropConstraint": true}

func findNodePgMigrate(f *code.File) []entry {
	list := byUse(f, func(up *code.Node, params []*code.Node) bool {
		if typed(f, params[0], "MigrationBuilder", "node-pg-migrate", "node-pg-migrate/dist/types") {
			return true
		}
		used := false
		uses(up, params[0].Text, func(method string) { used = used || pgmMethods[method] })
		return used && params[0].Text != ""
	})
	for i := range list {
		uses(list[i].up, list[i].up.Params()[0].Text, func(method string) { list[i].noTx = list[i].noTx || method == "noTransaction" })
	}
	return list
}

func callNodePgMigrate(r *reader, c *chain) bool {
	l, s := &c.links[0], c.scope
	if !l.called {
		c.passive = true
		return true
	}
	table := func(parts ...string) *builder { return r.build(l.span, s, "ALTER TABLE ").name(l.arg(0)).raw(parts...) }
	switch l.name {
	case "noTransaction", "func":
		return true
	case "sql":
		r.sql(l.arg(0), s)
		return true
	}
	if l.arg(0) == nil {
		return false
	}
	switch l.name {
	case "dropTable":
		return r.build(l.span, s, "DROP TABLE ").raw(ifExists(r, l, s, 1)).name(l.arg(0)).send()
	case "renameTable":
		return table(" RENAME TO ").name(l.arg(1)).send()
	case "renameColumn":
		return table(" RENAME COLUMN ").column(l.arg(1)).raw(" TO ").column(l.arg(2)).send()
	case "dropColumn", "dropColumns":
		return columnsOf(r, l, s, func(n *code.Node) bool {
			return table(" DROP COLUMN ").raw(ifExists(r, l, s, 2)).column(n).send()
		})
	case "dropConstraint":
		return table(" DROP CONSTRAINT ").raw(ifExists(r, l, s, 2)).column(l.arg(1)).send()
	case "createIndex":
		return pgmIndex(r, l, s)
	}
	return false
}

func ifExists(r *reader, l *link, s *scope, option int) string {
	if r.isTrue(r.object(l.arg(option), s).Get("ifExists"), s) {
		return "IF EXISTS "
	}
	return ""
}

// columnsOf calls f for every column that the second argument names.
func columnsOf(r *reader, l *link, s *scope, f func(*code.Node) bool) bool {
	list := r.array(l.arg(1), s)
	if list == nil {
		return f(l.arg(1))
	}
	ok := true
	for _, k := range list.Kids {
		ok = k != nil && f(k) && ok
	}
	return ok
}

func pgmIndex(r *reader, l *link, s *scope) bool {
	o := r.object(l.arg(2), s)
	b := r.build(l.span, s, "CREATE ")
	if r.isTrue(o.Get("unique"), s) {
		b.raw("UNIQUE ")
	}
	b.raw("INDEX ")
	if r.isTrue(o.Get("concurrently"), s) {
		b.raw("CONCURRENTLY ")
	}
	if n := o.Get("name"); n != nil {
		b.column(n).raw(" ")
	}
	b.raw("ON ").name(l.arg(0))
	if method, ok := r.str(o.Get("method"), s); ok && method != "" && !strings.ContainsAny(method, " ();") {
		b.raw(" USING ", method)
	}
	return b.raw(" (").columns(l.arg(1)).raw(")").send()
}
