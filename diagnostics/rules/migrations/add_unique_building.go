package migrations

import (
	"fmt"
	"slices"

	"github.com/dbwise/dbwise/diagnostics"
	histories "github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "add-unique-building", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "ADD UNIQUE or ADD PRIMARY KEY builds an index while nobody can use the table.",
		Why: "The index is built over all rows under an ACCESS EXCLUSIVE lock: reads and writes wait. A unique index that is built with " +
			"CONCURRENTLY keeps nobody waiting, and ADD CONSTRAINT ... USING INDEX then makes it the constraint at once.",
		Bad:  example("ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email);\n"),
		Good: example("CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);\n-- migrations/3_constraint.up.sql --\nALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;\n"),
		FixSafety: "The constraint is the same in the end, by two migrations of their own. The fix is unsafe because until then nothing keeps " +
			"values unique, and a build that fails leaves an INVALID index behind, to be dropped with DROP INDEX CONCURRENTLY. A primary key needs " +
			"columns that are NOT NULL. Partitioned tables and deferrable constraints have none.",
		Refs: []string{"PostgreSQL manual, ALTER TABLE, ADD table_constraint_using_index", "PostgreSQL manual, CREATE INDEX, Building Indexes Concurrently"},
	},
	Step: addUniqueBuilding,
})

func addUniqueBuilding(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.AddConstraint || s.Inline || s.Constraint == nil || s.UsingIndex != "" ||
		s.Constraint.Kind != schema.Unique && s.Constraint.Kind != schema.PrimaryKey {
		return
	}
	v, ok := judge(p, s, long)
	if !ok {
		return
	}
	kind := "unique constraint"
	if s.Constraint.Kind == schema.PrimaryKey {
		kind = "primary key"
	}
	d := v.finding(p, s, fmt.Sprintf("Adding %s `%s`", kind, s.Constraint.Name))
	fix, ok := builtFirst(p, s)
	report(p, d, fix, ok)
}

// builtFirst is the fix: the index in a migration that leaves the transaction,
// the constraint in the one behind it. A file that holds nothing else becomes
// the first of the two.
func builtFirst(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	k := s.Constraint
	if k.Deferrable || s.Before == nil || s.Before.Kind == schema.Partitioned || lexedHas(p, s, "nulls", "with", "tablespace") {
		return diagnostics.Fix{}, false
	}
	if k.Kind == schema.PrimaryKey && slices.ContainsFunc(k.Columns, func(c string) bool { return s.Before.Column(c) == nil || !s.Before.Column(c).NotNull }) {
		return diagnostics.Fix{}, false
	}
	later := indexThenConstraint(s)
	fix := diagnostics.Fix{Title: fmt.Sprintf("Build the index of `%s` with CONCURRENTLY, then make it the constraint", k.Name)}
	if s.Migration == nil || !only(p, s) || siblings(p, s) > 0 {
		if !undone(p, s, k.Name) {
			later[0].Down = "DROP INDEX CONCURRENTLY IF EXISTS " + qualified(schema.Name{Schema: s.Table.Schema, Name: k.Name}) + ";\n"
			later[1].Down = alter(s.Table, "DROP CONSTRAINT IF EXISTS "+quoted(k.Name))
		}
		fix.Edits = []diagnostics.FileEdit{p.Edit(withoutClause(p, s), "")}
		return follow(p, s, fix, later...)
	}
	return first(p, s, fix, later[0], later[1:]...)
}

// first is a fix that turns the only statement of a file into one that no
// transaction may surround, with the rest behind it.
func first(p *diagnostics.Pass, s *schema.Step, fix diagnostics.Fix, now histories.Change, later ...histories.Change) (diagnostics.Fix, bool) {
	h := historyOf(p, s)
	if h == nil || !h.LeavesTransaction() || s.Down || s.Conditional {
		return diagnostics.Fix{}, false
	}
	fix.Edits = []diagnostics.FileEdit{p.Edit(s.Stmt, now.Up[:len(now.Up)-2])}
	fix, ok := alone(p, s, h, fix, fix.Edits[0])
	if !ok {
		return fix, false
	}
	return follow(p, s, fix, later...)
}

// lexedHas reports whether a clause holds one of the words outside brackets.
func lexedHas(p *diagnostics.Pass, s *schema.Step, words ...string) bool {
	for _, w := range lexed(p, s.Span) {
		if slices.ContainsFunc(words, w.is) {
			return true
		}
	}
	return false
}
