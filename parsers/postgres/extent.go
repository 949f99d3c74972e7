package postgres

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/dbwise/dbwise/parsers/source"
)

// bounds is the span of an expression: its tokens, the brackets it opens and
// the words that end it (IS NULL, the type of a cast, END).
func (l *lowerer) bounds(n *pg.Node) source.Span {
	s := l.extent(n)
	if s.Start > s.End {
		return source.Span{}
	}
	return l.balance(s)
}

// extent is bounds before brackets are balanced; Start > End if nothing of n
// stands in the text.
func (l *lowerer) extent(n *pg.Node) source.Span {
	s := source.Span{Start: len(l.text) + 1, End: 0}
	if n == nil {
		return s
	}
	for _, c := range children(n) {
		s = s.Union(l.extent(c))
	}
	loc := location(n)
	if loc < 0 || loc > len(l.text) {
		return s
	}
	i := l.at(loc)
	if i >= len(l.list) {
		return s
	}
	end := l.tail(n, i, s.End)
	return s.Union(source.Span{Start: l.list[i].Start, End: max(end, l.list[i].End)})
}

// tail is where the construct of n ends whose own location is token i, when
// its children end at inner.
func (l *lowerer) tail(n *pg.Node, i, inner int) int {
	switch x := n.GetNode().(type) {
	case *pg.Node_ColumnRef:
		whole, _, _ := l.name(i)
		return whole.End
	case *pg.Node_FuncCall:
		return l.callEnd(i, inner)
	case *pg.Node_CoalesceExpr, *pg.Node_MinMaxExpr, *pg.Node_AArrayExpr, *pg.Node_RowExpr, *pg.Node_GroupingFunc, *pg.Node_XmlExpr:
		return l.bracketEnd(i)
	case *pg.Node_SqlvalueFunction:
		if l.is(i+1, "(") {
			return l.bracketEnd(i + 1)
		}
	case *pg.Node_SubLink:
		return l.sublinkEnd(i)
	case *pg.Node_TypeCast:
		return l.castEnd(x.TypeCast, i, inner)
	case *pg.Node_CollateClause:
		whole, _, _ := l.name(i + 1)
		return whole.End
	case *pg.Node_CaseExpr:
		return l.caseEnd(i, inner)
	case *pg.Node_NullTest, *pg.Node_BooleanTest:
		return l.isEnd(i)
	}
	return inner
}

func (l *lowerer) bracketEnd(i int) int {
	for j := i; j < min(i+2, len(l.list)); j++ {
		if m := l.list[j].match; m > j {
			return l.list[m].End
		}
	}
	return 0
}

// callEnd passes the arguments, WITHIN GROUP, FILTER and OVER of a call.
func (l *lowerer) callEnd(i, inner int) int {
	_, _, j := l.name(i)
	if j >= len(l.list) || !l.is(j, "(") || l.list[j].match < 0 {
		return inner // a call in disguise: AT TIME ZONE, LIKE ... ESCAPE
	}
	j = l.list[j].match + 1
	for {
		switch {
		case l.seq(j, "WITHIN", "GROUP", "(") && l.list[j+2].match > 0:
			j = l.list[j+2].match + 1
		case l.any(j, "FILTER", "OVER") && l.is(j+1, "(") && l.list[j+1].match > 0:
			j = l.list[j+1].match + 1
		case l.is(j, "OVER") && l.ident(j+1):
			j += 2
		default:
			return l.list[j-1].End
		}
	}
}

func (l *lowerer) sublinkEnd(i int) int {
	for j := i; j < min(i+5, len(l.list)); j++ {
		if l.is(j, "(") && l.list[j].match > j {
			return l.list[l.list[j].match].End
		}
	}
	return 0
}

func (l *lowerer) castEnd(c *pg.TypeCast, i, inner int) int {
	if l.is(i, "CAST") {
		return l.bracketEnd(i)
	}
	if l.is(i, "::") {
		return l.typeEnd(i + 1)
	}
	if c.TypeName != nil && int(c.TypeName.Location) == l.list[i].Start { // date '2020-01-01'
		return max(inner, l.typeEnd(i))
	}
	return inner
}

// typeEnd passes a type name with its modifiers and brackets.
func (l *lowerer) typeEnd(i int) int {
	if l.is(i, "SETOF") {
		i++
	}
	first := i
	_, _, j := l.name(i)
	switch {
	case l.is(first, "DOUBLE") && l.is(j, "PRECISION"), l.any(first, "CHARACTER", "CHAR", "NATIONAL", "BIT", "NCHAR") && l.any(j, "VARYING", "CHARACTER", "CHAR"):
		j++
		if l.is(j, "VARYING") {
			j++
		}
	}
	if l.is(j, "(") && l.list[j].match > 0 {
		j = l.list[j].match + 1
	}
	if l.any(first, "TIME", "TIMESTAMP") && l.any(j, "WITH", "WITHOUT") && l.seq(j+1, "TIME", "ZONE") {
		j += 3
	}
	for l.is(j, "[") && l.list[j].match > 0 {
		j = l.list[j].match + 1
	}
	if l.is(j, "ARRAY") {
		j++
	}
	if j == 0 || j > len(l.list) {
		return 0
	}
	return l.list[j-1].End
}

func (l *lowerer) caseEnd(i, inner int) int {
	depth := 0
	for j := i; j < len(l.list); j++ {
		switch {
		case l.is(j, "CASE"):
			depth++
		case l.is(j, "END"):
			depth--
			if depth == 0 {
				return l.list[j].End
			}
		}
	}
	return inner
}

// isEnd passes IS [NOT] NULL, TRUE, FALSE or UNKNOWN, ISNULL and NOTNULL; i
// may be the start of the operand or the word IS.
func (l *lowerer) isEnd(i int) int {
	if l.any(i, "ISNULL", "NOTNULL") {
		return l.list[i].End
	}
	if !l.is(i, "IS") {
		return 0
	}
	if i++; l.is(i, "NOT") {
		i++
	}
	if i >= len(l.list) {
		return 0
	}
	return l.list[i].End
}
