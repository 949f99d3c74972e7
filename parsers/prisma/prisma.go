// Package prisma reads the schema language of Prisma: schema.prisma files, or
// one file of a folder of them, into models of the tables they describe.
//
// The parser is written by hand, keeps byte spans of everything a fix may
// touch, and gives what it understood of a half-typed file beside its problems.
// Parse sees one file; Link joins the models of several. The package imports
// floor 0 only.
//
//	s := prisma.Parse("prisma/schema.prisma", text)
//	s.Models[0].Table.Indexes
package prisma

import (
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// Schema is what one file of the schema language says.
type Schema struct {
	// Provider is the datasource's as written ("postgresql", "cockroachdb"),
	// "" if this file holds no datasource; Dialect what dbwise makes of it.
	Provider string
	Dialect  query.Dialect
	// RelationMode is "prisma" where the database has no foreign keys,
	// "foreignKeys" or "" otherwise.
	RelationMode string
	Generators   []Generator
	// Models are models, views and the join tables of implicit many-to-many
	// relations, in order of the file.
	Models   []*schema.Model
	Enums    []Enum
	Problems []facts.Problem
}

// Generator is one generator block. Output is the folder as written, relative
// to the file; "" means the default place inside node_modules.
type Generator struct {
	Name, Provider, Output string
	Span                   source.Span
}

// Enum is one enum; Type its name in the database.
type Enum struct {
	Name, Type string
	Values     []string
	Span       source.Span
}

// Parse reads one file. It never fails: what it cannot read is a problem with
// a place, and the blocks around stay known.
func Parse(path string, text []byte) *Schema {
	p := newParser(text)
	blocks := p.file()
	s := &Schema{}
	l := &lowering{path: path, text: text, schema: s, enums: map[string]string{}, models: map[string]bool{}}
	l.settings(blocks)
	l.declarations(blocks)
	for _, b := range blocks {
		if b.kind == "model" || b.kind == "view" {
			s.Models = append(s.Models, l.model(b))
		}
	}
	s.Models = Link(s.Models, s.RelationMode)
	s.Problems = p.problems
	return s
}
