package schema

import (
	"fmt"
	"slices"
	"strings"
)

// Merge adds a model's table. What the catalog knows already stays: SQL says
// what the database has, the model adds its names, columns and keys beside it,
// and where both differ the table keeps that as a disagreement.
//
// complete says that the model describes the whole table, as Prisma's does;
// otherwise what it leaves out is no difference.
func (b *Builder) Merge(m *Model, complete bool) {
	if m.Table == nil || m.Table.Name.Name == "" {
		return
	}
	_, have := b.find(m.Table.Name)
	if have == nil {
		have = b.foldedTable(m.Table.Name)
	}
	if have == nil {
		t := *m.Table
		t.Model = m.Name
		t.Constraints = b.references(&t, t.Constraints)
		b.put(&t)
		return
	}
	t := *have
	if t.Model == "" {
		t.Model = m.Name
	}
	t.Disagreements = slices.Clone(t.Disagreements)
	g := &merger{t: &t, m: m, from: declared(m.Table), strict: complete && sourceOf(&t) == "sql" && !t.Open && t.Kind != View && t.Kind != MaterializedView}
	g.columns()
	g.keys()
	t.Origins = append(slices.Clip(t.Origins), m.Table.Origins...)
	b.put(&t)
}

// foldedTable finds a table without regard to case, where only one matches.
func (b *Builder) foldedTable(n Name) *Table {
	var found *Table
	for _, t := range b.tables.all() {
		if strings.EqualFold(t.Name.Name, n.Name) && (n.Schema == "" || n.key().Schema == t.Name.key().Schema) {
			if found != nil {
				return nil
			}
			found = t
		}
	}
	return found
}

func declared(t *Table) Origin {
	if len(t.Origins) == 0 {
		return Origin{}
	}
	return t.Origins[0]
}

func sourceOf(t *Table) string { return declared(t).Source }

// merger joins one model to the table t, a copy nobody else holds.
type merger struct {
	t    *Table
	m    *Model
	from Origin
	// strict: both sides describe the whole table, so what one leaves out
	// is a difference.
	strict bool
}

func (g *merger) differ(here, other Origin, format string, args ...any) {
	g.t.Disagreements = append(g.t.Disagreements, Disagreement{What: fmt.Sprintf(format, args...), Here: here, Else: other})
}

func (g *merger) columns() {
	t := g.t
	cols := slices.Clone(t.Columns)
	for _, mc := range g.m.Table.Columns {
		i := slices.IndexFunc(cols, func(c *Column) bool { return c.Name == mc.Name })
		if i < 0 {
			i = slices.IndexFunc(cols, func(c *Column) bool { return strings.EqualFold(c.Name, mc.Name) })
		}
		if i < 0 {
			if g.strict {
				g.differ(mc.Origin, declared(t), "column %s: in %s, made by no migration", mc.Name, g.from.Source)
			}
			cols = append(cols, mc)
			continue
		}
		c := *cols[i]
		if c.Field == "" && mc.Field != "" && mc.Field != c.Name {
			c.Field = mc.Field
		}
		g.compare(&c, mc)
		if c.Type == "" {
			c.Type, c.Modifier, c.Array = mc.Type, mc.Modifier, mc.Array
		}
		cols[i] = &c
	}
	if g.strict {
		for _, c := range t.Columns {
			if !slices.ContainsFunc(g.m.Table.Columns, func(mc *Column) bool { return strings.EqualFold(mc.Name, c.Name) }) {
				g.differ(c.Origin, g.from, "column %s: made by a migration, not in %s", c.Name, g.from.Source)
			}
		}
	}
	t.Columns = cols
}

func (g *merger) compare(have, mc *Column) {
	if !g.strict {
		return
	}
	if have.NotNull != mc.NotNull {
		nullable := map[bool]string{true: "not null", false: "nullable"}
		g.differ(mc.Origin, have.Origin, "column %s: %s in %s, %s in sql", mc.Name, nullable[mc.NotNull], g.from.Source, nullable[have.NotNull])
	}
	if have.Type != "" && mc.Type != "" && (bareType(have.Type) != bareType(mc.Type) || have.Array != mc.Array) {
		g.differ(mc.Origin, have.Origin, "column %s: %s in %s, %s in sql", mc.Name, written(mc), g.from.Source, written(have))
	}
}

func written(c *Column) string { return c.Type + strings.Repeat("[]", c.Array) }

// keys adds the keys of the model that the table has not got under any name.
func (g *merger) keys() {
	t, mt := g.t, g.m.Table
	known := t.KeyPaths()
	if t.PrimaryKey == nil {
		t.PrimaryKey = mt.PrimaryKey
	}
	constraints, indexes := slices.Clip(t.Constraints), slices.Clip(t.Indexes)
	for _, k := range mt.Constraints {
		switch {
		case k.Kind == Unique && !sameKey(known, keyOf(k.Columns, true)):
			g.missing(k.Origin, "unique key", k.Columns)
			constraints = append(constraints, k)
		case k.Kind == ForeignKey && !g.foreign(k) && !g.strict:
			constraints = append(constraints, k)
		}
	}
	for _, x := range mt.Indexes {
		if !g.hasIndex(known, x) {
			g.missing(x.Origin, "index", x.Columns())
			indexes = append(indexes, x)
		}
	}
	if g.strict {
		g.undeclared()
	}
	t.Constraints, t.Indexes = constraints, indexes
}

func (g *merger) missing(at Origin, what string, columns []string) {
	if g.strict {
		g.differ(at, declared(g.t), "%s (%s): in %s, made by no migration", what, strings.Join(columns, ", "), g.from.Source)
	}
}

// undeclared notes the indexes of the database that the model does not list.
// What its language cannot say (expressions, predicates) is no difference.
func (g *merger) undeclared() {
	known := g.m.Table.KeyPaths()
	for _, x := range g.t.Indexes {
		if cols := x.Columns(); x.Where == "" && len(cols) == len(x.Parts) && !g.hasIndex(known, x) {
			g.differ(x.Origin, g.from, "index %s (%s): made by a migration, not in %s", x.Name, strings.Join(cols, ", "), g.from.Source)
		}
	}
}

// foreign reports whether the table has a foreign key over the same columns.
func (g *merger) foreign(k *Constraint) bool {
	return slices.ContainsFunc(g.t.Constraints, func(have *Constraint) bool {
		return have.Kind == ForeignKey && slices.Equal(have.Columns, k.Columns)
	})
}

func (g *merger) hasIndex(known []Key, x *Index) bool {
	if x.Method != "" && x.Method != "btree" {
		for _, have := range append(slices.Clip(g.t.Indexes), g.m.Table.Indexes...) {
			if have != x && have.Method == x.Method && slices.Equal(have.Columns(), x.Columns()) {
				return true
			}
		}
		return false
	}
	return sameKey(known, Key{Parts: x.Parts, Unique: x.Unique, Partial: x.Where != ""})
}

func keyOf(columns []string, unique bool) Key {
	k := Key{Unique: unique}
	for _, c := range columns {
		k.Parts = append(k.Parts, IndexPart{Column: c})
	}
	return k
}

// sameKey reports whether a key over the same columns in the same order is among
// known, unique if k is.
func sameKey(known []Key, k Key) bool {
	return slices.ContainsFunc(known, func(have Key) bool {
		if have.Partial != k.Partial || k.Unique && !have.Unique || len(have.Parts) != len(k.Parts) {
			return false
		}
		for i, p := range have.Parts {
			if p.Column != k.Parts[i].Column || p.Desc != k.Parts[i].Desc {
				return false
			}
		}
		return true
	})
}
