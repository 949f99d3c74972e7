package indexes

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// foreignKeys looks for foreign keys declared in this file whose columns no
// index starts with. Where a model declares the table the model is the place,
// since its index is written there.
func foreignKeys(p *diagnostics.Pass, add func(string, diagnostics.Diagnostic)) {
	db := p.Snapshot.Database(p.File.Path)
	if db == nil || db.Catalog == nil || db.Dialect == query.MySQL || db.Dialect == query.MongoDB {
		return
	}
	for _, t := range db.Catalog.Tables() {
		if t.Kind != schema.Ordinary || t.Open || p.Config.Small(t.Name.Name) {
			continue
		}
		for _, fk := range t.ForeignKeys() {
			path, span := placeOf(db, t, fk)
			if path != p.File.Path || t.CoversPrefix(fk.Columns) {
				continue
			}
			foreignKey(p, db, t, fk, span, add)
		}
	}
}

func foreignKey(p *diagnostics.Pass, db *workspace.Database, t *schema.Table, fk *schema.Constraint, at source.Span, add func(string, diagnostics.Diagnostic)) {
	parts := make([]schema.IndexPart, len(fk.Columns))
	for i, c := range fk.Columns {
		parts[i].Column = c
	}
	parent := fk.References.String()
	d := diagnostics.Diagnostic{Span: at, Severity: diagnostics.Info}
	d.Message = fmt.Sprintf("Foreign key %s of `%s` has no index. A DELETE on `%s`, or a change of its key, reads all of `%s` to look for rows that refer to it.",
		list(fk.Columns), t.Name, parent, t.Name)
	switch {
	case fk.OnDelete == "cascade" || fk.OnDelete == "set null" || fk.OnDelete == "set default":
		d.Severity = diagnostics.Warning
		d.Message = fmt.Sprintf("Foreign key %s of `%s` has no index. Each row deleted from `%s` reads all of `%s` to carry out ON DELETE %s.",
			list(fk.Columns), t.Name, parent, t.Name, actionNames[fk.OnDelete])
	case deletes(p, db, fk.References):
		d.Severity = diagnostics.Warning
	}
	if fix, ok := writeIndex(p, db, t, parts); ok {
		d.Fixes = []diagnostics.Fix{fix}
	}
	add(t.Name.String()+"\x00"+columnsOf(parts), d)
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

// deletes reports whether the workspace deletes rows of a table.
func deletes(p *diagnostics.Pass, db *workspace.Database, name schema.Name) bool {
	t := db.Catalog.Table(name)
	if t == nil {
		return false
	}
	for _, r := range p.Snapshot.References(db, t, "") {
		if r.Query == nil || r.Query.Op != query.Delete || len(r.Query.Known) == 0 || p.Snapshot.Context(r.Path) == source.Test {
			continue
		}
		if k := r.Query.Known[0]; k != nil && k.Name == t.Name {
			return true
		}
	}
	return false
}
