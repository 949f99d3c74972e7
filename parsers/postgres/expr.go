package postgres

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/dbwise/dbwise/parsers/source"
)

// children are the direct sub-expressions of n in textual order. Sub-selects
// are not entered: a SubLink yields only its left side. Kinds of node that are
// rare in queries go through reflection.
func children(n *pg.Node) []*pg.Node {
	switch x := n.GetNode().(type) {
	case nil, *pg.Node_ColumnRef, *pg.Node_AConst, *pg.Node_ParamRef, *pg.Node_SqlvalueFunction,
		*pg.Node_SetToDefault, *pg.Node_CurrentOfExpr, *pg.Node_SelectStmt, *pg.Node_String_, *pg.Node_TypeName:
		return nil
	case *pg.Node_AExpr:
		return some(x.AExpr.Lexpr, x.AExpr.Rexpr)
	case *pg.Node_BoolExpr:
		return x.BoolExpr.Args
	case *pg.Node_NullTest:
		return some(x.NullTest.Arg)
	case *pg.Node_BooleanTest:
		return some(x.BooleanTest.Arg)
	case *pg.Node_TypeCast:
		return some(x.TypeCast.Arg)
	case *pg.Node_CollateClause:
		return some(x.CollateClause.Arg)
	case *pg.Node_SubLink:
		return some(x.SubLink.Testexpr)
	case *pg.Node_List:
		return x.List.Items
	case *pg.Node_RowExpr:
		return x.RowExpr.Args
	case *pg.Node_AArrayExpr:
		return x.AArrayExpr.Elements
	case *pg.Node_CoalesceExpr:
		return x.CoalesceExpr.Args
	case *pg.Node_MinMaxExpr:
		return x.MinMaxExpr.Args
	case *pg.Node_ResTarget:
		return some(x.ResTarget.Val)
	case *pg.Node_SortBy:
		return some(x.SortBy.Node)
	case *pg.Node_NamedArgExpr:
		return some(x.NamedArgExpr.Arg)
	case *pg.Node_AIndirection:
		return append(some(x.AIndirection.Arg), x.AIndirection.Indirection...)
	case *pg.Node_AIndices:
		return some(x.AIndices.Lidx, x.AIndices.Uidx)
	case *pg.Node_CaseExpr:
		return append(append(some(x.CaseExpr.Arg), x.CaseExpr.Args...), some(x.CaseExpr.Defresult)...)
	case *pg.Node_CaseWhen:
		return some(x.CaseWhen.Expr, x.CaseWhen.Result)
	case *pg.Node_FuncCall:
		return callParts(x.FuncCall)
	}
	return reflected(n.ProtoReflect())
}

func callParts(f *pg.FuncCall) []*pg.Node {
	out := append(f.Args[:len(f.Args):len(f.Args)], f.AggOrder...)
	out = append(out, some(f.AggFilter)...)
	if w := f.Over; w != nil {
		out = append(append(out, w.PartitionClause...), w.OrderClause...)
		out = append(out, some(w.StartOffset, w.EndOffset)...)
	}
	return out
}

func some(list ...*pg.Node) []*pg.Node {
	out := list[:0]
	for _, n := range list {
		if n != nil {
			out = append(out, n)
		}
	}
	return out
}

// reflected finds the nearest nodes below any message.
func reflected(m protoreflect.Message) []*pg.Node {
	var out []*pg.Node
	visit := func(v protoreflect.Message) {
		if n, ok := v.Interface().(*pg.Node); ok {
			out = append(out, n)
			return
		}
		out = append(out, reflected(v)...)
	}
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if f.Kind() != protoreflect.MessageKind {
			return true
		}
		if f.IsList() {
			for i := 0; i < v.List().Len(); i++ {
				visit(v.List().Get(i).Message())
			}
			return true
		}
		visit(v.Message())
		return true
	})
	return out
}

// location is the byte offset the parser kept for n, -1 if none.
func location(n *pg.Node) int {
	switch x := n.GetNode().(type) {
	case *pg.Node_ColumnRef:
		return int(x.ColumnRef.Location)
	case *pg.Node_AConst:
		return int(x.AConst.Location)
	case *pg.Node_ParamRef:
		return int(x.ParamRef.Location)
	case *pg.Node_SqlvalueFunction:
		return int(x.SqlvalueFunction.Location)
	case *pg.Node_FuncCall:
		return int(x.FuncCall.Location)
	case *pg.Node_TypeCast:
		return int(x.TypeCast.Location)
	case *pg.Node_CollateClause:
		return int(x.CollateClause.Location)
	case *pg.Node_SubLink:
		return int(x.SubLink.Location)
	case *pg.Node_CaseExpr:
		return int(x.CaseExpr.Location)
	case *pg.Node_CoalesceExpr:
		return int(x.CoalesceExpr.Location)
	case *pg.Node_MinMaxExpr:
		return int(x.MinMaxExpr.Location)
	case *pg.Node_AArrayExpr:
		return int(x.AArrayExpr.Location)
	case *pg.Node_RowExpr:
		return int(x.RowExpr.Location)
	case *pg.Node_AExpr:
		return int(x.AExpr.Location)
	case *pg.Node_BoolExpr:
		return int(x.BoolExpr.Location)
	case *pg.Node_NullTest:
		return int(x.NullTest.Location)
	case *pg.Node_BooleanTest:
		return int(x.BooleanTest.Location)
	case *pg.Node_SetToDefault:
		return int(x.SetToDefault.Location)
	case *pg.Node_RangeVar:
		return int(x.RangeVar.Location)
	case *pg.Node_ResTarget:
		return int(x.ResTarget.Location)
	case *pg.Node_NamedArgExpr:
		return int(x.NamedArgExpr.Location)
	case *pg.Node_GroupingSet:
		return int(x.GroupingSet.Location)
	case *pg.Node_GroupingFunc:
		return int(x.GroupingFunc.Location)
	}
	if n == nil || n.Node == nil {
		return -1
	}
	return reflectedLocation(n)
}

// reflectedLocation reads the location field of a kind of node not listed in location.
func reflectedLocation(n *pg.Node) int {
	m := n.ProtoReflect()
	out := -1
	m.Range(func(_ protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		inner := v.Message()
		if f := inner.Descriptor().Fields().ByName("location"); f != nil {
			out = int(inner.Get(f).Int())
		}
		return false
	})
	return out
}

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

// source cuts a span out of the original text, its blanks folded to one.
func (l *lowerer) source(s source.Span) string {
	if s.Start < 0 || s.End > len(l.orig) || s.Start >= s.End {
		return ""
	}
	return strings.Join(strings.Fields(l.orig[s.Start:s.End]), " ")
}
