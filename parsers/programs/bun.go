package programs

import (
	"github.com/dbwise/dbwise/parsers/code"
)

// bun: Migrations.MustRegister(up, down) with functions that get a *bun.DB,
// without a transaction (bun documentation, "Migrations").
var bun = runner{name: "bun", reads: isGo, find: findBun, call: callBun}

func findBun(f *code.File) (out []entry) {
	if imported(f, "*", "github.com/uptrace/bun") == "" {
		return nil
	}
	for _, top := range f.Body {
		top.Walk(func(n *code.Node) bool {
			if n.Kind != code.Call || n.Kids[0] == nil || n.Kids[0].Kind != code.Member || n.Kids[0].Text != "MustRegister" && n.Kids[0].Text != "Register" {
				return true
			}
			args := n.Args()
			if len(args) == 0 {
				return true
			}
			up := function(f, args[0])
			if up == nil || len(up.Params()) == 0 || !typed(f, up.Params()[len(up.Params())-1], "DB", "github.com/uptrace/bun") {
				return true
			}
			e := entry{up: up, handle: len(up.Params()) - 1}
			if len(args) > 1 {
				e.down = function(f, args[1])
			}
			out = append(out, e)
			return false
		})
	}
	return out
}

// callBun reads what is done with a *bun.DB: SQL, and the builders of DDL as
// far as they name what they touch as text.
func callBun(r *reader, c *chain) bool {
	l := &c.links[0]
	switch {
	case !l.called:
		c.passive = true
		return true
	case l.name == "Exec", l.name == "NewRaw":
		r.sql(l.arg(0), c.scope)
		return true
	case l.name == "ExecContext":
		r.sql(l.arg(1), c.scope)
		return true
	case l.name == "RunInTx":
		r.transaction(l, l.arg(2), c.scope, 1)
		return true
	case bunReads[l.name]:
		return true
	}
	return bunBuilder(r, c)
}

var bunReads = map[string]bool{"Query": true, "QueryContext": true, "QueryRow": true, "QueryRowContext": true, "NewSelect": true, "NewInsert": true,
	"NewUpdate": true, "NewDelete": true, "NewMerge": true, "NewValues": true, "Dialect": true, "Formatter": true}

// bunBuilder is db.NewDropColumn().Table("users").Column("age").Exec(ctx).
func bunBuilder(r *reader, c *chain) bool {
	q := map[string]*link{}
	for i := range c.links {
		q[c.links[i].name] = &c.links[i]
	}
	if q["Exec"] == nil {
		return false
	}
	if q["Table"] == nil || q["Model"] != nil && q["Table"] == nil {
		return false // what a model's tags say
	}
	at, s, table := c.node.Span, c.scope, q["Table"].arg(0)
	has := func(name, words string) string {
		if q[name] != nil {
			return words
		}
		return ""
	}
	switch c.links[0].name {
	case "NewDropTable":
		return r.build(at, s, "DROP TABLE ", has("IfExists", "IF EXISTS ")).name(table).raw(has("Cascade", " CASCADE")).send()
	case "NewTruncateTable":
		return r.build(at, s, "TRUNCATE TABLE ").name(table).raw(has("Cascade", " CASCADE")).send()
	case "NewDropColumn":
		if q["Column"] == nil {
			return false
		}
		return r.build(at, s, "ALTER TABLE ").name(table).raw(" DROP COLUMN ").column(q["Column"].arg(0)).send()
	case "NewAddColumn":
		return bunAddColumn(r, c, q["ColumnExpr"], table, has("IfNotExists", "IF NOT EXISTS "))
	case "NewCreateIndex":
		if q["Index"] == nil || q["Column"] == nil || q["Where"] != nil {
			return false
		}
		b := r.build(at, s, "CREATE ", has("Unique", "UNIQUE "), "INDEX ", has("Concurrently", "CONCURRENTLY "), has("IfNotExists", "IF NOT EXISTS ")).
			column(q["Index"].arg(0)).raw(" ON ").name(table)
		if q["Using"] != nil {
			method, ok := r.str(q["Using"].arg(0), s)
			b.bad = b.bad || !ok || !plainName.MatchString(method)
			b.raw(" USING ", method)
		}
		cols := q["Column"].args
		return b.raw(" (").list(len(cols), func(i int) { b.column(cols[i]) }).raw(")").send()
	case "NewDropIndex":
		if q["Index"] == nil {
			return false
		}
		return r.build(at, s, "DROP INDEX ", has("Concurrently", "CONCURRENTLY "), has("IfExists", "IF EXISTS ")).column(q["Index"].arg(0)).send()
	}
	return false
}

// bunAddColumn adds what ColumnExpr says: SQL, in which only ? is filled in.
func bunAddColumn(r *reader, c *chain, expr *link, table *code.Node, ifNotExists string) bool {
	if expr == nil || len(expr.args) != 1 {
		return false
	}
	text, ok := r.str(expr.arg(0), c.scope)
	if !ok {
		return false
	}
	b := r.build(c.node.Span, c.scope, "ALTER TABLE ").name(table).raw(" ADD COLUMN ", ifNotExists)
	return b.in(expr.arg(0).Span, func() { b.raw(text) }).send()
}
