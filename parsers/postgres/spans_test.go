package postgres

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/dbwise/dbwise/parsers/golden"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// TestSpans prints what the spans of the model cover.
func TestSpans(t *testing.T) {
	golden.Run(t, "testdata/spans", func(_ *testing.T, a *txtar.Archive) string {
		in := a.Files[0].Data
		var b strings.Builder
		for _, st := range sqltext.Split(in) {
			text := st.Span.In(in)
			p := &spanPrinter{text: []byte(text)}
			for _, q := range Parse(text).Queries {
				p.query(q, "")
			}
			fmt.Fprintf(&b, "%s\n", p.String())
		}
		return b.String()
	})
}

type spanPrinter struct {
	strings.Builder
	text []byte
}

func (p *spanPrinter) line(indent, what string, s source.Span) {
	fmt.Fprintf(p, "%s%s: %s\n", indent, what, strings.Join(strings.Fields(s.In(p.text)), " "))
}

func (p *spanPrinter) query(q *query.Query, indent string) {
	p.line(indent, q.Role.String()+" "+q.Op.String(), q.Span)
	in := indent + "  "
	p.line(in, "head", q.Head)
	for _, t := range q.Tables {
		p.line(in, "table", t.Span)
	}
	for _, j := range q.Joins {
		p.line(in, "join", j.Span)
		p.conditions(j.On, in+"  ")
	}
	p.conditions(q.Where, in)
	p.conditions(q.Having, in)
	for _, o := range q.OrderBy {
		p.line(in, "order", o.Span)
	}
	for _, s := range q.Stars {
		p.line(in, "star", s.Span)
	}
	for _, o := range q.Outputs {
		p.line(in, "output", o.Span)
	}
	for _, s := range q.Sets {
		p.line(in, "set", s.Column.Span)
		if s.Operand.Kind != query.NoOperand {
			p.line(in, "  to", s.Operand.Span)
		}
	}
	for _, o := range []query.Operand{q.Limit, q.Offset} {
		if o.Kind != query.NoOperand {
			p.line(in, "limit", o.Span)
		}
	}
	for _, s := range q.Subqueries {
		p.query(s, in)
	}
}

func (p *spanPrinter) conditions(list []query.Predicate, indent string) {
	for _, c := range list {
		p.line(indent, "cond", c.Span)
		if c.Operand.Kind != query.NoOperand {
			p.line(indent, "  operand", c.Operand.Span)
		}
		for _, arm := range c.Or {
			p.conditions(arm, indent+"  ")
		}
	}
}
