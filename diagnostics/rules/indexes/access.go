package indexes

import (
	"strings"

	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// access is how one query reaches one of its tables.
type access struct {
	table *schema.Table
	model *schema.Model
	schema.Access
	// values are the equality columns in the order written, with whether they
	// are likely to single out few rows.
	selective map[string]bool
	// at is the first condition that asks for the index.
	at source.Span
	// vague: conditions exist that no b-tree question covers (OR, functions,
	// operators), so that silence is the better answer.
	vague bool
	// via are columns that rows of other tables of the query lead here by: the
	// planner may start there instead.
	via []string
	// joined: the rows are looked up once for each row of another table.
	joined bool
}

// accesses lists the accesses of a query that are known well enough to judge.
func accesses(q *workspace.Query) []*access {
	if q.Unknown&(query.UnknownWhere|query.UnknownTable|query.UnknownOther) != 0 || len(q.Known) != len(q.Tables) {
		return nil
	}
	byTable := make([]*access, len(q.Tables))
	for i, t := range q.Tables {
		k := q.Known[i]
		if t.Kind != query.Base || k == nil || k.Open || k.Kind != schema.Ordinary {
			continue
		}
		byTable[i] = &access{table: k, selective: map[string]bool{}}
		if i < len(q.Models) {
			byTable[i].model = q.Models[i]
		}
	}
	r := &reader{q: q, byTable: byTable}
	r.list(q.Where)
	for _, j := range q.Joins {
		r.list(j.On)
	}
	r.alternatives()
	r.propagate()
	r.sorted()
	var out []*access
	for _, a := range byTable {
		if a != nil {
			out = append(out, a)
		}
	}
	return out
}

type reader struct {
	q       *workspace.Query
	byTable []*access
	edges   []edge
}

// edge is an equality of two columns of different tables.
type edge struct {
	from, to       int
	fromCol, toCol string
	at             source.Span
}

// table finds the table a column belongs to, -1 if that is not certain.
func (r *reader) table(c query.Column) int {
	found := -1
	for i, t := range r.q.Tables {
		switch {
		case c.Table != "" && strings.EqualFold(t.Label(), c.Table):
			return i
		case c.Table != "":
			continue
		case r.q.Known[i] == nil:
			// It may be a column of this one.
			if len(r.q.Tables) > 1 {
				return -1
			}
		case r.q.Known[i].Column(c.Name) != nil:
			if found >= 0 {
				return -1
			}
			found = i
		}
	}
	return found
}

func (r *reader) list(list []query.Predicate) {
	for _, p := range list {
		if len(p.Or) > 0 {
			for _, arm := range p.Or {
				for _, c := range arm {
					r.blur(c)
				}
			}
			continue
		}
		r.predicate(p)
	}
}

// blur marks the tables of a condition that no index question covers.
func (r *reader) blur(p query.Predicate) {
	for _, arm := range p.Or {
		for _, c := range arm {
			r.blur(c)
		}
	}
	if i := r.table(p.Column); p.Column.Name != "" && i >= 0 && r.byTable[i] != nil {
		r.byTable[i].vague = true
	}
}

func (r *reader) predicate(p query.Predicate) {
	i := r.table(p.Column)
	if p.Column.Name == "" || i < 0 || r.byTable[i] == nil {
		return
	}
	a := r.byTable[i]
	col := a.table.Column(p.Column.Name)
	if col == nil || p.Wrapped != "" {
		a.vague = true
		return
	}
	switch {
	case p.Op == query.Eq && p.Operand.Kind == query.ColumnRef:
		r.join(i, col.Name, p)
	case p.Op == query.Eq && p.Operand.Kind != query.Null:
		a.equal(col, p)
	case p.Op == query.In && p.Operand.Kind == query.List:
		if len(p.Operand.Items) == 1 && !p.Operand.Open {
			a.equal(col, p)
			return
		}
		a.In = append(a.In, col.Name)
		a.note(col, p)
	case p.Op == query.IsNull:
		a.Null = append(a.Null, col.Name)
	case p.Op == query.True:
		a.Equal = append(a.Equal, col.Name)
	case p.Op.Range() && len(p.Rest) == 0:
		a.Range = append(a.Range, col.Name)
		if a.at == (source.Span{}) {
			a.at = p.Span
		}
	case p.Op == query.Ne || p.Op == query.IsNotNull || p.Op == query.NotIn:
		// Filters, but asks for no index.
	default:
		a.vague = true
	}
}

func (a *access) equal(col *schema.Column, p query.Predicate) {
	a.Equal = append(a.Equal, col.Name)
	a.note(col, p)
}

func (a *access) note(col *schema.Column, p query.Predicate) {
	if selective(col, p.Operand) {
		a.selective[col.Name] = true
		if len(a.selective) == 1 {
			a.at = p.Span
		}
	}
}

// join notes an equality of columns: with a table of this query, or with one
// of the query around, whose row is a given value here.
func (r *reader) join(i int, col string, p query.Predicate) {
	j := r.table(p.Operand.Column)
	if j == i {
		return
	}
	if j < 0 {
		if r.q.Outer != nil && p.Operand.Column.Table != "" {
			a := r.byTable[i]
			a.Equal = append(a.Equal, col)
			a.selective[col], a.joined = true, true
			if len(a.selective) == 1 {
				a.at = p.Span
			}
		}
		return
	}
	r.edges = append(r.edges,
		edge{i, j, col, p.Operand.Column.Name, p.Span},
		edge{j, i, p.Operand.Column.Name, col, p.Span})
}

// alternatives notes by which columns a table can be reached from elsewhere:
// joins, and sub-selects that compare with a row of it (EXISTS, Prisma's
// relation filters).
func (r *reader) alternatives() {
	reach := func(i int, name string) {
		if i < 0 || r.byTable[i] == nil {
			return
		}
		if c := r.byTable[i].table.Column(name); c != nil {
			r.byTable[i].via = append(r.byTable[i].via, c.Name)
		}
	}
	for _, e := range r.edges {
		reach(e.to, e.toCol)
	}
	for _, in := range r.q.Inner {
		query.Filters(in.Where, func(p query.Predicate, _ bool) {
			if p.Op == query.Eq && p.Operand.Kind == query.ColumnRef {
				reach(r.table(p.Column), p.Column.Name)
				reach(r.table(p.Operand.Column), p.Operand.Column.Name)
			}
		})
	}
}

// propagate follows joins from the tables that a filter narrows to those that
// none does: their rows are looked up by the join columns.
func (r *reader) propagate() {
	reached := make([]bool, len(r.byTable))
	for i, a := range r.byTable {
		reached[i] = a != nil && len(a.selective) > 0
	}
	for range r.byTable {
		for _, e := range r.edges {
			a := r.byTable[e.to]
			if !reached[e.from] || reached[e.to] || a == nil {
				continue
			}
			col := a.table.Column(e.toCol)
			if col == nil {
				continue
			}
			reached[e.to] = true
			a.Equal = append(a.Equal, col.Name)
			a.selective[col.Name], a.joined = true, true
			a.at = e.at
		}
	}
}

// sorted adds the wanted order where it belongs to one table.
func (r *reader) sorted() {
	if len(r.q.OrderBy) == 0 || r.q.Unknown&query.UnknownOrder != 0 {
		return
	}
	first := -1
	var keys []schema.SortKey
	for _, o := range r.q.OrderBy {
		i := -1
		if o.Expr == "" {
			i = r.table(o.Column)
		}
		if i < 0 || r.byTable[i] == nil || first >= 0 && first != i {
			return
		}
		col := r.byTable[i].table.Column(o.Column.Name)
		if col == nil {
			return
		}
		first = i
		keys = append(keys, schema.SortKey{Column: col.Name, Desc: o.Desc, Nulls: o.Nulls})
	}
	r.byTable[first].Sort = keys
	r.byTable[first].Limit = r.q.Limit.Kind != query.NoOperand || r.q.Row
}

// lowNames are columns that hold few distinct values, as far as a name tells.
var lowNames = map[string]bool{
	"status": true, "state": true, "type": true, "kind": true, "role": true, "level": true, "gender": true, "sex": true,
	"country": true, "currency": true, "locale": true, "language": true, "lang": true, "active": true, "enabled": true,
	"disabled": true, "deleted": true, "archived": true, "visible": true, "published": true, "public": true, "private": true,
	"category": true, "priority": true, "severity": true, "provider": true, "platform": true, "environment": true, "env": true,
	"method": true, "mode": true, "source": true, "scope": true, "visibility": true, "plan": true, "tier": true, "year": true, "month": true,
}

// selective reports whether an equality on the column is likely to leave few
// rows. Without statistics the type and the name must do: booleans, enums and
// status columns leave many, and what is compared with a literal of the source
// is most often one of a few constants.
func selective(c *schema.Column, o query.Operand) bool {
	if c.Type == "bool" || c.Type == "boolean" || strings.HasPrefix(c.Type, "enum") {
		return false
	}
	name := strings.ToLower(c.Name)
	last := name[strings.LastIndexByte(name, '_')+1:]
	if lowNames[name] || lowNames[last] || strings.HasPrefix(name, "is_") || strings.HasPrefix(name, "has_") ||
		strings.HasSuffix(name, "type") || strings.HasSuffix(name, "status") || strings.HasSuffix(name, "state") {
		return false
	}
	if o.Kind == query.Literal {
		return last == "id" || last == "uuid" || last == "email" || last == "slug" || last == "token" || last == "hash" || strings.HasSuffix(c.Name, "Id")
	}
	return true
}
