package orm

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/query"
)

// GORM, versions 1 and 2. A statement is built by methods on *gorm.DB and sent
// by a finisher. Models are Go structs, named by their type; columns appear by
// field name in struct conditions and by column name in text.
//
// A handle of kind "scope" is a *gorm.DB that was built on elsewhere: what it
// holds already is unknown.
var _ = add(&Library{
	Name:    "gorm",
	Reads:   isGo,
	Modules: []string{"gorm.io/gorm", "github.com/jinzhu/gorm"},
	Roots:   map[string]string{"DB inst": "db", "Open ()": "db", "*": "package", "G": "package"},
	Step:    gormStep,
	Handles: []facts.Handle{
		{Kind: "db", Methods: gormFinishers.names()},
		{Kind: "scope", Methods: gormFinishers.names()},
		{Kind: "assoc", Methods: gormAssociation},
		{Kind: "package", Methods: gormFinishers.names()},
	},
	Read:   readGorm,
	Models: gormModels,
})

// gormSession are methods that give a *gorm.DB with the same statement.
var gormSession = names("WithContext Debug Session Begin BeginTx New LogMode Set InstanceSet Omit Attrs Assign MapColumns SavePoint RollbackTo SetLogger BlockGlobalUpdate")

// gormBuilders are methods that add to the statement.
var gormBuilders = names("Model Table Select Where Not Or Joins InnerJoins Preload Group Having Order Limit Offset Distinct Scopes Clauses Unscoped Raw Omit Set Attrs Assign LeftJoins")

// gormAssociation are the methods of an association that execute.
var gormAssociation = names("Find Append Replace Delete Clear Count")

// gormFinisher says what a finisher does and where its arguments stand: dest
// is the destination or value, conds the first inline condition; -1 for none.
type gormFinisher struct {
	op          query.Op
	row         bool
	dest, conds int
}

type gormFinisherTable map[string]gormFinisher

var gormFinishers = gormFinisherTable{
	"First": {query.Select, true, 0, 1}, "Take": {query.Select, true, 0, 1}, "Last": {query.Select, true, 0, 1},
	"Find": {query.Select, false, 0, 1}, "FindInBatches": {query.Select, false, 0, -1}, "Scan": {query.Select, false, 0, -1},
	"Pluck": {query.Select, false, -1, -1}, "Count": {query.Select, false, -1, -1}, "Row": {query.Select, true, -1, -1}, "Rows": {query.Select, false, -1, -1},
	"FirstOrCreate": {query.Select, true, 0, 1}, "FirstOrInit": {query.Select, true, 0, 1}, "Related": {query.Select, false, 0, -1},
	"Create": {query.Insert, false, 0, -1}, "CreateInBatches": {query.Insert, false, 0, -1}, "Save": {query.Update, false, 0, -1},
	"Update": {query.Update, false, -1, -1}, "Updates": {query.Update, false, -1, -1}, "UpdateColumn": {query.Update, false, -1, -1},
	"UpdateColumns": {query.Update, false, -1, -1}, "Delete": {query.Delete, false, 0, 1}, "Exec": {query.UnknownOp, false, -1, -1},
	"Association": {query.Select, false, -1, -1},
}

func (t gormFinisherTable) names() map[string]bool {
	out := map[string]bool{}
	for name := range t {
		out[name] = true
	}
	for name := range gormAssociation {
		out[name] = true
	}
	return out
}

// gormCall is one chain being read.
type gormCall struct {
	*call
	// arms are the conditions so far: Or begins a new one.
	arms [][]query.Predicate
	// model is the argument of Model, raw that of Raw with its values.
	model *code.Node
	raw   *code.Link
	// typ is the model of the generic interface, which also passes a context
	// to every finisher.
	typ     *code.Type
	generic bool
}

func readGorm(c *call) bool {
	g := &gormCall{call: c, arms: make([][]query.Predicate, 1)}
	links := c.Links
	switch c.kind {
	case "assoc":
		return g.association(0)
	case "package":
		if links[0].Name != "G" || !links[0].Called || len(links[0].Types) != 1 {
			return false
		}
		g.generic, g.typ = true, links[0].Types[0]
		links = links[1:]
	case "scope":
		c.q.Unknown |= everything &^ query.UnknownTable
	}
	if g.mayBeScoped() {
		c.q.Unknown |= everything &^ query.UnknownTable
	}
	at, ok := g.last(links)
	if !ok {
		return false
	}
	for _, l := range links[:at] {
		g.build(l)
	}
	c.exec = len(c.Links) - len(links) + at
	if links[at].Name == "Association" {
		return g.association(c.exec + 1)
	}
	return g.finish(links[at])
}

// mayBeScoped reports whether the handle is what a function made of values, as
// in forTenant(db, id).Find(&users): it may hold conditions already. One that
// is given nothing, or a context, gives the connection.
func (g *gormCall) mayBeScoped() bool {
	if g.Root == nil || g.Root.Kind != code.Call || g.kind != "db" {
		return false
	}
	if callee := g.Root.Kids[0]; callee.Kind == code.Member && gormSession[callee.Text] {
		return false
	}
	for _, a := range g.Root.Args() {
		if r := g.env.Ref(a); a != nil && r.Module != "context" && text(a) != "ctx" {
			return true
		}
	}
	return false
}

// last finds the finisher whose statement the chain sends in the end. After
// Count, further methods may follow and a second finisher.
func (g *gormCall) last(links []code.Link) (int, bool) {
	found := -1
	for i, l := range links {
		_, finishes := gormFinishers[l.Name]
		switch {
		case !l.Called:
			return found, found >= 0
		case finishes:
			found = i
			if l.Name != "Count" && l.Name != "Find" && l.Name != "First" {
				return found, true
			}
		case gormBuilders[l.Name] || gormSession[l.Name]:
		default:
			return found, found >= 0
		}
	}
	return found, found >= 0
}

// finish reads the finisher.
func (g *gormCall) finish(link code.Link) bool {
	f := gormFinishers[link.Name]
	args := link.Args
	if g.generic {
		if len(args) == 0 {
			return false
		}
		args = args[1:]
		f.dest, f.conds = g.genericPlaces(link.Name), -1
	}
	if link.Name == "Exec" {
		if len(args) == 0 {
			return false
		}
		return g.text(args[0], args[1:], false)
	}
	if g.raw != nil {
		return len(g.raw.Args) > 0 && g.text(g.raw.Args[0], g.raw.Args[1:], f.row)
	}
	var dest *code.Node
	if f.dest >= 0 && f.dest < len(args) {
		dest = args[f.dest]
	}
	if dest == nil && f.dest >= 0 {
		return false
	}
	g.q.Op, g.q.Row = f.op, f.row
	g.target(dest, link)
	if f.conds >= 0 && len(args) > f.conds {
		g.and(g.conditions(args[f.conds:], true))
	}
	g.effect(link, args, dest)
	g.where()
	return true
}

// genericPlaces is where the destination stands in the generic interface,
// behind the context.
func (g *gormCall) genericPlaces(name string) int {
	switch name {
	case "Create", "CreateInBatches", "Scan":
		return 0
	}
	return -1
}

// text is a statement given as text.
func (g *gormCall) text(n *code.Node, args []*code.Node, row bool) bool {
	g.sqlText(n, driverDialect(g.env.File()))
	if frag := g.env.String(n); frag != nil && len(args) > 0 {
		g.q.Walk(func(q *query.Query) { q.Where = g.bind(q.Where, frag, args) })
	}
	g.q.Row = g.q.Row || row
	return true
}

// effect adds what the finisher itself means.
func (g *gormCall) effect(link code.Link, args []*code.Node, dest *code.Node) {
	q := g.q
	one := literal("1", link.NameSpan)
	switch link.Name {
	case "First", "Last":
		q.OrderBy = append(q.OrderBy, query.Order{Column: g.key(link.NameSpan), Desc: link.Name == "Last", Span: link.NameSpan})
		q.Limit = one
	case "Take":
		q.Limit = one
	case "FirstOrCreate", "FirstOrInit":
		q.Limit = one
		if link.Name == "FirstOrCreate" {
			q.Unknown |= query.UnknownOther
		}
	case "FindInBatches":
		q.OrderBy = append(q.OrderBy, query.Order{Column: g.key(link.NameSpan), Span: link.NameSpan})
		if len(args) > 1 {
			q.Limit = g.operand(args[1])
		}
	case "Count":
		q.Aggregates, q.Columns, q.OrderBy = true, nil, nil
	case "Pluck":
		if len(args) > 0 {
			g.selects(args[:1])
		}
	case "Related":
		q.Unknown |= query.UnknownWhere
	default:
		g.write(link, args, dest)
	}
}

// where puts the conditions of all arms together.
func (g *gormCall) where() {
	arms := g.arms[:0:0]
	for _, a := range g.arms {
		if len(a) > 0 {
			arms = append(arms, a)
		}
	}
	switch len(arms) {
	case 0:
	case 1:
		g.q.Where = append(g.q.Where, arms[0]...)
	default:
		or := query.Predicate{Or: arms, Span: arms[0][0].Span}
		for _, a := range arms {
			or.Span = or.Span.Union(a[len(a)-1].Span)
		}
		g.q.Where = append(g.q.Where, or)
	}
}

func (g *gormCall) and(list []query.Predicate) {
	last := len(g.arms) - 1
	g.arms[last] = append(g.arms[last], list...)
}
