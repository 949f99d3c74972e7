package prisma

import (
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// lowering turns the blocks of one file into its Schema.
type lowering struct {
	path   string
	text   []byte
	schema *Schema
	enums  map[string]string // name to database type
	models map[string]bool   // models and views of the file
}

func (l *lowering) settings(blocks []*block) {
	for _, b := range blocks {
		switch b.kind {
		case "datasource":
			l.schema.Provider = prop(b, "provider").text
			l.schema.Dialect = query.DialectNamed(l.schema.Provider)
			l.schema.RelationMode = prop(b, "relationMode").text
		case "generator":
			l.schema.Generators = append(l.schema.Generators, Generator{Name: b.name, Provider: prop(b, "provider").text, Output: prop(b, "output").text, Span: b.span})
		}
	}
}

func prop(b *block, name string) value {
	for _, p := range b.props {
		if p.name == name {
			if p.value.kind == listValue && len(p.value.items) > 0 {
				return p.value.items[0]
			}
			return p.value
		}
	}
	return value{}
}

func (l *lowering) declarations(blocks []*block) {
	for _, b := range blocks {
		switch b.kind {
		case "enum":
			e := Enum{Name: b.name, Type: mapped(b.attrs, b.name), Span: b.span}
			for _, f := range b.fields {
				e.Values = append(e.Values, mapped(f.attrs, f.name))
			}
			l.schema.Enums = append(l.schema.Enums, e)
			l.enums[b.name] = e.Type
		case "type": // composite types are documents inside a column
			l.enums[b.name] = "jsonb"
		case "model", "view":
			l.models[b.name] = true
		}
	}
}

func find(attrs []*attr, name string) *attr {
	for _, a := range attrs {
		if a.name == name {
			return a
		}
	}
	return nil
}

// arg is an argument by name, or the unnamed one at position at (-1: none).
func (a *attr) arg(name string, at int) value {
	if a == nil {
		return value{}
	}
	n := 0
	for _, x := range a.args {
		if x.name == name {
			return x.value
		}
		if x.name == "" {
			if n == at {
				return x.value
			}
			n++
		}
	}
	return value{}
}

// mapped is the database name given by @map or @@map, or name itself.
func mapped(attrs []*attr, name string) string {
	if to := find(attrs, "map").arg("name", 0).text; to != "" {
		return to
	}
	return name
}

func (l *lowering) model(b *block) *schema.Model {
	t := &schema.Table{Name: schema.Name{Schema: find(b.attrs, "schema").arg("map", 0).text, Name: mapped(b.attrs, b.name)}, Model: b.name}
	if b.kind == "view" {
		t.Kind = schema.View
	}
	t.Origins = []schema.Origin{l.origin(b.span, b.nameSpan)}
	m := &schema.Model{Library: "prisma", Name: b.name, Accessor: accessor(b.name), Table: t, Path: l.path,
		Span: b.span, NameSpan: b.nameSpan, Body: b.body, Fields: map[string]schema.Field{}, Keys: map[string][]string{}}
	if find(b.attrs, "ignore") != nil {
		m.Accessor = ""
	}
	for _, f := range b.fields {
		l.field(m, f)
	}
	for _, f := range b.fields {
		l.fieldKeys(m, f)
		l.relation(m, f)
	}
	for _, a := range b.attrs {
		l.key(m, a)
	}
	return m
}

func (l *lowering) origin(span, name source.Span) schema.Origin {
	return schema.Origin{Path: l.path, Span: span, NameSpan: name, Source: "prisma"}
}

// accessor is the client's property for a model: its first letter lowered.
func accessor(name string) string {
	if name == "" {
		return ""
	}
	return strings.ToLower(name[:1]) + name[1:]
}

func (l *lowering) field(m *schema.Model, f *field) {
	if _, again := m.Fields[f.name]; again || f.typ == "" {
		return
	}
	place := schema.Field{Span: f.span, End: f.typeEnd}
	if l.scalar(f) {
		c := l.column(f)
		place.Column = c.Name
		m.Table.Columns = append(m.Table.Columns, c)
	}
	m.Fields[f.name] = place
}

// scalar reports whether the field is a column. The type of one that is
// neither may be an enum or a model of another file: without @relation it
// counts as an enum until Link finds the model.
func (l *lowering) scalar(f *field) bool {
	if find(f.attrs, "relation") != nil {
		return false
	}
	return scalars[f.typ] != nil || f.typ == "Unsupported" || !l.isModel(f.typ)
}

func (l *lowering) isModel(name string) bool {
	_, isEnum := l.enums[name]
	return !isEnum && l.models[name]
}

func (l *lowering) column(f *field) *schema.Column {
	c := &schema.Column{Name: mapped(f.attrs, f.name), NotNull: !f.optional && !f.list, Origin: l.origin(f.span, f.nameSpan)}
	if c.Name != f.name {
		c.Field = f.name
	}
	if f.list {
		c.Array = 1
	}
	var native *attr
	for _, a := range f.attrs {
		if strings.HasPrefix(a.name, "db.") {
			native = a
		}
	}
	switch enum, isEnum := l.enums[f.typ]; {
	case isEnum:
		c.Type = enum
	case f.typ == "Unsupported":
		c.Type, c.Modifier, _ = strings.Cut(strings.TrimSuffix(f.unsupported, ")"), "(")
	case scalars[f.typ] == nil:
		c.Type = f.typ
	default:
		c.Type, c.Modifier = columnType(f.typ, native, l.schema.Dialect)
	}
	l.defaultOf(c, find(f.attrs, "default").arg("value", 0))
	return c
}

// defaultOf sets the default the database knows; uuid(), cuid() and the like
// are made by the client.
func (l *lowering) defaultOf(c *schema.Column, v value) {
	switch {
	case v.kind == stringValue:
		c.Default = "'" + strings.ReplaceAll(v.text, "'", "''") + "'"
	case v.kind == numberValue:
		c.Default = v.text
	case v.kind == listValue:
		c.Default = "ARRAY[" + v.span.In(l.text)[1:]
	case !v.called && (v.text == "true" || v.text == "false"):
		c.Default = v.text
	case v.kind == nameValue && !v.called:
		c.Default = "'" + v.text + "'"
	case v.text == "autoincrement" || v.text == "sequence":
		c.Generated = "serial"
	case v.text == "now":
		c.Default = "CURRENT_TIMESTAMP"
	case v.text == "dbgenerated" && len(v.args) > 0:
		c.Default = v.args[0].value.text
	}
}

func (l *lowering) fieldKeys(m *schema.Model, f *field) {
	place, ok := m.Fields[f.name]
	if !ok || place.Column == "" {
		return
	}
	cols := []string{place.Column}
	if a := find(f.attrs, "id"); a != nil {
		l.primaryKey(m, cols, a)
	}
	if a := find(f.attrs, "unique"); a != nil {
		l.addIndex(m, a, "_key", []schema.IndexPart{{Column: place.Column, Desc: a.arg("sort", -1).text == "Desc"}})
	}
}

func (l *lowering) primaryKey(m *schema.Model, cols []string, a *attr) {
	name := a.arg("map", -1).text
	if name == "" {
		name = constraintName(m.Table.Name.Name, nil, "_pkey")
	}
	m.Table.PrimaryKey = &schema.Constraint{Kind: schema.PrimaryKey, Name: name, Columns: cols, Origin: l.origin(a.span, a.span)}
}

// key reads @@id, @@unique, @@index and @@fulltext.
func (l *lowering) key(m *schema.Model, a *attr) {
	if !slices.Contains([]string{"id", "unique", "index", "fulltext"}, a.name) {
		return
	}
	fields, parts := l.parts(m, a.arg("fields", 0))
	if len(parts) == 0 {
		return
	}
	if name := a.arg("name", -1).text; len(fields) > 1 && (a.name == "id" || a.name == "unique") {
		if name == "" {
			name = strings.Join(fields, "_")
		}
		m.Keys[name] = fields
	}
	switch a.name {
	case "id":
		var cols []string
		for _, p := range parts {
			cols = append(cols, p.Column)
		}
		l.primaryKey(m, cols, a)
	case "unique":
		l.addIndex(m, a, "_key", parts)
	default:
		l.addIndex(m, a, "_idx", parts)
	}
}

func (l *lowering) parts(m *schema.Model, list value) (fields []string, parts []schema.IndexPart) {
	items := list.items
	if list.kind == nameValue {
		items = []value{list}
	}
	for _, v := range items {
		if v.kind != nameValue {
			continue
		}
		name, path, _ := strings.Cut(v.text, ".")
		part := schema.IndexPart{Column: m.Fields[name].Column}
		if part.Column == "" {
			part.Column = name
		}
		if path != "" { // a member of a composite type
			part.Column += "." + path
		}
		for _, a := range v.args {
			switch a.name {
			case "sort":
				part.Desc = a.value.text == "Desc"
			case "ops":
				part.OpClass = opClass(a.value)
			}
		}
		fields, parts = append(fields, name), append(parts, part)
	}
	return fields, parts
}

// opClass is the operator class: raw("x") is x, JsonbPathOps jsonb_path_ops.
func opClass(v value) string {
	if v.called && len(v.args) > 0 {
		return v.args[0].value.text
	}
	var b strings.Builder
	for i, r := range v.text {
		if r >= 'A' && r <= 'Z' {
			if i > 0 {
				b.WriteByte('_')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

func (l *lowering) addIndex(m *schema.Model, a *attr, suffix string, parts []schema.IndexPart) {
	x := &schema.Index{Parts: parts, Unique: suffix == "_key", Method: "btree", Origin: l.origin(a.span, a.span)}
	if a.name == "fulltext" {
		x.Method = "fulltext"
	} else if method := a.arg("type", -1).text; method != "" {
		x.Method = strings.ToLower(method)
		if x.Method == "spgist" {
			x.Method = "sp-gist"
		}
	}
	x.Name = a.arg("map", -1).text
	if x.Name == "" && a.name == "index" { // name: named the index before Prisma 3
		x.Name = a.arg("name", -1).text
	}
	if x.Name == "" {
		var cols []string
		for _, p := range parts {
			cols = append(cols, p.Column)
		}
		x.Name = constraintName(m.Table.Name.Name, cols, suffix)
	}
	x.Where, x.WhereColumns = l.where(m, a.arg("where", -1))
	m.Table.Indexes = append(m.Table.Indexes, x)
}

// where is the predicate of a partial index: raw("..."), or an object.
func (l *lowering) where(m *schema.Model, v value) (string, []string) {
	if v.called && len(v.args) > 0 {
		return v.args[0].value.text, nil
	}
	var conds, cols []string
	for _, a := range v.args {
		col := m.Fields[a.name].Column
		if col == "" {
			col = a.name
		}
		cols = append(cols, col)
		switch val := a.value; {
		case val.kind == objectValue && len(val.args) == 1 && val.args[0].value.text == "null":
			conds = append(conds, col+" IS NOT NULL")
		case val.text == "null":
			conds = append(conds, col+" IS NULL")
		case val.kind == stringValue:
			conds = append(conds, col+" = '"+strings.ReplaceAll(val.text, "'", "''")+"'")
		default:
			conds = append(conds, col+" = "+val.text)
		}
	}
	return strings.Join(conds, " AND "), cols
}

// constraintName is the name Prisma gives: table and columns joined, cut so
// that the whole has at most 63 bytes (PostgreSQL's limit).
func constraintName(table string, cols []string, suffix string) string {
	name := strings.Join(append([]string{table}, cols...), "_")
	if limit := 63 - len(suffix); len(name) > limit {
		for limit > 0 && name[limit]&0xC0 == 0x80 {
			limit--
		}
		name = name[:limit]
	}
	return name + suffix
}
