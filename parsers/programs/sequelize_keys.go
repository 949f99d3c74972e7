package programs

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// sequelizeConstraint is addConstraint(table, { type, fields, name }), before
// version 5 addConstraint(table, fields, { type }). What it does not name is
// called after the table and the columns.
func sequelizeConstraint(r *reader, l *link, s *scope, table func(...string) *builder) bool {
	o := r.object(l.arg(1), s)
	fields := o.Get("fields")
	if o == nil {
		fields, o = l.arg(1), r.object(l.arg(2), s)
	}
	kind, _ := r.str(o.Get("type"), s)
	kind = strings.ToLower(kind)
	suffix := map[string]string{"unique": "uk", "primary key": "pk", "foreign key": "fk", "check": "ck"}[kind]
	names, ok := r.fields(fields, s)
	if suffix == "" || !ok && kind != "check" {
		return false
	}
	b := table(" ADD CONSTRAINT ")
	refs := r.object(o.Get("references"), s)
	if n := o.Get("name"); n != nil {
		b.column(n)
	} else {
		parts := append([]string{r.sequelizeTableName(l.arg(0), s)}, names...)
		if kind == "foreign key" {
			parts = append(parts, r.sequelizeTableName(refs.Get("table"), s))
		}
		b.raw(sqltext.QuoteIdent(strings.Join(append(parts, suffix), "_")))
	}
	switch kind {
	case "check":
		text, ok := r.sequelizeRaw(o.Get("where"), s)
		if !ok {
			return false // an object of conditions
		}
		return b.raw(" CHECK (", text, ")").send()
	case "foreign key":
		key := refs.Get("field")
		if key == nil {
			key = refs.Get("fields")
		}
		b.raw(" FOREIGN KEY (").columns(fields).raw(") REFERENCES ").sequelizeTable(refs.Get("table")).raw(" (").columns(key).raw(")")
		b.action(" ON DELETE ", o.Get("onDelete"))
		b.action(" ON UPDATE ", o.Get("onUpdate"))
		return b.send()
	}
	return b.raw(" ", strings.ToUpper(kind), " (").columns(fields).raw(")").send()
}

// fields are the names of a list of columns; each is a string or has a name.
func (r *reader) fields(n *code.Node, s *scope) (names []string, ok bool) {
	list := r.array(n, s)
	if list == nil {
		return nil, false
	}
	for _, k := range list.Kids {
		if o := r.object(k, s); o != nil {
			k = o.Get("name")
			if k == nil {
				k = o.Get("attribute")
			}
		}
		text, ok := r.str(k, s)
		if !ok {
			return nil, false
		}
		names = append(names, text)
	}
	return names, len(names) > 0
}

// indexName is what Sequelize calls an index that has no name.
func (r *reader) indexName(table, fields *code.Node, s *scope) string {
	names, ok := r.fields(fields, s)
	in := r.sequelizeTableName(table, s)
	if !ok || in == "" {
		return ""
	}
	return sqltext.QuoteIdent(underscore(in + "_" + strings.Join(names, "_")))
}

// sequelizeDropIndex is removeIndex(table, name or fields).
func sequelizeDropIndex(r *reader, l *link, s *scope) bool {
	b := r.build(l.span, s, "DROP INDEX ")
	if r.isTrue(r.object(l.arg(2), s).Get("concurrently"), s) {
		b.raw("CONCURRENTLY ")
	}
	b.raw("IF EXISTS ")
	if r.array(l.arg(1), s) == nil {
		return b.column(l.arg(1)).send()
	}
	name := r.indexName(l.arg(0), l.arg(1), s)
	if name == "" {
		return false
	}
	return b.in(l.arg(1).Span, func() { b.raw(name) }).send()
}

// sequelizeIndex is addIndex(table, fields, options) or addIndex(table, options).
func sequelizeIndex(r *reader, c *chain, l *link) bool {
	s := c.scope
	fields, o := l.arg(1), r.object(l.arg(2), s)
	if only := r.object(l.arg(1), s); only != nil {
		fields, o = only.Get("fields"), only
	}
	b := r.build(l.span, s, "CREATE ")
	unique := r.isTrue(o.Get("unique"), s)
	for _, key := range []string{"type", "indicesType"} {
		kind, _ := r.str(o.Get(key), s)
		unique = unique || strings.EqualFold(kind, "unique")
	}
	if unique {
		b.raw("UNIQUE ")
	}
	b.raw("INDEX ")
	if r.isTrue(o.Get("concurrently"), s) {
		b.raw("CONCURRENTLY ")
	}
	b.indexNamed(o, r.indexName(l.arg(0), fields, s))
	b.raw("ON ").sequelizeTable(l.arg(0))
	for _, key := range []string{"using", "method", "indexType"} {
		if method, ok := r.str(o.Get(key), s); ok && plainName.MatchString(method) {
			b.raw(" USING ", method)
			break
		}
	}
	b.raw(" (")
	b.indexFields(fields)
	b.raw(")")
	known := true
	if where := o.Get("where"); where != nil {
		var text string
		if text, known = b.condition(where); known {
			b.raw(" WHERE ", text)
		}
	}
	return known && b.send()
}

// indexNamed adds the name in the options of an index, else the other.
func (b *builder) indexNamed(o *code.Node, other string) {
	for _, key := range []string{"name", "indexName"} {
		if n := o.Get(key); n != nil {
			b.column(n).raw(" ")
			return
		}
	}
	if other != "" {
		b.raw(other, " ")
	}
}

// indexFields adds the columns of an index: names, objects with a name and an
// order, or raw SQL.
func (b *builder) indexFields(n *code.Node) {
	list := b.r.array(n, b.scope)
	if list == nil {
		b.column(n)
		return
	}
	b.list(len(list.Kids), func(i int) {
		k := list.Kids[i]
		if text, ok := b.r.sequelizeRaw(k, b.scope); ok {
			b.raw("(", text, ")")
			return
		}
		o := b.r.object(k, b.scope)
		if o == nil {
			b.column(k)
			return
		}
		name := o.Get("name")
		if name == nil {
			name = o.Get("attribute")
		}
		b.column(name)
		if op, ok := b.r.str(o.Get("operator"), b.scope); ok && plainName.MatchString(op) {
			b.raw(" ", op)
		}
		if order, _ := b.r.str(o.Get("order"), b.scope); strings.EqualFold(order, "DESC") {
			b.raw(" DESC")
		}
	})
}

// condition is a filter by equal values, { deletedAt: null, kind: "a" }; what
// is compared otherwise is not known.
func (b *builder) condition(n *code.Node) (string, bool) {
	o := b.r.object(n, b.scope)
	if o == nil {
		return "", false
	}
	pairs, ok := b.r.pairs(o, b.scope)
	var parts []string
	for _, p := range pairs {
		v := b.r.resolve(p.Kids[0], b.scope)
		switch {
		case v == nil:
			return "", false
		case v.Kind == code.Null:
			parts = append(parts, sqltext.QuoteIdent(p.Text)+" IS NULL")
		case v.Kind == code.String || v.Kind == code.Number || v.Kind == code.Bool:
			parts = append(parts, sqltext.QuoteIdent(p.Text)+" = "+b.r.value(v, b.scope))
		default:
			return "", false
		}
	}
	return strings.Join(parts, " AND "), ok && len(parts) > 0
}
