package diagnostics

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// schemaNode is the part of JSON Schema (draft 7) that the published schema
// uses, in the order it is written.
type schemaNode struct {
	Schema      string                 `json:"$schema,omitempty"`
	Title       string                 `json:"title,omitempty"`
	Description string                 `json:"description,omitempty"`
	Type        string                 `json:"type,omitempty"`
	Enum        []string               `json:"enum,omitempty"`
	Minimum     *int                   `json:"minimum,omitempty"`
	Maximum     *int                   `json:"maximum,omitempty"`
	Items       *schemaNode            `json:"items,omitempty"`
	OneOf       []*schemaNode          `json:"oneOf,omitempty"`
	Properties  map[string]*schemaNode `json:"properties,omitempty"`
	// Additional is a schema, or false.
	Additional any `json:"additionalProperties,omitempty"`
	Default    any `json:"default,omitempty"`
}

// Schema is the JSON schema of a configuration file with these rules.
func Schema(rules []*Rule) []byte {
	root := object("Configuration of dbwise. Everything works without it.", map[string]*schemaNode{
		"$schema": {Type: "string", Description: "Where the schema of this file lies."},
		"rules":   object("Levels and options by rule.", ruleSchemas(rules)),
		"dialect": {Type: "string", Enum: dialects, Description: "The database, where the project does not show it."},
		"serverVersion": {Type: "integer", Minimum: number(1), Maximum: number(99),
			Description: "Major version of the database server in production, such as 16."},
		"migrations": list("Folders, relative to this file, to read as migrations besides those found."),
		"applied": {Type: "object", Additional: &schemaNode{OneOf: []*schemaNode{{Type: "string"}, {Type: "integer", Minimum: number(0)}}},
			Description: "The last migration that has run in production, by folder relative to this file: its version or file name. Nothing is said about running it and those before it."},
		"baseline": {Type: "string", Default: BaselineGit,
			Description: "What has landed: git (the default branch of the repository), none, or a branch or commit. Migrations that are there have most likely run, and findings about running them are information."},
		"ignore": list("Globs, relative to this file, of files without findings. They are still read as schema."),
		"tableSizes": {Type: "object", Additional: &schemaNode{Type: "integer", Minimum: number(0)},
			Description: fmt.Sprintf("Rows by table. A table with less than %d rows needs no index.", SmallTable)},
	})
	root.Schema, root.Title = "http://json-schema.org/draft-07/schema#", "dbwise"
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(root); err != nil {
		panic(err) // only strings and numbers
	}
	return out.Bytes()
}

func number(n int) *int { return &n }

func object(description string, properties map[string]*schemaNode) *schemaNode {
	return &schemaNode{Type: "object", Description: description, Properties: properties, Additional: false}
}

func list(description string) *schemaNode {
	return &schemaNode{Type: "array", Items: &schemaNode{Type: "string"}, Description: description}
}

// ruleSchemas are the settings of each rule under its id and its former ones.
func ruleSchemas(rules []*Rule) map[string]*schemaNode {
	out := map[string]*schemaNode{}
	for _, r := range rules {
		level := &schemaNode{Type: "string", Enum: severityNames[Off:]}
		properties := map[string]*schemaNode{"level": level}
		for _, o := range r.Options {
			properties[o.Name] = o.schema()
		}
		about := fmt.Sprintf("%s (default: %s)", r.Doc.Title, r.Level())
		out[r.ID] = &schemaNode{Description: about, OneOf: []*schemaNode{level, object("", properties)}}
		for _, alias := range r.Aliases {
			out[alias] = &schemaNode{Description: "Former name of " + r.ID + ". " + about, OneOf: out[r.ID].OneOf}
		}
	}
	return out
}

func (o *Option) schema() *schemaNode {
	n := &schemaNode{Description: strings.TrimSpace(o.Doc), Default: o.Default}
	switch o.Default.(type) {
	case bool:
		n.Type = "boolean"
	case int:
		n.Type = "integer"
	case string:
		n.Type = "string"
	case []string:
		n.Type, n.Items = "array", &schemaNode{Type: "string"}
	default:
		panic(fmt.Sprintf("option %s has a default of type %T", o.Name, o.Default))
	}
	return n
}
