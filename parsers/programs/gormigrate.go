package programs

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// gormigrate: lists of gormigrate.Migration{ID, Migrate, Rollback}, without a
// transaction unless the options ask for one (gormigrate documentation,
// Options.UseTransaction). The handle is a *gorm.DB.
var gormigrate = runner{name: "gormigrate", reads: isGo, find: findGormigrate, call: callGORM}

var gormigrateModules = []string{"github.com/go-gormigrate/gormigrate/v2", "github.com/go-gormigrate/gormigrate", "gopkg.in/gormigrate.v1", "gopkg.in/gormigrate.v2"}

func findGormigrate(f *code.File) (out []entry) {
	if imported(f, "*", gormigrateModules...) == "" {
		return nil
	}
	for _, top := range f.Body {
		top.Walk(func(n *code.Node) bool {
			if n.Kind != code.Object || n.Type == nil || !typed(f, n, "Migration", gormigrateModules...) {
				return true
			}
			up := function(f, n.Get("Migrate"))
			if up == nil {
				return true
			}
			e := entry{up: up, down: function(f, n.Get("Rollback"))}
			if id := strip(n.Get("ID")); id != nil && id.Kind == code.String {
				e.version = id.Text
			}
			out = append(out, e)
			return false
		})
	}
	return out
}

// callGORM reads what is done with a *gorm.DB (GORM manual, "Migration"). What
// a model's fields make is told by nothing here: such calls are partial.
func callGORM(r *reader, c *chain) bool {
	for i := range c.links {
		l := &c.links[i]
		if !l.called {
			continue
		}
		switch l.name {
		case "Exec":
			r.sql(l.arg(0), c.scope)
			return true
		case "Migrator":
			if i+1 == len(c.links) {
				c.passive = true
				return true
			}
			return gormMigrator(r, &c.links[i+1], c.scope)
		case "AutoMigrate":
			return false
		case "Raw", "Find", "First", "Take", "Last", "Scan", "Count", "Pluck", "Create", "CreateInBatches", "Save", "Update", "Updates",
			"UpdateColumn", "UpdateColumns", "Delete", "FirstOrCreate", "FindInBatches", "Commit", "Rollback", "Row", "Rows", "DB":
			return true // data
		case "Transaction":
			r.transaction(l, l.arg(0), c.scope, 0)
			return true
		}
	}
	// A session: tx.Debug(), tx.WithContext(ctx).
	c.passive = true
	return true
}

// gormReads ask what exists.
var gormReads = map[string]bool{"HasTable": true, "HasColumn": true, "HasIndex": true, "HasConstraint": true, "GetTables": true,
	"ColumnTypes": true, "CurrentDatabase": true, "GetIndexes": true, "TableType": true}

// gormMigrator is one call of the Migrator.
func gormMigrator(r *reader, l *link, s *scope) bool {
	if gormReads[l.name] {
		return true
	}
	if l.arg(0) == nil {
		return false
	}
	g := &gormCalls{r: r, l: l, s: s}
	table := func(parts ...string) *builder {
		b := r.build(l.span, s, "ALTER TABLE ")
		g.table(b, l.arg(0))
		return b.raw(parts...)
	}
	switch l.name {
	case "DropTable":
		ok := true
		for _, a := range l.args {
			b := r.build(l.span, s, "DROP TABLE IF EXISTS ")
			g.table(b, a)
			ok = b.raw(" CASCADE").send() && ok
		}
		return ok
	case "RenameTable":
		b := table(" RENAME TO ")
		g.table(b, l.arg(1))
		return b.send()
	case "DropColumn":
		b := table(" DROP COLUMN ")
		g.column(b, l.arg(0), l.arg(1))
		return b.send()
	case "RenameColumn":
		b := table(" RENAME COLUMN ")
		g.column(b, l.arg(0), l.arg(1))
		b.raw(" TO ")
		g.column(b, l.arg(0), l.arg(2))
		return b.send()
	case "DropConstraint":
		return table(" DROP CONSTRAINT ").column(l.arg(1)).send()
	case "DropIndex":
		return r.build(l.span, s, "DROP INDEX ").column(l.arg(1)).send()
	case "RenameIndex":
		return r.build(l.span, s, "ALTER INDEX ").column(l.arg(1)).raw(" RENAME TO ").column(l.arg(2)).send()
	}
	return false
}

type gormCalls struct {
	r *reader
	l *link
	s *scope
}

// table adds the name of a table: given as text, or that of a model of this
// file whose TableName method says it.
func (g *gormCalls) table(b *builder, n *code.Node) {
	if model := g.model(n); model != "" {
		if name := g.tableName(model); name != "" {
			b.named(name, n.Span)
			return
		}
	}
	b.name(n)
}

// model is the type of &User{} or User{}.
func (g *gormCalls) model(n *code.Node) string {
	n = strip(n)
	if n != nil && n.Kind == code.Object && n.Type != nil && n.Type.Kind == code.Named && n.Type.Qual == "" {
		return n.Type.Name
	}
	return ""
}

func (g *gormCalls) tableName(model string) string {
	for _, f := range g.r.file.Body {
		if f.Kind != code.Func || f.Text != "TableName" || f.Receiver() == nil || f.Receiver().Type == nil || f.Body() == nil {
			continue
		}
		t := f.Receiver().Type
		if t.Kind == code.Pointer && t.Elem != nil {
			t = t.Elem
		}
		body := f.Body()
		if t.Name != model || len(body.Kids) != 1 || body.Kids[0].Kind != code.Return || len(body.Kids[0].Kids) != 1 {
			continue
		}
		if name, ok := g.r.str(body.Kids[0].Kids[0], g.s); ok {
			return name
		}
	}
	return ""
}

// column adds the name of a column; with a model it may be a field's, which
// is known as a column only where it is written as one.
func (g *gormCalls) column(b *builder, model, n *code.Node) {
	text, ok := g.r.str(n, g.s)
	if !ok || text == "" || g.model(model) != "" && text != lower(text) {
		b.bad = true
		return
	}
	b.in(n.Span, func() { b.raw(sqltext.QuoteIdent(text)) })
}
