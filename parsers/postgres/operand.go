package postgres

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/dbwise/dbwise/parsers/query"
)

// operand lowers the value side of a comparison, an assignment or LIMIT.
func (s *scope) operand(n *pg.Node) query.Operand {
	if n == nil || n.Node == nil {
		return query.Operand{}
	}
	o := query.Operand{Kind: query.Expr, Span: s.l.bounds(n)}
	switch x := n.GetNode().(type) {
	case *pg.Node_AConst:
		if v, ok := s.l.value(o.Span); ok {
			return v
		}
		o.Kind, o.Text = query.Literal, constText(x.AConst)
		if x.AConst.Isnull {
			o.Kind, o.Text = query.Null, ""
		}
		return o
	case *pg.Node_ParamRef:
		if v, ok := s.l.value(o.Span); ok {
			return v
		}
		o.Kind, o.Text = query.Param, s.l.source(o.Span)
		return o
	case *pg.Node_ColumnRef:
		return s.columnOperand(x.ColumnRef, o)
	case *pg.Node_TypeCast:
		in := s.operand(x.TypeCast.Arg)
		if in.Kind == query.Literal || in.Kind == query.Param || in.Kind == query.List || in.Kind == query.Null {
			in.Span, in.Cast = o.Span, typeText(x.TypeCast.TypeName)
			return in
		}
	case *pg.Node_List:
		return s.list(x.List.Items, o)
	case *pg.Node_RowExpr:
		return s.list(x.RowExpr.Args, o)
	case *pg.Node_AArrayExpr:
		return s.list(x.AArrayExpr.Elements, o)
	case *pg.Node_SubLink:
		if t := x.SubLink.SubLinkType; t == pg.SubLinkType_EXPR_SUBLINK || t == pg.SubLinkType_ARRAY_SUBLINK {
			if at := s.sublink(x.SubLink, query.Scalar); at > 0 {
				o.Kind, o.Sub = query.Subselect, at
				return o
			}
		}
	case *pg.Node_SetToDefault:
		o.Text = "DEFAULT"
		return o
	case *pg.Node_AExpr:
		if c := x.AExpr; c.Lexpr == nil && last(c.Name) == "-" { // -$1
			if in := s.operand(c.Rexpr); in.Kind == query.Literal {
				in.Text, in.Span = "-"+in.Text, o.Span
				return in
			}
		}
	}
	o.Text = s.l.source(o.Span)
	o.Column = s.only(n)
	return o
}

// columnOperand is the other column of a comparison, or the parameter a
// PL/pgSQL variable or a hole is.
func (s *scope) columnOperand(c *pg.ColumnRef, o query.Operand) query.Operand {
	if col, ok := s.column(c); ok {
		o.Kind, o.Column = query.ColumnRef, col
		return o
	}
	o.Text = s.l.source(o.Span)
	if parts := strs(c.Fields); len(parts) > 0 && s.l.vars[parts[0]] || s.l.hidden(o.Span) {
		o.Kind = query.Param
	}
	return o
}

func (s *scope) list(items []*pg.Node, o query.Operand) query.Operand {
	o.Kind = query.List
	for _, n := range items {
		item := s.operand(n)
		if item.Kind == query.List && item.Open && item.Items == nil && n.GetTypeCast() == nil && n.GetAArrayExpr() == nil {
			o.Open = true // a placeholder for several values
			if len(items) == 1 {
				o.Text = item.Text
			}
			continue
		}
		if item.Kind == query.Param && len(items) == 1 && template(item.Text) {
			o.Open, o.Text = true, item.Text // values joined by the program
			continue
		}
		o.Items = append(o.Items, item)
	}
	return o
}
