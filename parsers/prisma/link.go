package prisma

import (
	"maps"
	"slices"

	"github.com/dbwise/dbwise/parsers/schema"
)

// relation reads a field that leads to another model.
func (l *lowering) relation(m *schema.Model, f *field) {
	if place, ok := m.Fields[f.name]; !ok || place.Column != "" {
		return
	}
	a := find(f.attrs, "relation")
	r := schema.Relation{Field: f.name, Model: f.typ, Many: f.list, Name: a.arg("name", 0).text}
	if a.arg("name", 0).kind != stringValue {
		r.Name = ""
	}
	for _, v := range a.arg("fields", -1).items {
		r.Columns = append(r.Columns, orSelf(m.Fields[v.text].Column, v.text))
	}
	for _, v := range a.arg("references", -1).items {
		r.RefColumns = append(r.RefColumns, v.text)
	}
	r.Inverse = len(r.Columns) == 0
	m.Relations = append(m.Relations, r)
	if r.Inverse {
		return
	}
	k := &schema.Constraint{Kind: schema.ForeignKey, Name: a.arg("map", -1).text, Columns: r.Columns, RefColumns: r.RefColumns,
		References: schema.Name{Name: f.typ}, OnUpdate: "cascade", OnDelete: "restrict", Origin: l.origin(f.span, f.nameSpan)}
	if f.optional {
		k.OnDelete = "set null"
	}
	if v := a.arg("onDelete", -1).text; v != "" {
		k.OnDelete = actions[v]
	}
	if v := a.arg("onUpdate", -1).text; v != "" {
		k.OnUpdate = actions[v]
	}
	if k.Name == "" {
		k.Name = constraintName(m.Table.Name.Name, r.Columns, "_fkey")
	}
	m.Table.Constraints = append(m.Table.Constraints, k)
}

var actions = map[string]string{"Cascade": "cascade", "SetNull": "set null", "SetDefault": "set default", "Restrict": "restrict", "NoAction": ""}

func orSelf(name, self string) string {
	if name == "" {
		return self
	}
	return name
}

// Link joins the models of all files of one schema: it names the tables and
// columns foreign keys refer to, turns fields whose type is a model of another
// file into relations, tells inverse relations the columns that lead back, and
// adds the join tables of implicit many-to-many relations. The models given
// are not changed; linking linked models again changes nothing.
//
// relationMode is the datasource's: with "prisma" there are no foreign keys.
func Link(models []*schema.Model, relationMode string) []*schema.Model {
	k := &linker{byName: map[string]*schema.Model{}}
	for _, m := range models {
		c := *m
		t := *m.Table
		c.Table, c.Relations = &t, slices.Clone(m.Relations)
		k.models = append(k.models, &c)
		if _, again := k.byName[c.Name]; !again {
			k.byName[c.Name] = &c
		}
	}
	for _, m := range k.models {
		k.lateRelations(m)
	}
	for _, m := range k.models {
		k.references(m)
	}
	for _, m := range slices.Clone(k.models) {
		k.inverses(m)
	}
	if relationMode == "prisma" {
		for _, m := range k.models {
			m.Table.Constraints = slices.DeleteFunc(slices.Clone(m.Table.Constraints), func(c *schema.Constraint) bool { return c.Kind == schema.ForeignKey })
		}
	}
	return k.models
}

type linker struct {
	models []*schema.Model
	byName map[string]*schema.Model
}

// lateRelations turns columns whose type names a model into relations.
func (k *linker) lateRelations(m *schema.Model) {
	keep := make([]*schema.Column, 0, len(m.Table.Columns))
	fields := m.Fields
	for _, c := range m.Table.Columns {
		if k.byName[c.Type] == nil || columnTypes[c.Type] {
			keep = append(keep, c)
			continue
		}
		name := orSelf(c.Field, c.Name)
		m.Relations = append(m.Relations, schema.Relation{Field: name, Model: c.Type, Many: c.Array > 0, Inverse: true})
		if len(fields) > 0 {
			fields = maps.Clone(fields)
			place := fields[name]
			place.Column = ""
			fields[name] = place
		}
	}
	m.Table.Columns, m.Fields = keep, fields
}

// references puts table and column names where model and field names stood.
func (k *linker) references(m *schema.Model) {
	for i := range m.Relations {
		r := &m.Relations[i]
		target := k.byName[r.Model]
		if r.Name == "" {
			r.Name = pairName(m.Name, r.Model)
		}
		if target != nil {
			r.RefColumns = columnsOf(target, r.RefColumns)
		}
	}
	m.Table.Constraints = slices.Clone(m.Table.Constraints)
	for i, c := range m.Table.Constraints {
		for _, r := range m.Relations {
			target := k.byName[r.Model]
			if c.Kind != schema.ForeignKey || target == nil || r.Inverse || !slices.Equal(c.Columns, r.Columns) {
				continue
			}
			fk := *c
			fk.References, fk.RefColumns = target.Table.Name, r.RefColumns
			m.Table.Constraints[i] = &fk
		}
	}
}

// columnsOf maps field names to columns.
func columnsOf(m *schema.Model, fields []string) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = orSelf(m.Fields[f].Column, f)
	}
	return out
}

// pairName is what Prisma calls a relation without a name.
func pairName(a, b string) string {
	if b < a {
		a, b = b, a
	}
	return a + "To" + b
}

func (k *linker) inverses(m *schema.Model) {
	for i := range m.Relations {
		r := &m.Relations[i]
		target := k.byName[r.Model]
		if target == nil || !r.Inverse {
			continue
		}
		for _, back := range target.Relations {
			if back.Model != m.Name || back.Name != r.Name || target == m && back.Field == r.Field {
				continue
			}
			if !back.Inverse {
				r.KeyColumns, r.ForeignColumns = back.RefColumns, back.Columns
			} else if r.Many && back.Many {
				r.Through = k.joinTable(m, target, r)
			}
		}
	}
}

// joinTable is the table of an implicit many-to-many relation, made on first
// use. Prisma 6 gives it a primary key on PostgreSQL, older ones the unique
// index assumed here; both serve the same look-ups.
func (k *linker) joinTable(m, target *schema.Model, r *schema.Relation) string {
	name := "_" + r.Name
	if k.byName[name] != nil {
		return name
	}
	a, b := m, target
	if b.Name < a.Name {
		a, b = b, a
	}
	place := m.Fields[r.Field]
	origin := schema.Origin{Path: m.Path, Span: place.Span, NameSpan: place.Span, Source: "prisma"}
	t := &schema.Table{Name: schema.Name{Schema: a.Table.Name.Schema, Name: name}, Model: name, Origins: []schema.Origin{origin}}
	for _, side := range []struct {
		column string
		model  *schema.Model
	}{{"A", a}, {"B", b}} {
		t.Columns = append(t.Columns, &schema.Column{Name: side.column, Type: keyType(side.model), NotNull: true, Origin: origin})
		if pk := side.model.Table.PrimaryKey; pk != nil && len(pk.Columns) == 1 {
			t.Constraints = append(t.Constraints, &schema.Constraint{Kind: schema.ForeignKey, Name: name + "_" + side.column + "_fkey", Columns: []string{side.column},
				References: side.model.Table.Name, RefColumns: pk.Columns, OnDelete: "cascade", OnUpdate: "cascade", Origin: origin})
		}
	}
	t.Indexes = []*schema.Index{
		{Name: name + "_AB_unique", Unique: true, Method: "btree", Parts: []schema.IndexPart{{Column: "A"}, {Column: "B"}}, Origin: origin},
		{Name: name + "_B_index", Method: "btree", Parts: []schema.IndexPart{{Column: "B"}}, Origin: origin},
	}
	join := &schema.Model{Library: "prisma", Name: name, Table: t, Path: m.Path, Span: place.Span, NameSpan: place.Span}
	k.models, k.byName[name] = append(k.models, join), join
	return name
}

func keyType(m *schema.Model) string {
	if pk := m.Table.PrimaryKey; pk != nil && len(pk.Columns) == 1 {
		if c := m.Table.Column(pk.Columns[0]); c != nil {
			return c.Type
		}
	}
	return ""
}
