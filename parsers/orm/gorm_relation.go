package orm

import (
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/schema"
)

// relation decides whether a field leads to another model. A struct of this
// file does; of a type from elsewhere its tag, a foreign key beside it, or its
// being a pointer or a list of a struct-like name tells.
func (b *modelBuilder) relation(f *code.Node, tag gormTag) (relationField, bool) {
	t := base(f.Type)
	rel := relationField{field: f, tag: tag, typ: t, many: isList(f.Type)}
	if t.Kind != code.Named || goTypes[t.Name] != "" && t.Qual == "" || goTypes[t.Qual+"."+t.Name] != "" {
		return rel, false
	}
	for _, name := range []string{"type", "serializer", "size", "default", "column", "index", "uniqueindex", "primarykey", "primary_key", "not null", "autoincrement", "unique"} {
		if tag.has(name) {
			return rel, false
		}
	}
	for _, name := range []string{"foreignkey", "references", "many2many", "polymorphic", "association_foreignkey", "constraint", "joinforeignkey", "association_autoupdate"} {
		if tag.has(name) {
			return rel, true
		}
	}
	if t.Qual == "" {
		if b.structs[t.Name] != nil {
			return rel, true
		}
		if b.scalars[t.Name] != nil {
			return rel, false
		}
	}
	if !exported(t.Name) {
		return rel, false
	}
	key := b.sibling(f.Text+"ID") || b.sibling(f.Text+"Id")
	return rel, key || t.Qual == "" && (rel.many || f.Type.Kind == code.Pointer)
}

func isList(t *code.Type) bool {
	for range maxDepth {
		if t == nil || t.Kind == code.List {
			break
		}
		t = t.Elem
	}
	return t != nil
}

// sibling reports whether the struct, or one embedded in it, declares a field.
func (b *modelBuilder) sibling(name string) bool {
	n := b.structs[b.m.Name]
	return n != nil && slices.ContainsFunc(n.Kids, func(f *code.Node) bool { return f.Kind == code.Field && f.Text == name })
}

// addRelation reads belongs-to (the key is a field here), has-one and has-many
// (the key is a field there) and many-to-many.
func (b *modelBuilder) addRelation(rel relationField) {
	r := schema.Relation{Field: rel.field.Text, Model: rel.typ.Name, Many: rel.many}
	if rel.typ.Qual != "" {
		r.Model = rel.typ.Qual + "." + rel.typ.Name
	}
	keys, refs := splitNames(rel.tag.get("foreignkey")), splitNames(rel.tag.get("references"))
	if len(refs) == 0 {
		refs = splitNames(rel.tag.get("association_foreignkey"))
	}
	switch {
	case rel.tag.has("many2many"):
		r.Inverse, r.Through = true, joinTableName(rel.tag.get("many2many"))
		r.KeyColumns = b.keyColumns()
	case !rel.many && b.belongs(rel, keys) != nil:
		r.Columns = b.belongs(rel, keys)
		for i := range r.Columns {
			ref := "id"
			if i < len(refs) {
				ref = snakeCase(refs[i])
			}
			r.RefColumns = append(r.RefColumns, ref)
		}
		b.foreignKey(rel, r)
	default:
		b.has(rel, &r, keys, refs)
	}
	b.m.Relations = append(b.m.Relations, r)
}

func splitNames(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

func (b *modelBuilder) keyColumns() []string {
	if pk := b.m.Table.PrimaryKey; pk != nil {
		return pk.Columns
	}
	return []string{"id"}
}

// belongs are the columns of this table that hold the key, nil if none do.
func (b *modelBuilder) belongs(rel relationField, keys []string) []string {
	if len(keys) == 0 {
		keys = []string{rel.field.Text + "ID"}
		if b.m.Fields[keys[0]].Column == "" {
			keys = []string{rel.field.Text + "Id"}
		}
	}
	var out []string
	for _, k := range keys {
		c := b.m.Fields[k].Column
		if c == "" {
			if col := b.m.Table.Column(k); col != nil { // a column's name is accepted as well
				c = col.Name
			}
		}
		if c == "" {
			return nil
		}
		out = append(out, c)
	}
	return out
}

func (b *modelBuilder) has(rel relationField, r *schema.Relation, keys, refs []string) {
	r.Inverse = true
	r.KeyColumns = b.keyColumns()
	if len(refs) > 0 {
		r.KeyColumns = nil
		for _, f := range refs {
			c := b.m.Fields[f].Column
			if c == "" {
				c = snakeCase(f)
			}
			r.KeyColumns = append(r.KeyColumns, c)
		}
	}
	switch poly := rel.tag.get("polymorphic"); {
	case poly != "":
		r.ForeignColumns = []string{snakeCase(poly + "ID")}
	case len(keys) > 0:
		for _, k := range keys {
			r.ForeignColumns = append(r.ForeignColumns, snakeCase(k))
		}
	default:
		r.ForeignColumns = []string{snakeCase(b.m.Name + "ID")}
	}
}

// foreignKey adds the constraint AutoMigrate makes for a belongs-to relation.
func (b *modelBuilder) foreignKey(rel relationField, r schema.Relation) {
	if rel.tag.get("constraint") == "false" || rel.tag.get("constraint") == "-" {
		return
	}
	k := &schema.Constraint{Kind: schema.ForeignKey, Name: indexName("fk", b.m.Table.Name.Name, snakeCase(r.Field)), Columns: r.Columns, RefColumns: r.RefColumns,
		References: schema.Name{Name: b.tableOf(rel.typ)}, Origin: b.origin(rel.field)}
	for _, o := range splitEscaped(rel.tag.get("constraint"), ',') {
		name, action, _ := strings.Cut(o, ":")
		action = strings.ToLower(strings.TrimSpace(action))
		if action == "no action" {
			action = ""
		}
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "ondelete":
			k.OnDelete = action
		case "onupdate":
			k.OnUpdate = action
		}
	}
	b.m.Table.Constraints = append(b.m.Table.Constraints, k)
}

// tableOf is the table of a struct type; of one declared elsewhere, by its name.
func (r *modelReader) tableOf(t *code.Type) string {
	if name := r.tables[t.Name]; name != "" && t.Qual == "" {
		return name
	}
	return tableName(t.Name)
}

// link corrects what one model assumed of another by what that one says.
func (r *modelReader) link(models []*schema.Model) {
	byName := map[string]*schema.Model{}
	for _, m := range models {
		byName[m.Name] = m
	}
	for _, m := range models {
		for i := range m.Relations {
			rel := &m.Relations[i]
			target := byName[rel.Model]
			if target == nil {
				continue
			}
			rel.RefColumns = realColumns(target, rel.RefColumns)
			rel.ForeignColumns = realColumns(target, rel.ForeignColumns)
			for _, k := range m.Table.Constraints {
				if k.Kind == schema.ForeignKey && !rel.Inverse && slices.Equal(k.Columns, rel.Columns) {
					k.RefColumns = rel.RefColumns
				}
			}
		}
	}
}

// realColumns replaces the column a field would have by name by the one it has.
func realColumns(m *schema.Model, columns []string) []string {
	out := slices.Clone(columns)
	for i, c := range out {
		if m.Table.Column(c) != nil {
			continue
		}
		for _, col := range m.Table.Columns {
			if snakeCase(col.Field) == c {
				out[i] = col.Name
				break
			}
		}
	}
	return out
}
