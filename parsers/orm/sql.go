package orm

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// SQLParser reads the statements of a fragment. The spans of what it gives are
// host spans. Nothing is given for text it cannot read.
type SQLParser func(f *source.Fragment, d query.Dialect) []*query.Query

// sqlText makes c.q the statement that the string n holds. A text that cannot
// be read is still a query, of which nothing is known.
func (c *call) sqlText(n *code.Node, d query.Dialect) bool {
	var frag *source.Fragment
	if n != nil {
		frag = c.env.String(n)
	}
	c.sqlFragment(frag, d)
	return true
}

func (c *call) sqlFragment(frag *source.Fragment, d query.Dialect) {
	if frag == nil {
		c.q = &query.Query{Dialect: d, Unknown: everything}
		return
	}
	all := c.parse(frag, d)
	switch len(all) {
	case 0:
		c.q = &query.Query{Dialect: d, Unknown: everything, SQL: frag.Text, Span: frag.Span(source.Span{End: len(frag.Text)})}
	case 1:
		q := *all[0]
		c.q = &q
	default:
		c.q = several(all, frag)
	}
	c.q.Dialect = d
}

// several is a text of more than one statement: the first stands for it, the
// others are bodies of it.
func several(all []*query.Query, frag *source.Fragment) *query.Query {
	q := *all[0]
	q.Subqueries = append([]*query.Query(nil), q.Subqueries...)
	for _, s := range all[1:] {
		body := *s
		body.Role = query.Body
		q.Subqueries = append(q.Subqueries, &body)
	}
	q.Span = frag.Span(source.Span{End: len(frag.Text)})
	return &q
}

// clause parses a part of a statement: text between before and after, which
// make it a whole one. Nil if it cannot be read.
func (c *call) clause(before string, frag *source.Fragment, after string) *query.Query {
	if frag == nil || strings.TrimSpace(frag.Text) == "" {
		return nil
	}
	whole := wrap(before, frag, after)
	all := c.parse(whole, c.q.Dialect)
	if len(all) != 1 {
		return nil
	}
	c.named = append(c.named, all[0].Refs...)
	return all[0]
}

// wrap is frag with text before and behind it that stands nowhere in the host.
func wrap(before string, frag *source.Fragment, after string) *source.Fragment {
	out := &source.Fragment{}
	all := frag.Span(source.Span{End: len(frag.Text)})
	out.Append(before, source.Span{Start: all.Start, End: all.Start})
	n := len(before)
	out.Text += frag.Text
	for _, s := range frag.Segs {
		s.At += n
		out.Segs = append(out.Segs, s)
	}
	for _, h := range frag.Holes {
		out.Holes = append(out.Holes, source.Hole{Span: h.Span.Shift(n), Host: h.Host})
	}
	if after != "" {
		out.Append(after, source.Span{Start: all.End, End: all.End})
	}
	return out
}

// condition parses a WHERE condition whose placeholders stand for args. It
// fails for what is no condition the parser knows.
func (c *call) condition(frag *source.Fragment, args []*code.Node) ([]query.Predicate, query.Unknown, bool) {
	q := c.clause("SELECT * FROM t WHERE ", frag, "")
	if q == nil || len(q.Where) == 0 {
		return nil, 0, false
	}
	preds := c.bind(q.Where, frag, args)
	unknown := q.Unknown & (query.UnknownWhere | query.UnknownOther)
	for _, s := range q.Subqueries {
		addSub(c.q, s)
	}
	return shiftSubs(preds, len(c.q.Subqueries)-len(q.Subqueries)), unknown, true
}

// shiftSubs moves references to subqueries that were appended to others.
func shiftSubs(list []query.Predicate, by int) []query.Predicate {
	if by == 0 {
		return list
	}
	return mapOperands(list, func(o query.Operand) query.Operand {
		if o.Kind == query.Subselect {
			o.Sub += by
		}
		return o
	})
}

// bind puts the program's values where placeholders stand. Operands then have
// the spans of the arguments, as in conditions written as objects.
func (c *call) bind(list []query.Predicate, frag *source.Fragment, args []*code.Node) []query.Predicate {
	_, params := sqltext.Placeholders(frag.Text)
	at := map[int]*code.Node{}
	next := 0
	for _, p := range params {
		host := frag.Span(p.Span).Start
		switch {
		case p.Name == "":
			if next < len(args) {
				at[host] = args[next]
			}
			next++
		default:
			if n := c.namedArg(p.Name, args); n != nil {
				at[host] = n
			}
		}
	}
	if len(at) == 0 {
		return list
	}
	out := mapOperands(list, func(o query.Operand) query.Operand {
		if arg := at[o.Span.Start]; arg != nil && o.Kind == query.Param {
			return c.operand(arg)
		}
		if o.Kind != query.List {
			return o
		}
		items := append([]query.Operand(nil), o.Items...)
		for i, it := range items {
			if arg := at[it.Span.Start]; arg != nil && it.Kind == query.Param {
				if len(items) == 1 {
					return c.list(arg)
				}
				items[i] = c.operand(arg)
			}
		}
		o.Items = items
		return o
	})
	return out
}

// namedArg finds the value of @name among sql.Named arguments, maps and structs.
func (c *call) namedArg(name string, args []*code.Node) *code.Node {
	for _, a := range args {
		v := c.value(a)
		if v.Kind == code.Call && len(v.Kids) == 3 && v.Kids[0].Kind == code.Member && v.Kids[0].Text == "Named" {
			if s, ok := c.stringOf(v.Kids[1]); ok && s == name {
				return v.Kids[2]
			}
		}
		if n := v.Get(name); n != nil {
			return n
		}
	}
	return nil
}

// mapOperands is a copy of an AND-list with every operand put through f, the
// outer one before its items.
func mapOperands(list []query.Predicate, f func(query.Operand) query.Operand) []query.Predicate {
	out := make([]query.Predicate, len(list))
	for i, p := range list {
		p.Operand = f(p.Operand)
		for j, arm := range p.Or {
			if j == 0 {
				p.Or = append([][]query.Predicate(nil), p.Or...)
			}
			p.Or[j] = mapOperands(arm, f)
		}
		out[i] = p
	}
	return out
}
