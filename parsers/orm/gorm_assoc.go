package orm

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/query"
)

// association reads the method of an association that begins at link at.
func (g *gormCall) association(at int) bool {
	if at >= len(g.Links) || !g.Links[at].Called || !gormAssociation[g.Links[at].Name] {
		return false
	}
	link := g.Links[at]
	q := g.q
	ops := map[string]query.Op{"Find": query.Select, "Count": query.Select, "Append": query.Insert, "Replace": query.Update, "Delete": query.Delete, "Clear": query.Update}
	q.Op, q.Aggregates = ops[link.Name], link.Name == "Count"
	q.Unknown |= query.UnknownWhere | query.UnknownOther
	table := query.Table{Span: link.NameSpan}
	if at > 0 {
		if args := g.Links[at-1].Args; len(args) == 1 {
			table.Relation, _ = g.stringOf(args[0])
			table.Span = args[0].Span
		}
	}
	ref := g.modelRef(g.model)
	table.Model = modelName(ref)
	if table.Relation == "" {
		q.Unknown |= query.UnknownTable
	}
	q.Tables, g.models = []query.Table{table}, []code.Ref{ref}
	if link.Name == "Find" && len(link.Args) > 1 {
		g.and(g.conditions(link.Args[1:], true))
	}
	g.where()
	g.exec = at
	return true
}
