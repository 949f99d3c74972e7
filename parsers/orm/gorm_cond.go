package orm

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
)

// conditions reads the arguments of Where and its kin, or of a finisher
// (inline), as an AND-list.
func (g *gormCall) conditions(args []*code.Node, inline bool) []query.Predicate {
	if len(args) == 0 {
		return nil
	}
	first, rest := args[0], args[1:]
	if frag := g.env.String(first); frag != nil {
		return g.textCondition(first, frag, rest)
	}
	switch v := g.value(first); v.Kind {
	case code.Object:
		return g.objectCondition(v, rest)
	case code.Number:
		return []query.Predicate{g.equal(g.key(first.Span), first, first.Span)}
	case code.Array:
		return []query.Predicate{{Column: g.key(first.Span), Op: query.In, Operand: g.list(first), Span: first.Span}}
	case code.Null:
		return nil
	case code.Call:
		if list, ok := g.group(v); ok {
			return list
		}
	}
	if ref := g.env.Ref(first); len(rest) == 0 && (inline && !g.isStruct(ref) || g.isList(first) && !ref.Known()) {
		return []query.Predicate{g.equal(g.key(first.Span), first, first.Span)}
	}
	g.q.Unknown |= query.UnknownWhere
	return nil
}

// isStruct reports whether a value's declared type is no number or string, so
// that it cannot be a primary key: a struct, a map, another *gorm.DB.
func (g *gormCall) isStruct(r code.Ref) bool {
	for _, s := range r.Steps {
		if s.Op == code.Get {
			return false // a field, whose type only its struct tells
		}
	}
	return r.Known() && r.Module != "" && len(r.Steps) > 0 && r.Steps[len(r.Steps)-1].Op == code.Inst && !keyTypes[r.Module+"."+r.Name]
}

// keyTypes are named types of other modules that are used as keys.
var keyTypes = names("github.com/google/uuid.UUID github.com/gofrs/uuid.UUID github.com/satori/go.uuid.UUID github.com/oklog/ulid.ULID github.com/oklog/ulid/v2.ULID github.com/rs/xid.ID github.com/lib/pq.Int64Array")

// textCondition reads "name = ?" with its values; "name" alone with one value
// is an equality, a number a primary key.
func (g *gormCall) textCondition(n *code.Node, frag *source.Fragment, rest []*code.Node) []query.Predicate {
	text := strings.TrimSpace(frag.Text)
	at := frag.Span(source.Span{End: len(frag.Text)})
	switch {
	case text == "":
		return nil
	case len(rest) == 0 && strings.Trim(text, "0123456789") == "":
		return []query.Predicate{{Column: g.key(at), Op: query.Eq, Operand: literal(text, n.Span), Span: n.Span}}
	case len(rest) == 1 && len(frag.Holes) == 0 && !strings.ContainsAny(text, " ?@=<>()\t\n"):
		return []query.Predicate{g.equal(qualified(text, at), rest[0], at)}
	}
	list, unknown, ok := g.condition(frag, rest)
	if !ok {
		g.q.Unknown |= query.UnknownWhere
		return nil
	}
	g.q.Unknown |= unknown
	return list
}

// qualified is a column written as table.name, with or without quotes.
func qualified(name string, at source.Span) query.Column {
	name = strings.NewReplacer("`", "", `"`, "").Replace(name)
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return query.Column{Table: name[:i], Name: name[i+1:], Span: at}
	}
	return column(name, at)
}

// equal compares a column with a value: null and lists in their own way.
func (g *gormCall) equal(col query.Column, n *code.Node, at source.Span) query.Predicate {
	p := query.Predicate{Column: col, Op: query.Eq, Span: at, Operand: g.operand(n)}
	switch {
	case p.Operand.Kind == query.Null:
		p.Op, p.Operand = query.IsNull, query.Operand{}
	case p.Operand.Kind == query.List:
		p.Op = query.In
	case g.isList(n):
		p.Op, p.Operand = query.In, g.list(n)
	}
	return p
}

// clauseOps are the expressions of package clause with one column.
var clauseOps = map[string]query.Cmp{"Eq": query.Eq, "Neq": query.Ne, "Gt": query.Gt, "Gte": query.Ge, "Lt": query.Lt, "Lte": query.Le, "Like": query.Like, "IN": query.In}

// objectCondition reads a map, a struct, or an expression of package clause.
func (g *gormCall) objectCondition(o *code.Node, fields []*code.Node) []query.Predicate {
	t := o.Type
	if t != nil && t.Kind == code.Named && t.Qual == "clause" {
		return g.clauseCondition(o)
	}
	isMap := t != nil && (t.Kind == code.MapOf || t.Kind == code.Named && t.Name == "M")
	named := map[string]bool{} // fields that count even when they are zero
	for _, f := range fields {
		if s, ok := g.stringOf(f); ok {
			named[strings.ToLower(strings.ReplaceAll(s, "_", ""))] = true
		}
	}
	var out []query.Predicate
	all := g.pairs(o, func(pair *code.Node) {
		listed := named[strings.ToLower(pair.Text)]
		if !isMap && (len(fields) == 0 && isZero(g.value(pair.Kids[0])) || len(fields) > 0 && !listed) {
			return
		}
		out = append(out, g.equal(qualified(pair.Text, pair.Name), pair.Kids[0], pair.Span))
	})
	if !all {
		g.q.Unknown |= query.UnknownWhere
	}
	return out
}

// isZero reports whether a value is its type's zero as it is written.
func isZero(v *code.Node) bool {
	switch v.Kind {
	case code.Number:
		return v.Text == "0" || v.Text == "0.0"
	case code.Bool:
		return v.Text == "false"
	case code.String:
		return v.Text == "" && (v.Frag == nil || v.Frag.Text == "")
	}
	return v.Kind == code.Null
}

func (g *gormCall) clauseCondition(o *code.Node) []query.Predicate {
	op, known := clauseOps[o.Type.Name]
	name, ok := g.stringOf(o.Get("Column"))
	if col := g.value(o.Get("Column")); !ok && col != nil {
		name, ok = g.stringOf(col.Get("Name"))
	}
	if !known || !ok {
		g.q.Unknown |= query.UnknownWhere
		return nil
	}
	p := query.Predicate{Column: qualified(name, o.Get("Column").Span), Op: op, Span: o.Span}
	switch v := o.Get("Value"); {
	case op == query.In && o.Get("Values") != nil:
		p.Operand = g.list(o.Get("Values"))
	case v != nil && op == query.Eq:
		p = g.equal(p.Column, v, o.Span)
	case v != nil:
		p.Operand = g.operand(v)
	}
	return []query.Predicate{p}
}

// group reads db.Where(...).Or(...) handed to Where: conditions in brackets.
func (g *gormCall) group(n *code.Node) ([]query.Predicate, bool) {
	var links []*code.Node
	for n.Kind == code.Call && n.Kids[0].Kind == code.Member && len(links) <= maxDepth {
		switch n.Kids[0].Text {
		case "Where", "Or", "Not":
		default:
			return nil, false
		}
		links = append(links, n)
		n = n.Kids[0].Kids[0]
	}
	if len(links) == 0 || n.Kind == code.Call {
		return nil, false
	}
	inner := &gormCall{call: g.call, arms: make([][]query.Predicate, 1)}
	for i := len(links) - 1; i >= 0; i-- {
		inner.filter(links[i].Kids[0].Text, links[i].Args())
	}
	if len(inner.arms) == 1 {
		return inner.arms[0], true
	}
	or := query.Predicate{Span: links[0].Span}
	for _, a := range inner.arms {
		if len(a) > 0 {
			or.Or = append(or.Or, a)
		}
	}
	return []query.Predicate{or}, len(or.Or) > 1
}

// filter applies Where, Or or Not.
func (g *gormCall) filter(name string, args []*code.Node) {
	list := g.conditions(args, false)
	switch name {
	case "Not":
		list = negate(list)
	case "Or":
		if len(g.arms[len(g.arms)-1]) > 0 {
			g.arms = append(g.arms, nil)
		}
	}
	g.and(list)
}
