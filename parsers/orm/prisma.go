package orm

import (
	"path"
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
)

// Prisma Client, up to version 7. A call is client.<model>.<method>(args);
// models are named by their accessor, columns by their fields, relations by
// the field: schema.prisma tells what they are in the database.
//
// Every value is sent as a parameter; one that stands in the source as a
// literal is given as such.
var _ = add(&Library{
	Name:    "prisma",
	Reads:   source.Lang.Script,
	Modules: []string{"@prisma/client", ".prisma/client", "@prisma/client/edge", "@prisma/client/extension"},
	Roots: map[string]string{
		"PrismaClient inst":              "client",
		"Prisma .TransactionClient inst": "client",
	},
	Root: prismaRoot,
	Steps: map[string]string{
		"client .$extends ()":                "client",
		"client .$on ()":                     "client",
		"client .$transaction callback(0,0)": "client",
	},
	Handles: []facts.Handle{{Kind: "client", Methods: prismaNames()}},
	Read:    readPrisma,
})

// prismaRoot accepts the client of a generated folder: `PrismaClient` of any
// module named like one. The workspace asks only for modules that are no
// hand-written file of the project.
func prismaRoot(module, rest string) string {
	if rest != "PrismaClient inst" && rest != "Prisma .TransactionClient inst" {
		return ""
	}
	base := strings.TrimSuffix(path.Base(module), path.Ext(module))
	if base == "client" || base == "edge" || base == "index" || strings.Contains(module, "prisma") || strings.Contains(module, "generated") {
		return "client"
	}
	return ""
}

// prismaMethod is what a model's method does.
type prismaMethod struct {
	op query.Op
	// unique: where names a unique key, compound ones by their joined names.
	unique, row, first, aggregate bool
}

var prismaMethods = map[string]prismaMethod{
	"findUnique":          {op: query.Select, unique: true, row: true},
	"findUniqueOrThrow":   {op: query.Select, unique: true, row: true},
	"findFirst":           {op: query.Select, row: true, first: true},
	"findFirstOrThrow":    {op: query.Select, row: true, first: true},
	"findMany":            {op: query.Select},
	"count":               {op: query.Select, aggregate: true},
	"aggregate":           {op: query.Select, aggregate: true},
	"groupBy":             {op: query.Select, aggregate: true},
	"create":              {op: query.Insert, row: true},
	"createMany":          {op: query.Insert},
	"createManyAndReturn": {op: query.Insert},
	"update":              {op: query.Update, unique: true, row: true},
	"updateMany":          {op: query.Update},
	"updateManyAndReturn": {op: query.Update},
	"upsert":              {op: query.Insert, unique: true, row: true},
	"delete":              {op: query.Delete, unique: true, row: true},
	"deleteMany":          {op: query.Delete},
}

// prismaRaw are the methods of the client that take SQL.
var prismaRaw = names("$queryRaw $queryRawUnsafe $queryRawTyped $executeRaw $executeRawUnsafe")

func prismaNames() map[string]bool {
	out := map[string]bool{}
	for name := range prismaMethods {
		out[name] = true
	}
	for name := range prismaRaw {
		out[name] = true
	}
	return out
}

func readPrisma(c *call) bool {
	if first := c.Links[0]; prismaRaw[first.Name] {
		return first.Called && c.prismaRaw(first)
	}
	if len(c.Links) < 2 {
		return false
	}
	model, link := c.Links[0], c.Links[1]
	m, ok := prismaMethods[link.Name]
	if !ok || !link.Called || link.Tagged || model.Called || model.Name == "" || strings.HasPrefix(model.Name, "$") {
		return false
	}
	c.exec = 1
	p := &prisma{c}
	c.q = &query.Query{Op: m.op, Row: m.row, Aggregates: m.aggregate,
		Tables: []query.Table{{Model: model.Name, Span: model.NameSpan}}}
	p.arguments(c.q, m, link)
	if m.first {
		c.q.Limit = literal("1", link.NameSpan)
	}
	p.fluent(c.q, c.Links[2:])
	return true
}

// prismaRaw reads $queryRaw`...`, $queryRaw(Prisma.sql`...`) and the unsafe
// forms with a string.
func (c *call) prismaRaw(link code.Link) bool {
	if len(link.Args) == 0 {
		return false
	}
	n := link.Args[0]
	if v := c.value(n); v.Kind == code.Tagged && len(v.Kids) > 1 {
		n = v.Kids[1]
	}
	if link.Name == "$queryRawTyped" {
		n = nil
	}
	return c.sqlText(n, query.Generic)
}

// fluent reads what follows a call that gives one row: each relation asked for
// as a method is a further query.
func (p *prisma) fluent(q *query.Query, links []code.Link) {
	for _, l := range links {
		if !l.Called || promiseMethods[l.Name] || !q.Row {
			return
		}
		sub := p.eager(l.Name, l.NameSpan, nil)
		if len(l.Args) > 0 {
			p.selection(sub, l.Args[0], 0)
			sub.Refs = p.mentions(sub, nil)
		}
		addSub(q, sub)
		q = sub
		q.Row = true
	}
}

var promiseMethods = names("then catch finally")

// prisma reads the arguments of one call.
type prisma struct{ *call }

func (p *prisma) arguments(q *query.Query, m prismaMethod, link code.Link) {
	if len(link.Args) == 0 {
		return
	}
	all := p.pairs(link.Args[0], func(pair *code.Node) {
		v := pair.Kids[0]
		switch pair.Text {
		case "where":
			q.Where = append(q.Where, p.where(q, v, m.unique, 0)...)
		case "data", "create":
			p.data(q, v)
		case "update":
			p.updateData(q, v)
		case "skipDuplicates":
			if b := p.value(v); b.Kind != code.Bool || b.Text == "true" {
				q.OnConflict = "nothing"
			}
		case "by":
			q.GroupBy = p.fieldList(v)
		case "having":
			q.Having = p.having(q, v)
		default:
			p.selecting(q, pair, 0)
		}
	})
	if !all {
		q.Unknown |= everything &^ query.UnknownTable
	}
	if link.Name == "upsert" {
		q.OnConflict = "update"
		query.Filters(q.Where, func(f query.Predicate, or bool) {
			if f.Op == query.Eq && !or {
				q.Conflict = append(q.Conflict, f.Column)
			}
		})
	}
	fromTheEnd(q)
	p.cursorPredicate(q, link)
}
