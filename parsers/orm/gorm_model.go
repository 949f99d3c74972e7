package orm

import (
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// gormModels reads the structs of a file that are GORM models: those with gorm
// tags or gorm.Model, and where the file imports GORM also those with a
// TableName method, an ID field, or a place in AutoMigrate or Model. A struct
// that others of the file embed is part of them and no table.
func gormModels(f *code.File) []*schema.Model {
	r := newModelReader(f)
	if r.imports && len(r.structs) > 0 {
		for _, n := range f.Body {
			n.Walk(r.use)
		}
	}
	var out []*schema.Model
	for _, n := range f.Body {
		if n != nil && n.Kind == code.Class && r.structs[n.Text] == n && r.isModel(n) {
			out = append(out, r.model(n))
		}
	}
	r.link(out)
	return out
}

// modelReader holds what the structs of one file need to know of each other.
type modelReader struct {
	file     *code.File
	v1       bool // imports version 1
	imports  bool // imports either
	structs  map[string]*code.Node
	scalars  map[string]*code.Type // type Status string
	tables   map[string]string     // from TableName methods
	embedded map[string]bool
	used     map[string]bool // handed to AutoMigrate or Model
}

func newModelReader(f *code.File) *modelReader {
	r := &modelReader{file: f, structs: map[string]*code.Node{}, scalars: map[string]*code.Type{}, tables: map[string]string{}, embedded: map[string]bool{}, used: map[string]bool{}}
	for _, n := range r.file.Body {
		if n == nil {
			continue
		}
		switch n.Kind {
		case code.Import:
			r.v1 = r.v1 || n.Text == "github.com/jinzhu/gorm"
			r.imports = r.imports || r.v1 || n.Text == "gorm.io/gorm"
		case code.Class:
			r.structs[n.Text] = n
			for _, f := range n.Kids {
				if t := f.Type; f.Kind == code.Field && (f.Text == "" || parseTag(f).has("embedded")) && t != nil {
					r.embedded[base(t).Name] = true
				}
			}
		case code.TypeAlias:
			r.scalars[n.Text] = n.Type
		case code.Func:
			r.tableMethod(n)
		}
	}
	return r
}

// use notes the structs that a call of AutoMigrate or Model names.
func (r *modelReader) use(n *code.Node) bool {
	if m := method(n); m == "AutoMigrate" || m == "Model" {
		for _, a := range n.Args() {
			if a.Kind == code.Unary && a.Text == "&" {
				a = a.Kids[0]
			}
			if a.Type != nil && a.Type.Qual == "" {
				r.used[base(a.Type).Name] = true
			}
		}
	}
	return true
}

// tableMethod reads func (User) TableName() string { return "users" }.
func (r *modelReader) tableMethod(n *code.Node) {
	recv := n.Receiver()
	if n.Text != "TableName" || recv == nil || recv.Type == nil {
		return
	}
	name := ""
	if body := n.Body(); body != nil && len(body.Kids) == 1 && body.Kids[0].Kind == code.Return && len(body.Kids[0].Kids) == 1 {
		if s := body.Kids[0].Kids[0]; s != nil && s.Kind == code.String {
			name = s.Text
		}
	}
	r.tables[base(recv.Type).Name] = name
}

// base is the named type behind pointers and lists.
func base(t *code.Type) *code.Type {
	for range maxDepth {
		if t == nil || t.Elem == nil || t.Kind != code.Pointer && t.Kind != code.List {
			break
		}
		t = t.Elem
	}
	if t == nil {
		return &code.Type{}
	}
	return t
}

func isGormModel(t *code.Type) bool { return t != nil && t.Qual == "gorm" && t.Name == "Model" }

func (r *modelReader) isModel(n *code.Node) bool {
	hasID, fields := false, 0
	for _, f := range n.Kids {
		if f.Kind != code.Field {
			continue
		}
		fields++
		if parseTag(f).present || isGormModel(f.Type) {
			return !r.embedded[n.Text]
		}
		hasID = hasID || f.Text == "ID" || f.Text == "Id"
	}
	_, named := r.tables[n.Text]
	return r.imports && fields > 0 && (named || hasID || r.used[n.Text]) && !r.embedded[n.Text]
}

func (r *modelReader) model(n *code.Node) *schema.Model {
	name, named := r.tables[n.Text]
	if !named {
		name = tableName(n.Text)
	}
	t := &schema.Table{Name: schema.Name{Name: name}, Model: n.Text}
	if s, bare, ok := strings.Cut(name, "."); ok {
		t.Name = schema.Name{Schema: s, Name: bare}
	}
	m := &schema.Model{Library: "gorm", Name: n.Text, Accessor: n.Text, Table: t, Path: r.file.Path,
		Span: n.Span, NameSpan: n.Name, Fields: map[string]schema.Field{}}
	t.Origins = []schema.Origin{{Path: r.file.Path, Span: n.Span, NameSpan: n.Name, Source: "gorm"}}
	for i, f := range n.Kids {
		if i == 0 {
			m.Body = f.Span
		}
		m.Body = m.Body.Union(f.Span)
	}
	b := &modelBuilder{modelReader: r, m: m, indexes: map[string]*schema.Index{}, priorities: map[*schema.Index][]int{}}
	b.fields(n.Kids, "", 0)
	b.finish()
	return m
}

// modelBuilder fills one model.
type modelBuilder struct {
	*modelReader
	m       *schema.Model
	indexes map[string]*schema.Index
	// priorities are those of an index's parts, in their order.
	priorities map[*schema.Index][]int
	relations  []relationField
}

// relationField is a field that leads to another struct, read once all columns
// are known.
type relationField struct {
	field *code.Node
	tag   gormTag
	many  bool
	typ   *code.Type
}

func (b *modelBuilder) fields(list []*code.Node, prefix string, depth int) {
	for _, f := range list {
		if f.Kind != code.Field || f.Type == nil || f.Text != "" && !exported(f.Text) {
			continue
		}
		tag := parseTag(f)
		if tag.is("-") || tag.has("-") {
			continue
		}
		if f.Text == "" || tag.has("embedded") {
			b.embed(f, tag, prefix, depth)
			continue
		}
		b.field(f, tag, prefix)
	}
}

func exported(name string) bool { return name != "" && name[0] >= 'A' && name[0] <= 'Z' }

// embed adds the fields of an embedded struct; of one that is declared
// elsewhere nothing is known, and the table stays open.
func (b *modelBuilder) embed(f *code.Node, tag gormTag, prefix string, depth int) {
	t := base(f.Type)
	prefix += tag.get("embeddedprefix")
	inner := b.structs[t.Name]
	switch {
	case isGormModel(t):
		b.gormModel(f)
	case t.Kind == code.Literal && depth < maxDepth:
		b.fields(t.Fields, prefix, depth+1)
	case t.Qual == "" && inner != nil && depth < maxDepth:
		b.fields(inner.Kids, prefix, depth+1)
	default:
		b.m.Table.Open = true
	}
}

// gormModel adds what gorm.Model declares.
func (b *modelBuilder) gormModel(f *code.Node) {
	for _, c := range []schema.Column{
		{Name: "id", Field: "ID", Type: "int8", NotNull: true, Generated: "serial"},
		{Name: "created_at", Field: "CreatedAt", Type: "timestamptz"},
		{Name: "updated_at", Field: "UpdatedAt", Type: "timestamptz"},
		{Name: "deleted_at", Field: "DeletedAt", Type: "timestamptz"},
	} {
		c.Origin = b.origin(f)
		b.m.Table.Columns = append(b.m.Table.Columns, &c)
		b.m.Fields[c.Field] = schema.Field{Column: c.Name, Span: f.Span, End: f.Type.Span.End}
	}
	b.m.SoftDelete = "DeletedAt"
	b.setKey("id", f)
	b.index(f, "deleted_at", "", false)
}

func (b *modelBuilder) origin(f *code.Node) schema.Origin {
	name := f.Name
	if name.Empty() {
		name = f.Type.Span
	}
	return schema.Origin{Path: b.file.Path, Span: f.Span, NameSpan: name, Source: "gorm"}
}

func (b *modelBuilder) setKey(column string, f *code.Node) {
	t := b.m.Table
	if t.PrimaryKey == nil {
		t.PrimaryKey = &schema.Constraint{Kind: schema.PrimaryKey, Name: t.Name.Name + "_pkey", Origin: b.origin(f)}
	}
	if !slices.Contains(t.PrimaryKey.Columns, column) {
		t.PrimaryKey.Columns = append(t.PrimaryKey.Columns, column)
	}
}

// field reads one field: a column, or a relation.
func (b *modelBuilder) field(f *code.Node, tag gormTag, prefix string) {
	if rel, ok := b.relation(f, tag); ok {
		b.relations = append(b.relations, rel)
		b.m.Fields[f.Text] = place(f, "")
		return
	}
	name := tag.get("column")
	if name == "" {
		name = snakeCase(f.Text)
	}
	c := &schema.Column{Name: prefix + name, Field: f.Text, NotNull: tag.has("not null") || tag.has("notnull"), Default: tag.get("default"), Origin: b.origin(f)}
	b.columnType(c, f, tag)
	if tag.has("primarykey") || tag.has("primary_key") {
		b.setKey(c.Name, f)
		c.NotNull = true
	}
	if tag.has("autoincrement") && tag.get("autoincrement") != "false" {
		c.Generated = "serial"
	}
	if t := base(f.Type); t.Name == "DeletedAt" && (t.Qual == "gorm" || t.Qual == "soft_delete") || b.v1 && f.Text == "DeletedAt" {
		b.m.SoftDelete = f.Text
	}
	b.m.Table.Columns = append(b.m.Table.Columns, c)
	b.m.Fields[f.Text] = place(f, c.Name)
	b.indexTags(f, tag, c.Name)
}

// place says where a field stands; Tag is all of the tag between its quotes.
func place(f *code.Node, column string) schema.Field {
	out := schema.Field{Column: column, Span: f.Span, End: f.Type.Span.End}
	if len(f.Kids) > 0 && f.Kids[0] != nil && f.Kids[0].Frag != nil {
		out.Tag = f.Kids[0].Frag.Span(source.Span{End: len(f.Kids[0].Frag.Text)})
	}
	return out
}

// idColumn is the column that is the primary key without a tag: the one called
// id, whatever its field is called, else that of the field ID (gorm's
// schema.Parse looks the two names up in this order).
func (b *modelBuilder) idColumn() *schema.Column {
	for _, c := range b.m.Table.Columns {
		if c.Name == "id" {
			return c
		}
	}
	if id := b.m.Fields["ID"]; id.Column != "" {
		return b.m.Table.Column(id.Column)
	}
	return nil
}

// finish sets the primary key that needs no tag, sorts the parts of indexes,
// and reads the relations.
func (b *modelBuilder) finish() {
	t := b.m.Table
	if c := b.idColumn(); t.PrimaryKey == nil && c != nil {
		t.PrimaryKey = &schema.Constraint{Kind: schema.PrimaryKey, Name: t.Name.Name + "_pkey", Columns: []string{c.Name}, Origin: c.Origin}
		c.NotNull = true
		if c.Type == "int8" && c.Default == "" {
			c.Generated = "serial"
		}
	}
	for _, x := range t.Indexes {
		prio := b.priorities[x]
		order := make([]int, len(prio))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(i, j int) int { return prio[i] - prio[j] })
		parts := make([]schema.IndexPart, len(prio))
		for i, from := range order {
			parts[i] = x.Parts[from]
		}
		x.Parts = parts
	}
	for _, rel := range b.relations {
		b.addRelation(rel)
	}
}
