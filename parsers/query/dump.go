package query

import (
	"fmt"
	"strings"
)

// Dump prints q for goldens: one clause a line, subqueries indented, no spans.
// Equal dumps mean that no rule can tell two queries apart but by position.
func (q *Query) Dump() string {
	var d dumper
	d.query(q, "")
	return d.String()
}

type dumper struct{ strings.Builder }

func (d *dumper) line(indent, key, value string) {
	if value != "" {
		fmt.Fprintf(d, "%s  %s %s\n", indent, key, value)
	}
}

func (d *dumper) query(q *Query, indent string) {
	d.head(q, indent)
	for _, j := range q.Joins {
		label := "?"
		if j.Table >= 0 && j.Table < len(q.Tables) {
			label = q.Tables[j.Table].Label()
		}
		d.line(indent, "join", words(j.Kind, flag(j.Lateral, "lateral"), flag(j.Natural, "natural"), label, flag(j.Using, "using"), prefixed("on ", Conditions(j.On))))
	}
	d.line(indent, "where", Conditions(q.Where))
	d.line(indent, "group by", columns(q.GroupBy))
	d.line(indent, "group by expressions", strings.Join(q.GroupExprs, ", "))
	d.line(indent, "having", Conditions(q.Having))
	d.line(indent, "order by", orders(q.OrderBy))
	d.line(indent, "limit", q.Limit.String())
	d.line(indent, "offset", q.Offset.String())
	d.line(indent, "distinct on", columns(q.DistinctOn))
	d.line(indent, "columns", columns(q.Columns))
	for _, s := range q.Stars {
		d.line(indent, "star", suffixed(s.Table, ".")+"*")
	}
	d.line(indent, "outputs", outputs(q))
	d.line(indent, "set", assignments(q.Sets))
	if q.Rows > 0 {
		d.line(indent, "rows", fmt.Sprint(q.Rows))
	}
	d.line(indent, "conflict", words(bracketed(columns(q.Conflict)), q.ConflictName, prefixed("where ", Conditions(q.ConflictWhere)), prefixed("do ", q.OnConflict)))
	d.line(indent, "returning", columns(q.Returning))
	d.line(indent, "refs", columns(q.Refs))
	for _, s := range q.Subqueries {
		d.query(s, indent+"    ")
	}
}

func (d *dumper) head(q *Query, indent string) {
	tables := make([]string, len(q.Tables))
	for i, t := range q.Tables {
		tables[i] = t.String()
	}
	role := ""
	if q.Role != Main {
		role = "[" + q.Role.String() + "]"
	}
	fmt.Fprintf(d, "%s%s\n", indent, words(role, prefixed("as ", q.Alias), q.Op.String(), strings.Join(tables, ", "),
		prefixed("via ", words(library(q.Library), q.Method)),
		prefixed("setop ", strings.ReplaceAll(q.SetOp, " ", "-")), flag(q.Recursive, "recursive"), flag(q.Distinct, "distinct"),
		flag(q.Aggregates, "aggregates"), flag(q.Row, "row"), flag(q.Unscoped, "unscoped"), prefixed("for ", words(q.Lock, q.Wait)), prefixed("unknown:", q.Unknown.String())))
}

// library leaves out what is the same for all of a SQL file.
func library(name string) string {
	if name == "sql" {
		return ""
	}
	return name
}

// String names the unknown parts, joined by commas.
func (u Unknown) String() string {
	var out []string
	for i, name := range unknownNames {
		if u&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	return strings.Join(out, ",")
}

// String is schema.name with the alias and the kind if it is no base table.
func (t Table) String() string {
	kind := ""
	if t.Kind != Base {
		kind = [...]string{"", "(cte)", "(derived)", "(function)"}[t.Kind]
	}
	name := suffixed(t.Schema, ".") + t.Name
	if t.Model != "" {
		name += "<" + t.Model + ">"
	}
	if t.Relation != "" {
		name += "->" + t.Relation
	}
	return words(name+kind, t.Alias)
}

// String is the column with its table.
func (c Column) String() string { return suffixed(c.Table, ".") + c.Name }

// String prints an operand: parameters and literals as themselves, literals in
// quotes, an open list with dots.
func (o Operand) String() string {
	s := ""
	switch o.Kind {
	case NoOperand:
		return ""
	case Null:
		return "null"
	case Literal:
		s = "'" + o.Text + "'"
	case ColumnRef:
		s = o.Column.String()
	case List:
		items := make([]string, len(o.Items), len(o.Items)+1)
		for i, it := range o.Items {
			items[i] = it.String()
		}
		if o.Open {
			items = append(items, "...")
		}
		s = "(" + strings.Join(items, ", ") + ")"
	case Subselect:
		s = fmt.Sprintf("subquery#%d", o.Sub)
	case Param:
		s = "$"
		if o.Text != "" {
			s = "<" + o.Text + ">"
		}
	case Expr:
		s = "expr{" + o.Text + "}"
		if o.Column.Name != "" {
			s += "@" + o.Column.String()
		}
	}
	return s + prefixed("::", o.Cast)
}

// String prints one condition.
func (p Predicate) String() string {
	if len(p.Or) > 0 {
		arms := make([]string, len(p.Or))
		for i, a := range p.Or {
			arms[i] = Conditions(a)
		}
		return "(" + strings.Join(arms, " or ") + ")"
	}
	col := p.Column.String()
	if p.Wrapped != "" {
		col = p.Wrapped + "{" + col + "}"
	}
	if p.Column.Name == "" && p.Expr != "" {
		col = suffixed(p.Wrapped, " ") + "{" + p.Expr + "}"
	}
	op := p.Op.String()
	if p.Symbol != "" {
		op = "op(" + p.Symbol + ")"
	}
	return words(col, op, p.Operand.String(), prefixed("then ", assignments(p.Rest)))
}

// Conditions prints an AND-list.
func Conditions(list []Predicate) string {
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = p.String()
	}
	return strings.Join(out, " and ")
}

func columns(list []Column) string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = c.String()
	}
	return strings.Join(out, ", ")
}

func orders(list []Order) string {
	out := make([]string, len(list))
	for i, o := range list {
		key := o.Column.String()
		if o.Column.Name == "" {
			key = "{" + o.Expr + "}"
		}
		out[i] = words(key, flag(o.Desc, "desc"), prefixed("nulls ", o.Nulls))
	}
	return strings.Join(out, ", ")
}

// outputs leaves out what the line of plain columns already says.
func outputs(q *Query) string {
	var out []string
	for _, o := range q.Outputs {
		switch {
		case o.Column.Name == "":
			out = append(out, words("{"+o.Expr+"}", o.Name))
		case o.Column.Name != o.Name:
			out = append(out, words(o.Column.String(), o.Name))
		}
	}
	return strings.Join(out, ", ")
}

func assignments(list []Assignment) string {
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = a.Column.String()
		if a.Operand.Kind != NoOperand {
			out[i] += " := " + a.Operand.String()
		}
	}
	return strings.Join(out, ", ")
}

func words(parts ...string) string {
	out := parts[:0:0]
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, " ")
}

func flag(on bool, word string) string {
	if on {
		return word
	}
	return ""
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// suffixed is s before suffix, or nothing.
func suffixed(s, suffix string) string {
	if s == "" {
		return ""
	}
	return s + suffix
}

func bracketed(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}
