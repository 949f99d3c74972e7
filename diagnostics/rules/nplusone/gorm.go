package nplusone

import (
	"fmt"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// gormRewrite loads the rows with the list itself: Preload on the query that
// filled it, and the association's field in place of the query in the loop.
func gormRewrite(j *job) (diagnostics.Fix, bool) {
	it, ok := j.iteration()
	if !ok || j.loop.OverCall < 0 || j.call.Query.Op != query.Select {
		return diagnostics.Fix{}, false
	}
	outer := j.outer()
	if outer == nil {
		return diagnostics.Fix{}, false
	}
	rel, ok := j.relation(outer, it)
	if !ok {
		return diagnostics.Fix{}, false
	}
	dest, stmts, ok := j.statements(it)
	if !ok {
		return diagnostics.Fix{}, false
	}
	insert, ok := preloadAt(outer)
	if !ok {
		return diagnostics.Fix{}, false
	}
	return diagnostics.Fix{
		Title: fmt.Sprintf("Preload %q with the list and use %s.%s", rel.Field, it.elem, rel.Field),
		Edits: []diagnostics.FileEdit{
			j.p.Edit(source.Span{Start: insert, End: insert}, fmt.Sprintf("Preload(%q).", rel.Field)),
			j.p.Edit(stmts, fmt.Sprintf("%s := %s.%s", dest, it.elem, rel.Field)),
		},
	}, true
}

// outer is the query that filled the list the loop goes over.
func (j *job) outer() *workspace.Call {
	for _, c := range j.p.Snapshot.Calls(j.p.File.Path) {
		if c.Index == j.loop.OverCall && c.Query != nil && c.Query.Library == "gorm" && c.Query.Op == query.Select && len(c.Query.Models) > 0 {
			return c
		}
	}
	return nil
}

// relation is the association of the outer model that the inner query looks up.
func (j *job) relation(outer *workspace.Call, it iteration) (schema.Relation, bool) {
	model, q := outer.Query.Models[0], j.call.Query
	if model == nil || len(q.Models) == 0 || q.Models[0] == nil || len(q.Known) == 0 || q.Known[0] == nil {
		return schema.Relation{}, false
	}
	filter, ok := onlyFilter(q.Where)
	if !ok {
		return schema.Relation{}, false
	}
	value := filter.Operand.Span.In(j.p.File.Text)
	for _, r := range model.Relations {
		if r.Model != q.Models[0].Name {
			continue
		}
		mine, theirs := r.Columns, r.RefColumns
		if len(mine) != 1 || len(theirs) != 1 || theirs[0] != filter.Column.Name || r.Many == q.Row {
			continue
		}
		c := model.Table.Column(mine[0])
		if c == nil {
			continue
		}
		field := c.Field
		if field == "" {
			field = c.Name
		}
		if value == it.elem+"."+field {
			return r, true
		}
	}
	return schema.Relation{}, false
}

// onlyFilter is the one condition of a query, beside the soft delete that
// Preload adds as well.
func onlyFilter(where []query.Predicate) (query.Predicate, bool) {
	var out query.Predicate
	for _, c := range where {
		switch {
		case c.Op == query.IsNull && c.Span.Empty():
		case c.Op == query.Eq && c.Wrapped == "" && out.Op != query.Eq:
			out = c
		default:
			return out, false
		}
	}
	return out, out.Op == query.Eq
}

// statements are the two statements that make the loop's own row: `var c T`
// and the query into &c, with its error check if that does nothing but leave.
func (j *job) statements(it iteration) (dest string, span source.Span, ok bool) {
	if it.body == nil || it.body.Kind != code.Block {
		return "", span, false
	}
	for i, n := range it.body.Kids {
		if n.Kind != code.Var || n.Text != "var" || i+1 >= len(it.body.Kids) || len(n.Kids) < 2 || n.Kids[1] != nil || n.Kids[0].Kind != code.Ident {
			continue
		}
		next := it.body.Kids[i+1]
		if !next.Span.Covers(j.call.Site.Span) || j.call.Site.Result != n.Kids[0].Text && !addressed(j.call.Site.Node, n.Kids[0].Text) {
			continue
		}
		if next.Kind != code.If && next.Span.Len() > j.call.Site.Span.Len()+len(".Error") {
			return "", span, false
		}
		return n.Kids[0].Text, source.Span{Start: n.Span.Start, End: next.Span.End}, true
	}
	return "", span, false
}

// addressed reports whether &name is an argument of the chain.
func addressed(call *code.Node, name string) bool {
	found := false
	call.Walk(func(n *code.Node) bool {
		found = found || n.Kind == code.Unary && n.Text == "&" && n.Kids[0].Kind == code.Ident && n.Kids[0].Text == name
		return !found
	})
	return found
}

// preloadAt is the offset of the finisher's name, where another link of the
// chain can be written.
func preloadAt(outer *workspace.Call) (int, bool) {
	if outer.Site.NameSpan.Empty() || strings.TrimSpace(outer.Site.Name) == "" {
		return 0, false
	}
	return outer.Site.NameSpan.Start, true
}
