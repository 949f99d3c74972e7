package programs

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
)

// kysely: export async function up(db: Kysely<any>), all pending ones in one
// transaction (Kysely documentation, "Migrations"; Migrator). Builders send
// with execute, SQL is sql`...`.execute(db).
var kysely = runner{name: "kysely", reads: script, find: findKysely, call: callKysely, other: kyselySQL, hole: kyselyHole}

func findKysely(f *code.File) []entry {
	if imported(f, "Kysely", "kysely") == "" && imported(f, "sql", "kysely") == "" {
		return nil
	}
	return byUse(f, func(up *code.Node, params []*code.Node) bool {
		if typed(f, params[0], "Kysely", "kysely") {
			return true
		}
		used := false
		uses(up, params[0].Text, func(method string) { used = used || method == "schema" })
		return used && params[0].Text != ""
	})
}

// kyselyData are the calls of a handle that change no schema.
var kyselyData = map[string]bool{"selectFrom": true, "selectNoFrom": true, "insertInto": true, "updateTable": true, "deleteFrom": true,
	"replaceInto": true, "mergeInto": true, "with": true, "withRecursive": true, "fn": true, "dynamic": true, "introspection": true, "case": true,
	"getExecutor": true, "destroy": true, "isTransaction": true}

// kyselySame are the calls that give a handle for the same database.
var kyselySame = map[string]bool{"withPlugin": true, "withoutPlugins": true, "withTables": true, "$extendTables": true}

func callKysely(r *reader, c *chain) bool {
	var in *code.Node
	for len(c.links) > 0 {
		l := &c.links[0]
		switch {
		case l.called && l.name == "withSchema":
			in = l.arg(0)
		case kyselySame[l.name]:
		case l.name == "schema" && !l.called:
			return kyselySchema(r, c, in)
		case l.called && (l.name == "transaction" || l.name == "connection") && len(c.links) > 1:
			return kyselyBlock(r, c, l.name == "transaction")
		case l.called && l.name == "executeQuery":
			ch := flatten(l.arg(0))
			if ch == nil || len(ch.links) < 2 || ch.links[len(ch.links)-1].name != "compile" {
				return false
			}
			ch.scope = c.scope
			return kyselySent(r, ch)
		default:
			return kyselyData[l.name]
		}
		c.links = c.links[1:]
	}
	c.passive = in == nil
	return c.passive
}

// kyselyBlock is db.transaction().execute(async (trx) => ...).
func kyselyBlock(r *reader, c *chain, transaction bool) bool {
	for i := range c.links {
		l := &c.links[i]
		if l.name != "execute" || function(r.file, l.arg(0)) == nil {
			continue
		}
		if transaction {
			r.transaction(l, l.arg(0), c.scope, 0)
		} else {
			r.callback(l.arg(0), c.scope, []int{0})
		}
		return true
	}
	return false
}

// kyselySQL reads sql`...`.execute(db), and a query that a name holds.
func kyselySQL(r *reader, c *chain) bool {
	last := &c.links[len(c.links)-1]
	return last.name == "execute" && last.called && c.scope.isHandle(last.arg(0)) && kyselySent(r, c)
}

// kyselySent reads the SQL that the last link of a chain sends.
func kyselySent(r *reader, c *chain) bool {
	local := imported(r.file, "sql", "kysely")
	n := c.node
	if n = strip(n); n == nil || n.Kind != code.Call || n.Kids[0] == nil || n.Kids[0].Kind != code.Member {
		return false
	}
	v := r.resolve(n.Kids[0].Kids[0], c.scope)
	if v == nil || len(v.Kids) < 2 || v.Kids[0] == nil {
		return false
	}
	switch tag := v.Kids[0]; {
	case v.Kind == code.Tagged && tag.Kind == code.Ident && tag.Text == local:
		r.sql(v, c.scope)
		return true
	case v.Kind == code.Call && tag.Kind == code.Member && tag.Text == "raw" && tag.Kids[0].Text == local:
		r.sql(v.Kids[1], c.scope)
		return true
	}
	return false
}

// kyselyHole is what sql.ref("a"), sql.raw("b") and their like put into a query,
// and what another sql`...` does.
func kyselyHole(r *reader, n *code.Node, s *scope, depth int) *written {
	if n.Kind == code.Tagged && len(n.Kids) > 1 && n.Kids[1].Kind == code.String && n.Kids[1].Frag != nil {
		return r.filled(n.Kids[1], s, depth)
	}
	if n.Kind != code.Call || len(n.Kids) < 2 || n.Kids[0] == nil || n.Kids[0].Kind != code.Member {
		return nil
	}
	text, ok := r.str(n.Kids[1], s)
	if !ok || n.Kids[0].Kids[0] == nil || n.Kids[0].Kids[0].Text != imported(r.file, "sql", "kysely") {
		return nil
	}
	switch n.Kids[0].Text {
	case "raw":
		return plain(text)
	case "ref", "table", "id":
		return plain(quoted(text))
	case "lit", "val":
		return plain("'" + strings.ReplaceAll(text, "'", "''") + "'")
	}
	return nil
}

// kyselySchema is one statement of the schema builder, which execute sends.
func kyselySchema(r *reader, c *chain, in *code.Node) bool {
	links := c.links[1:]
	for len(links) > 0 && (links[0].name == "withSchema" || kyselySame[links[0].name]) {
		if links[0].name == "withSchema" {
			in = links[0].arg(0)
		}
		links = links[1:]
	}
	if len(links) == 0 {
		c.passive = in == nil
		return c.passive
	}
	if links[len(links)-1].name != "execute" {
		c.passive = true // a builder that a name holds
		return true
	}
	k := &kyselyCall{r: r, s: c.scope, in: in, l: &links[0], links: links[1 : len(links)-1], at: c.node.Span}
	return k.statement()
}

// kyselyCall is one statement of the schema builder.
type kyselyCall struct {
	r  *reader
	s  *scope
	in *code.Node
	// l begins it, links say more.
	l     *link
	links []link
	at    source.Span
}

// has gives the words if the builder was told so.
func (k *kyselyCall) has(name, words string) string {
	if k.find(name) != nil {
		return words
	}
	return ""
}

func (k *kyselyCall) find(name string) *link {
	for i := range k.links {
		if k.links[i].name == name {
			return &k.links[i]
		}
	}
	return nil
}

func (k *kyselyCall) build(parts ...string) *builder { return k.r.build(k.at, k.s, parts...) }

func (k *kyselyCall) statement() bool {
	l := k.l
	switch l.name {
	case "createTable":
		return k.createTable()
	case "alterTable":
		return k.alterTable()
	case "dropTable":
		return k.drop("TABLE ")
	case "dropView":
		return k.drop(k.has("materialized", "MATERIALIZED ") + "VIEW ")
	case "createIndex":
		return k.createIndex()
	case "dropIndex":
		return k.drop("INDEX ")
	case "createSchema":
		return k.build("CREATE SCHEMA ", k.has("ifNotExists", "IF NOT EXISTS ")).column(l.arg(0)).send()
	case "dropSchema":
		return k.build("DROP SCHEMA ", k.has("ifExists", "IF EXISTS ")).column(l.arg(0)).raw(k.has("cascade", " CASCADE")).send()
	case "createType":
		return k.createType()
	case "dropType":
		return k.drop("TYPE ")
	case "refreshMaterializedView":
		return k.build("REFRESH MATERIALIZED VIEW ", k.has("concurrently", "CONCURRENTLY ")).knexName(k.in, l.arg(0)).send()
	case "createView":
		return k.createView()
	}
	return false
}

// drop drops what is called by a name in a schema.
func (k *kyselyCall) drop(what string) bool {
	return k.build("DROP ", what, k.has("ifExists", "IF EXISTS ")).knexName(k.in, k.l.arg(0)).raw(k.has("cascade", " CASCADE")).send()
}

func (k *kyselyCall) createType() bool {
	values := k.find("asEnum")
	if values == nil {
		return false
	}
	list := k.r.array(values.arg(0), k.s)
	if list == nil {
		return false
	}
	b := k.build("CREATE TYPE ").knexName(k.in, k.l.arg(0)).raw(" AS ENUM (")
	return b.list(len(list.Kids), func(i int) { b.raw(k.r.value(list.Kids[i], k.s)) }).raw(")").send()
}

// createView makes a view; of a query that is no SQL the columns are not known.
func (k *kyselyCall) createView() bool {
	as := k.find("as")
	if as == nil {
		return false
	}
	text, ok := k.r.str(as.arg(0), k.s)
	if !ok {
		text = "SELECT *"
	}
	return k.build("CREATE ", k.has("orReplace", "OR REPLACE "), k.has("materialized", "MATERIALIZED "), "VIEW ", k.has("ifNotExists", "IF NOT EXISTS ")).
		knexName(k.in, k.l.arg(0)).raw(" AS ", text).send() && ok
}

func (k *kyselyCall) createIndex() bool {
	on := k.find("on")
	if on == nil {
		return false
	}
	b := k.build("CREATE ", k.has("unique", "UNIQUE "), "INDEX ", k.has("ifNotExists", "IF NOT EXISTS ")).column(k.l.arg(0)).raw(" ON ").knexName(k.in, on.arg(0))
	if using := k.find("using"); using != nil {
		method, ok := k.r.str(using.arg(0), k.s)
		if !ok {
			return false
		}
		b.raw(" USING ", method)
	}
	b.raw(" (")
	n := 0
	part := func(f func()) {
		if n > 0 {
			b.raw(", ")
		}
		n++
		f()
	}
	for i := range k.links {
		switch l := &k.links[i]; l.name {
		case "column":
			part(func() { k.indexPart(b, l.arg(0)) })
		case "columns":
			list := k.r.array(l.arg(0), k.s)
			if list == nil {
				return false
			}
			for _, one := range list.Kids {
				part(func() { k.indexPart(b, one) })
			}
		case "expression":
			text, ok := k.r.str(l.arg(0), k.s)
			b.bad = b.bad || !ok
			part(func() { b.raw("(", text, ")") })
		}
	}
	b.raw(")", k.has("nullsNotDistinct", " NULLS NOT DISTINCT"))
	k.where(b)
	return n > 0 && b.send()
}

// indexPart is "name" or "name desc".
func (k *kyselyCall) indexPart(b *builder, n *code.Node) {
	text, ok := k.r.str(n, k.s)
	name, order, ordered := strings.Cut(strings.TrimSpace(text), " ")
	if !ok || name == "" {
		b.bad = true
		return
	}
	b.in(n.Span, func() { b.raw(quoted(name)) })
	if ordered {
		b.raw(" ", order)
	}
}

// where adds a predicate; one that a function makes is nothing that anybody
// could rely on.
func (k *kyselyCall) where(b *builder) {
	joint := " WHERE "
	for i := range k.links {
		l := &k.links[i]
		if l.name != "where" {
			continue
		}
		b.raw(joint)
		joint = " AND "
		column, ok := k.r.str(l.arg(0), k.s)
		op, known := k.r.str(l.arg(1), k.s)
		switch {
		case len(l.args) == 1 && ok:
			b.raw("(", column, ")")
		case len(l.args) == 3 && ok && known:
			b.raw(quoted(column[strings.LastIndexByte(column, '.')+1:]), " ", op, " ", k.r.value(l.arg(2), k.s))
		default:
			b.raw("NULL::boolean")
		}
	}
}
