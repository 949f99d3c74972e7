package migrations

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	histories "github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "add-pk-using-index-nullable", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "ADD PRIMARY KEY USING INDEX reads the whole table if a column may be NULL.",
		Why: "The index is there, but a primary key also makes its columns NOT NULL: without that every row is looked at under an ACCESS " +
			"EXCLUSIVE lock, and reads and writes wait. Columns that are NOT NULL already, or of which a valid CHECK says so (PostgreSQL 12), " +
			"cost nothing.",
		Bad: "-- migrations/1_init.up.sql --\nCREATE TABLE users (id bigint, name text);\nCREATE UNIQUE INDEX users_pkey ON users (id);\n" +
			"-- migrations/2_key.up.sql --\nALTER TABLE users ADD CONSTRAINT users_pkey PRIMARY KEY USING INDEX users_pkey;\n",
		Good: "-- migrations/1_init.up.sql --\nCREATE TABLE users (id bigint NOT NULL, name text);\nCREATE UNIQUE INDEX users_pkey ON users (id);\n" +
			"-- migrations/2_key.up.sql --\nALTER TABLE users ADD CONSTRAINT users_pkey PRIMARY KEY USING INDEX users_pkey;\n",
		FixSafety: "A CHECK that is NOT VALID is added first, validated in the next migration, and the one behind it makes the key. It is unsafe " +
			"because rows that are NULL now stop that migration.",
		Refs: []string{"PostgreSQL manual, ALTER TABLE, ADD table_constraint_using_index"},
	},
	Step: addPKUsingIndexNullable,
})

func addPKUsingIndexNullable(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.AddConstraint || s.Constraint == nil || s.UsingIndex == "" || s.Constraint.Kind != schema.PrimaryKey {
		return
	}
	v, ok := judge(p, s, long)
	if !ok {
		return
	}
	d := v.finding(p, s, fmt.Sprintf("Making index `%s` the primary key", s.UsingIndex))
	fix, ok := keyedLater(p, s)
	report(p, d, fix, ok)
}

func keyedLater(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	if v := p.Config.ServerVersion; s.Before == nil || v != 0 && v < checkFirst {
		return diagnostics.Fix{}, false
	}
	i := slices.IndexFunc(s.Before.Indexes, func(x *schema.Index) bool { return x.Name == s.UsingIndex })
	if i < 0 {
		return diagnostics.Fix{}, false
	}
	var proofs []string
	for _, c := range s.Before.Indexes[i].Columns() {
		if col := s.Before.Column(c); col != nil && !col.NotNull {
			proofs = append(proofs, quoted(c)+" IS NOT NULL")
		}
	}
	if len(proofs) == 0 {
		return diagnostics.Fix{}, false
	}
	check := notNullCheck(s.Table, "key")
	key := histories.Change{Name: "add_" + s.Constraint.Name, Up: alter(s.Table, strings.TrimSpace(p.Text(s.Span))) + alter(s.Table, "DROP CONSTRAINT "+quoted(check))}
	return follow(p, s, diagnostics.Fix{Title: "Let a validated CHECK prove that the key is not null",
		Edits: []diagnostics.FileEdit{p.Edit(s.Span, fmt.Sprintf("ADD CONSTRAINT %s CHECK (%s) NOT VALID", quoted(check), strings.Join(proofs, " AND ")))}}, validated(s, check), key)
}
