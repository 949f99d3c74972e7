package prisma

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/query"
)

// scalars are the types of the language and the column type each becomes
// without a native type attribute, per dialect (Prisma reference, "Model
// field scalar types"; PostgreSQL's is the default where the datasource stands
// in another file). A modifier follows in brackets.
var scalars = map[string]map[query.Dialect]string{
	"String":   {query.Generic: "text", query.MySQL: "varchar(191)"},
	"Boolean":  {query.Generic: "bool", query.MySQL: "tinyint(1)", query.SQLite: "boolean"},
	"Int":      {query.Generic: "int4", query.MySQL: "int", query.SQLite: "integer"},
	"BigInt":   {query.Generic: "int8", query.MySQL: "bigint", query.SQLite: "bigint"},
	"Float":    {query.Generic: "float8", query.MySQL: "double", query.SQLite: "real"},
	"Decimal":  {query.Generic: "numeric(65,30)", query.MySQL: "decimal(65,30)", query.SQLite: "decimal"},
	"DateTime": {query.Generic: "timestamp(3)", query.MySQL: "datetime(3)", query.SQLite: "datetime"},
	"Json":     {query.Generic: "jsonb", query.MySQL: "json", query.SQLite: "jsonb"},
	"Bytes":    {query.Generic: "bytea", query.MySQL: "longblob", query.SQLite: "blob"},
}

// natives are the PostgreSQL types behind @db attributes whose lower-cased
// name is not the catalog's name itself.
var natives = map[string]string{
	"Integer": "int4", "SmallInt": "int2", "BigInt": "int8", "Boolean": "bool",
	"DoublePrecision": "float8", "Real": "float4", "Decimal": "numeric", "Char": "bpchar",
	"ByteA": "bytea", "JsonB": "jsonb",
	// CockroachDB
	"Int2": "int2", "Int4": "int4", "Int8": "int8", "Float4": "float4", "Float8": "float8", "String": "text", "Bool": "bool", "Bytes": "bytea",
}

// columnTypes are all names a scalar field can become.
var columnTypes = func() map[string]bool {
	out := map[string]bool{}
	for _, byDialect := range scalars {
		for _, full := range byDialect {
			name, _, _ := strings.Cut(full, "(")
			out[name] = true
		}
	}
	for _, name := range natives {
		out[name] = true
	}
	for _, name := range []string{"varchar", "uuid", "date", "time", "timetz", "timestamptz", "json", "xml", "inet", "citext", "money", "bit", "varbit", "oid"} {
		out[name] = true
	}
	return out
}()

// columnType is the column type and modifier of a scalar field.
func columnType(scalar string, native *attr, d query.Dialect) (name, modifier string) {
	if native != nil {
		name = strings.TrimPrefix(native.name, "db.")
		var mods []string
		for _, a := range native.args {
			mods = append(mods, a.value.text)
		}
		modifier = strings.Join(mods, ",")
		if pg, ok := natives[name]; ok && d != query.MySQL && d != query.SQLite {
			return pg, modifier
		}
		return strings.ToLower(name), modifier
	}
	full, ok := scalars[scalar][d]
	if !ok {
		full = scalars[scalar][query.Generic]
	}
	name, modifier, _ = strings.Cut(strings.TrimSuffix(full, ")"), "(")
	return name, modifier
}
