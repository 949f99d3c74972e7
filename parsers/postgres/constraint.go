package postgres

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// constraint lowers a table constraint, or one written inside the definition
// of columns; nil if it is none (NULL, an attribute).
func (b *builder) constraint(x *pg.Constraint, at source.Span, columns []string) *schema.Constraint {
	l := b.l
	from, to := l.at(at.Start), l.at(at.End-1)+1
	name := source.Span{}
	if l.is(from, "CONSTRAINT") && from+1 < len(l.list) {
		name = l.list[from+1].Span
	}
	c := &schema.Constraint{Name: x.Conname, Columns: columns, Deferrable: x.Deferrable, NotValid: x.SkipValidation, Origin: l.origin(at, name)}
	if keys := strs(x.Keys); len(keys) > 0 {
		c.Columns = keys
	}
	c.Include = l.columnsOf(x.Including)
	switch x.Contype {
	case pg.ConstrType_CONSTR_PRIMARY:
		c.Kind = schema.PrimaryKey
		b.name(c, "", "pkey")
	case pg.ConstrType_CONSTR_UNIQUE:
		c.Kind = schema.Unique
		b.name(c, addition(c.Columns), "key")
	case pg.ConstrType_CONSTR_CHECK:
		c.Kind, c.Expr = schema.Check, l.bracketed(at)
		c.Columns = l.columnNames(x.RawExpr)
		b.name(c, single(c.Columns), "check")
	case pg.ConstrType_CONSTR_FOREIGN:
		b.foreign(x, c)
	case pg.ConstrType_CONSTR_EXCLUSION:
		b.exclusion(x, c, from, to)
	default:
		return nil
	}
	return c
}

func (b *builder) name(c *schema.Constraint, columns, label string) {
	if c.Name == "" {
		c.Made = &schema.MadeName{Columns: columns, Label: label}
		c.Name = c.Made.Free(b.t.Name.Name, func(name string) bool { return b.names[name] })
	}
	b.names[c.Name] = true
}

func single(columns []string) string {
	if len(columns) == 1 {
		return columns[0]
	}
	return ""
}

// actions are the referential actions by the parser's letter; NO ACTION is the
// default and empty.
var actions = map[string]string{"r": "restrict", "c": "cascade", "n": "set null", "d": "set default"}

func (b *builder) foreign(x *pg.Constraint, c *schema.Constraint) {
	c.Kind = schema.ForeignKey
	if cols := strs(x.FkAttrs); len(cols) > 0 {
		c.Columns = cols
	}
	c.References, c.RefColumns = nameOf(x.Pktable), strs(x.PkAttrs)
	c.OnDelete, c.OnUpdate = actions[x.FkDelAction], actions[x.FkUpdAction]
	b.name(c, addition(c.Columns), "fkey")
}

// exclusion keeps the element list as text, and the plain columns in it.
func (b *builder) exclusion(x *pg.Constraint, c *schema.Constraint, from, to int) {
	c.Kind, c.Columns = schema.Exclude, nil
	var keys []string
	for _, n := range x.Exclusions {
		if items := n.GetList().GetItems(); len(items) > 0 {
			e := items[0].GetIndexElem()
			if e.GetName() != "" {
				c.Columns = append(c.Columns, e.Name)
				keys = append(keys, e.Name)
			} else {
				keys = append(keys, indexColumnName(e.GetExpr()))
			}
		}
	}
	if i := b.l.find(from, to, b.l.depthAt(from), "("); i >= 0 && b.l.list[i].match > i {
		c.Expr = b.l.source(b.l.span(i+1, b.l.list[i].match))
	}
	b.name(c, addition(distinct(keys)), "excl")
}

// columnNames are the distinct columns an expression names, in order.
func (l *lowerer) columnNames(n *pg.Node) []string {
	if n == nil {
		return nil
	}
	s := l.scope(&query.Query{}, nil)
	s.refs(n)
	var out []string
	seen := map[string]bool{}
	for _, c := range s.q.Refs {
		if !seen[c.Name] {
			seen[c.Name] = true
			out = append(out, c.Name)
		}
	}
	return out
}
