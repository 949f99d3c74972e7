package programs

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// pgmTypes are the names node-pg-migrate gives types beside PostgreSQL's own
// (its documentation, "Column Definitions").
var pgmTypes = map[string]string{"int": "integer", "string": "text", "float": "real", "double": "double precision", "datetime": "timestamp", "bool": "boolean"}

// createTable is createTable(name, columns, { constraints, ... }).
func (p *pgmCall) createTable() bool {
	o := p.r.object(p.l.arg(1), p.s)
	if o == nil {
		return false
	}
	b := p.build("CREATE ", p.flag(2, "temporary", "TEMPORARY "), "TABLE ", p.flag(2, "ifNotExists", "IF NOT EXISTS ")).pgmName(p.l.arg(0)).raw(" (")
	pairs, ok := p.r.pairs(o, p.s)
	var primary []*code.Node
	for _, k := range pairs {
		if list := p.options(k); p.r.isTrue(first(list, "primaryKey"), p.s) {
			primary = append(primary, k)
		}
	}
	b.list(len(pairs), func(i int) { p.column(b, pairs[i], len(primary) < 2) })
	if len(primary) > 1 {
		b.raw(", PRIMARY KEY (").list(len(primary), func(i int) { b.raw(sqltext.QuoteIdent(primary[i].Text)) }).raw(")")
	}
	if c := p.r.object(p.option(2, "constraints"), p.s); c != nil {
		p.constraints(b, c, ", ")
	}
	b.raw(")")
	if parent := p.option(2, "inherits"); parent != nil {
		b.raw(" INHERITS (").pgmName(parent).raw(")")
	}
	return p.option(2, "like") == nil && b.send() && ok
}

// addColumns is addColumns(table, columns, { ifNotExists }).
func (p *pgmCall) addColumns() bool {
	o := p.r.object(p.l.arg(1), p.s)
	if o == nil {
		return false
	}
	pairs, ok := p.r.pairs(o, p.s)
	for _, k := range pairs {
		b := p.alter(" ADD COLUMN ", p.flag(2, "ifNotExists", "IF NOT EXISTS "))
		p.column(b, k, true)
		ok = b.send() && ok
	}
	return ok
}

// options are what is said of a column, the column's own first: a type, an
// object with one, or the name of a shorthand that stands for one.
func (p *pgmCall) options(pair *code.Node) (list []*code.Node) {
	if len(pair.Kids) == 0 {
		return nil
	}
	n := pair.Kids[0]
	for range maxResolve {
		o := p.r.object(n, p.s)
		if o != nil {
			list = append(list, o)
			n = o.Get("type")
		}
		name, ok := p.r.str(n, p.s)
		if !ok {
			return list
		}
		next := object(p.r.file, exportedValue(p.r.file, "shorthands")).Get(name)
		if next == nil {
			if name == "id" {
				list = append(list, pgmID)
			} else if o == nil {
				list = append(list, &code.Node{Kind: code.Object, Kids: []*code.Node{{Kind: code.Pair, Text: "type", Kids: []*code.Node{n}}}})
			}
			return list
		}
		n = next
	}
	return list
}

// pgmID is the shorthand that is always there.
var pgmID = &code.Node{Kind: code.Object, Kids: []*code.Node{
	{Kind: code.Pair, Text: "primaryKey", Kids: []*code.Node{{Kind: code.Bool, Text: "true"}}}}}

func first(list []*code.Node, key string) *code.Node {
	for _, o := range list {
		if n := o.Get(key); n != nil {
			return n
		}
	}
	return nil
}

// column writes one column.
func (p *pgmCall) column(b *builder, pair *code.Node, inline bool) {
	list := p.options(pair)
	get := func(key string) *code.Node { return first(list, key) }
	typ := ""
	for _, o := range list { // the last is what the shorthands lead to
		if text, ok := p.r.str(o.Get("type"), p.s); ok {
			typ = text
		}
		if o == pgmID {
			typ = "serial"
		}
	}
	if to := pgmTypes[strings.ToLower(typ)]; to != "" {
		typ = to
	}
	if typ == "" {
		b.bad = true
		return
	}
	yes := func(key string) bool { return p.r.isTrue(get(key), p.s) }
	b.in(pair.Span, func() {
		b.in(pair.Name, func() { b.raw(sqltext.QuoteIdent(pair.Text)) })
		b.raw(" ", typ)
		if d := get("default"); d != nil {
			b.raw(" DEFAULT ", p.fallback(d))
		}
		if yes("unique") {
			b.raw(" UNIQUE")
		}
		if yes("primaryKey") && inline {
			b.raw(" PRIMARY KEY")
		}
		if yes("notNull") {
			b.raw(" NOT NULL")
		}
		if text, ok := p.r.str(get("check"), p.s); ok && text != "" {
			b.raw(" CHECK (", text, ")")
		}
		if text, ok := p.r.str(get("expressionGenerated"), p.s); ok && text != "" {
			b.raw(" GENERATED ALWAYS AS (", text, ") STORED")
		}
		if o := p.r.object(get("sequenceGenerated"), p.s); o != nil {
			how, _ := p.r.str(o.Get("precedence"), p.s)
			b.raw(" GENERATED ", map[bool]string{true: "ALWAYS", false: "BY DEFAULT"}[strings.EqualFold(how, "always")], " AS IDENTITY")
		}
		if to := get("references"); to != nil {
			if n := get("referencesConstraintName"); n != nil {
				b.raw(" CONSTRAINT ").column(n)
			}
			p.references(b, to)
			b.action(" ON DELETE ", get("onDelete"))
			b.action(" ON UPDATE ", get("onUpdate"))
		}
	})
}

// references writes where a foreign key leads; a string with a quote in front
// or a parenthesis behind is SQL already.
func (p *pgmCall) references(b *builder, n *code.Node) {
	b.raw(" REFERENCES ")
	text, ok := p.r.str(n, p.s)
	text = strings.TrimSpace(text)
	if ok && (strings.HasPrefix(text, `"`) || strings.HasSuffix(text, ")")) {
		b.in(n.Span, func() { b.raw(text) })
		return
	}
	b.pgmName(n)
}

// fallback is a default: a value, or pgm.func("now()") as it is.
func (p *pgmCall) fallback(n *code.Node) string {
	if c := flatten(n); c != nil && len(c.links) > 0 {
		if l := &c.links[len(c.links)-1]; l.called && (l.name == "func" || l.name == "literal") {
			if text, ok := p.r.str(l.arg(0), p.s); ok && text != "" {
				return text
			}
		}
	}
	if v := strip(n); v != nil && v.Kind == code.New && len(v.Kids) > 1 && v.Kids[0] != nil && v.Kids[0].Text == "PgLiteral" {
		if text, ok := p.r.str(v.Kids[1], p.s); ok && text != "" {
			return text
		}
	}
	return p.r.value(n, p.s)
}

// alterColumn is alterColumn(table, column, { type, using, default, notNull });
// each is one clause.
func (p *pgmCall) alterColumn() bool {
	o := p.r.object(p.l.arg(2), p.s)
	if o == nil {
		return false
	}
	ok := true
	alter := func(after string) {
		ok = p.alter(" ALTER COLUMN ").column(p.l.arg(1)).raw(after).send() && ok
	}
	if n := o.Get("default"); n != nil {
		if v := p.r.resolve(n, p.s); v != nil && v.Kind == code.Null {
			alter(" DROP DEFAULT")
		} else {
			alter(" SET DEFAULT " + p.fallback(n))
		}
	}
	if n := o.Get("type"); n != nil {
		text, known := p.r.str(n, p.s)
		if to := pgmTypes[strings.ToLower(text)]; to != "" {
			text = to
		}
		if using, has := p.r.str(o.Get("using"), p.s); has && using != "" {
			text += " USING " + using
		}
		if ok = ok && known; known {
			alter(" SET DATA TYPE " + text)
		}
	}
	switch {
	case p.r.isTrue(o.Get("notNull"), p.s) || p.r.isFalse(o.Get("allowNull"), p.s):
		alter(" SET NOT NULL")
	case p.r.isFalse(o.Get("notNull"), p.s) || p.r.isTrue(o.Get("allowNull"), p.s):
		alter(" DROP NOT NULL")
	}
	return ok && len(o.Kids) > 0
}
