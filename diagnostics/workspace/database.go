package workspace

import (
	"github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

// Database is one database the workspace describes: by a history of
// migrations, by models, by schema files, or by several of them together.
type Database struct {
	// Dir is the folder it belongs to; queries of files below it, and below no
	// deeper one, are its own.
	Dir     string
	Dialect query.Dialect
	// History is what new migrations are added to, nil if there is none.
	History *migrations.History
	Models  []*schema.Model
	// Catalog is the schema after all migrations, merged with the models.
	Catalog *schema.Catalog
	// Complete: the catalog is known to hold every table, so that a table it
	// does not hold does not exist.
	Complete bool

	byModel map[string]*schema.Model
}

// Model finds a model by its name or by what calls use for it.
func (d *Database) Model(name string) *schema.Model {
	if d == nil {
		return nil
	}
	return d.byModel[name]
}

// ModelOf finds the model of a table.
func (d *Database) ModelOf(t *schema.Table) *schema.Model {
	if d == nil || t == nil {
		return nil
	}
	for _, m := range d.Models {
		if m.Table != nil && m.Table.Name.Name == t.Name.Name {
			return m
		}
	}
	return nil
}
