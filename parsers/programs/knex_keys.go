package programs

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
)

// index is index(columns, name, { indexType, predicate }).
func (t *knexBody) index(c *chain, columns, name, options *code.Node) {
	t.keys = append(t.keys, func() bool {
		o := t.r.object(options, t.s)
		b := t.r.build(c.node.Span, t.s, "CREATE INDEX ")
		t.name(b, columns, name, "index")
		b.raw(" ON ").knexName(t.in, t.l.arg(0))
		method, ok := t.r.str(options, t.s)
		if !ok {
			method, _ = t.r.str(o.Get("indexType"), t.s)
		}
		if plainName.MatchString(method) {
			b.raw(" USING ", method)
		}
		return b.raw(" (").columns(columns).raw(")").send() && o.Get("predicate") == nil
	})
}

// unique is unique(columns, name or options) or primary(columns, name).
func (t *knexBody) unique(c *chain, what string, columns, name *code.Node) {
	t.key(c, func(b *builder) {
		b.raw("CONSTRAINT ")
		if what == "primary" {
			t.name(b, nil, name, "pkey")
			b.raw(" PRIMARY KEY (")
		} else {
			t.name(b, columns, name, "unique")
			b.raw(" UNIQUE (")
		}
		b.columns(columns).raw(")")
	})
}

// foreign is t.foreign("a", name).references("b").inTable("t"), or the same
// behind a column.
func (t *knexBody) foreign(c *chain, columns, name *code.Node) bool {
	target := t.target(c)
	if target == nil {
		return false
	}
	for i := range c.links {
		if c.links[i].name == "withKeyName" {
			name = c.links[i].arg(0)
		}
	}
	t.key(c, func(b *builder) {
		b.in(c.node.Span, func() {
			b.raw("CONSTRAINT ")
			t.name(b, columns, name, "foreign")
			b.raw(" FOREIGN KEY (").columns(columns).raw(") ")
			target(b)
		})
	})
	return true
}

// target writes REFERENCES if the chain says where to.
func (t *knexBody) target(c *chain) func(*builder) {
	var column, table, onDelete, onUpdate *code.Node
	for i := range c.links {
		switch l := &c.links[i]; l.name {
		case "references":
			column = l.arg(0)
		case "inTable", "on":
			table = l.arg(0)
		case "onDelete":
			onDelete = l.arg(0)
		case "onUpdate":
			onUpdate = l.arg(0)
		}
	}
	if column == nil {
		return nil
	}
	return func(b *builder) {
		text, ok := t.r.str(column, t.s)
		if at := strings.LastIndexByte(text, '.'); table == nil && ok && at > 0 {
			b.raw("REFERENCES ", quoted(text[:at]), " (", quoted(text[at+1:]), ")")
		} else if table == nil {
			b.bad = true
		} else {
			b.raw("REFERENCES ").name(table).raw(" (").columns(column).raw(")")
		}
		b.action(" ON DELETE ", onDelete)
		b.action(" ON UPDATE ", onUpdate)
	}
}
