package indexes

import (
	"fmt"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "fk-without-index", Category: diagnostics.Performance, Since: "0.2",
	Doc: diagnostics.Doc{
		Title: "No index starts with the columns of a foreign key.",
		Why: "Each DELETE of a parent row, and each change of its key, searches the child table for rows that refer to it, and " +
			"without an index that is a sequential scan for every such row. PostgreSQL and SQLite create no index for the referencing " +
			"side; MySQL does, and is left alone. The schema after all migrations and models counts: an index made in a later " +
			"migration, a primary key, a unique constraint and any left prefix silence the rule, and so does a constraint that is dropped " +
			"later. It speaks in the file that adds the constraint, also if that has run long ago: the index is still missing.",
		Bad: "-- migrations/000001_init.up.sql --\nCREATE TABLE customers (id bigint PRIMARY KEY);\n" +
			"CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id) ON DELETE CASCADE);\n",
		Good: "-- migrations/000001_init.up.sql --\nCREATE TABLE customers (id bigint PRIMARY KEY);\n" +
			"CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id) ON DELETE CASCADE);\n" +
			"-- migrations/000002_index.up.sql --\nCREATE INDEX CONCURRENTLY orders_customer_id_idx ON orders (customer_id);\n",
		FixSafety: "The index is written where the project declares its schema: a new migration of its own runner, an `@@index` in " +
			"schema.prisma, or a GORM tag. Results do not change; it is unsafe because an index costs space and slows writes, which is for " +
			"you to judge.",
		Refs: []string{"PostgreSQL manual, 5.5.5 Foreign Keys"},
	},
	File: fkWithoutIndex,
})

// fkWithoutIndex looks for foreign keys declared in this file whose columns no
// index starts with. Where a model declares the table the model is the place,
// since its index is written there.
func fkWithoutIndex(p *diagnostics.Pass) {
	db := p.Snapshot.Database(p.File.Path)
	if db == nil || db.Catalog == nil || db.Dialect == query.MySQL || db.Dialect == query.MongoDB {
		return
	}
	seen := map[string]bool{}
	for _, t := range db.Catalog.Tables() {
		if t.Kind != schema.Ordinary && t.Kind != schema.Partitioned || t.Open || p.Config.Small(t.Name.Name) {
			continue
		}
		for _, fk := range t.Constraints {
			if fk.Kind != schema.ForeignKey || len(fk.Columns) == 0 {
				continue
			}
			path, span := placeOf(db, t, fk)
			if path != p.File.Path || t.CoversPrefix(fk.Columns) || p.Config.Small(fk.References.Name) {
				continue
			}
			key := t.Name.String() + "\x00" + strings.Join(fk.Columns, "\x00")
			if seen[key] {
				continue
			}
			seen[key] = true
			p.Report(foreignKey(p, db, t, fk, span))
		}
	}
}

func foreignKey(p *diagnostics.Pass, db *workspace.Database, t *schema.Table, fk *schema.Constraint, at source.Span) diagnostics.Diagnostic {
	parts := make([]schema.IndexPart, len(fk.Columns))
	for i, c := range fk.Columns {
		parts[i].Column = c
	}
	parent := fk.References.String()
	d := diagnostics.Diagnostic{Span: at}
	d.Message = fmt.Sprintf("Foreign key %s of `%s` has no index. A DELETE on `%s`, or a change of its key, reads all of `%s` to look for rows that refer to it.",
		list(fk.Columns), t.Name, parent, t.Name)
	if action := actionNames[fk.OnDelete]; action != "" {
		d.Message = fmt.Sprintf("Foreign key %s of `%s` has no index. Each row deleted from `%s` reads all of `%s` to carry out ON DELETE %s.",
			list(fk.Columns), t.Name, parent, t.Name, action)
	}
	if fix, ok := writeIndex(p, db, t, parts); ok {
		d.Fixes = []diagnostics.Fix{fix}
	}
	return d
}

var actionNames = map[string]string{"cascade": "CASCADE", "set null": "SET NULL", "set default": "SET DEFAULT"}

// placeOf is where a foreign key is declared, the model before the migration.
func placeOf(db *workspace.Database, t *schema.Table, fk *schema.Constraint) (string, source.Span) {
	if m := db.ModelOf(t); m != nil && (m.Library == "prisma" || writable(db) == nil) {
		if c := t.Column(fk.Columns[0]); c != nil {
			if f, ok := m.Fields[fieldOf(c)]; ok {
				return m.Path, f.Span
			}
		}
	}
	span := fk.Origin.NameSpan
	if span.Empty() {
		span = fk.Origin.Span
	}
	return fk.Origin.Path, span
}
