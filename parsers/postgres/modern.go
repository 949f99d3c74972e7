package postgres

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// modern is syntax of 17 and 18 put into words of the grammar of 16 that mean
// nearly the same, byte for byte in the same place; what is different is set
// right in the changes afterwards.
type modern struct {
	at   source.Span
	kind modernKind
	name string // the column of a NOT NULL
}

type modernKind uint8

const (
	virtualColumn modernKind = iota // written as a DEFAULT
	notEnforced                     // written as NOT VALID
	setExpression                   // written as SET DEFAULT
	namedNotNull                    // written as a CHECK of the column
	nowEnforced                     // left out, as what follows of ALTER CONSTRAINT
	nowNotEnforced
)

// modernize rewrites what it knows of the newer syntax; nothing found gives "".
// Where NOT VALID is no grammar either, in the definition of a column, bare
// leaves NOT ENFORCED out.
func modernize(text string, bare bool) (string, []modern) {
	t, buf := lex(text), []byte(text)
	var found []modern
	put := func(s source.Span, words string, kind modernKind) {
		if len(words) > s.End-s.Start {
			return
		}
		copy(buf[s.Start:s.End], words+strings.Repeat(" ", s.End-s.Start-len(words)))
		found = append(found, modern{at: s, kind: kind})
	}
	wipe := func(i, j int) {
		for k := t.list[i].Start; k < t.list[j].End; k++ {
			buf[k] = ' '
		}
	}
	for i := range t.list {
		switch {
		case t.seq(i, "GENERATED", "ALWAYS", "AS", "("):
			end := t.list[i+3].match
			if end <= i || t.is(end+1, "STORED") {
				continue
			}
			if t.is(end+1, "VIRTUAL") {
				wipe(end+1, end+1)
			}
			put(t.span(i, i+3), "DEFAULT", virtualColumn)
		case t.seq(i-3, "ALTER", "CONSTRAINT"):
			last, m := t.ofConstraint(i)
			wipe(i, last)
			found = append(found, m...)
		case t.seq(i, "NOT", "ENFORCED"):
			if !bare {
				put(t.span(i, i+2), "NOT VALID", notEnforced)
				continue
			}
			wipe(i, i+1)
			found = append(found, modern{at: t.span(i, i+2), kind: notEnforced})
		case t.is(i, "ENFORCED") && !t.is(i-1, "NOT"):
			wipe(i, i)
		case t.seq(i, "SET", "EXPRESSION", "AS", "("):
			put(t.span(i, i+3), "SET DEFAULT", setExpression)
		case t.seq(i, "SET", "ACCESS", "METHOD", "DEFAULT"):
			copy(buf[t.list[i+3].Start:], "heap   ")
		case t.seq(i, "WITHOUT", "OVERLAPS"):
			wipe(i, i+1)
		case t.is(i, "PERIOD") && t.ident(i+1) && (t.is(i-1, ",") || t.is(i-1, "(")):
			wipe(i, i)
		case t.seq(i, "NOT", "NULL") && t.ident(i+2) && t.tableConstraint(i):
			at, column := t.span(i, i+3), t.in(i+2)
			// As long as what was written, so that spans end where it ends.
			room := at.End - at.Start - len("CHECK ()") - len(column)
			put(at, "CHECK ("+column+strings.Repeat(" ", max(room, 0))+")", namedNotNull)
			found[len(found)-1].name = sqltext.Unquote(column)
			if t.seq(i+3, "NO", "INHERIT") {
				wipe(i+3, i+4)
			}
		}
	}
	if string(buf) == text {
		return "", nil
	}
	return string(buf), found
}

// tableConstraint reports whether a constraint of a table, not one of a column,
// begins at token i or, with its name, before it.
func (t *tokens) tableConstraint(i int) bool {
	if t.is(i-2, "CONSTRAINT") {
		i -= 2
	}
	return t.is(i-1, "ADD") || t.is(i-1, ",") || t.is(i-1, "(")
}

// ofConstraint reads what 18 may say behind ALTER CONSTRAINT and a name: last is
// its last token, before i if there is none.
func (t *tokens) ofConstraint(i int) (last int, found []modern) {
	at := t.span(i-2, i-1)
	switch {
	case t.is(i, "INHERIT"):
		return i, nil
	case t.seq(i, "NO", "INHERIT"):
		return i + 1, nil
	case t.is(i, "ENFORCED"):
		return i, []modern{{at: at, kind: nowEnforced}}
	case t.seq(i, "NOT", "ENFORCED"):
		return i + 1, []modern{{at: at, kind: nowNotEnforced}}
	}
	return i - 1, nil
}

// restore makes the changes say what was written.
func restore(list []schema.Change, found []modern) {
	for _, m := range found {
		for i := range list {
			c := &list[i]
			if !c.Span.Covers(m.at) && !c.Inline {
				continue
			}
			switch m.kind {
			case setExpression:
				if c.Kind == schema.SetDefault {
					c.Kind, c.Action = schema.Opaque, "set expression"
				}
			case nowEnforced, nowNotEnforced:
				if c.Action == "alter constraint" {
					c.Action = map[bool]string{true: "enforce constraint", false: "do not enforce constraint"}[m.kind == nowEnforced]
				}
			case virtualColumn:
				if c.ColumnDef != nil && c.Kind == schema.AddColumn {
					c.ColumnDef.Generated = "virtual"
				}
			}
			m.inTable(c.Def)
			m.inConstraint(c.Constraint, c.Table.Name)
			if c.Constraint != nil && c.Kind == schema.AddConstraint {
				c.Column = c.Constraint.Name
			}
		}
	}
}

func (m modern) inTable(t *schema.Table) {
	if t == nil {
		return
	}
	for _, col := range t.Columns {
		if m.kind == virtualColumn && col.Origin.Span.Covers(m.at) {
			col.Generated = "virtual"
		}
	}
	for _, k := range constraintsOf(t) {
		m.inConstraint(k, t.Name.Name)
		if k.Kind == schema.NotNullConstraint && k.Origin.Span.Covers(m.at) {
			if col := t.Column(inlineColumn(k)); col != nil {
				col.NotNull = true
			}
		}
	}
}

func (m modern) inConstraint(k *schema.Constraint, table string) {
	if k == nil || !k.Origin.Span.Covers(m.at) && (m.kind != notEnforced || k.Origin.Span.End > m.at.Start || m.at.Start-k.Origin.Span.End > 1) {
		return
	}
	switch m.kind {
	case notEnforced:
		k.NotValid, k.NotEnforced = true, true
	case namedNotNull:
		if k.Kind == schema.Check {
			k.Kind, k.Columns, k.Expr = schema.NotNullConstraint, []string{m.name}, ""
			if k.Made != nil {
				k.Made = &schema.MadeName{Columns: m.name, Label: "not_null"}
				k.Name = k.Made.Of(table)
			}
		}
	}
}
