package orm

import (
	"strconv"
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/schema"
)

// gormTag is the gorm part of a struct tag: settings by lower-case name, in
// order, since index may be given more than once.
type gormTag struct {
	present  bool
	settings []setting
}

type setting struct{ name, value string }

// parseTag reads gorm:"column:x;index" of a field; version 1 also knows sql:"…".
func parseTag(f *code.Node) gormTag {
	if len(f.Kids) == 0 || f.Kids[0] == nil || f.Kids[0].Frag == nil {
		return gormTag{}
	}
	out := gormTag{}
	for _, key := range []string{"gorm", "sql"} {
		text, ok := tagValue(f.Kids[0].Frag.Text, key)
		if !ok {
			continue
		}
		out.present = out.present || key == "gorm"
		for _, s := range splitEscaped(text, ';') {
			name, value, _ := strings.Cut(s, ":")
			if name = strings.ToLower(strings.TrimSpace(name)); name != "" {
				out.settings = append(out.settings, setting{name, strings.TrimSpace(value)})
			}
		}
	}
	return out
}

// tagValue finds the value of key in a struct tag, as reflect.StructTag does,
// but goes on behind what is no pair.
func tagValue(tag, key string) (string, bool) {
	for tag != "" {
		tag = strings.TrimLeft(tag, " ")
		name, rest, ok := strings.Cut(tag, `:"`)
		if !ok {
			return "", false
		}
		end := 0
		for end < len(rest) && rest[end] != '"' {
			if rest[end] == '\\' {
				end++
			}
			end++
		}
		end = min(end, len(rest))
		if name == key {
			value, err := strconv.Unquote(`"` + rest[:end] + `"`)
			if err != nil {
				value = rest[:end]
			}
			return value, true
		}
		tag = rest[min(end+1, len(rest)):]
	}
	return "", false
}

// splitEscaped splits at sep unless a backslash stands before it.
func splitEscaped(s string, sep byte) []string {
	var out []string
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == sep:
			i++
			b.WriteByte(sep)
		case s[i] == sep:
			out = append(out, b.String())
			b.Reset()
		default:
			b.WriteByte(s[i])
		}
	}
	return append(out, b.String())
}

func (t gormTag) has(name string) bool {
	for _, s := range t.settings {
		if s.name == name {
			return true
		}
	}
	return false
}

func (t gormTag) get(name string) string {
	for _, s := range t.settings {
		if s.name == name {
			return s.value
		}
	}
	return ""
}

// is reports whether the tag is name alone.
func (t gormTag) is(name string) bool { return len(t.settings) == 1 && t.settings[0].name == name }

// indexTags reads index, uniqueIndex and unique.
func (b *modelBuilder) indexTags(f *code.Node, tag gormTag, column string) {
	for _, s := range tag.settings {
		switch s.name {
		case "index":
			b.index(f, column, s.value, false)
		case "uniqueindex", "unique_index":
			b.index(f, column, s.value, true)
		case "unique":
			t := b.m.Table
			t.Constraints = append(t.Constraints, &schema.Constraint{Kind: schema.Unique, Name: indexName("uni", t.Name.Name, column), Columns: []string{column}, Origin: b.origin(f)})
		}
	}
}

// index adds a column to the index of its name. The setting's value is
// name,option:value,...; fields that share a name, or a composite option,
// share an index.
func (b *modelBuilder) index(f *code.Node, column, value string, unique bool) {
	name, rest, _ := strings.Cut(value, ",")
	if strings.Contains(name, ":") { // options without a name
		name, rest = "", value
	}
	options := map[string]string{}
	for _, o := range splitEscaped(rest, ',') {
		k, v, _ := strings.Cut(o, ":")
		options[strings.ToLower(strings.TrimSpace(k))] = strings.TrimSpace(v)
	}
	t := b.m.Table
	if name == "" {
		name = column
		if c := options["composite"]; c != "" {
			name = c
		}
		name = indexName("idx", t.Name.Name, name)
	}
	x := b.indexes[name]
	if x == nil {
		x = &schema.Index{Name: name, Method: "btree", Origin: b.origin(f)}
		b.indexes[name] = x
		t.Indexes = append(t.Indexes, x)
	}
	_, uniqueOption := options["unique"]
	x.Unique = x.Unique || unique || uniqueOption || strings.EqualFold(options["class"], "UNIQUE")
	if class := strings.ToLower(options["class"]); class == "fulltext" || class == "spatial" {
		x.Method = class
	}
	if m := options["type"]; m != "" {
		x.Method = strings.ToLower(m)
	}
	if w := options["where"]; w != "" {
		x.Where = w
	}
	part := schema.IndexPart{Column: column, Desc: strings.EqualFold(options["sort"], "desc"), Collation: options["collate"]}
	if e := options["expression"]; e != "" {
		part.Column, part.Expr = "", e
	}
	priority := 10
	if n, err := strconv.Atoi(options["priority"]); err == nil {
		priority = n
	}
	x.Parts = append(x.Parts, part)
	b.priorities[x] = append(b.priorities[x], priority)
}

// goTypes are the column types GORM's PostgreSQL driver gives Go types.
var goTypes = map[string]string{
	"string": "text", "bool": "bool", "int": "int8", "int64": "int8", "uint": "int8", "uint64": "int8", "uint32": "int8",
	"int32": "int4", "uint16": "int4", "int16": "int2", "int8": "int2", "uint8": "int2", "byte": "int2", "float32": "numeric", "float64": "numeric",
	"time.Time": "timestamptz", "sql.NullString": "text", "sql.NullInt64": "int8", "sql.NullInt32": "int4", "sql.NullInt16": "int2",
	"sql.NullBool": "bool", "sql.NullFloat64": "numeric", "sql.NullTime": "timestamptz", "gorm.DeletedAt": "timestamptz",
	"uuid.UUID": "uuid", "uuid.NullUUID": "uuid", "datatypes.JSON": "jsonb", "datatypes.JSONMap": "jsonb", "datatypes.Date": "date", "json.RawMessage": "jsonb",
	"decimal.Decimal": "numeric", "decimal.NullDecimal": "numeric", "pq.StringArray": "text", "pq.Int64Array": "int8",
}

// typeNames are the catalog's names of types as they are written in tags.
var typeNames = map[string]string{
	"int": "int4", "integer": "int4", "bigint": "int8", "smallint": "int2", "boolean": "bool", "decimal": "numeric", "character varying": "varchar",
	"char": "bpchar", "character": "bpchar", "double precision": "float8", "real": "float4", "float": "float8", "serial": "int4", "bigserial": "int8",
	"timestamp with time zone": "timestamptz", "timestamp without time zone": "timestamp", "time with time zone": "timetz",
}

// columnType sets the type from the tag, or else from the Go type.
func (b *modelBuilder) columnType(c *schema.Column, f *code.Node, tag gormTag) {
	if t := tag.get("type"); t != "" {
		c.Type, c.Modifier, c.Array = writtenType(t)
		if strings.Contains(strings.ToLower(t), "serial") {
			c.Generated = "serial"
		}
		return
	}
	t := base(f.Type)
	for range maxDepth {
		under := b.scalars[t.Name]
		if t.Qual != "" || under == nil || goTypes[t.Name] != "" {
			break
		}
		t = base(under)
	}
	name := t.Name
	if t.Qual != "" {
		name = t.Qual + "." + t.Name
	}
	c.Type = goTypes[name]
	if f.Type.Kind == code.List && (name == "byte" || name == "uint8") {
		c.Type = "bytea"
	}
	if size := tag.get("size"); size != "" && c.Type == "text" {
		c.Type, c.Modifier = "varchar", size
	}
}

// writtenType takes varchar(100)[] apart.
func writtenType(s string) (name, modifier string, array int) {
	s = strings.ToLower(strings.TrimSpace(s))
	for strings.HasSuffix(s, "[]") {
		s, array = strings.TrimSuffix(s, "[]"), array+1
	}
	for _, tail := range []string{" not null", " null", " unsigned", " primary key", " default"} {
		if i := strings.Index(s, tail); i > 0 {
			s = s[:i]
		}
	}
	name = s
	if i := strings.IndexByte(s, '('); i > 0 {
		if j := strings.IndexByte(s[i:], ')'); j > 0 {
			name, modifier = strings.TrimSpace(s[:i])+s[i+j+1:], s[i+1:i+j]
		}
	}
	if full := typeNames[name]; full != "" {
		name = full
	}
	return name, modifier, array
}
