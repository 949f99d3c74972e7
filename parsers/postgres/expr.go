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

// reflected finds the nearest nodes below any message, in the order of its
// fields. (Message.Range has an order of its own in every build.)
func reflected(m protoreflect.Message) []*pg.Node {
	var out []*pg.Node
	visit := func(v protoreflect.Message) {
		if n, ok := v.Interface().(*pg.Node); ok {
			out = append(out, n)
			return
		}
		out = append(out, reflected(v)...)
	}
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		if f.Kind() != protoreflect.MessageKind || !m.Has(f) {
			continue
		}
		if !f.IsList() {
			visit(m.Get(f).Message())
			continue
		}
		list := m.Get(f).List()
		for j := range list.Len() {
			visit(list.Get(j).Message())
		}
	}
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

// source cuts a span out of the original text, its blanks folded to one.
func (l *lowerer) source(s source.Span) string {
	if s.Start < 0 || s.End > len(l.orig) || s.Start >= s.End {
		return ""
	}
	return strings.Join(strings.Fields(l.orig[s.Start:s.End]), " ")
}
