package programs

import (
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// callGORM reads what is done with a *gorm.DB (GORM manual, "Migration"). A
// model that another file declares makes the program partial.
func callGORM(r *reader, c *chain) bool {
	for i := range c.links {
		l := &c.links[i]
		if !l.called {
			continue
		}
		g := &gormCall{r: r, l: l, s: c.scope}
		switch l.name {
		case "Exec":
			r.sql(l.arg(0), c.scope)
			return true
		case "Migrator":
			if i+1 == len(c.links) {
				c.passive = true
				return true
			}
			g.l = &c.links[i+1]
			return g.migrator()
		case "AutoMigrate", "CreateTable", "DropTable", "DropTableIfExists": // on the session itself: version 1
			return g.migrator()
		case "DropColumn", "AddIndex", "AddUniqueIndex", "RemoveIndex", "ModifyColumn", "AddForeignKey":
			return g.version1(c.links[:i])
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
	"ColumnTypes": true, "CurrentDatabase": true, "GetIndexes": true, "TableType": true, "FullDataTypeOf": true, "GetTypeAliases": true}

// gormCall is one call of the Migrator.
type gormCall struct {
	r *reader
	l *link
	s *scope
}

// build is a statement that the call sends.
func (g *gormCall) build(parts ...string) *builder { return g.r.build(g.l.span, g.s, parts...) }

// alter is one about the table of its first argument.
func (g *gormCall) alter(parts ...string) *builder {
	b := g.build("ALTER TABLE ")
	g.table(b, g.l.arg(0))
	return b.raw(parts...)
}

func (g *gormCall) migrator() bool {
	l := g.l
	if gormReads[l.name] {
		return true
	}
	if l.arg(0) == nil {
		return false
	}
	switch l.name {
	case "DropTable", "DropTableIfExists":
		return g.each(func(a *code.Node) bool {
			b := g.build("DROP TABLE IF EXISTS ")
			g.table(b, a)
			return b.raw(" CASCADE").send()
		})
	case "CreateTable":
		return g.each(g.create)
	case "AutoMigrate":
		return g.each(g.auto)
	case "RenameTable":
		b := g.alter(" RENAME TO ")
		g.table(b, l.arg(1))
		return b.send()
	case "AddColumn", "AlterColumn", "MigrateColumn":
		return g.setColumn()
	case "DropColumn":
		b := g.alter(" DROP COLUMN ")
		g.column(b, l.arg(0), l.arg(1))
		return b.send()
	case "RenameColumn":
		b := g.alter(" RENAME COLUMN ")
		g.column(b, l.arg(0), l.arg(1))
		b.raw(" TO ")
		g.column(b, l.arg(0), l.arg(2))
		return b.send()
	case "DropConstraint":
		return g.alter(" DROP CONSTRAINT ").column(l.arg(1)).send()
	case "CreateIndex":
		return g.createIndex()
	case "DropIndex":
		b := g.build("DROP INDEX ")
		g.index(b, l.arg(1))
		return b.send()
	case "RenameIndex":
		return g.build("ALTER INDEX ").column(l.arg(1)).raw(" RENAME TO ").column(l.arg(2)).send()
	}
	return false
}

func (g *gormCall) each(f func(*code.Node) bool) bool {
	ok := true
	for _, a := range g.l.args {
		ok = f(a) && ok
	}
	return ok
}

// model is the model that an argument hands over, nil for names and for models
// of other files.
func (g *gormCall) model(n *code.Node) (*schema.Model, map[string]string) {
	return g.r.modelled(n, g.s, "gorm")
}

// table adds the name of a table: given as text, or a model's.
func (g *gormCall) table(b *builder, n *code.Node) {
	if m, _ := g.model(n); m != nil {
		if m.Table.Name.Name == "" {
			b.bad = true
			return
		}
		b.in(n.Span, func() { b.raw(tableOf(m)) })
		return
	}
	b.name(n)
}

// column adds the name of a column, which may be given as that of a field.
func (g *gormCall) column(b *builder, model, n *code.Node) {
	text, ok := g.r.str(n, g.s)
	m, _ := g.model(model)
	if m != nil {
		if c := columnNamed(m, text); c != nil {
			text = c.Name
		}
	} else if g.modelled(model) && text != strings.ToLower(text) {
		ok = false // a field of a model nobody knows
	}
	if !ok || text == "" {
		b.bad = true
		return
	}
	b.in(n.Span, func() { b.raw(sqltext.QuoteIdent(text)) })
}

// modelled reports whether an argument is no name.
func (g *gormCall) modelled(n *code.Node) bool {
	_, name := g.r.str(n, g.s)
	return !name
}

// create is CreateTable of one model, followed by its indexes.
func (g *gormCall) create(n *code.Node) bool {
	m, tags := g.model(n)
	if m == nil || len(m.Table.Columns) == 0 {
		return false
	}
	b := g.build("CREATE TABLE ")
	createOf(b, m, nil)
	ok := b.send()
	for _, x := range m.Table.Indexes {
		ok = g.sendIndex(m, x, tags) && ok
	}
	return ok && !m.Table.Open
}

// auto is AutoMigrate of one model: what is missing is added, nothing dropped. A
// struct without a key is a part of a table that is there, and a table that is
// there has its key.
func (g *gormCall) auto(n *code.Node) bool {
	m, tags := g.model(n)
	if m == nil || len(m.Table.Columns) == 0 {
		return false
	}
	g.r.guarded++
	defer func() { g.r.guarded-- }()
	ok, key := true, m.Table.PrimaryKey
	if key != nil || m.Table.Open { // what it embeds may hold the key
		b := g.build("CREATE TABLE IF NOT EXISTS ")
		createOf(b, m, nil)
		ok = b.send()
	}
	for _, c := range m.Table.Columns {
		if c.Generated != "" || key != nil && slices.Contains(key.Columns, c.Name) {
			continue
		}
		b := g.build("ALTER TABLE ", tableOf(m), " ADD COLUMN IF NOT EXISTS ")
		columnOf(b, c)
		ok = b.send() && ok
	}
	for _, x := range m.Table.Indexes {
		ok = g.sendIndex(m, x, tags) && ok
	}
	return ok && !m.Table.Open
}

// sendIndex sends CREATE INDEX of a model.
func (g *gormCall) sendIndex(m *schema.Model, x *schema.Index, tags map[string]string) bool {
	words := "IF NOT EXISTS "
	for _, p := range x.Parts {
		if strings.Contains(strings.ToUpper(tags[p.Column]), "OPTION:CONCURRENTLY") {
			words = "CONCURRENTLY IF NOT EXISTS "
		}
	}
	b := g.build()
	indexOf(b, m, x, words)
	return b.send()
}

// setColumn adds or alters the column of a field.
func (g *gormCall) setColumn() bool {
	m, _ := g.model(g.l.arg(0))
	name, ok := g.r.str(g.l.arg(1), g.s)
	if m == nil || !ok {
		return false
	}
	c := columnNamed(m, name)
	if c == nil {
		return false
	}
	at := g.l.arg(1).Span
	b := g.build("ALTER TABLE ", tableOf(m))
	if g.l.name == "AddColumn" {
		b.raw(" ADD COLUMN ").in(at, func() {
			here := *c
			here.Origin.NameSpan = at
			columnOf(b, &here)
		})
		return b.send()
	}
	if c.Type == "" {
		return false
	}
	typ := c.TypeAs(c.Type)
	b.raw(" ALTER COLUMN ").in(at, func() { b.raw(sqltext.QuoteIdent(c.Name)) }).raw(" TYPE ", typ, " USING ", sqltext.QuoteIdent(c.Name), "::", typ)
	return b.send()
}

// named is the index of a model, found by its name or by a field of it.
func (g *gormCall) named() (*schema.Model, map[string]string, *schema.Index) {
	m, tags := g.model(g.l.arg(0))
	name, ok := g.r.str(g.l.arg(1), g.s)
	if m == nil || !ok {
		return nil, nil, nil
	}
	for _, x := range m.Table.Indexes {
		if x.Name == name {
			return m, tags, x
		}
	}
	if c := columnNamed(m, name); c != nil {
		for _, x := range m.Table.Indexes {
			if slices.ContainsFunc(x.Parts, func(p schema.IndexPart) bool { return p.Column == c.Name }) {
				return m, tags, x
			}
		}
	}
	return nil, nil, nil
}

func (g *gormCall) createIndex() bool {
	m, tags, x := g.named()
	return m != nil && g.sendIndex(m, x, tags)
}

// index adds the name of an index, which may be given as that of a field.
func (g *gormCall) index(b *builder, n *code.Node) {
	if _, _, x := g.named(); x != nil {
		b.in(n.Span, func() { b.raw(sqltext.QuoteIdent(x.Name)) })
		return
	}
	b.column(n)
}

// version1 is a call that only version 1 has, behind Model: db.Model(&User{}).DropColumn("a").
func (g *gormCall) version1(before []link) bool {
	var of *code.Node
	for i := range before {
		if before[i].name == "Model" || before[i].name == "Table" {
			of = before[i].arg(0)
		}
	}
	if of == nil || g.l.arg(0) == nil {
		return false
	}
	b := g.build("ALTER TABLE ")
	if strings.Contains(g.l.name, "Index") {
		b = g.build(map[string]string{"AddIndex": "CREATE INDEX ", "AddUniqueIndex": "CREATE UNIQUE INDEX ", "RemoveIndex": "DROP INDEX "}[g.l.name])
		b.column(g.l.arg(0))
		if g.l.name == "RemoveIndex" {
			return b.send()
		}
		b.raw(" ON ")
	}
	g.table(b, of)
	switch g.l.name {
	case "DropColumn":
		b.raw(" DROP COLUMN ")
		g.column(b, of, g.l.arg(0))
	case "ModifyColumn":
		typ, ok := g.r.str(g.l.arg(1), g.s)
		b.bad = b.bad || !ok
		b.raw(" ALTER COLUMN ")
		g.column(b, of, g.l.arg(0))
		b.raw(" TYPE ", typ)
	case "AddForeignKey":
		target, ok := g.r.str(g.l.arg(1), g.s)
		b.bad = b.bad || !ok
		b.raw(" ADD FOREIGN KEY (").column(g.l.arg(0)).raw(") REFERENCES ", target)
		b.action(" ON DELETE ", g.l.arg(2))
		b.action(" ON UPDATE ", g.l.arg(3))
	default:
		cols := g.l.args[1:]
		b.raw(" (").list(len(cols), func(i int) { b.column(cols[i]) }).raw(")")
	}
	return b.send()
}
