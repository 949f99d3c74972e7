package orm

import (
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
)

// mentions are the columns a query read from calls names at its own level,
// each place once: those of its parts, and those that text in it mentions.
// Columns that no one wrote, such as the key First sorts by, are left out.
func (c *call) mentions(q *query.Query, named []query.Column) []query.Column {
	m := &mentioner{seen: map[query.Column]bool{}}
	for _, k := range c.implied {
		m.seen[k] = true
	}
	for _, c := range named {
		m.add(c)
	}
	query.Filters(q.Where, func(p query.Predicate, _ bool) { m.predicate(p) })
	for _, j := range q.Joins {
		query.Filters(j.On, func(p query.Predicate, _ bool) { m.predicate(p) })
	}
	query.Filters(q.Having, func(p query.Predicate, _ bool) { m.predicate(p) })
	for _, o := range q.OrderBy {
		m.add(o.Column)
	}
	for _, list := range [][]query.Column{q.GroupBy, q.Columns, q.DistinctOn, q.Conflict, q.Returning} {
		for _, c := range list {
			m.add(c)
		}
	}
	for _, s := range q.Sets {
		m.add(s.Column)
	}
	return m.out
}

// key is the primary key where a call means it without naming it: First sorts
// by it, Find(&user, 1) looks for it. It is called id, as by convention.
func (c *call) key(at source.Span) query.Column {
	k := column("id", at)
	c.implied = append(c.implied, k)
	return k
}

type mentioner struct {
	out  []query.Column
	seen map[query.Column]bool
}

func (m *mentioner) predicate(p query.Predicate) {
	m.add(p.Column)
	m.add(p.Operand.Column)
}

func (m *mentioner) add(c query.Column) {
	if c.Name == "" || m.seen[c] {
		return
	}
	m.seen[c] = true
	m.out = append(m.out, c)
}
