package postgres

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// builder makes one table from its CREATE statement.
type builder struct {
	l *lowerer
	t *schema.Table
	// names are those of its constraints so far: made ones keep clear of them.
	names map[string]bool
}

// createTable lowers CREATE TABLE in all its forms.
func (l *lowerer) createTable(x *pg.CreateStmt, kind schema.TableKind) {
	at, after := l.relation(x.Relation)
	t := &schema.Table{Name: nameOf(x.Relation), Kind: kind, Unlogged: x.Relation.GetRelpersistence() == "u"}
	t.Origins = []schema.Origin{l.origin(l.stmt, at)}
	b := &builder{l: l, t: t, names: map[string]bool{}}
	b.form(x, after)
	open := l.find(after, l.end(), 0, "(", "AS")
	cells := l.inside(open)
	for i, n := range x.TableElts {
		if i < len(cells) {
			b.element(n, cells[i])
		}
	}
	b.keys()
	l.change(schema.Change{Kind: schema.CreateTable, Table: t.Name, Def: t, NameSpan: at, IfNotExists: x.IfNotExists, Object: "table"})
}

// form reads what kind of table it is and where else its columns come from.
func (b *builder) form(x *pg.CreateStmt, after int) {
	l, t := b.l, b.t
	if x.Relation.GetRelpersistence() == "t" {
		t.Kind = schema.Temporary
	}
	if x.Partspec != nil {
		t.Kind = schema.Partitioned
		i := l.find(after, l.end(), 0, "PARTITION")
		for i >= 0 && !l.is(i+1, "BY") {
			i = l.find(i+1, l.end(), 0, "PARTITION")
		}
		if i >= 0 {
			j := l.find(i, l.end(), 0, "(")
			if j >= 0 && l.list[j].match > j {
				t.PartitionBy = l.source(l.span(i+2, l.list[j].match+1))
			}
		}
	}
	for _, n := range x.InhRelations {
		parent := nameOf(n.GetRangeVar())
		if x.Partbound == nil {
			t.Inherits = append(t.Inherits, parent)
			t.Open = true
			continue
		}
		if t.Kind == schema.Ordinary {
			t.Kind = schema.Partition
		}
		t.Parent, t.Open = parent, true
		t.Bound = l.bound(after, x.Partbound)
	}
	if x.OfTypename != nil {
		t.Open = true
	}
}

// bound is the text of a partition bound.
func (l *lowerer) bound(from int, x *pg.PartitionBoundSpec) string {
	if x == nil {
		return ""
	}
	if x.IsDefault {
		return "DEFAULT"
	}
	i := l.find(from, l.end(), 0, "FOR")
	if i < 0 {
		return ""
	}
	end := i
	for j := i; j < l.end() && !l.any(j, "PARTITION", "WITH,", "TABLESPACE", "USING", "SERVER", ";"); j++ {
		if l.is(j, "WITH") && !l.is(j-1, "VALUES") || l.is(j, ",") && l.list[j].depth == 0 {
			break
		}
		end = j + 1
	}
	return l.source(l.span(i, end))
}

// likeIndexes is INCLUDING INDEXES, which ALL contains, in the options of a LIKE
// (src/include/nodes/parsenodes.h, TableLikeOption).
const likeIndexes = 1 << 6

// element lowers one entry of the bracket.
func (b *builder) element(n *pg.Node, cell [2]int) {
	switch x := n.GetNode().(type) {
	case *pg.Node_ColumnDef:
		col, constraints := b.column(x.ColumnDef, cell)
		b.t.Columns = append(b.t.Columns, col)
		for _, c := range constraints {
			b.add(c)
		}
	case *pg.Node_Constraint:
		at := b.l.span(cell[0], cell[1])
		if c := b.constraint(x.Constraint, at, nil); c != nil {
			b.add(c)
		}
	case *pg.Node_TableLikeClause:
		from := nameOf(x.TableLikeClause.Relation)
		b.t.Like = append(b.t.Like, from)
		if x.TableLikeClause.Options&likeIndexes != 0 {
			b.t.LikeKeys = append(b.t.LikeKeys, from)
		}
		b.t.Open = true
	}
}

func (b *builder) add(c *schema.Constraint) {
	if c.Kind == schema.PrimaryKey {
		b.t.PrimaryKey = c
		return
	}
	b.t.Constraints = append(b.t.Constraints, c)
}

// keys makes the columns of the primary key NOT NULL, as the key does.
func (b *builder) keys() {
	if b.t.PrimaryKey == nil {
		return
	}
	for _, name := range b.t.PrimaryKey.Columns {
		for _, c := range b.t.Columns {
			if c.Name == name {
				c.NotNull = true
			}
		}
	}
}

// column lowers a column definition written in tokens [cell[0], cell[1]) and
// the constraints in it.
func (b *builder) column(x *pg.ColumnDef, cell [2]int) (*schema.Column, []*schema.Constraint) {
	l := b.l
	at := l.span(cell[0], cell[1])
	col := &schema.Column{Name: x.Colname, Origin: l.origin(at, l.named(cell[0], cell[1], x.Colname))}
	col.Type, col.Modifier, col.Array = typeOf(x.TypeName)
	if _, ok := serials[col.Type]; ok && col.Array == 0 {
		col.Type, col.Generated, col.NotNull = serials[col.Type], "serial", true
	}
	if x.CollClause != nil {
		col.Collation = last(x.CollClause.Collname)
	}
	var out []*schema.Constraint
	for i, n := range x.Constraints {
		k := n.GetConstraint()
		span := l.clause(x.Constraints, i, at)
		switch k.GetContype() {
		case pg.ConstrType_CONSTR_NOTNULL:
			col.NotNull = true
		case pg.ConstrType_CONSTR_DEFAULT:
			col.Default = l.behind(span, "DEFAULT")
		case pg.ConstrType_CONSTR_IDENTITY:
			col.Generated, col.NotNull = "identity", true
		case pg.ConstrType_CONSTR_GENERATED:
			col.Generated, col.Default = "stored", l.bracketed(span)
		case pg.ConstrType_CONSTR_ATTR_DEFERRABLE, pg.ConstrType_CONSTR_ATTR_DEFERRED:
			if len(out) > 0 {
				out[len(out)-1].Deferrable = true
			}
		default:
			if c := b.constraint(k, span, []string{x.Colname}); c != nil {
				out = append(out, c)
				col.NotNull = col.NotNull || c.Kind == schema.PrimaryKey
			}
		}
	}
	return col, out
}

// clause is the span of the i-th constraint of a column: up to the next one or
// the end of the definition.
func (l *lowerer) clause(list []*pg.Node, i int, def source.Span) source.Span {
	start := int(list[i].GetConstraint().GetLocation())
	end := def.End
	for _, n := range list {
		if o := int(n.GetConstraint().GetLocation()); o > start && o < end {
			end = o
		}
	}
	from, to := l.at(start), l.at(end)
	for to > from && to > 0 && (to > len(l.list) || l.list[to-1].End > end) {
		to--
	}
	if j := l.find(from, to, l.depthAt(from), "COLLATE"); j > from {
		to = j
	}
	return l.span(from, to)
}

func (t *tokens) depthAt(i int) int {
	if i < 0 || i >= len(t.list) {
		return 0
	}
	return t.list[i].depth
}

// behind is the text behind a word inside a span.
func (l *lowerer) behind(s source.Span, w string) string {
	i := l.at(s.Start)
	if j := l.find(i, l.at(s.End-1)+1, l.depthAt(i), w); j >= 0 && j+1 < len(l.list) && l.list[j+1].Start < s.End {
		return l.source(source.Span{Start: l.list[j+1].Start, End: s.End})
	}
	return ""
}

// bracketed is the text in the first bracket inside a span.
func (l *lowerer) bracketed(s source.Span) string {
	for i := l.at(s.Start); i < len(l.list) && l.list[i].Start < s.End; i++ {
		if m := l.list[i].match; l.is(i, "(") && m > i {
			return unbracket(l.source(l.span(i+1, m)))
		}
	}
	return ""
}
