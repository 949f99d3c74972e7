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
	p.cursorPredicate(q, link)
}

// selection reads the arguments of an included relation.
func (p *prisma) selection(q *query.Query, n *code.Node, depth int) {
	all := p.pairs(n, func(pair *code.Node) {
		if pair.Text == "where" {
			q.Where = append(q.Where, p.where(q, pair.Kids[0], false, depth)...)
			return
		}
		p.selecting(q, pair, depth)
	})
	if !all {
		q.Unknown |= everything &^ query.UnknownTable
	}
}

// selecting reads one argument that says which rows and columns are wanted.
func (p *prisma) selecting(q *query.Query, pair *code.Node, depth int) {
	v := pair.Kids[0]
	if isUndefined(p.value(v)) {
		return
	}
	switch pair.Text {
	case "orderBy":
		p.orderBy(q, v)
	case "take":
		p.take(q, v)
	case "skip":
		q.Offset = p.operand(v)
	case "distinct":
		q.Distinct, q.DistinctOn = true, p.fieldList(v)
	case "select":
		p.columns(q, v, depth)
	case "include":
		p.include(q, v, depth)
	case "_count", "_sum", "_avg", "_min", "_max":
		q.Aggregates = true
	case "relationLoadStrategy", "omit", "cursor":
	default:
		q.Unknown |= query.UnknownOther
	}
}

func isUndefined(n *code.Node) bool {
	return n != nil && n.Kind == code.Null && n.Text == "undefined"
}

// fieldList reads a field name or a list of them.
func (p *prisma) fieldList(n *code.Node) []query.Column {
	v := p.value(n)
	items := []*code.Node{v}
	if v.Kind == code.Array {
		items = v.Kids
	}
	var out []query.Column
	for _, k := range items {
		if s, ok := p.stringOf(k); ok && k != nil {
			out = append(out, column(s, k.Span))
		}
	}
	return out
}

// take limits the rows; a negative number takes them from the other end.
func (p *prisma) take(q *query.Query, n *code.Node) {
	q.Limit = p.operand(n)
	if rest, negative := strings.CutPrefix(q.Limit.Text, "-"); negative && q.Limit.Kind == query.Literal {
		q.Limit.Text = rest
		for i := range q.OrderBy {
			q.OrderBy[i].Desc = !q.OrderBy[i].Desc
		}
	}
}

func (p *prisma) orderBy(q *query.Query, n *code.Node) {
	v := p.value(n)
	items := []*code.Node{n}
	if v.Kind == code.Array {
		items = v.Kids
	}
	for _, k := range items {
		if k == nil || !p.pairs(k, func(pair *code.Node) { p.order(q, pair) }) {
			q.Unknown |= query.UnknownOrder
		}
	}
}

func (p *prisma) order(q *query.Query, pair *code.Node) {
	v := p.value(pair.Kids[0])
	o := query.Order{Column: column(pair.Text, pair.Name), Span: pair.Span}
	if v.Kind == code.Object {
		dir := v.Get("sort")
		if dir == nil { // a field of a relation, an aggregate, a relevance
			q.OrderBy = append(q.OrderBy, query.Order{Expr: pair.Text, Span: pair.Span})
			return
		}
		o.Nulls, _ = p.stringOf(v.Get("nulls"))
		v = p.value(dir)
	}
	dir, ok := p.stringOf(v)
	if isUndefined(v) {
		return
	}
	if !ok {
		q.Unknown |= query.UnknownOrder
	}
	o.Desc = dir == "desc"
	q.OrderBy = append(q.OrderBy, o)
}

// columns reads select: fields, and relations with their own arguments. A
// relation asked for as a whole looks like a field here.
func (p *prisma) columns(q *query.Query, n *code.Node, depth int) {
	all := p.pairs(n, func(pair *code.Node) {
		switch v := p.value(pair.Kids[0]); {
		case pair.Text == "_count" || v.Kind == code.Object:
			p.included(q, pair, v, depth)
		case v.Kind == code.Bool && v.Text == "true":
			q.Columns = append(q.Columns, column(pair.Text, pair.Name))
		case v.Kind == code.Bool || isUndefined(v):
		default:
			q.Unknown |= query.UnknownColumns
		}
	})
	if !all {
		q.Unknown |= query.UnknownColumns | query.UnknownOther
	}
}

func (p *prisma) include(q *query.Query, n *code.Node, depth int) {
	if v := p.value(n); v.Kind == code.Null {
		return
	}
	all := p.pairs(n, func(pair *code.Node) { p.included(q, pair, p.value(pair.Kids[0]), depth) })
	if !all {
		q.Unknown |= query.UnknownOther
	}
}

func (p *prisma) included(q *query.Query, pair, v *code.Node, depth int) {
	switch {
	case depth > maxDepth:
		q.Unknown |= query.UnknownOther
	case v.Kind == code.Bool && v.Text == "false" || v.Kind == code.Null:
	case pair.Text == "_count":
		p.counts(q, v, depth)
	case v.Kind == code.Object || v.Kind == code.Bool:
		sub := p.eager(pair.Text, pair.Name, pair)
		if v.Kind == code.Object {
			p.selection(sub, v, depth+1)
			sub.Refs = p.mentions(sub, nil)
		}
		addSub(q, sub)
	default: // included or not, or with arguments from elsewhere
		q.Unknown |= query.UnknownOther
	}
}

// counts reads _count: { select: { posts: true | { where } } }.
func (p *prisma) counts(q *query.Query, v *code.Node, depth int) {
	sel := v.Get("select")
	if sel == nil {
		q.Unknown |= query.UnknownOther
		return
	}
	all := p.pairs(sel, func(pair *code.Node) {
		sub := p.eager(pair.Text, pair.Name, pair)
		sub.Aggregates = true
		if o := p.object(pair.Kids[0]); o != nil {
			p.selection(sub, o, depth+1)
			sub.Refs = p.mentions(sub, nil)
		}
		addSub(q, sub)
	})
	if !all {
		q.Unknown |= query.UnknownOther
	}
}

// eager is the query that loads a relation.
func (p *prisma) eager(relation string, at source.Span, pair *code.Node) *query.Query {
	q := &query.Query{Op: query.Select, Role: query.Eager, Library: p.lib.Name, Span: at, Head: at,
		Tables: []query.Table{{Relation: relation, Span: at}}}
	if pair != nil {
		q.Span = pair.Span
	}
	return q
}
