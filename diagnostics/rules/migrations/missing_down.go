package migrations

import (
	"fmt"
	"slices"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "missing-down", Category: diagnostics.Migration, Since: "0.2",
	Doc: diagnostics.Doc{
		Title: "A migration has no way back, where the others of its history have one.",
		Why: "Rolling a release back stops at this migration: the tool finds no down part, or one without a statement, and either " +
			"fails or takes the schema for older than it is. Tools that only go forward are left alone, and so are histories in which " +
			"fewer than half of the other migrations can be undone: there nobody expects it. What cannot be undone anyway, data, labels " +
			"added to an enum and extensions, is information where there is no down part at all, and a comment that says irreversible silences the rule.",
		Bad: "-- migrations/000001_init.up.sql --\nCREATE TABLE users (id bigint PRIMARY KEY);\n" +
			"-- migrations/000001_init.down.sql --\nDROP TABLE users;\n" +
			"-- migrations/000002_email.up.sql --\nALTER TABLE users ADD COLUMN email text;\n",
		Good: "-- migrations/000001_init.up.sql --\nCREATE TABLE users (id bigint PRIMARY KEY);\n" +
			"-- migrations/000001_init.down.sql --\nDROP TABLE users;\n" +
			"-- migrations/000002_email.up.sql --\nALTER TABLE users ADD COLUMN email text;\n" +
			"-- migrations/000002_email.down.sql --\nALTER TABLE users DROP COLUMN email;\n",
		FixSafety: "The fix writes the statements that undo the migration, if each has one and all together give the schema before back. It is " +
			"unsafe: what the way back should do with data is for you to say.",
		Refs: []string{"golang-migrate, MIGRATIONS.md", "goose, SQL annotations"},
	},
	File: missingDown,
})

func missingDown(p *diagnostics.Pass) {
	m, db := p.Snapshot.Migration(p.File.Path), p.Snapshot.Database(p.File.Path)
	if m == nil || m.Up == nil || m.Version == "" || m.Statements == 0 || db == nil || db.History == nil ||
		db.History.Dir != m.Dir || db.History.Declarative || undoes(p, db.History.Migrations, m) {
		return
	}
	back := map[string]bool{}
	for i := range db.History.Migrations {
		if other := &db.History.Migrations[i]; other.Down != nil && other.Version != m.Version && !back[other.Version] && takesBack(p, other) {
			back[other.Version] = true
		}
	}
	with, others := len(back), 0
	for i := range db.History.Migrations {
		if other := &db.History.Migrations[i]; other.Up != nil && other.Version != "" && other.Path != m.Path {
			others++
		}
	}
	if with == 0 || 4*with < 3*others { // where many have none, none is expected
		return
	}
	span := source.Span{}
	for i := range p.Facts.Statements {
		st := &p.Facts.Statements[i]
		if covers(m.Up, st.Span) && (span.Empty() || prepares(p.Facts, span)) {
			span = st.Span
		}
	}
	if span.Empty() {
		return
	}
	d := diagnostics.Diagnostic{Span: oneLine(p.File, span), Message: fmt.Sprintf(
		"Migration %s has no way back, but %d of the %d others have one. A rollback stops here.", m.Version, with, others)}
	if with < 3 { // no habit yet
		d.Severity = diagnostics.Info
	}
	if !reversible(p, m) {
		if meant(db.History.Migrations, m) {
			return
		}
		d.Severity = diagnostics.Info
	}
	if saysOneWay(p, db.History.Migrations, m) {
		return
	}
	fix, ok := wayBack(p, m)
	report(p, d, fix, ok)
}

// prepares reports whether the statement at a span does nothing by itself: it
// opens a transaction or sets a parameter.
func prepares(fa *facts.Facts, span source.Span) bool {
	return slices.ContainsFunc(fa.Statements, func(st facts.Statement) bool {
		return st.Span == span && len(st.Changes) > 0 && !slices.ContainsFunc(st.Changes, func(c schema.Change) bool {
			return c.Kind != schema.Begin && c.Kind != schema.SetParameter
		})
	})
}

// reversible reports whether a migration changes a schema, in a way that could
// be taken back: neither data nor a label added to an enum can be, a constraint
// that is valid stays so, and nobody wants an extension to go. A temporary table goes by itself.
func reversible(p *diagnostics.Pass, m *schema.Migration) bool {
	temporary := map[schema.Name]bool{}
	for i := range p.Facts.Statements {
		st := &p.Facts.Statements[i]
		if !covers(m.Up, st.Span) {
			continue
		}
		for k := range st.Changes {
			c := &st.Changes[k]
			if c.Kind == schema.CreateTable && c.Def != nil && c.Def.Kind == schema.Temporary {
				temporary[c.Table] = true
			}
			switch {
			case c.Kind == schema.Begin || c.Kind == schema.Commit || c.Kind == schema.SetParameter || c.Kind == schema.Truncate || c.Kind == schema.ValidateConstraint:
			case slices.Contains(leavesNothing, c.Action), c.Table.Name != "" && temporary[c.Table]:
			default:
				return true
			}
		}
	}
	return false
}

// leavesNothing are the actions that nothing takes back, or that leave nothing
// to be taken back.
var leavesNothing = []string{"alter type add value", "create extension", "lock", "analyze", "vacuum", "vacuum full", "refresh materialized view"}

// meant reports whether a migration has a down file or section, though an
// empty one.
func meant(all []schema.Migration, m *schema.Migration) bool {
	return slices.ContainsFunc(all, func(d schema.Migration) bool { return d.Down != nil && d.Version == m.Version })
}

// saysOneWay reports whether a comment of a migration says that there is no way
// back, be it in the file of the way back.
func saysOneWay(p *diagnostics.Pass, all []schema.Migration, m *schema.Migration) bool {
	if oneWay.Match(p.File.Text) {
		return true
	}
	for i := range all {
		if d := &all[i]; d.Down != nil && d.Version == m.Version && d.Path != m.Path {
			if f := p.Snapshot.File(d.Path); f != nil && oneWay.Match(f.Text) {
				return true
			}
		}
	}
	return false
}

// undoes reports whether some file of the history holds a statement that takes
// a migration back.
func undoes(p *diagnostics.Pass, all []schema.Migration, m *schema.Migration) bool {
	for i := range all {
		if d := &all[i]; d.Down != nil && d.Version == m.Version && (d.Path == m.Path || d.Up == nil) && takesBack(p, d) {
			return true
		}
	}
	return false
}

// takesBack reports whether a file with a way back holds a statement of it.
func takesBack(p *diagnostics.Pass, d *schema.Migration) bool {
	fa := p.Snapshot.Facts(d.Path)
	return fa == nil || slices.ContainsFunc(fa.Statements, func(st facts.Statement) bool { return covers(d.Down, st.Span) })
}
