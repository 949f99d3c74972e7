package postgres

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// alterType writes the table anew unless the old values serve as they are
// (manual, ALTER TABLE, notes: "if the USING clause does not change the column
// contents and the old type is either binary coercible to the new type or an
// unconstrained domain over the new type, a table rewrite is not needed").
// Even then indexes whose operator class or collation changes, or with
// expressions or predicates, are built anew, and checks of the column verified.
func (a *alteration) alterType(c *schema.Change) {
	tree := a.locked(c, schema.AccessExclusive)
	if c.ColumnDef == nil {
		return
	}
	t := a.table.table
	old := a.table.column(c.Column)
	if old == nil {
		if !a.likelyFree(c) {
			a.worked(c, schema.AccessExclusive, schema.Rewrite, "the type of `"+c.Column+"` changes")
		}
		a.unsure(c)
		return
	}
	if why := a.s.rewrites(old, c); why != "" {
		a.worked(c, schema.AccessExclusive, schema.Rewrite, why)
	} else {
		a.keepsRows(c, tree, old)
	}
	a.otherEnds(c, t, old)
}

// likelyFree reports whether a change to a type, from one that nothing
// describes, most likely keeps the rows. Anything can become text or numeric;
// the other types without a bound are mostly reached from their bounded kin,
// and a type that nothing describes either is taken as a plain one.
func (a *alteration) likelyFree(c *schema.Change) bool {
	to := c.ColumnDef
	if to.Collation != "" {
		return false // its indexes are built anew
	}
	if c.Using {
		through, ok := casts(c.Expr, c.Column)
		if !ok {
			return false
		}
		for _, step := range through {
			if bareType(step.Type) != bareType(to.Type) {
				return false
			}
		}
		return unbounded(to) || to.Type == "text"
	}
	return unbounded(to) || !builtin(to.Type) || a.s.zoned(&schema.Column{Type: "timestamp"}, to) || a.s.zoned(&schema.Column{Type: "timestamptz"}, to)
}

// full reports whether a type of time is written with the precision it has
// without one.
func full(c *schema.Column) bool {
	switch c.Type {
	case "timestamp", "timestamptz", "time", "timetz", "interval":
		return number(c.Modifier) == maxPrecision
	}
	return false
}

// unbounded reports whether a type holds every value of the types of its kin.
func unbounded(c *schema.Column) bool {
	if c.Array > 0 {
		return false
	}
	switch c.Type {
	case "citext", "inet", "oid", "varbit":
		return true
	case "varchar", "bpchar", "interval":
		return c.Modifier == "" || full(c)
	}
	return full(c)
}

// builtin reports whether a type is the server's own (manual, table 8.1).
func builtin(typ string) bool { return builtinTypes[bareType(typ)] }

var builtinTypes = words("int2 int4 int8 serial bigserial smallserial numeric float4 float8 money bool text varchar bpchar char name bytea " +
	"date time timetz timestamp timestamptz interval uuid json jsonb jsonpath xml inet cidr macaddr macaddr8 bit varbit oid regclass regtype regproc " +
	"point line lseg box path polygon circle tsvector tsquery int4range int8range numrange tsrange tstzrange daterange " +
	"int4multirange int8multirange nummultirange tsmultirange tstzmultirange datemultirange pg_lsn txid_snapshot pg_snapshot xid cid tid")

// keepsRows tells what is done though the rows stay: indexes and checks.
func (a *alteration) keepsRows(c *schema.Change, tree []relation, old *schema.Column) {
	if old.Type == c.ColumnDef.Type && old.Modifier == c.ColumnDef.Modifier && old.Array == c.ColumnDef.Array && !c.Using &&
		strings.EqualFold(old.Collation, c.ColumnDef.Collation) {
		// The server still makes constraints and indexes of the column anew.
		a.recheck(c, tree, old.Array > 0, old)
		return
	}
	a.recheck(c, tree, a.changesClass(old, c.ColumnDef), old)
}

// changesClass reports whether the default operator class or the collation of
// a column's index is another afterwards.
func (a *alteration) changesClass(old, to *schema.Column) bool {
	if !strings.EqualFold(old.Collation, to.Collation) || old.Array > 0 { // array_ops takes any array
		return true
	}
	return classOf(a.s.base(old).Type) != classOf(a.s.base(to).Type)
}

// classOf is the family of types that share a b-tree operator class.
func classOf(typ string) string {
	switch typ {
	case "text", "varchar":
		return "text"
	case "inet", "cidr":
		return "inet"
	}
	return typ
}

func (a *alteration) recheck(c *schema.Change, tree []relation, rebuilt bool, old *schema.Column) {
	shared := a.sharedIndex(c.Column)
	for _, r := range tree {
		if r.table == nil || r.table.Kind == schema.Partitioned {
			continue
		}
		if shared != "" {
			a.s.works(a.out, r, schema.AccessExclusive, schema.BuildIndex, "the part of index `"+shared+"` is built anew", c)
		}
		for _, x := range r.table.Indexes {
			key := slices.ContainsFunc(x.Parts, func(p schema.IndexPart) bool { return p.Column == c.Column })
			special := x.Where != "" || slices.ContainsFunc(x.Parts, func(p schema.IndexPart) bool { return p.Expr != "" })
			if x.Involves(c.Column) && special || key && rebuilt {
				a.s.works(a.out, r, schema.AccessExclusive, schema.BuildIndex, "index `"+x.Name+"` is built anew", c)
			}
		}
		for _, k := range constraintsOf(r.table) {
			if !slices.Contains(k.Columns, c.Column) || a.dropped[k.Name] {
				continue
			}
			switch {
			case k.Kind == schema.Check && !k.NotValid:
				a.s.works(a.out, r, schema.AccessExclusive, schema.CheckRows, "constraint `"+k.Name+"` is checked again", c)
			case (k.Kind == schema.PrimaryKey || k.Kind == schema.Unique) && rebuilt, k.Kind == schema.Exclude && rebuilt:
				a.s.works(a.out, r, schema.AccessExclusive, schema.BuildIndex, "the index behind `"+k.Name+"` is built anew", c)
			}
		}
	}
}

// sharedIndex names an index of a partitioned table that involves a column, ""
// if there is none: it is made anew with all its parts, since it has no storage
// of its own that could be kept (measured on 15).
func (a *alteration) sharedIndex(column string) string {
	t := a.table.table
	if t == nil || t.Kind != schema.Partitioned {
		return ""
	}
	for _, x := range t.Indexes {
		if x.Involves(column) {
			return x.Name
		}
	}
	for _, k := range constraintsOf(t) {
		if (k.Kind == schema.PrimaryKey || k.Kind == schema.Unique) && slices.Contains(k.Columns, column) && !a.dropped[k.Name] {
			return k.Name
		}
	}
	return ""
}

// otherEnds locks the tables at the other end of the column's foreign keys,
// which are made anew; where values are compared by another operator than
// before the rows are looked up again.
func (a *alteration) otherEnds(c *schema.Change, t *schema.Table, old *schema.Column) {
	changes := a.s.rewrites(old, c) != "" && classOf(a.s.base(old).Type) != classOf(a.s.base(c.ColumnDef).Type)
	for _, k := range t.ForeignKeys() {
		if slices.Contains(k.Columns, c.Column) && bare(k.References) != bare(t.Name) && !a.dropped[k.Name] {
			a.s.effect(a.out, a.s.relation(k.References), schema.AccessExclusive, c)
		}
	}
	for _, ref := range a.s.schema.Referencing(t) {
		if !slices.Contains(ref.Constraint.RefColumns, c.Column) || bare(ref.Table.Name) == bare(t.Name) {
			continue
		}
		r := a.s.relation(ref.Table.Name)
		a.s.effect(a.out, r, schema.AccessExclusive, c)
		if changes && !ref.Constraint.NotValid {
			a.s.works(a.out, r, schema.AccessExclusive, schema.CheckRows, "foreign key `"+ref.Constraint.Name+"` is checked again", c)
		}
	}
}

// base is a column's type with its domains taken off.
func (s *Session) base(col *schema.Column) *schema.Column {
	for range maxInlined {
		d := s.schema.Domain(typeName(bareType(col.Type)))
		if d == nil || col.Array > 0 {
			break
		}
		col = d
	}
	return col
}

// rewrites is why a change of type makes the table be written anew, "" if it
// does not.
func (s *Session) rewrites(old *schema.Column, c *schema.Change) string {
	to := c.ColumnDef
	why := "the values of `" + old.Name + "` change from " + spelled(old) + " to " + spelled(to)
	if c.Using {
		through, ok := casts(c.Expr, old.Name)
		if !ok {
			return "the USING expression is computed for every row"
		}
		from := old
		for _, step := range append(through, to) {
			if !s.coercible(from, step) {
				return why
			}
			from = step
		}
		return ""
	}
	if s.coercible(old, to) {
		return ""
	}
	return why
}

func spelled(c *schema.Column) string { return c.TypeAs(bareType(c.Type)) }

// casts are the types that a USING expression casts the bare column through;
// false if it does anything else.
func casts(expr, name string) ([]*schema.Column, bool) {
	st := Parse("ALTER TABLE t ALTER COLUMN c TYPE int USING " + expr)
	if st.Problem != nil {
		return nil, false
	}
	t := lex(expr)
	from, to := 0, len(t.list)
	for from < to && t.is(from, "(") && t.list[from].match == to-1 {
		from, to = from+1, to-1
	}
	if t.is(from, "CAST") && t.is(from+1, "(") && t.list[from+1].match == to-1 { // CAST(column AS type)
		if as := t.find(from+2, to-1, t.list[from+1].depth+1, "AS"); as >= 0 {
			inner := t.span(from+2, as).In([]byte(expr)) + "::" + t.span(as+1, to-1).In([]byte(expr))
			return casts(inner, name)
		}
	}
	var out []*schema.Column
	next := from + 1
	if m := -1; from < to && t.is(from, "(") { // (column::type)::type
		var ok bool
		if m = t.list[from].match; m <= from+1 || m >= to {
			return nil, false
		}
		if out, ok = casts(t.span(from+1, m).In([]byte(expr)), name); !ok {
			return nil, false
		}
		next = m + 1
	} else {
		for next+1 < to && t.is(next, ".") { // table.column
			from, next = next+1, next+2
		}
		if from >= to || !t.ident(from) || sqltext.Unquote(t.in(from)) != name {
			return nil, false
		}
	}
	for i := next; i < to; {
		if !t.is(i, "::") {
			return nil, false
		}
		end := i + 1
		for end < to && !t.is(end, "::") {
			end++
		}
		col := typeRead(t.span(i+1, end).In([]byte(expr)))
		if col == nil {
			return nil, false
		}
		out = append(out, col)
		i = end
	}
	return out, true
}

// typeRead reads a type as written.
func typeRead(text string) *schema.Column {
	st := Parse("ALTER TABLE t ALTER COLUMN c TYPE " + text)
	if st.Problem != nil || len(st.Changes) != 1 {
		return nil
	}
	return st.Changes[0].ColumnDef
}

// coercible reports whether values of one type serve as values of the other as
// they are stored: the types are binary coercible (manual, CREATE CAST) and no
// length coercion has work to do.
func (s *Session) coercible(from, to *schema.Column) bool {
	if from.Array == to.Array && bareType(from.Type) == bareType(to.Type) && s.schema.Domain(typeName(bareType(to.Type))) != nil {
		return true
	}
	if to.Array == 0 && s.constrained(typeName(bareType(to.Type))) {
		return false
	}
	a, b := s.base(from), s.base(to)
	if (a.Array > 0) != (b.Array > 0) { // how many dimensions are written does not matter (manual, 8.15.1)
		return false
	}
	if a != from { // the length of a domain is not looked at when it is taken off (measured on 15)
		free := *a
		free.Modifier = ""
		a = &free
	}
	same := bareType(a.Type) == bareType(b.Type)
	if a.Array > 0 { // each element would be cast
		return same && (a.Modifier == b.Modifier || b.Modifier == "")
	}
	if !same && !binary[[2]string{bareType(a.Type), bareType(b.Type)}] && !s.zoned(a, b) {
		return false
	}
	if (b.Modifier == "" || full(b)) && defaultModifier(b.Type) == "" {
		return true
	}
	if !same && !lengthKept(a, b) {
		return b.Modifier == "" && defaultModifier(b.Type) == ""
	}
	return wider(b.Type, orDefault(a), orDefault(b))
}

// lengthKept reports whether the length of the old type is known to hold after
// a cast without a function: only within the text types, whose modifier means
// the same. A text without a length may be any length.
func lengthKept(a, b *schema.Column) bool {
	return a.Type == "varchar" && b.Type == "varchar"
}

// binary are the pairs of types cast without a function (pg_cast, castmethod
// 'b'), besides those the server keeps for itself.
var binary = map[[2]string]bool{
	{"varchar", "text"}: true, {"text", "varchar"}: true, {"text", "bpchar"}: true, {"varchar", "bpchar"}: true,
	{"cidr", "inet"}: true, {"xml", "text"}: true, {"xml", "varchar"}: true, {"xml", "bpchar"}: true,
	{"int4", "oid"}: true, {"oid", "int4"}: true, {"bit", "varbit"}: true, {"varbit", "bit"}: true,
	{"citext", "text"}: true, {"text", "citext"}: true, {"citext", "varchar"}: true, {"varchar", "citext"}: true, {"citext", "bpchar"}: true,
	{"oid", "regclass"}: true, {"regclass", "oid"}: true, {"oid", "regproc"}: true, {"oid", "regtype"}: true, {"regtype", "oid"}: true,
	{"int4", "regclass"}: true, {"regclass", "int4"}: true, {"bytea", "bytea"}: true,
	{"pg_node_tree", "text"}: true,
}

// zoned reports whether timestamps become timestamps with time zone, or the
// other way, in a zone whose offset is always zero: since 12 they are then
// kept (release notes of 12, E.23.3.1.4). A server that nobody told otherwise
// runs on UTC.
func (s *Session) zoned(a, b *schema.Column) bool {
	pair := a.Type == "timestamp" && b.Type == "timestamptz" || a.Type == "timestamptz" && b.Type == "timestamp"
	if !pair || s.version < 12 || b.Modifier != "" && b.Modifier != "6" {
		return false
	}
	switch s.zone {
	case "", "utc", "gmt", "etc/utc", "etc/gmt", "uct", "etc/uct", "zulu", "etc/zulu", "universal", "etc/universal", "greenwich", "etc/greenwich",
		"gmt0", "etc/gmt0", "gmt+0", "gmt-0", "etc/gmt+0", "etc/gmt-0", "0", "+00", "+00:00", "+0":
		return true
	}
	return false
}

// defaultModifier is the modifier a type has without one: char means char(1).
func defaultModifier(typ string) string {
	if typ == "bit" {
		return "1"
	}
	return ""
}

func orDefault(c *schema.Column) string {
	if c.Modifier != "" {
		return c.Modifier
	}
	return defaultModifier(c.Type)
}

// wider reports whether every value under the old modifier satisfies the new
// one, as the planner knows by the length functions' support functions
// (varchar, varbit, numeric, the time types); bpchar and bit have none.
func wider(typ, from, to string) bool {
	if from == to {
		return true
	}
	switch typ {
	case "varchar", "varbit":
		return to == "" || from != "" && number(to) >= number(from)
	case "numeric":
		if to == "" {
			return true
		}
		p1, s1 := pair(from)
		p2, s2 := pair(to)
		return from != "" && s1 == s2 && p2 >= p1
	case "timestamp", "timestamptz", "time", "timetz", "interval":
		return to == "" || number(to) == maxPrecision || from != "" && number(to) >= number(from)
	}
	return to == ""
}

// maxPrecision is the precision of the time types without a modifier.
const maxPrecision = 6

func number(s string) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		return -1
	}
	return n
}

// pair is precision and scale of a numeric.
func pair(s string) (p, scale int) {
	a, b, ok := strings.Cut(s, ",")
	if !ok {
		return number(a), 0
	}
	return number(a), number(b)
}
