package migrations

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "down-does-not-invert", Category: diagnostics.Migration, Since: "0.2",
	Doc: diagnostics.Doc{
		Title: "Undoing a migration does not give back the schema that stood before it.",
		Why: "The way up and then the way down are replayed on the schema before the migration, and tables, columns, keys, indexes, " +
			"constraints, enum types and views are compared. What is left over makes the next way up fail because it is there already; what is " +
			"missing or different breaks the release that one goes back to. Names of indexes and constraints, labels of enums, the order of columns " +
			"and data do not count. The rule is silent where a statement could not be read or names what no file makes, about DO blocks and calls, and " +
			"about a migration whose comments say that it is irreversible.",
		Bad: "-- migrations/000001_init.up.sql --\nCREATE TABLE users (id bigint PRIMARY KEY);\n" +
			"-- migrations/000001_init.down.sql --\nDROP TABLE users;\n" +
			"-- migrations/000002_more.up.sql --\nALTER TABLE users ADD COLUMN email text, ADD COLUMN name text;\n" +
			"-- migrations/000002_more.down.sql --\nALTER TABLE users DROP COLUMN email;\n",
		Good: "-- migrations/000001_init.up.sql --\nCREATE TABLE users (id bigint PRIMARY KEY);\n" +
			"-- migrations/000001_init.down.sql --\nDROP TABLE users;\n" +
			"-- migrations/000002_more.up.sql --\nALTER TABLE users ADD COLUMN email text, ADD COLUMN name text;\n" +
			"-- migrations/000002_more.down.sql --\nALTER TABLE users DROP COLUMN email, DROP COLUMN name;\n",
		FixSafety: "There is no fix: whether the way up or the way down is wrong is for you to say.",
		Refs:      []string{"golang-migrate, MIGRATIONS.md, Reversible Migrations"},
	},
	File: downDoesNotInvert,
})

// oneWay are the words with which a comment says that there is no way back.
var oneWay = regexp.MustCompile(`(?i)irreversib|not reversible|non-reversible|(cannot|can't|can not|not possible to|impossible to|unable to) (be )?(undo|undone|revert|reverse|roll|remove|drop|down)|one[- ]way|no (good |safe |easy |sensible |real )?(way (back|to)|down|rollback)|no-op|noop`)

func downDoesNotInvert(p *diagnostics.Pass) {
	m := p.Snapshot.Migration(p.File.Path)
	if m == nil || m.Down == nil || splitUp(p, m) {
		return
	}
	if m.Up == nil {
		if up := upOf(p, m); up != nil {
			pairOfFiles(p, up, m)
		}
		return
	}
	before := schema.NewBuilder(p.Snapshot.SchemaBefore(m.Path))
	units := p.Snapshot.Units(m.Path)
	for i := range units {
		u := &units[i]
		if len(u.Down) > 0 && !u.Partial && !oneWay.Match(words(p.File, units, u)) {
			r := newRound(before.Freeze())
			r.built, r.ownTypes = p.File.Lang.Host(), m.Runner == "sequelize"
			if r.run(p.Facts, u.Up, p.File.Text) && !r.quiet() && r.run(p.Facts, u.Down, p.File.Text) {
				inverts(p, r, m, p.File, p.Facts.Statements[u.Down[0]].Span)
			}
		}
		for _, at := range u.Up {
			for k := range p.Facts.Statements[at].Changes {
				before.Apply(&p.Facts.Statements[at].Changes[k])
			}
		}
		before.EndSession()
	}
}

// words is the text that tells about one migration of a file: all of it where
// there is no other.
func words(f *source.File, all []workspace.Unit, u *workspace.Unit) []byte {
	sections := u.Sections()
	if len(all) == 1 || len(sections) == 0 {
		return f.Text
	}
	span := sections[0]
	for _, s := range sections {
		span = span.Union(s)
	}
	return f.Text[span.Start:span.End]
}

// pairOfFiles judges a file that undoes what another does.
func pairOfFiles(p *diagnostics.Pass, up, m *schema.Migration) {
	upFile, upFacts := p.Snapshot.File(up.Path), p.Snapshot.Facts(up.Path)
	if upFile == nil || upFacts == nil || oneWay.Match(upFile.Text) || oneWay.Match(p.File.Text) {
		return
	}
	first, ok := firstIn(p.Facts, m.Down)
	if !ok {
		return
	}
	r := newRound(p.Snapshot.SchemaBefore(up.Path))
	if !r.run(upFacts, inSections(upFacts, up.Up), upFile.Text) || r.quiet() || !r.run(p.Facts, inSections(p.Facts, m.Down), p.File.Text) {
		return
	}
	inverts(p, r, up, upFile, first)
}

// inverts reports what differs between the schema before and after the round.
func inverts(p *diagnostics.Pass, r *round, up *schema.Migration, upFile *source.File, first source.Span) {
	gaps := r.compare()
	if len(gaps) == 0 {
		return
	}
	d := diagnostics.Diagnostic{Span: oneLine(p.File, first)}
	d.Message = fmt.Sprintf("Undoing %s does not give back the schema before it: %s.", migrationName(up), gapList(gaps))
	for _, g := range gaps {
		if g.at.Path == up.Path && len(d.Related) < 5 && !g.at.Span.Empty() {
			d.Related = append(d.Related, diagnostics.Related{Location: source.Location{Path: up.Path, Span: firstLine(upFile, g.at.Span)}, Message: g.what + " is made here"})
		}
	}
	p.Report(d)
}

// migrationName is what a migration is called in a sentence.
func migrationName(m *schema.Migration) string {
	if m.Version == "" {
		return "the migration"
	}
	return "migration " + m.Version
}

// gapList is "index `a` is left over, column `b` is missing".
func gapList(gaps []gap) string {
	var out []string
	for i, g := range gaps {
		if i == 4 && len(gaps) > 5 {
			out = append(out, fmt.Sprintf("and %d more differences", len(gaps)-i))
			break
		}
		out = append(out, g.what+" "+g.how)
	}
	return strings.Join(out, ", ")
}

// splitUp reports whether a migration is one of those that a tool made out of
// a single one, statement by statement, under one time with a running number
// behind it: only all of them together invert.
func splitUp(p *diagnostics.Pass, m *schema.Migration) bool {
	const stamp = 14 // digits of a time
	db := p.Snapshot.Database(m.Path)
	if len(m.Version) <= stamp || strings.Trim(m.Version, "0123456789") != "" || db == nil || db.History == nil {
		return false
	}
	for i := range db.History.Migrations {
		if v := db.History.Migrations[i].Version; v != m.Version && strings.HasPrefix(v, m.Version[:stamp]) {
			return true
		}
	}
	return false
}

// upOf is the way up that belongs to a way down; nil if there is none or more than one.
func upOf(p *diagnostics.Pass, m *schema.Migration) *schema.Migration {
	if m.Up != nil {
		return m
	}
	db := p.Snapshot.Database(m.Path)
	if db == nil || db.History == nil || db.History.Dir != m.Dir || db.History.Declarative || m.Version == "" {
		return nil
	}
	var up *schema.Migration
	for i := range db.History.Migrations {
		if o := &db.History.Migrations[i]; o.Version == m.Version && o.Path != m.Path {
			if up != nil || o.Up == nil {
				return nil
			}
			up = o
		}
	}
	return up
}

// firstIn is the first statement that stands in one of the sections.
func firstIn(fa *facts.Facts, sections []source.Span) (source.Span, bool) {
	for i := range fa.Statements {
		if covers(sections, fa.Statements[i].Span) {
			return fa.Statements[i].Span, true
		}
	}
	return source.Span{}, false
}
