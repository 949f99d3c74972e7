package programs

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/schema"
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
			up := functionOrMethod(f, args[0])
			if up == nil || len(up.Params()) == 0 || !typed(f, up.Params()[len(up.Params())-1], "DB", "github.com/uptrace/bun") {
				return true
			}
			e := entry{up: up, handle: len(up.Params()) - 1}
			if len(args) > 1 {
				e.down = functionOrMethod(f, args[1])
			}
			out = append(out, e)
			return false
		})
	}
	return out
}

// functionOrMethod is a function of the file, or the method of that name that
// it declares alone or for the receiver around.
func functionOrMethod(f *code.File, n *code.Node) *code.Node {
	if fn := function(f, n); fn != nil {
		return fn
	}
	n = strip(n)
	if n == nil || n.Kind != code.Member {
		return nil
	}
	receiver := ""
	for _, k := range f.Body {
		if k.Kind == code.Func && k.Span.Covers(n.Span) {
			receiver = receiverOf(k)
		}
	}
	var found *code.Node
	for _, k := range f.Body {
		if k.Kind != code.Func || k.Text != n.Text || k.Receiver() == nil {
			continue
		}
		if receiverOf(k) == receiver {
			return k
		}
		if found != nil {
			return nil
		}
		found = k
	}
	return found
}

// receiverOf is the type that a method belongs to.
func receiverOf(f *code.Node) string {
	if f.Receiver() == nil || f.Receiver().Type == nil {
		return ""
	}
	t := f.Receiver().Type
	if t.Kind == code.Pointer && t.Elem != nil {
		t = t.Elem
	}
	return t.Name
}

// callBun reads what is done with a *bun.DB: SQL, and the builders of DDL as
// far as text or a model of this file names what they touch.
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
	u := &bunCall{r: r, c: c, q: q}
	if q["Model"] != nil {
		u.model, _ = r.modelled(q["Model"].arg(0), c.scope, "bun")
	}
	if u.named() == nil && u.model == nil && c.links[0].name != "NewDropIndex" {
		return false // what the model of another file says
	}
	return u.statement()
}

// bunCall is one builder of bun, its links by name.
type bunCall struct {
	r     *reader
	c     *chain
	q     map[string]*link
	model *schema.Model
}

func (u *bunCall) build(parts ...string) *builder {
	return u.r.build(u.c.node.Span, u.c.scope, parts...)
}

func (u *bunCall) has(name, words string) string {
	if u.q[name] != nil {
		return words
	}
	return ""
}

// named is the call that names the table, nil if the model's name stands.
func (u *bunCall) named() *link {
	if l := u.q["Table"]; l != nil {
		return l
	}
	return u.q["ModelTableExpr"]
}

// table adds the table's name: as the call says, else the model's.
func (u *bunCall) table(b *builder) *builder {
	at := u.named()
	switch {
	case at != nil:
		return b.name(at.arg(0))
	case u.model != nil && u.model.Table.Name.Name != "":
		return b.in(u.q["Model"].arg(0).Span, func() { b.raw(tableOf(u.model)) })
	}
	b.bad = true
	return b
}

func (u *bunCall) statement() bool {
	switch u.c.links[0].name {
	case "NewCreateTable":
		return u.createTable()
	case "NewDropTable":
		return u.table(u.build("DROP TABLE ", u.has("IfExists", "IF EXISTS "))).raw(u.has("Cascade", " CASCADE")).send()
	case "NewTruncateTable":
		return u.table(u.build("TRUNCATE TABLE ")).raw(u.has("Cascade", " CASCADE")).send()
	case "NewDropColumn":
		column := u.q["Column"]
		if column == nil {
			column = u.q["ColumnExpr"]
		}
		if column == nil {
			return false
		}
		return u.table(u.build("ALTER TABLE ")).raw(" DROP COLUMN ").column(column.arg(0)).send()
	case "NewAddColumn":
		return u.addColumn()
	case "NewCreateIndex":
		return u.createIndex()
	case "NewDropIndex":
		if u.q["Index"] == nil {
			return false
		}
		return u.build("DROP INDEX ", u.has("Concurrently", "CONCURRENTLY "), u.has("IfExists", "IF EXISTS ")).column(u.q["Index"].arg(0)).send()
	}
	return false
}

// createTable is NewCreateTable().Model(...): the model's columns, and foreign
// keys as SQL.
func (u *bunCall) createTable() bool {
	if u.model == nil || len(u.model.Table.Columns) == 0 {
		return false
	}
	m := *u.model
	all := !m.Table.Open && u.q["WithForeignKeys"] == nil
	if at := u.named(); at != nil {
		name, ok := u.r.str(at.arg(0), u.c.scope)
		if !ok {
			return false
		}
		t := *m.Table
		t.Name = schema.Name{Name: name}
		m.Table = &t
	}
	b := u.build("CREATE ", u.has("Temp", "TEMP "), "TABLE ", u.has("IfNotExists", "IF NOT EXISTS "))
	createOf(b, &m, func() {
		for i := range u.c.links {
			switch l := &u.c.links[i]; l.name {
			case "ForeignKey":
				text, ok := u.r.str(l.arg(0), u.c.scope)
				all = all && ok && len(l.args) == 1
				if ok && len(l.args) == 1 {
					b.in(l.arg(0).Span, func() { b.raw(", FOREIGN KEY ", text) })
				}
			case "ColumnExpr":
				text, ok := u.r.str(l.arg(0), u.c.scope)
				all = all && ok
				if ok {
					b.in(l.arg(0).Span, func() { b.raw(", ", text) })
				}
			}
		}
	})
	return b.send() && all
}

func (u *bunCall) createIndex() bool {
	if u.q["Index"] == nil || u.q["Column"] == nil && u.q["ColumnExpr"] == nil {
		return false
	}
	b := u.build("CREATE ", u.has("Unique", "UNIQUE "), "INDEX ", u.has("Concurrently", "CONCURRENTLY "), u.has("IfNotExists", "IF NOT EXISTS ")).
		column(u.q["Index"].arg(0)).raw(" ON ")
	u.table(b)
	if u.q["Using"] != nil {
		method, ok := u.r.str(u.q["Using"].arg(0), u.c.scope)
		b.bad = b.bad || !ok || !plainName.MatchString(method)
		b.raw(" USING ", method)
	}
	var parts []func()
	for i := range u.c.links {
		l := &u.c.links[i]
		switch l.name {
		case "Column":
			for _, a := range l.args {
				parts = append(parts, func() { b.column(a) })
			}
		case "ColumnExpr":
			text, ok := u.r.str(l.arg(0), u.c.scope)
			b.bad = b.bad || !ok
			parts = append(parts, func() { b.in(l.arg(0).Span, func() { b.raw(text) }) })
		}
	}
	b.raw(" (").list(len(parts), func(i int) { parts[i]() }).raw(")")
	if w := u.q["Where"]; w != nil {
		text, ok := u.r.str(w.arg(0), u.c.scope)
		if !ok || strings.Contains(text, "?") {
			text = "NULL::boolean" // nothing that anybody could rely on
		}
		b.raw(" WHERE ", text)
	}
	return b.send()
}

// addColumn adds what ColumnExpr says, SQL in which only ? is filled in, or the
// field that Column names.
func (u *bunCall) addColumn() bool {
	b := u.table(u.build("ALTER TABLE ")).raw(" ADD COLUMN ", u.has("IfNotExists", "IF NOT EXISTS "))
	expr := u.q["ColumnExpr"]
	if expr == nil || expr.arg(0) == nil {
		return false
	}
	w := u.r.text(expr.arg(0), u.c.scope)
	if w == nil || len(w.open) > 0 || len(expr.args) > 1 && strings.Contains(w.Text, "?") {
		return false
	}
	return b.in(expr.arg(0).Span, func() { b.raw(w.Text) }).send()
}
