package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "non-linear-version", Category: diagnostics.Migration, Since: "0.2",
	Doc: diagnostics.Doc{
		Title: "Two migrations of one history have the same version.",
		Why: "A tool that records versions runs one of the two and takes the other for done, or refuses to run at all; which of them " +
			"comes first depends on the rest of their names. It happens when two branches take the next number and both are merged. " +
			"The up and the down file of one migration are one. Tools that go by the whole name of a file or folder (Prisma, Drizzle, " +
			"sqitch, node-pg-migrate) and folders whose tool is not known are left alone.",
		Bad: "-- migrations/000001_init.up.sql --\nCREATE TABLE users (id bigint PRIMARY KEY);\n" +
			"-- migrations/000002_email.up.sql --\nALTER TABLE users ADD COLUMN email text;\n" +
			"-- migrations/000002_name.up.sql --\nALTER TABLE users ADD COLUMN name text;\n",
		Good: "-- migrations/000001_init.up.sql --\nCREATE TABLE users (id bigint PRIMARY KEY);\n" +
			"-- migrations/000002_email.up.sql --\nALTER TABLE users ADD COLUMN email text;\n" +
			"-- migrations/000003_name.up.sql --\nALTER TABLE users ADD COLUMN name text;\n",
		FixSafety: "There is no fix: which of the files has run somewhere is not known, and that one must keep its version.",
		Refs:      []string{"golang-migrate, MIGRATIONS.md", "Flyway documentation, Versioned migrations"},
	},
	File: nonLinearVersion,
})

// byVersion are the tools that record the version alone.
var byVersion = map[string]bool{"golang-migrate": true, "goose": true, "flyway": true, "dbmate": true, "supabase": true,
	"atlas": true, "sqlx": true, "diesel": true, "bun": true, "tern": true}

func nonLinearVersion(p *diagnostics.Pass) {
	m, db := p.Snapshot.Migration(p.File.Path), p.Snapshot.Database(p.File.Path)
	if m == nil || m.Version == "" || m.Up == nil || !byVersion[m.Runner] || db == nil || db.History == nil || db.History.Dir != m.Dir {
		return
	}
	// A tool that runs such histories records more than the version.
	if repeated(db.History.Migrations, m.Runner) > 1 {
		return
	}
	var first *schema.Migration
	for i := range db.History.Migrations {
		other := &db.History.Migrations[i]
		if other.Version != m.Version || other.Up == nil || other.Runner != m.Runner {
			continue
		}
		if other.Path == m.Path {
			break
		}
		if first == nil {
			first = other
		}
	}
	span := p.File.Lines().Line(0)
	span = oneLine(p.File, source.Span{Start: 0, End: span.End})
	if first == nil || span.Empty() {
		return
	}
	p.Report(diagnostics.Diagnostic{Span: span, Message: fmt.Sprintf(
		"Version %s is taken by `%s` as well. %s records versions alone: it runs one of the two files, or neither.",
		m.Version, p.Snapshot.Rel(first.Path), m.Runner)})
}

// repeated counts the files whose version another file of the history has.
func repeated(list []schema.Migration, runner string) int {
	seen := map[string]bool{}
	n := 0
	for i := range list {
		m := &list[i]
		if m.Up == nil || m.Version == "" || m.Runner != runner {
			continue
		}
		if seen[m.Version] {
			n++
		}
		seen[m.Version] = true
	}
	return n
}
