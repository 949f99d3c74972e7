package postgres

import (
	"sort"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// hole is a placeholder of the program that sends the statement.
type hole struct {
	source.Span
	// identifier: a name, not a value, is filled in.
	identifier bool
	// list: several values, whose number is only known at run time.
	list bool
	// clause: SQL of unknown content, blanked or an operator.
	clause bool
	// pasted: text pasted into the statement, no bound value.
	pasted bool
	// blanked: cut out because no name and no value may stand there.
	blanked bool
}

// hidden reports whether the name in s is filled in at run time.
func (l *lowerer) hidden(s source.Span) bool { return l.holeIn(s) != nil }

// holeIn is the first hole that shares a byte with s, nil if none does.
func (l *lowerer) holeIn(s source.Span) *hole {
	if s.Empty() {
		return nil
	}
	i := sort.Search(len(l.holes), func(i int) bool { return l.holes[i].End > s.Start })
	if i < len(l.holes) && l.holes[i].Overlaps(s) {
		return &l.holes[i]
	}
	return nil
}

// widen makes the token that replaces a hole cover all of it, so that spans
// show the placeholder as it is written.
func (l *lowerer) widen() {
	for _, h := range l.holes {
		i := l.at(h.Start)
		if i < len(l.list) && l.list[i].Start == h.Start && l.list[i].End < h.End && (i+1 == len(l.list) || l.list[i+1].Start >= h.End) {
			l.list[i].End = h.End
		}
	}
}

// value is the operand a hole in value position is; ok is false if none
// stands in s or it is a name.
func (l *lowerer) value(s source.Span) (o query.Operand, ok bool) {
	h := l.holeIn(s)
	if h == nil || h.identifier || h.clause || !h.Covers(s) {
		return o, false
	}
	o = query.Operand{Kind: query.Param, Text: l.source(h.Span), Span: h.Span}
	if h.list {
		o.Kind, o.Open = query.List, true
	}
	return o, true
}

// clauseHoles flags what the clauses a program adds may change: in the
// innermost query around each, whatever may stand at its place.
func (l *lowerer) clauseHoles(q *query.Query) {
	for _, h := range l.holes {
		if !h.clause && !h.blanked {
			continue
		}
		inner := innermost(q, h.Span)
		inner.Unknown |= l.mayHide(h, inner)
	}
}

func innermost(q *query.Query, at source.Span) *query.Query {
	for _, s := range q.Subqueries {
		if s.Span.Covers(at) {
			return innermost(s, at)
		}
	}
	return q
}

// mayHide is what SQL at the place of h could hold, by the clause before it.
func (l *lowerer) mayHide(h hole, q *query.Query) query.Unknown {
	const behind = query.UnknownOrder | query.UnknownLimit
	i := l.at(h.Start)
	depth := l.depthAt(l.at(q.Span.Start))
	switch k := l.back(i, depth, "SELECT", "FROM", "JOIN", "WHERE", "ORDER", "LIMIT", "OFFSET", "SET", "VALUES", "RETURNING", "GROUP", "HAVING", "ON"); {
	case k < 0:
		return query.UnknownOther
	case l.any(k, "LIMIT", "OFFSET"):
		return query.UnknownLimit
	case l.is(k, "ORDER"):
		return behind
	case l.any(k, "GROUP", "HAVING"):
		return behind | query.UnknownOther
	case l.is(k, "WHERE"):
		return behind | query.UnknownWhere
	case l.any(k, "FROM", "JOIN", "ON"):
		return behind | query.UnknownWhere | query.UnknownTable | query.UnknownOther
	case l.is(k, "SET"):
		return query.UnknownColumns | query.UnknownWhere | query.UnknownOther
	case l.is(k, "SELECT"):
		return query.UnknownColumns
	}
	return query.UnknownColumns | query.UnknownOther
}

// forgetHidden drops the changes of a statement with a name that is only known
// at run time: nothing can be said about the schema behind it. A schema filled
// in before a name is taken for the search path.
func (l *lowerer) forgetHidden(q *query.Query) {
	qualifiers := map[string]bool{}
	for _, h := range l.holes {
		i := l.at(h.Start)
		switch {
		case !l.stmt.Covers(h.Span) || !h.identifier && !h.clause:
		case h.identifier && l.is(i+1, "."):
			qualifiers[sqltext.Unquote(l.in(i))] = true
		case len(l.out.Changes) > 0:
			l.out.Changes = nil
			q.Unknown |= query.UnknownTable | query.UnknownOther
			return
		}
	}
	if len(qualifiers) == 0 {
		return
	}
	plain := func(n *schema.Name) {
		if qualifiers[n.Schema] {
			n.Schema = ""
		}
	}
	for i := range l.out.Changes {
		c := &l.out.Changes[i]
		plain(&c.Table)
		plain(&c.Other)
		if c.Constraint != nil {
			plain(&c.Constraint.References)
		}
		if c.Def != nil {
			plain(&c.Def.Name)
			plain(&c.Def.Parent)
			for _, k := range c.Def.Constraints {
				plain(&k.References)
			}
		}
	}
}
