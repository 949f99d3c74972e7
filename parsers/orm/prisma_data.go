package orm

import (
	"slices"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/query"
)

// data reads what is written: one row, or a list of them for createMany.
func (p *prisma) data(q *query.Query, n *code.Node) {
	v := p.value(n)
	switch v.Kind {
	case code.Object:
		p.row(q, v)
	case code.Array:
		open := false
		for _, k := range v.Kids {
			if k == nil || k.Kind == code.Spread || p.object(k) == nil {
				open = true
				continue
			}
			p.row(q, k)
		}
		if open || len(v.Kids) == 0 {
			q.Unknown |= query.UnknownColumns
		} else {
			q.Rows = len(v.Kids)
		}
	default:
		q.Unknown |= query.UnknownColumns | query.UnknownOther
	}
}

// updateData reads the update of an upsert: its columns are not inserted, but set.
func (p *prisma) updateData(q *query.Query, n *code.Node) {
	if v := p.value(n); v.Kind == code.Object && len(v.Kids) == 0 {
		q.OnConflict = "nothing"
		return
	}
	p.data(q, n)
}

func (p *prisma) row(q *query.Query, n *code.Node) {
	all := p.pairs(n, func(pair *code.Node) {
		v := p.value(pair.Kids[0])
		if isUndefined(v) || slices.ContainsFunc(q.Sets, func(a query.Assignment) bool { return a.Column.Name == pair.Text }) {
			return
		}
		set := query.Assignment{Column: column(pair.Text, pair.Name)}
		switch keys := documentKeys(v); {
		case len(keys) == 0:
			set.Operand = p.operand(pair.Kids[0])
		case nested(p, v, keys):
			q.Unknown |= query.UnknownOther
			return
		case len(keys) == 1 && keys[0] == "set":
			set.Operand = p.operand(v.Get("set"))
		default: // { increment: 1 }, or a document
			set.Operand = query.Operand{Kind: query.Expr, Text: keys[0], Span: pair.Kids[0].Span}
			if atomic[keys[0]] {
				set.Operand.Column = set.Column
			}
		}
		q.Sets = append(q.Sets, set)
	})
	if !all {
		q.Unknown |= query.UnknownColumns | query.UnknownOther
	}
}

// documentKeys are the keys of an object, none for any other value.
func documentKeys(n *code.Node) []string {
	if n.Kind != code.Object {
		return nil
	}
	return keysOf(n)
}

var (
	nestedWrites = names("create createMany connect connectOrCreate disconnect delete deleteMany update updateMany upsert set")
	atomic       = names("increment decrement multiply divide push unset")
)

// nested reports whether an object writes related rows: all its keys are
// nested writes, and a lone `set` lists objects.
func nested(p *prisma, o *code.Node, keys []string) bool {
	for _, k := range keys {
		if !nestedWrites[k] {
			return false
		}
	}
	if len(keys) > 1 || keys[0] != "set" {
		return true
	}
	v := p.value(o.Get("set"))
	return v.Kind == code.Array && (len(v.Kids) == 0 || v.Kids[0] != nil && p.object(v.Kids[0]) != nil)
}
