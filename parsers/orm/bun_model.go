package orm

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/schema"
)

// Structs reads structs of a file as models of "gorm" or "bun", wherever they
// stand in it: also inside a function, as migrations have them. tags are the
// fields' tags by column.
func Structs(f *code.File) func(class *code.Node, library string) (m *schema.Model, tags map[string]string) {
	r := newModelReader(f)
	return func(class *code.Node, library string) (*schema.Model, map[string]string) {
		if library == "bun" {
			return r.bunModel(class), nil
		}
		m := r.model(class)
		r.link([]*schema.Model{m})
		tags := map[string]string{}
		for _, k := range class.Kids {
			if at := m.Fields[k.Text]; k.Kind == code.Field && at.Column != "" && len(k.Kids) > 0 && k.Kids[0] != nil {
				tags[at.Column] = k.Kids[0].Text
			}
		}
		return m, tags
	}
}

// bunTypes are the column types bun gives Go types in PostgreSQL (bun
// documentation, "Models"; dialect/pgdialect).
var bunTypes = map[string]string{"string": "varchar", "bool": "bool", "int": "int8", "int64": "int8", "uint": "int8", "uint64": "int8", "uint32": "int8",
	"int32": "int4", "uint16": "int4", "int16": "int2", "int8": "int2", "uint8": "int2", "float32": "float4", "float64": "float8",
	"time.Time": "timestamptz", "bun.NullTime": "timestamptz", "sql.NullString": "varchar", "sql.NullInt64": "int8", "sql.NullBool": "bool", "sql.NullTime": "timestamptz",
	"uuid.UUID": "uuid", "json.RawMessage": "jsonb", "net.IPNet": "cidr", "net.IP": "inet"}

// bunModel reads a struct with tags of bun: `bun:"name,pk,notnull,type:text"`.
func (r *modelReader) bunModel(n *code.Node) *schema.Model {
	t := &schema.Table{Name: schema.Name{Name: tableName(n.Text)}, Model: n.Text}
	m := &schema.Model{Library: "bun", Name: n.Text, Accessor: n.Text, Table: t, Path: r.file.Path, Span: n.Span, NameSpan: n.Name, Fields: map[string]schema.Field{}}
	b := &modelBuilder{modelReader: r, m: m}
	b.bunFields(n.Kids, 0)
	return m
}

func (b *modelBuilder) bunFields(list []*code.Node, depth int) {
	for _, f := range list {
		if f.Kind != code.Field || f.Type == nil || f.Text != "" && !exported(f.Text) {
			continue
		}
		text := ""
		if len(f.Kids) > 0 && f.Kids[0] != nil && f.Kids[0].Frag != nil {
			text, _ = tagValue(f.Kids[0].Frag.Text, "bun")
		}
		name, options := bunTag(text)
		switch base := base(f.Type); {
		case f.Text == "" && base.Qual == "bun" && base.Name == "BaseModel":
			if at := options["table"]; at != "" {
				b.bunTable(at)
			}
		case f.Text == "" && depth < maxDepth && base.Qual == "" && b.structs[base.Name] != nil:
			b.bunFields(b.structs[base.Name].Kids, depth+1)
		case f.Text == "":
			b.m.Table.Open = true
		case name == "-" || has(options, "rel") || has(options, "m2m") || has(options, "scanonly") || has(options, "embed") || has(options, "extend"):
			b.m.Table.Open = b.m.Table.Open || has(options, "embed")
		default:
			b.bunColumn(f, name, options)
		}
	}
}

func (b *modelBuilder) bunTable(name string) {
	b.m.Table.Name = schema.Name{Name: name}
	if s, bare, ok := strings.Cut(name, "."); ok {
		b.m.Table.Name = schema.Name{Schema: s, Name: bare}
	}
}

func (b *modelBuilder) bunColumn(f *code.Node, name string, options map[string]string) {
	if name == "" {
		name = snakeCase(f.Text)
	}
	t := b.m.Table
	c := &schema.Column{Name: name, Field: f.Text, NotNull: has(options, "notnull"), Default: options["default"], Origin: b.origin(f)}
	typ := base(f.Type)
	full := typ.Name
	if typ.Qual != "" {
		full = typ.Qual + "." + typ.Name
	}
	switch written := options["type"]; {
	case written != "":
		c.Type, c.Modifier, c.Array = writtenType(written)
	case f.Type.Kind == code.List && (full == "byte" || full == "uint8"):
		c.Type = "bytea"
	case f.Type.Kind == code.List || f.Type.Kind == code.MapOf || typ.Kind == code.Literal:
		c.Type = "jsonb"
		if has(options, "array") {
			c.Type, c.Array = bunTypes[full], 1
		}
	default:
		c.Type = bunTypes[full]
	}
	if has(options, "autoincrement") {
		c.Generated = "serial"
	}
	if has(options, "identity") {
		c.Generated = "identity"
	}
	if has(options, "pk") {
		c.NotNull = true
		b.setKey(name, f)
	}
	if group, unique := options["unique"]; unique {
		b.bunUnique(f, name, group)
	}
	t.Columns = append(t.Columns, c)
	b.m.Fields[f.Text] = place(f, name)
}

// bunUnique adds a column to the unique key of its group, or makes one of its own.
func (b *modelBuilder) bunUnique(f *code.Node, column, group string) {
	t := b.m.Table
	for _, c := range t.Constraints {
		if group != "" && c.Name == group {
			c.Columns = append(c.Columns, column)
			return
		}
	}
	t.Constraints = append(t.Constraints, &schema.Constraint{Kind: schema.Unique, Name: group, Columns: []string{column}, Origin: b.origin(f)})
}

func has(options map[string]string, name string) bool {
	_, ok := options[name]
	return ok
}

// bunTag takes "name,pk,type:varchar(10)" apart; commas inside parentheses
// belong to a value.
func bunTag(tag string) (name string, options map[string]string) {
	options = map[string]string{}
	depth, start := 0, 0
	var parts []string
	for i := 0; i <= len(tag); i++ {
		switch {
		case i == len(tag) || tag[i] == ',' && depth == 0:
			parts = append(parts, tag[start:i])
			start = i + 1
		case tag[i] == '(':
			depth++
		case tag[i] == ')':
			depth--
		}
	}
	for i, p := range parts {
		key, value, named := strings.Cut(strings.TrimSpace(p), ":")
		if i == 0 && !named {
			name = key
			continue
		}
		options[key] = strings.Trim(value, "'")
		if key == "default" {
			options[key] = value
		}
	}
	return name, options
}
