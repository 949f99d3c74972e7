package orm

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/query"
)

// build applies one method that adds to the statement.
func (g *gormCall) build(l code.Link) {
	q := g.q
	switch l.Name {
	case "Where", "Or", "Not":
		g.filter(l.Name, l.Args)
	case "Model":
		if len(l.Args) == 1 {
			g.model = l.Args[0]
		}
	case "Table":
		g.table(l.Args)
	case "Select":
		g.selects(l.Args)
	case "Distinct":
		q.Distinct = true
		g.selects(l.Args)
	case "Joins", "InnerJoins", "LeftJoins":
		g.joins(l)
	case "Preload":
		g.preload(l)
	case "Group":
		g.groupBy(l.Args)
	case "Having":
		q.Having = append(q.Having, g.conditions(l.Args, false)...)
	case "Order":
		g.order(l.Args)
	case "Limit", "Offset":
		g.limit(l)
	case "Scopes":
		q.Unknown |= everything &^ query.UnknownTable
	case "Unscoped":
		q.Unscoped = true
	case "Clauses":
		for _, a := range l.Args {
			g.clauses(a)
		}
	case "Raw":
		g.raw = &l
	case "Set":
		if s, ok := g.stringOf(first(l.Args)); ok && s == "gorm:auto_preload" {
			q.Unknown |= query.UnknownOther
		}
	}
}

func first(args []*code.Node) *code.Node {
	if len(args) == 0 {
		return nil
	}
	return args[0]
}

// part parses the text of a clause inside a statement; nil if it is no text or
// cannot be read.
func (g *gormCall) part(before string, n *code.Node, after string) *query.Query {
	if n == nil {
		return nil
	}
	return g.clause(before, g.env.String(n), after)
}

// table reads Table("orders AS o").
func (g *gormCall) table(args []*code.Node) {
	if name, ok := g.stringOf(first(args)); ok && len(args) == 1 && isName(name) { // quoted by the library, so that any word will do
		c := qualified(name, args[0].Span)
		g.q.Tables, g.models = []query.Table{{Schema: c.Table, Name: c.Name, Span: c.Span}}, nil
		return
	}
	p := g.part("SELECT * FROM ", first(args), "")
	if p == nil || len(p.Tables) == 0 || len(args) > 1 || p.Tables[0].Name == "" {
		g.q.Unknown |= query.UnknownTable
		return
	}
	g.q.Tables, g.q.Joins, g.models = p.Tables, p.Joins, nil
	g.q.Unknown |= p.Unknown & query.UnknownTable
}

// isName reports whether text is one name, with or without a schema.
func isName(text string) bool {
	return text != "" && strings.Trim(strings.ToLower(text), "abcdefghijklmnopqrstuvwxyz0123456789_.`\"") == ""
}

// selects reads Select("id, name"), Select("id", "name"), Select([]string{…}).
func (g *gormCall) selects(args []*code.Node) {
	q := g.q
	if len(args) == 1 {
		if v := g.value(args[0]); v.Kind == code.Array {
			args = v.Kids
		}
	}
	if len(args) == 0 {
		return
	}
	if text, ok := g.stringOf(args[0]); ok && strings.Contains(text, "?") {
		args = args[:1] // the others are values
	}
	for _, a := range args {
		p := g.part("SELECT ", a, " FROM t")
		if p == nil {
			q.Unknown |= query.UnknownColumns
			continue
		}
		q.Columns, q.Stars, q.Outputs = append(q.Columns, p.Columns...), append(q.Stars, p.Stars...), append(q.Outputs, p.Outputs...)
		q.Aggregates, q.Distinct = q.Aggregates || p.Aggregates, q.Distinct || p.Distinct
		q.Unknown |= p.Unknown & query.UnknownColumns
		g.subqueries(p)
	}
}

func (g *gormCall) subqueries(p *query.Query) {
	for _, s := range p.Subqueries {
		addSub(g.q, s)
	}
}

// joins reads the name of a relation, or the text of joins.
func (g *gormCall) joins(l code.Link) {
	q, n := g.q, first(l.Args)
	name, ok := g.stringOf(n)
	if ok && name != "" && !strings.ContainsAny(strings.TrimSpace(name), " \t\n") {
		kind := "left"
		if l.Name == "InnerJoins" {
			kind = "inner"
		}
		g.reserveTarget()
		q.Tables = append(q.Tables, query.Table{Relation: name, Alias: name, Span: n.Span})
		q.Joins = append(q.Joins, query.Join{Table: len(q.Tables) - 1, Kind: kind, Span: n.Span})
		if len(l.Args) > 1 {
			q.Unknown |= query.UnknownWhere
		}
		return
	}
	p := g.part("SELECT * FROM t ", n, "")
	if p == nil || len(p.Tables) < 2 {
		q.Unknown |= query.UnknownTable | query.UnknownWhere | query.UnknownOther
		return
	}
	g.reserveTarget()
	by, frag := len(q.Tables)-1, g.env.String(n)
	for _, j := range p.Joins {
		j.Table += by
		j.On = g.bind(j.On, frag, l.Args[1:])
		q.Joins = append(q.Joins, j)
	}
	q.Tables = append(q.Tables, p.Tables[1:]...)
	q.Unknown |= p.Unknown
	g.subqueries(p)
}

// reserveTarget keeps the first place for the table that the model tells.
func (g *gormCall) reserveTarget() {
	if len(g.q.Tables) == 0 {
		g.q.Tables = []query.Table{{}}
	}
}

// preload adds the query that loads a relation.
func (g *gormCall) preload(l code.Link) {
	n := first(l.Args)
	name, ok := g.stringOf(n)
	if !ok || name == "" {
		g.q.Unknown |= query.UnknownOther // clause.Associations, a variable
		return
	}
	sub := &query.Query{Op: query.Select, Role: query.Eager, Library: g.lib.Name, Method: l.Name, Span: n.Span, Head: l.NameSpan,
		Tables: []query.Table{{Relation: name, Span: n.Span}}}
	if len(l.Args) > 1 {
		inner := *g.call
		inner.q, inner.named = sub, nil
		in := &gormCall{call: &inner, arms: make([][]query.Predicate, 1)}
		if f := g.value(l.Args[1]); f.Kind == code.Func || g.env.String(l.Args[1]) == nil && f.Kind != code.Object {
			sub.Unknown |= everything &^ query.UnknownTable
		} else {
			sub.Where = in.conditions(l.Args[1:], false)
			sub.Refs = g.mentions(sub, inner.named)
		}
	}
	addSub(g.q, sub)
}

func (g *gormCall) groupBy(args []*code.Node) {
	p := g.part("SELECT 1 FROM t GROUP BY ", first(args), "")
	if p == nil {
		g.q.Unknown |= query.UnknownOther
		return
	}
	g.q.GroupBy = append(g.q.GroupBy, p.GroupBy...)
	g.q.GroupExprs = append(g.q.GroupExprs, p.GroupExprs...)
}

// order reads Order("created_at desc, id") or a clause.OrderByColumn.
func (g *gormCall) order(args []*code.Node) {
	n := first(args)
	if n == nil {
		return
	}
	if s, ok := g.stringOf(n); ok && strings.TrimSpace(s) == "" {
		return
	}
	if p := g.part("SELECT * FROM t ORDER BY ", n, ""); p != nil && len(p.OrderBy) > 0 {
		g.q.OrderBy = append(g.q.OrderBy, p.OrderBy...)
		g.q.Unknown |= p.Unknown & query.UnknownOrder
		return
	}
	o := g.object(n)
	if o == nil || o.Type == nil || o.Type.Name != "OrderByColumn" {
		g.q.Unknown |= query.UnknownOrder
		return
	}
	name, ok := g.stringOf(g.object(o.Get("Column")).Get("Name"))
	if !ok {
		g.q.Unknown |= query.UnknownOrder
		return
	}
	desc := g.value(o.Get("Desc"))
	if desc != nil && desc.Kind != code.Bool {
		g.q.Unknown |= query.UnknownOrder
	}
	g.q.OrderBy = append(g.q.OrderBy, query.Order{Column: qualified(name, n.Span), Desc: desc != nil && desc.Text == "true", Span: n.Span})
}

// limit reads Limit and Offset; a negative number takes them back.
func (g *gormCall) limit(l code.Link) {
	o := g.operand(first(l.Args))
	if o.Kind == query.Literal && strings.HasPrefix(o.Text, "-") {
		o = query.Operand{}
	}
	if l.Name == "Limit" {
		g.q.Limit = o
	} else {
		g.q.Offset = o
	}
}

// clauses reads one argument of Clauses.
func (g *gormCall) clauses(n *code.Node) {
	q, o := g.q, g.object(n)
	if o == nil || o.Type == nil || o.Type.Qual != "clause" {
		q.Unknown |= query.UnknownOther
		return
	}
	switch o.Type.Name {
	case "Locking":
		strength, _ := g.stringOf(o.Get("Strength"))
		options, _ := g.stringOf(o.Get("Options"))
		q.Lock, q.Wait = strings.ToLower(strength), strings.ToLower(options)
	case "OnConflict":
		g.onConflict(o)
	case "Returning":
	default:
		q.Unknown |= query.UnknownOther
	}
}

func (g *gormCall) onConflict(o *code.Node) {
	q := g.q
	q.OnConflict = "update"
	if v := g.value(o.Get("DoNothing")); v != nil && v.Text == "true" {
		q.OnConflict = "nothing"
	}
	q.ConflictName, _ = g.stringOf(o.Get("OnConstraint"))
	if cols := g.value(o.Get("Columns")); cols != nil && cols.Kind == code.Array {
		for _, k := range cols.Kids {
			c := g.object(k)
			name, ok := g.stringOf(c.Get("Name"))
			if !ok {
				q.Unknown |= query.UnknownOther
				continue
			}
			q.Conflict = append(q.Conflict, column(name, k.Span))
		}
	}
	if o.Get("Where") != nil || o.Get("TargetWhere") != nil {
		q.Unknown |= query.UnknownOther
	}
}
