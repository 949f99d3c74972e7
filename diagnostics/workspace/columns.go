package workspace

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

// columns puts the names of the database into every column of the level.
func (l *level) columns() {
	q := l.q.Query
	renamed := false
	for i := range q.Tables {
		renamed = renamed || l.q.Models[i] != nil || q.Tables[i].Label() != l.labels[i]
	}
	if !renamed && l.q.Outer == nil {
		return
	}
	l.all(q.GroupBy)
	l.all(q.Columns)
	l.all(q.DistinctOn)
	l.all(q.Conflict)
	l.all(q.Returning)
	l.all(q.Refs)
	l.predicates(q.Where, 0)
	l.predicates(q.Having, 0)
	l.predicates(q.ConflictWhere, 0)
	for i := range q.Joins {
		l.predicates(q.Joins[i].On, 0)
	}
	for i := range q.OrderBy {
		l.column(&q.OrderBy[i].Column)
	}
	for i := range q.Outputs {
		l.column(&q.Outputs[i].Column)
	}
	for i := range q.Sets {
		l.column(&q.Sets[i].Column)
		l.operand(&q.Sets[i].Operand)
	}
	for i := range q.Stars {
		if at := l.labelled(q.Stars[i].Table); at >= 0 {
			q.Stars[i].Table = q.Tables[at].Label()
		}
	}
}

func (l *level) all(list []query.Column) {
	for i := range list {
		l.column(&list[i])
	}
}

func (l *level) predicates(list []query.Predicate, depth int) {
	if depth > maxNested {
		return
	}
	for i := range list {
		p := &list[i]
		l.column(&p.Column)
		l.operand(&p.Operand)
		for j := range p.Rest {
			l.column(&p.Rest[j].Column)
			l.operand(&p.Rest[j].Operand)
		}
		for _, arm := range p.Or {
			l.predicates(arm, depth+1)
		}
	}
}

func (l *level) operand(o *query.Operand) {
	if o.Column.Name != "" {
		l.column(&o.Column)
	}
}

// labelled is the table a label meant before the names were changed, -1 if it
// is none of this level.
func (l *level) labelled(label string) int {
	if label == "" {
		return -1
	}
	for i, have := range l.labels {
		if have == label || strings.EqualFold(have, label) {
			return i
		}
	}
	return -1
}

// column renames one column: a field of its model, under the new label of its
// table.
func (l *level) column(c *query.Column) {
	if c.Name == "" {
		return
	}
	at := l.labelled(c.Table)
	if at >= 0 {
		c.Table = l.q.Query.Tables[at].Label()
	} else if c.Table == "" && len(l.q.Models) > 0 && l.q.Models[0] != nil {
		at = 0
	}
	if at < 0 {
		return
	}
	m := l.q.Models[at]
	if m == nil {
		return
	}
	if col := fieldOf(l.q.Known[at], m, c.Name); col != "" {
		c.Name = col
	}
}

// fieldOf is the column behind a field of a model, "" if the model has no such
// field.
func fieldOf(t *schema.Table, m *schema.Model, name string) string {
	if f, ok := m.Fields[name]; ok && f.Column != "" {
		return f.Column
	}
	for _, c := range m.Table.Columns {
		if c.Field == name {
			return c.Name
		}
	}
	if t != nil {
		if c := t.Column(name); c != nil {
			return c.Name
		}
	}
	if c := m.Table.Column(name); c != nil {
		return c.Name
	}
	return ""
}

// TableOf is the index in Tables of the table that a column of this level
// belongs to, -1 if that is not certain or it is one of a query around.
func (q *Query) TableOf(c query.Column) int {
	found, unsure := -1, false
	for i, t := range q.Tables {
		k := q.Known[i]
		switch {
		case c.Table != "":
			if strings.EqualFold(t.Label(), c.Table) || t.Alias == "" && strings.EqualFold(t.Name, c.Table) {
				return i
			}
		case k == nil || k.Open:
			unsure = true
			if k != nil && k.Column(c.Name) != nil {
				found = i
			}
		case k.Column(c.Name) != nil:
			if found >= 0 {
				return -1
			}
			found = i
		}
	}
	if c.Table != "" {
		return -1
	}
	if unsure && len(q.Tables) > 1 && found < 0 {
		return -1
	}
	if unsure && len(q.Tables) == 1 {
		return 0
	}
	return found
}

// ColumnOf is the column of the catalog that a column of this level means, and
// its table; nil if that is not certain.
func (q *Query) ColumnOf(c query.Column) (*schema.Table, *schema.Column) {
	i := q.TableOf(c)
	if i < 0 || q.Known[i] == nil {
		return nil, nil
	}
	return q.Known[i], q.Known[i].Column(c.Name)
}
