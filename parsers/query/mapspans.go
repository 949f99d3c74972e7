package query

import "github.com/dbwise/dbwise/parsers/source"

// MapSpans is a deep copy of q with every span put through at. Parse results
// are cached by statement text with spans relative to it; this is where they
// become spans of the file, once.
func (q *Query) MapSpans(at func(source.Span) source.Span) *Query {
	c := *q
	c.Span, c.Head = at(q.Span), at(q.Head)
	c.Tables = mapped(q.Tables, func(t *Table) { t.Span = at(t.Span) })
	c.Where = mapPredicates(q.Where, at)
	c.Having, c.ConflictWhere = mapPredicates(q.Having, at), mapPredicates(q.ConflictWhere, at)
	c.Joins = mapped(q.Joins, func(j *Join) { j.On, j.Span = mapPredicates(j.On, at), at(j.Span) })
	c.GroupBy = mapColumns(q.GroupBy, at)
	c.OrderBy = mapped(q.OrderBy, func(o *Order) { o.Column.Span, o.Span = at(o.Column.Span), at(o.Span) })
	c.Limit, c.Offset = mapOperand(q.Limit, at), mapOperand(q.Offset, at)
	c.Columns = mapColumns(q.Columns, at)
	c.Stars = mapped(q.Stars, func(s *Star) { s.Span = at(s.Span) })
	c.Outputs = mapped(q.Outputs, func(o *Output) { o.Column.Span, o.Span = at(o.Column.Span), at(o.Span) })
	c.DistinctOn = mapColumns(q.DistinctOn, at)
	c.Sets = mapAssignments(q.Sets, at)
	c.Conflict = mapColumns(q.Conflict, at)
	c.Returning = mapColumns(q.Returning, at)
	c.Refs = mapColumns(q.Refs, at)
	c.Subqueries = mapped(q.Subqueries, func(s **Query) { *s = (*s).MapSpans(at) })
	return &c
}

func mapped[T any](in []T, f func(*T)) []T {
	if len(in) == 0 {
		return nil
	}
	out := make([]T, len(in))
	copy(out, in)
	for i := range out {
		f(&out[i])
	}
	return out
}

func mapColumns(in []Column, at func(source.Span) source.Span) []Column {
	return mapped(in, func(c *Column) { c.Span = at(c.Span) })
}

func mapAssignments(in []Assignment, at func(source.Span) source.Span) []Assignment {
	return mapped(in, func(a *Assignment) {
		a.Column.Span, a.Operand = at(a.Column.Span), mapOperand(a.Operand, at)
	})
}

func mapPredicates(in []Predicate, at func(source.Span) source.Span) []Predicate {
	return mapped(in, func(p *Predicate) {
		p.Span, p.Column.Span = at(p.Span), at(p.Column.Span)
		p.Operand, p.Rest = mapOperand(p.Operand, at), mapAssignments(p.Rest, at)
		p.Or = mapped(p.Or, func(arm *[]Predicate) { *arm = mapPredicates(*arm, at) })
	})
}

func mapOperand(o Operand, at func(source.Span) source.Span) Operand {
	if o.Kind == NoOperand {
		return o
	}
	o.Span, o.Column.Span = at(o.Span), at(o.Column.Span)
	o.Items = mapped(o.Items, func(i *Operand) { *i = mapOperand(*i, at) })
	return o
}
