package programs

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// keys are the calls that make or drop constraints, indexes and triggers.
func (p *pgmCall) keys() (known, ok bool) {
	l := p.l
	switch l.name {
	case "addConstraint", "createConstraint":
		return true, p.addConstraint()
	case "dropConstraint":
		return true, p.alter(" DROP CONSTRAINT ", p.flag(2, "ifExists", "IF EXISTS ")).column(l.arg(1)).raw(p.flag(2, "cascade", " CASCADE")).send()
	case "createIndex", "addIndex":
		return true, p.createIndex()
	case "dropIndex":
		b := p.build("DROP INDEX ", p.flag(2, "concurrently", "CONCURRENTLY "), p.flag(2, "ifExists", "IF EXISTS "))
		p.indexName(b)
		return true, b.raw(p.flag(2, "cascade", " CASCADE")).send()
	case "createTrigger":
		return true, p.trigger()
	case "dropTrigger":
		return true, p.build("DROP TRIGGER ", p.flag(2, "ifExists", "IF EXISTS ")).column(l.arg(1)).raw(" ON ").pgmName(l.arg(0)).send()
	}
	return false, false
}

// addConstraint is addConstraint(table, name or null, SQL or options).
func (p *pgmCall) addConstraint() bool {
	b := p.alter(" ADD ")
	name := func() {
		if v := p.r.resolve(p.l.arg(1), p.s); v == nil || v.Kind != code.Null {
			b.raw("CONSTRAINT ").column(p.l.arg(1)).raw(" ")
		}
	}
	if text, ok := p.r.str(p.l.arg(2), p.s); ok {
		name()
		return b.raw(text).send()
	}
	o := p.r.object(p.l.arg(2), p.s)
	if o == nil {
		return false
	}
	name()
	return p.constraints(b, o, "") == 1 && b.send()
}

// constraints writes those in an object, each after the separator, and counts
// them.
func (p *pgmCall) constraints(b *builder, o *code.Node, separator string) (count int) {
	add := func(parts ...string) *builder {
		count++
		return b.raw(separator).raw(parts...)
	}
	if n := o.Get("check"); n != nil {
		for _, k := range p.several(n) {
			text, ok := p.r.str(k, p.s)
			b.bad = b.bad || !ok
			add("CHECK (", text, ")")
		}
	}
	if n := o.Get("unique"); n != nil {
		sets := []*code.Node{n}
		if list := p.r.array(n, p.s); list != nil && len(list.Kids) > 0 && p.r.array(list.Kids[0], p.s) != nil {
			sets = list.Kids
		}
		for _, k := range sets {
			add("UNIQUE (").columns(k).raw(")")
		}
	}
	if n := o.Get("primaryKey"); n != nil {
		add("PRIMARY KEY (").columns(n).raw(")")
	}
	for _, k := range p.several(o.Get("foreignKeys")) {
		fk := p.r.object(k, p.s)
		if fk == nil {
			b.bad = true
			continue
		}
		add("FOREIGN KEY (").columns(fk.Get("columns")).raw(")")
		p.references(b, fk.Get("references"))
		b.action(" ON DELETE ", fk.Get("onDelete"))
		b.action(" ON UPDATE ", fk.Get("onUpdate"))
	}
	if text, ok := p.r.str(o.Get("exclude"), p.s); ok && text != "" {
		add("EXCLUDE ", text)
	}
	if p.r.isTrue(o.Get("deferrable"), p.s) && count > 0 {
		b.raw(" DEFERRABLE")
		if p.r.isTrue(o.Get("deferred"), p.s) {
			b.raw(" INITIALLY DEFERRED")
		}
	}
	return count
}

// several are the elements of a list, or the one thing.
func (p *pgmCall) several(n *code.Node) []*code.Node {
	if n == nil {
		return nil
	}
	if list := p.r.array(n, p.s); list != nil {
		return list.Kids
	}
	return []*code.Node{n}
}

// indexName adds the name of an index: the one in the options, else the table
// and the columns, "unique" and "index".
func (p *pgmCall) indexName(b *builder) {
	if n := p.option(2, "name"); n != nil {
		b.column(n)
		return
	}
	table := p.l.arg(0)
	if o := p.r.object(table, p.s); o != nil {
		table = o.Get("name")
	}
	text, ok := p.r.str(table, p.s)
	parts := []string{text}
	for _, k := range p.several(p.l.arg(1)) {
		if o := p.r.object(k, p.s); o != nil {
			k = o.Get("name")
		}
		name, known := p.r.str(k, p.s)
		ok = ok && known
		parts = append(parts, name)
	}
	if p.flag(2, "unique", "unique") != "" {
		parts = append(parts, "unique")
	}
	b.bad = b.bad || !ok
	b.raw(sqltext.QuoteIdent(strings.Join(append(parts, "index"), "_")))
}

// createIndex is createIndex(table, columns, options).
func (p *pgmCall) createIndex() bool {
	b := p.build("CREATE ", p.flag(2, "unique", "UNIQUE "), "INDEX ", p.flag(2, "concurrently", "CONCURRENTLY "), p.flag(2, "ifNotExists", "IF NOT EXISTS "))
	if expressions := p.expressions(); !expressions || p.option(2, "name") != nil {
		p.indexName(b)
		b.raw(" ")
	}
	b.raw("ON ").pgmName(p.l.arg(0))
	if method, ok := p.r.str(p.option(2, "method"), p.s); ok && plainName.MatchString(method) {
		b.raw(" USING ", method)
	}
	cols := p.several(p.l.arg(1))
	b.raw(" (").list(len(cols), func(i int) {
		o := p.r.object(cols[i], p.s)
		n := cols[i]
		if o != nil {
			n = o.Get("name")
		}
		if text, ok := p.r.str(n, p.s); ok && strings.ContainsAny(text, "( )") {
			b.in(n.Span, func() { b.raw(text) })
		} else {
			b.column(n)
		}
		if sort, ok := p.r.str(o.Get("sort"), p.s); ok && plainName.MatchString(sort) {
			b.raw(" ", sort)
		}
	})
	b.raw(")")
	if include := p.option(2, "include"); include != nil {
		b.raw(" INCLUDE (").columns(include).raw(")")
	}
	where, has := p.r.str(p.option(2, "where"), p.s)
	if has {
		b.raw(" WHERE ", where)
	}
	return (has || p.option(2, "where") == nil) && b.send()
}

// expressions reports whether one of the columns of an index is SQL.
func (p *pgmCall) expressions() bool {
	for _, k := range p.several(p.l.arg(1)) {
		if text, ok := p.r.str(k, p.s); ok && strings.ContainsAny(text, "( )") {
			return true
		}
	}
	return false
}

// trigger is createTrigger(table, name, { when, operation, level, function }).
func (p *pgmCall) trigger() bool {
	o := p.r.object(p.l.arg(2), p.s)
	when, ok := p.r.str(o.Get("when"), p.s)
	var events []string
	for _, k := range p.several(o.Get("operation")) {
		text, known := p.r.str(k, p.s)
		ok = ok && known
		events = append(events, text)
	}
	if !ok || len(events) == 0 {
		return false
	}
	level, _ := p.r.str(o.Get("level"), p.s)
	if !strings.EqualFold(level, "ROW") {
		level = "STATEMENT"
	}
	b := p.build("CREATE TRIGGER ").column(p.l.arg(1)).raw(" ", when, " ", strings.Join(events, " OR "), " ON ").pgmName(p.l.arg(0)).
		raw(" FOR EACH ", level, " EXECUTE FUNCTION ")
	if f := o.Get("function"); f != nil {
		b.pgmName(f)
	} else {
		b.column(p.l.arg(1)) // made with the definition that follows
	}
	return b.raw("()").send()
}
