package workspace

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// binder puts the names of one database into a query.
type binder struct {
	snapshot *Snapshot
	path     string
	db       *Database
	catalog  *schema.Catalog
	// text: the query was written as SQL, in the database's own names. It is
	// shared with the facts, not copied.
	text bool
}

// modelOf is the model that a type of the program declares, nil if it declares
// none.
func (s *Snapshot) modelOf(r *resolver, file string, ref code.Ref) *schema.Model {
	if !ref.Known() {
		return nil
	}
	v := r.limited().resolve(file, ref, 0)
	for v.kind == listed || v.kind == promised {
		v = *v.inner
	}
	if v.sym == nil || v.kind != instance && v.kind != symbolValue {
		return nil
	}
	return s.schemaNow().models[declared{v.at, v.sym.Name}]
}

// bind is a query in the names of the database.
func (b *binder) bind(src *query.Query, models []*schema.Model) *Query {
	b.text = src.SQL != "" || src.Library == "sql"
	if !b.text {
		src = src.MapSpans(func(s source.Span) source.Span { return s })
	}
	return b.level(src, models, nil, 0)
}

// maxNested bounds how deep queries are nested.
const maxNested = 60

// level binds one level of a query and those inside it.
func (b *binder) level(q *query.Query, models []*schema.Model, outer *Query, depth int) *Query {
	out := &Query{Query: q, Path: b.path, Call: -1, Database: b.db, Catalog: b.catalog, Outer: outer,
		Known: make([]*schema.Table, len(q.Tables)), Models: make([]*schema.Model, len(q.Tables))}
	if outer != nil {
		out.Site, out.Call = outer.Site, outer.Call
	}
	if d := b.dialect(q); d != q.Dialect {
		if b.text {
			own := *q
			q, out.Query = &own, &own
		}
		q.Dialect = d
	}
	l := &level{binder: b, q: out, labels: make([]string, len(q.Tables))}
	for i := range q.Tables {
		l.labels[i] = q.Tables[i].Label()
		var m *schema.Model
		if i < len(models) {
			m = models[i]
		}
		l.table(i, m)
	}
	if !b.text {
		l.compoundKeys()
		l.selectedRelations()
		l.columns()
		l.softDelete()
	}
	if depth < maxNested {
		for _, in := range q.Subqueries {
			out.Inner = append(out.Inner, b.level(in, nil, out, depth+1))
		}
	}
	return out
}

// dialect is the dialect of a query, that of its database if it has none.
func (b *binder) dialect(q *query.Query) query.Dialect {
	switch {
	case q.Dialect != query.Generic:
		return q.Dialect
	case b.db != nil && b.db.Dialect != query.Generic:
		return b.db.Dialect
	}
	return b.snapshot.opts.Dialect
}

// level is one level of a query being bound.
type level struct {
	*binder
	q *Query
	// labels are what the level called its tables before.
	labels []string
}

// table finds the table and model of one entry of Tables.
func (l *level) table(i int, m *schema.Model) {
	t := &l.q.Query.Tables[i]
	if t.Kind != query.Base {
		return
	}
	if t.Relation != "" {
		l.relation(i, m)
		return
	}
	if m == nil && t.Model != "" && t.Name == "" {
		m = l.db.Model(t.Model)
	}
	if m != nil && t.Name == "" {
		l.settle(i, m)
		return
	}
	if t.Name == "" {
		return
	}
	l.q.Known[i] = l.catalog.Table(schema.Name{Schema: t.Schema, Name: t.Name})
	if m == nil {
		m = l.db.ModelOf(l.q.Known[i])
	}
	l.q.Models[i] = m
}

// settle makes an entry the table of a model.
func (l *level) settle(i int, m *schema.Model) {
	t := &l.q.Query.Tables[i]
	l.q.Models[i] = m
	l.q.Known[i] = l.catalog.Table(m.Table.Name)
	name := m.Table.Name
	if k := l.q.Known[i]; k != nil {
		name = k.Name
	}
	t.Schema, t.Name = name.Schema, name.Name
	if t.Schema == "public" {
		t.Schema = ""
	}
}

// relation follows the fields that lead from a model to a table, and adds the
// condition that joins it.
func (l *level) relation(i int, owner *schema.Model) {
	t := &l.q.Query.Tables[i]
	base, from := l.base(i, owner)
	if base == nil {
		l.q.Query.Unknown |= query.UnknownTable
		return
	}
	fields := strings.Split(t.Relation, ".")
	var rel *schema.Relation
	for _, f := range fields {
		if rel = relationNamed(base, f); rel == nil {
			l.q.Query.Unknown |= query.UnknownTable
			return
		}
		next := l.model(rel.Model)
		if next == nil {
			l.q.Query.Unknown |= query.UnknownTable
			return
		}
		if f == fields[len(fields)-1] {
			l.settle(i, next)
			l.join(i, base, next, rel, from)
			return
		}
		base, from = next, ""
	}
}

// base is the model a relation of entry i starts at, and the label of its
// table where a condition can name it.
func (l *level) base(i int, owner *schema.Model) (*schema.Model, string) {
	t := l.q.Query.Tables[i]
	switch {
	case t.Model != "" || owner != nil: // a relation of one row at hand
		if owner == nil {
			owner = l.db.Model(t.Model)
		}
		return owner, ""
	case i > 0:
		return l.q.Models[0], l.q.Query.Tables[0].Label()
	case l.q.Outer != nil && len(l.q.Outer.Models) > 0:
		return l.q.Outer.Models[0], l.q.Outer.Query.Tables[0].Label()
	}
	return nil, ""
}

// model finds a model by the name a relation uses, with or without a package.
func (l *level) model(name string) *schema.Model {
	if m := l.db.Model(name); m != nil {
		return m
	}
	return l.db.Model(bare(name))
}

func relationNamed(m *schema.Model, field string) *schema.Relation {
	for i := range m.Relations {
		if m.Relations[i].Field == field {
			return &m.Relations[i]
		}
	}
	return nil
}

// keysOf are the columns by which a relation joins: those of the model it
// starts at and those of the one it leads to. Both are empty where neither
// model tells, or a join table stands between.
func relationKeys(from, to *schema.Model, rel *schema.Relation) (here, there []string) {
	if !rel.Inverse {
		return rel.Columns, rel.RefColumns
	}
	if rel.Through != "" {
		return nil, nil
	}
	if len(rel.ForeignColumns) > 0 {
		return rel.KeyColumns, rel.ForeignColumns
	}
	for i := range to.Relations {
		back := &to.Relations[i]
		if !back.Inverse && bare(back.Model) == from.Name && (back.Name == rel.Name || rel.Name == "") {
			return back.RefColumns, back.Columns
		}
	}
	return nil, nil
}

// join adds the condition by which the table of a relation is read.
func (l *level) join(i int, from, to *schema.Model, rel *schema.Relation, label string) {
	q := l.q.Query
	here, there := relationKeys(from, to, rel)
	if len(there) == 0 || len(here) != len(there) {
		if rel.Through != "" && to.Table.PrimaryKey != nil {
			here, there = to.Table.PrimaryKey.Columns, to.Table.PrimaryKey.Columns
			label = ""
		} else {
			q.Unknown |= query.UnknownWhere
			return
		}
	}
	at := q.Tables[i].Span
	var on []query.Predicate
	for k, col := range there {
		p := query.Predicate{Column: query.Column{Table: q.Tables[i].Label(), Name: col, Span: at}, Op: query.Eq, Span: at}
		switch {
		case q.Role == query.Eager || label == "":
			p.Op, p.Operand = query.In, query.Operand{Kind: query.List, Open: true, Span: at}
			if q.Role != query.Eager && label == "" && rel.Through == "" {
				p.Op, p.Operand = query.Eq, query.Operand{Kind: query.Param, Span: at}
			}
		default:
			p.Operand = query.Operand{Kind: query.ColumnRef, Column: query.Column{Table: label, Name: here[k], Span: at}, Span: at}
		}
		on = append(on, p)
		q.Refs = append(q.Refs, p.Column)
	}
	for j := range q.Joins {
		if q.Joins[j].Table == i && len(q.Joins[j].On) == 0 {
			q.Joins[j].On = on
			return
		}
	}
	q.Where = append(on, q.Where...)
}

// compoundKeys replaces a condition under the name of a compound key by the
// conditions on its columns.
func (l *level) compoundKeys() {
	if len(l.q.Models) == 0 || l.q.Models[0] == nil || len(l.q.Models[0].Keys) == 0 {
		return
	}
	q, m := l.q.Query, l.q.Models[0]
	var out []query.Predicate
	for _, p := range q.Where {
		if p.Op == query.Exists && p.Operand.Kind == query.Subselect && p.Operand.Sub > 0 && p.Operand.Sub <= len(q.Subqueries) {
			sub := q.Subqueries[p.Operand.Sub-1]
			if len(sub.Tables) == 1 && m.Keys[sub.Tables[0].Relation] != nil && relationNamed(m, sub.Tables[0].Relation) == nil {
				for _, c := range sub.Where {
					c.Column.Table = ""
					out = append(out, c)
				}
				q.Refs = append(q.Refs, sub.Refs...)
				q.Subqueries[p.Operand.Sub-1] = &query.Query{Op: query.Select, Role: sub.Role, Library: sub.Library, Span: sub.Span, Head: sub.Head}
				continue
			}
		}
		out = append(out, p)
	}
	q.Where = out
}

// selectedRelations turns output columns that are relations of the model into
// the queries that load them.
func (l *level) selectedRelations() {
	if len(l.q.Models) == 0 || l.q.Models[0] == nil {
		return
	}
	q, m := l.q.Query, l.q.Models[0]
	var keep []query.Column
	for _, c := range q.Columns {
		if m.Table.Field(c.Name) != nil || relationNamed(m, c.Name) == nil {
			keep = append(keep, c)
			continue
		}
		q.Subqueries = append(q.Subqueries, &query.Query{Op: query.Select, Role: query.Eager, Dialect: q.Dialect, Library: q.Library,
			Span: c.Span, Head: c.Span, Tables: []query.Table{{Relation: c.Name, Span: c.Span}}})
		for i, r := range q.Refs {
			if r.Name == c.Name && r.Span == c.Span {
				q.Refs = append(q.Refs[:i:i], q.Refs[i+1:]...)
				break
			}
		}
	}
	q.Columns = keep
}

// softDelete adds the condition that the library adds by itself.
func (l *level) softDelete() {
	q := l.q.Query
	if q.Unscoped || len(l.q.Models) == 0 || l.q.Models[0] == nil || l.q.Models[0].SoftDelete == "" || q.Op != query.Select && q.Op != query.Update {
		return
	}
	if q.Library != l.q.Models[0].Library {
		return
	}
	name := l.q.Models[0].SoftDelete
	if c := l.q.Models[0].Table.Field(name); c != nil {
		name = c.Name
	}
	q.Where = append(q.Where, query.Predicate{Column: query.Column{Name: name, Span: q.Head}, Op: query.IsNull, Span: q.Head})
}
