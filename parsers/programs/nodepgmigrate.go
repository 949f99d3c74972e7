package programs

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// nodePgMigrate: exports.up = pgm => ..., all pending ones in one transaction
// unless pgm.noTransaction() is called (node-pg-migrate documentation).
var nodePgMigrate = runner{name: "node-pg-migrate", reads: script, find: findNodePgMigrate, call: callNodePgMigrate}

var pgmMethods = map[string]bool{"addColumns": true, "dropColumns": true, "dropColumn": true, "createIndex": true, "dropIndex": true,
	"alterColumn": true, "sql": true, "createType": true, "createExtension": true, "noTransaction": true, "addTypeValue": true,
	"createFunction": true, "createTrigger": true, "dropConstraint": true}

// pgmToo are methods that other tools have as well; here types are strings.
var pgmToo = map[string]bool{"createTable": true, "addColumn": true, "addConstraint": true, "dropTable": true, "renameColumn": true, "renameTable": true}

var pgmModules = []string{"node-pg-migrate", "node-pg-migrate/dist/types"}

// typesByText reports whether a column's type is written as a string.
func typesByText(up *code.Node) (found bool) {
	up.Walk(func(n *code.Node) bool {
		if n.Kind == code.Pair && n.Text == "type" && len(n.Kids) > 0 {
			v := strip(n.Kids[0])
			found = found || v != nil && v.Kind == code.String
		}
		return !found
	})
	return found
}

func findNodePgMigrate(f *code.File) []entry {
	shorthands := exportedValue(f, "shorthands") != nil
	list := byUse(f, func(up *code.Node, params []*code.Node) bool {
		if typed(f, params[0], "MigrationBuilder", pgmModules...) {
			return true
		}
		used, foreign := false, false // foreign: what only Sequelize has
		uses(up, params[0].Text, func(method string) {
			foreign = foreign || sequelizeMethods[method] && !pgmToo[method]
			used = used || pgmMethods[method] || pgmToo[method] && len(params) == 1 && !typesByMember(up) && (shorthands || imported(f, "ColumnDefinitions", pgmModules...) != "" || typesByText(up))
		})
		return used && !foreign && params[0].Text != ""
	})
	for i := range list {
		uses(list[i].up, list[i].up.Params()[0].Text, func(method string) { list[i].noTx = list[i].noTx || method == "noTransaction" })
	}
	return list
}

func callNodePgMigrate(r *reader, c *chain) bool {
	l, s := &c.links[0], c.scope
	if !l.called {
		c.passive = len(c.links) == 1
		if l.name == "db" && len(c.links) > 1 {
			if c.links[1].name == "query" {
				r.sql(c.links[1].arg(0), s)
			}
			return true
		}
		return true
	}
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
	p := &pgmCall{r: r, l: l, s: s}
	if known, ok := p.tables(); known {
		return ok
	}
	if known, ok := p.keys(); known {
		return ok
	}
	known, ok := p.others()
	return known && ok
}

// pgmCall is one call of the builder.
type pgmCall struct {
	r *reader
	l *link
	s *scope
}

func (p *pgmCall) build(parts ...string) *builder { return p.r.build(p.l.span, p.s, parts...) }

func (p *pgmCall) alter(parts ...string) *builder {
	return p.build("ALTER TABLE ").pgmName(p.l.arg(0)).raw(parts...)
}

// option is one of the options in an argument.
func (p *pgmCall) option(arg int, name string) *code.Node {
	return p.r.object(p.l.arg(arg), p.s).Get(name)
}

// flag gives the words if an option is true.
func (p *pgmCall) flag(arg int, name, words string) string {
	if p.r.isTrue(p.option(arg, name), p.s) {
		return words
	}
	return ""
}

// pgmName adds a name: a string, or { schema, name }.
func (b *builder) pgmName(n *code.Node) *builder {
	o := b.r.object(n, b.scope)
	if o == nil {
		return b.name(n)
	}
	if in := o.Get("schema"); in != nil {
		b.column(in).raw(".")
	}
	return b.column(o.Get("name"))
}

// tables are the calls that make, alter or drop a table and its columns.
func (p *pgmCall) tables() (known, ok bool) {
	l := p.l
	switch l.name {
	case "createTable":
		return true, p.createTable()
	case "dropTable":
		return true, p.build("DROP TABLE ", p.flag(1, "ifExists", "IF EXISTS ")).pgmName(l.arg(0)).raw(p.flag(1, "cascade", " CASCADE")).send()
	case "renameTable":
		return true, p.alter(" RENAME TO ").pgmName(l.arg(1)).send()
	case "renameColumn":
		return true, p.alter(" RENAME COLUMN ").column(l.arg(1)).raw(" TO ").column(l.arg(2)).send()
	case "renameConstraint":
		return true, p.alter(" RENAME CONSTRAINT ").column(l.arg(1)).raw(" TO ").column(l.arg(2)).send()
	case "addColumn", "addColumns":
		return true, p.addColumns()
	case "dropColumn", "dropColumns":
		return true, p.columnsOf(func(b *builder) {
			b.raw(" DROP COLUMN ", p.flag(2, "ifExists", "IF EXISTS "))
		}, p.flag(2, "cascade", " CASCADE"))
	case "alterColumn":
		return true, p.alterColumn()
	case "alterTable":
		how, ok := p.r.str(p.option(1, "levelSecurity"), p.s)
		if !ok || !plainName.MatchString(strings.ReplaceAll(how, " ", "")) {
			return true, false
		}
		return true, p.alter(" ", how, " ROW LEVEL SECURITY").send()
	}
	return false, false
}

// columnsOf alters the columns that the second argument names: one, a list, or
// the keys of an object.
func (p *pgmCall) columnsOf(before func(*builder), after string) bool {
	if o := p.r.object(p.l.arg(1), p.s); o != nil {
		list, ok := p.r.pairs(o, p.s)
		for _, k := range list {
			b := p.alter()
			before(b)
			ok = b.in(k.Name, func() { b.raw(sqltext.QuoteIdent(k.Text)) }).raw(after).send() && ok
		}
		return ok
	}
	kids := []*code.Node{p.l.arg(1)}
	if list := p.r.array(p.l.arg(1), p.s); list != nil {
		kids = list.Kids
	}
	ok := true
	for _, k := range kids {
		b := p.alter()
		before(b)
		ok = b.column(k).raw(after).send() && ok
	}
	return ok
}

// others are types, extensions, schemas, sequences, views and what needs no
// telling.
func (p *pgmCall) others() (known, ok bool) {
	l := p.l
	switch l.name {
	case "createType":
		return true, p.createType()
	case "addTypeValue":
		b := p.build("ALTER TYPE ").pgmName(l.arg(0)).raw(" ADD VALUE ", p.flag(2, "ifNotExists", "IF NOT EXISTS "), p.r.value(l.arg(1), p.s))
		for _, at := range []string{"before", "after"} {
			if n := p.option(2, at); n != nil {
				b.raw(" ", strings.ToUpper(at), " ", p.r.value(n, p.s))
			}
		}
		return true, b.send()
	case "renameTypeValue":
		return true, p.build("ALTER TYPE ").pgmName(l.arg(0)).raw(" RENAME VALUE ", p.r.value(l.arg(1), p.s), " TO ", p.r.value(l.arg(2), p.s)).send()
	case "renameType":
		return true, p.build("ALTER TYPE ").pgmName(l.arg(0)).raw(" RENAME TO ").pgmName(l.arg(1)).send()
	case "createExtension", "addExtension":
		return true, p.extensions("CREATE EXTENSION "+p.flag(1, "ifNotExists", "IF NOT EXISTS "), "")
	case "dropExtension":
		return true, p.extensions("DROP EXTENSION "+p.flag(1, "ifExists", "IF EXISTS "), p.flag(1, "cascade", " CASCADE"))
	case "createSchema":
		return true, p.build("CREATE SCHEMA ", p.flag(1, "ifNotExists", "IF NOT EXISTS ")).name(l.arg(0)).send()
	case "createView", "createMaterializedView":
		return true, p.view()
	case "refreshMaterializedView":
		return true, p.build("REFRESH MATERIALIZED VIEW ", p.flag(1, "concurrently", "CONCURRENTLY ")).pgmName(l.arg(0)).send()
	case "createSequence":
		return true, p.build("CREATE SEQUENCE ").pgmName(l.arg(0)).send()
	}
	for name, kind := range map[string]string{"dropType": "TYPE", "dropSchema": "SCHEMA", "dropView": "VIEW", "dropMaterializedView": "MATERIALIZED VIEW", "dropSequence": "SEQUENCE", "dropDomain": "DOMAIN"} {
		if l.name == name {
			return true, p.build("DROP ", kind, " ", p.flag(1, "ifExists", "IF EXISTS ")).pgmName(l.arg(0)).raw(p.flag(1, "cascade", " CASCADE")).send()
		}
	}
	return pgmElsewhere[l.name], true
}

// pgmElsewhere are calls that change no table.
var pgmElsewhere = map[string]bool{"createFunction": true, "dropFunction": true, "renameFunction": true, "createRole": true, "dropRole": true,
	"alterRole": true, "grantOnTables": true, "grantOnSchemas": true, "grantRoles": true, "revokeOnTables": true, "createOperator": true,
	"createCast": true, "dropCast": true}

func (p *pgmCall) extensions(before, after string) bool {
	kids := []*code.Node{p.l.arg(0)}
	if list := p.r.array(p.l.arg(0), p.s); list != nil {
		kids = list.Kids
	}
	ok := true
	for _, k := range kids {
		ok = p.build(before).column(k).raw(after).send() && ok
	}
	return ok
}

// createType is createType(name, ["a", "b"]) or createType(name, { column: type }).
func (p *pgmCall) createType() bool {
	b := p.build("CREATE TYPE ").pgmName(p.l.arg(0))
	if list := p.r.array(p.l.arg(1), p.s); list != nil {
		b.raw(" AS ENUM (").list(len(list.Kids), func(i int) {
			_, ok := p.r.str(list.Kids[i], p.s)
			b.bad = b.bad || !ok
			b.raw(p.r.value(list.Kids[i], p.s))
		})
		return b.raw(")").send()
	}
	o := p.r.object(p.l.arg(1), p.s)
	if o == nil {
		return false
	}
	pairs, ok := p.r.pairs(o, p.s)
	b.raw(" AS (").list(len(pairs), func(i int) { p.column(b, pairs[i], false) })
	return b.raw(")").send() && ok
}

// view is createView(name, options, definition).
func (p *pgmCall) view() bool {
	text, ok := p.r.str(p.l.arg(2), p.s)
	if !ok {
		return false
	}
	what := "VIEW "
	if p.l.name == "createMaterializedView" {
		what = "MATERIALIZED VIEW " + p.flag(1, "ifNotExists", "IF NOT EXISTS ")
	}
	b := p.build("CREATE ", p.flag(1, "replace", "OR REPLACE "), what).pgmName(p.l.arg(0))
	if cols := p.option(1, "columns"); cols != nil {
		b.raw(" (").columns(cols).raw(")")
	}
	return b.raw(" AS ", strings.TrimRight(text, "; \n")).send()
}
