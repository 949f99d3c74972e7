package orm

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/query"
)

// target names the table: the one of Table, else the model of Model, of the
// generic type, or of the destination.
func (g *gormCall) target(dest *code.Node, link code.Link) {
	q := g.q
	if len(q.Tables) > 0 && q.Tables[0].Name != "" {
		return
	}
	table := query.Table{Span: link.NameSpan}
	var ref code.Ref
	switch {
	case g.typ != nil:
		ref, table.Span = withoutList(g.env.TypeRef(g.typ)), g.typ.Span
	case g.model != nil:
		ref, table.Span = g.modelRef(g.model), g.model.Span
	case dest != nil:
		ref, table.Span = g.modelRef(dest), dest.Span
	}
	table.Model = modelName(ref)
	if !ref.Known() {
		q.Unknown |= query.UnknownTable
	}
	if len(q.Tables) == 0 {
		q.Tables, g.models = []query.Table{table}, []code.Ref{ref}
		return
	}
	q.Tables[0], g.models = table, append([]code.Ref{ref}, g.models...)
}

// modelRef is the origin of a model given as &User{}, &user, &users, new(User)
// or (*User)(nil): a value of the type, never a list of them.
func (g *gormCall) modelRef(n *code.Node) code.Ref {
	if n == nil {
		return code.Ref{}
	}
	ref := withoutList(g.env.Ref(n))
	if ref.Known() {
		return ref
	}
	if v := g.value(n); v != n && v != nil && v.Type != nil {
		n = v
	}
	switch {
	case n.Kind == code.Unary && (n.Text == "&" || n.Text == "*"):
		return g.modelRef(n.Kids[0])
	case (n.Kind == code.Object || n.Kind == code.Array || n.Kind == code.Assert) && n.Type != nil:
		return withoutList(g.env.TypeRef(n.Type))
	case n.Kind == code.Call && len(n.Types) == 1 && n.Kids[0].Kind == code.Ident && n.Kids[0].Text == "new":
		return withoutList(g.env.TypeRef(n.Types[0]))
	}
	return code.Ref{}
}

func withoutList(r code.Ref) code.Ref {
	for n := len(r.Steps); n > 0 && r.Steps[n-1].Op == code.Listed; n-- {
		r.Steps = r.Steps[:n-1]
	}
	return r
}

// modelName is the name of the type a model's origin tells, "" where only
// other files can.
func modelName(r code.Ref) string {
	if len(r.Steps) == 1 && r.Steps[0].Op == code.Inst {
		return r.Name
	}
	return ""
}

// write reads what Create, Save, Update, Delete and their kin set.
func (g *gormCall) write(link code.Link, args []*code.Node, dest *code.Node) {
	q := g.q
	switch link.Name {
	case "Create", "CreateInBatches":
		g.inserted(dest)
	case "Save":
		q.Unknown |= query.UnknownColumns
		g.keyOf(dest)
	case "Update", "UpdateColumn":
		g.keyOf(g.model)
		if len(args) == 1 {
			g.assigned(args[0])
		}
		for i := 0; i+1 < len(args); i += 2 {
			g.assign(args[i], args[i+1])
		}
	case "Updates", "UpdateColumns":
		g.keyOf(g.model)
		if len(args) > 0 {
			g.assigned(args[0])
		}
	case "Delete":
		g.keyOf(g.model)
		g.keyOf(dest)
	}
}

// keyOf adds the condition on the primary key that comes from a model's value: a
// variable is taken to hold a row.
func (g *gormCall) keyOf(n *code.Node) {
	if n == nil {
		return
	}
	pred := query.Predicate{Column: g.key(n.Span), Op: query.Eq, Span: n.Span}
	inner := n
	if inner.Kind == code.Unary && inner.Text == "&" {
		inner = inner.Kids[0]
	}
	switch inner.Kind {
	case code.Ident, code.Member, code.Index:
		pred.Operand = query.Operand{Kind: query.Param, Text: text(inner), Span: n.Span}
		if g.isList(inner) {
			pred.Op, pred.Operand = query.In, query.Operand{Kind: query.List, Open: true, Text: pred.Operand.Text, Span: n.Span}
		}
	case code.Object:
		id := keyIn(inner)
		if id == nil {
			if len(inner.Kids) > 0 { // the key may have another name
				g.q.Unknown |= query.UnknownWhere
			}
			return
		}
		pred.Operand = g.operand(id)
	default:
		return
	}
	g.and([]query.Predicate{pred})
}

// keyIn is the value of ID in a literal, its own or that of a struct embedded
// in it, as in User{Model: gorm.Model{ID: id}}.
func keyIn(n *code.Node) *code.Node {
	if id := n.Get("ID"); id != nil {
		return id
	}
	for _, pair := range n.Kids {
		if pair == nil || pair.Kind != code.Pair || len(pair.Kids) == 0 || pair.Kids[0] == nil {
			continue
		}
		v := pair.Kids[0]
		if v.Kind == code.Unary && v.Text == "&" {
			v = v.Kids[0]
		}
		if v.Kind == code.Object {
			if id := v.Get("ID"); id != nil {
				return id
			}
		}
	}
	return nil
}

func (g *gormCall) inserted(n *code.Node) {
	v := g.value(n)
	switch v.Kind {
	case code.Object:
		g.fields(v)
	case code.Array:
		if len(v.Kids) > 0 {
			g.q.Rows = len(v.Kids)
		}
		for _, k := range v.Kids {
			if k == nil || g.object(k) == nil {
				g.q.Rows = 0
				g.q.Unknown |= query.UnknownColumns
				continue
			}
			g.fields(k)
		}
	default:
		g.q.Unknown |= query.UnknownColumns
	}
}

// assigned reads the map or struct of Updates.
func (g *gormCall) assigned(n *code.Node) {
	if g.object(n) == nil {
		g.q.Unknown |= query.UnknownColumns
		return
	}
	g.fields(n)
}

func (g *gormCall) fields(n *code.Node) {
	all := g.pairs(n, func(pair *code.Node) {
		for _, s := range g.q.Sets {
			if s.Column.Name == pair.Text {
				return
			}
		}
		g.q.Sets = append(g.q.Sets, query.Assignment{Column: qualified(pair.Text, pair.Name), Operand: g.expression(pair.Kids[0])})
	})
	if !all {
		g.q.Unknown |= query.UnknownColumns
	}
}

func (g *gormCall) assign(name, n *code.Node) {
	s, ok := g.stringOf(name)
	if !ok {
		g.q.Unknown |= query.UnknownColumns
		return
	}
	g.q.Sets = append(g.q.Sets, query.Assignment{Column: qualified(s, name.Span), Operand: g.expression(n)})
}

// expression is a value to set, which may be gorm.Expr.
func (g *gormCall) expression(n *code.Node) query.Operand {
	if v := g.value(n); v.Kind == code.Call && v.Kids[0].Kind == code.Member && v.Kids[0].Text == "Expr" && len(v.Kids) > 1 {
		s, _ := g.stringOf(v.Kids[1])
		return query.Operand{Kind: query.Expr, Text: s, Span: n.Span}
	}
	return g.operand(n)
}
