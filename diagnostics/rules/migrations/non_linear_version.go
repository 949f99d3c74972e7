package migrations

import (
	"bytes"
	"fmt"
	"path"
	"regexp"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "non-linear-version", Category: diagnostics.Migration, Since: "0.2", Lasting: true,
	Doc: diagnostics.Doc{
		Title: "A migration has the version of another one, comes before one that is released, or was changed after its release.",
		Why: "A tool that records versions runs one of two files with the same version and takes the other for done, or refuses to run at all; " +
			"which of them comes first depends on the rest of their names. It happens when two branches take the next number and both are merged. " +
			"The up and the down file of one migration are one. Tools that go by the whole name of a file or folder (Prisma, Drizzle, " +
			"sqitch, node-pg-migrate) and folders whose tool is not known are left alone. " +
			"Where git tells what the default branch holds, a new file that sorts before one of its migrations is found as well: where those " +
			"have run it never runs, or stops the tool, or runs in another order than in a new database. And a migration of that branch " +
			"with other statements: a database that has run it does not run it again. Tools that compare checksums (Flyway, sqlx, " +
			"Prisma, Atlas) take offence at a changed comment, too.",
		Bad: "-- migrations/000001_init.up.sql --\nCREATE TABLE users (id bigint PRIMARY KEY);\n" +
			"-- migrations/000002_email.up.sql --\nALTER TABLE users ADD COLUMN email text;\n" +
			"-- migrations/000002_name.up.sql --\nALTER TABLE users ADD COLUMN name text;\n",
		Good: "-- migrations/000001_init.up.sql --\nCREATE TABLE users (id bigint PRIMARY KEY);\n" +
			"-- migrations/000002_email.up.sql --\nALTER TABLE users ADD COLUMN email text;\n" +
			"-- migrations/000003_name.up.sql --\nALTER TABLE users ADD COLUMN name text;\n",
		FixSafety: "There is no fix: which of the files has run somewhere is not known, and that one must keep its version and its text.",
		Refs: []string{"golang-migrate, MIGRATIONS.md", "Flyway documentation, Versioned migrations; Out of order; Validate",
			"goose documentation, Out of order migrations", "Atlas documentation, Execution order", "Supabase CLI reference, db push"},
	},
	Options: []diagnostics.Option{
		{Name: "outOfOrder", Doc: "Whether a new migration may not sort before one that the default branch holds.", Default: true},
		{Name: "edited", Doc: "Whether a migration that the default branch holds may not be changed.", Default: true},
	},
	File: nonLinearVersion,
})

// byVersion are the tools that record the version alone.
var byVersion = map[string]bool{"golang-migrate": true, "goose": true, "flyway": true, "dbmate": true, "supabase": true,
	"atlas": true, "sqlx": true, "diesel": true, "bun": true, "tern": true}

func nonLinearVersion(p *diagnostics.Pass) {
	m, db := p.Snapshot.Migration(p.File.Path), p.Snapshot.Database(p.File.Path)
	if m == nil || m.Up == nil || db == nil || db.History == nil || db.History.Dir != m.Dir {
		return
	}
	if text, ok := edited(p, m); ok {
		p.Report(text)
		return
	}
	if m.Version == "" || !byVersion[m.Runner] || p.Snapshot.Landing(m.Path) == workspace.Applied {
		return
	}
	if takenTwice(p, m, db.History.Migrations) {
		return
	}
	outOfOrder(p, m, db.History.Migrations)
}

// released reports whether the default branch holds a migration.
func released(p *diagnostics.Pass, file string) bool {
	return p.Snapshot.OnBranch(file) > workspace.Unreleased
}

// top is the first line of the file that can be underlined.
func top(p *diagnostics.Pass) (source.Span, bool) {
	span := oneLine(p.File, source.Span{Start: 0, End: p.File.Lines().Line(0).End})
	return span, !span.Empty()
}

// takenTwice reports a version that another file has: at the file that is not
// released where the other one is, else at the second.
func takenTwice(p *diagnostics.Pass, m *schema.Migration, list []schema.Migration) bool {
	var other *schema.Migration
	before := true
	for i := range list {
		o := &list[i]
		if o.Path == m.Path {
			before = false
			continue
		}
		if o.Version != m.Version || o.Up == nil || o.Runner != m.Runner {
			continue
		}
		mine, others := released(p, m.Path), released(p, o.Path)
		if other == nil && (mine == others && before || !mine && others) {
			other = o
		}
	}
	span, ok := top(p)
	// A tool that runs histories with many such files records more than the
	// version.
	if other == nil || !ok || repeated(list, m.Runner) > 1 {
		return false
	}
	d := diagnostics.Diagnostic{Span: span, Message: fmt.Sprintf(
		"Version %s is taken by `%s` as well. %s records versions alone: it runs one of the two files, or neither.",
		m.Version, p.Snapshot.Rel(other.Path), m.Runner)}
	if released(p, m.Path) {
		d.Severity = diagnostics.Info // neither can be renamed any more
	}
	p.Report(d)
	return true
}

// late is what happens to a migration that comes after later ones have run.
type late struct {
	text  string
	level diagnostics.Severity
}

const runsBehind = "Where that file has run, this one runs behind it, in a new database before it: both must end with the same schema."

// lates are the tools' ways with such a migration, as their documents have it:
// golang-migrate and tern go on from the version they reached; goose, Flyway,
// Supabase and Atlas stop unless told otherwise; the others run what is
// missing.
var lates = map[string]late{
	"golang-migrate": {"golang-migrate goes on from the version it has reached: where that file has run, this one never does.", diagnostics.Warning},
	"tern":           {"tern goes on from the version it has reached: where that file has run, this one never does.", diagnostics.Warning},
	"goose":          {"goose stops at a missing migration, unless it is run with -allow-missing.", diagnostics.Warning},
	"flyway":         {"Flyway does not run it and fails to validate, unless outOfOrder is set.", diagnostics.Warning},
	"supabase":       {"`supabase db push` stops, unless it is run with --include-all.", diagnostics.Warning},
	"atlas":          {"Atlas stops, unless it is run with another --exec-order.", diagnostics.Warning},
	"dbmate":         {runsBehind, diagnostics.Info},
	"sqlx":           {runsBehind, diagnostics.Info},
	"diesel":         {runsBehind, diagnostics.Info},
	"bun":            {runsBehind, diagnostics.Info},
}

// outOfOrder reports a new migration that sorts before a released one.
func outOfOrder(p *diagnostics.Pass, m *schema.Migration, list []schema.Migration) {
	tool, known := lates[m.Runner]
	if !known || p.Option("outOfOrder") == false || p.Snapshot.OnBranch(m.Path) != workspace.Unreleased {
		return
	}
	later, seen := "", false
	for i := range list {
		o := &list[i]
		seen = seen || o.Path == m.Path
		if seen && o.Up != nil && o.Version != "" && o.Version != m.Version && o.Runner == m.Runner && released(p, o.Path) {
			later = o.Path
		}
	}
	if later == "" {
		later = elsewhere(p, m)
	}
	if span, ok := top(p); ok && later != "" {
		p.Report(diagnostics.Diagnostic{Span: span, Severity: tool.level, Message: fmt.Sprintf(
			"Version %s comes before `%s`, which is on %s already. %s", m.Version, p.Snapshot.Rel(later), p.Snapshot.Baseline().Branch, tool.text)})
	}
}

// version is the number with which the name of a migration begins.
var version = regexp.MustCompile(`^V?(\d[\d._]*\d|\d)(?:\D|$)`)

// elsewhere finds a later migration that the branch got meanwhile and this
// checkout does not have; "" if there is none.
func elsewhere(p *diagnostics.Pass, m *schema.Migration) string {
	best, high := "", m.Version
	for file, texts := range p.Snapshot.Baseline().Files {
		if len(texts) > 0 || path.Dir(file) != path.Dir(m.Path) || path.Ext(file) != path.Ext(m.Path) {
			continue
		}
		g := version.FindStringSubmatch(path.Base(file))
		if g == nil {
			continue
		}
		if n := migrations.CompareVersions(g[1], high); n > 0 || n == 0 && best != "" && file < best {
			best, high = file, g[1]
		}
	}
	return best
}

// checksums are the tools that compare the text of what they ran with the file,
// and what they do where it differs.
var checksums = map[string]string{
	"flyway": "Flyway compares checksums and fails to validate",
	"sqlx":   "sqlx compares checksums and refuses to run",
	"prisma": "Prisma compares checksums, and `prisma migrate dev` wants to reset the database",
	"atlas":  "Atlas compares checksums with atlas.sum and refuses to run until they are made again",
	// Of statements only: what else of a changeset counts depends on its version.
	"liquibase": "Liquibase compares checksums of changesets and refuses to run",
}

// edited finds a migration of the branch that does something else by now. Of a
// file with several migrations only a statement that went counts: another may
// have been added behind it.
func edited(p *diagnostics.Pass, m *schema.Migration) (diagnostics.Diagnostic, bool) {
	landing := p.Snapshot.OnBranch(m.Path)
	sum := checksums[m.Runner]
	span, ok := top(p)
	repeatable := m.Runner == "flyway" && m.Version == "" || bytes.Contains(p.File.Text, []byte("runOnChange:true"))
	if p.Option("edited") == false || repeatable || !ok || landing != workspace.Edited && (landing != workspace.Reworded || sum == "" || m.Runner == "liquibase") {
		return diagnostics.Diagnostic{}, false
	}
	if landing == workspace.Edited {
		at, taken, ok := p.Snapshot.Rewritten(m.Path)
		if (len(m.Parts) > 0 || m.Runner == "liquibase") && !taken {
			return diagnostics.Diagnostic{}, false
		}
		if ok {
			span = firstLine(p.File, at)
		}
	}
	branch := p.Snapshot.Baseline().Branch
	message := "This migration is on " + branch + " and has been changed since. "
	if landing == workspace.Reworded {
		message = "This migration is on " + branch + ", and its comments or blanks have changed since. "
	}
	if sum != "" {
		message += sum + " where the former text has run."
	} else {
		message += "A database that has run it does not run it again: it keeps the schema that the former text made."
	}
	return diagnostics.Diagnostic{Span: span, Message: message}, true
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
