package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "index-concurrent-on-partitioned", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "CREATE INDEX CONCURRENTLY on a partitioned table always fails.",
		Why: "PostgreSQL refuses it. An index that is made with ON ONLY the parent, indexes built with CONCURRENTLY on each partition, and ALTER INDEX ... ATTACH PARTITION " +
			"for each of them give the same index without blocking.",
		Bad: "-- migrations/1_init.up.sql --\nCREATE TABLE events (id bigint NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);\n" +
			"-- migrations/2_index.up.sql --\nCREATE INDEX CONCURRENTLY events_at_idx ON events (at);\n",
		Good: "-- migrations/1_init.up.sql --\nCREATE TABLE events (id bigint NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);\n" +
			"-- migrations/2_index.up.sql --\nCREATE INDEX events_at_idx ON ONLY events (at);\n",
		FixSafety: "The migration makes the index ON ONLY the parent, the next ones build it on each partition and attach those. It is unsafe because the partitions are those that the migrations make: " +
			"while one that was made elsewhere is left out, the index of the parent stays invalid. There is no fix where the migrations make none.",
		Refs: []string{"PostgreSQL manual, CREATE INDEX, Building Indexes Concurrently"},
	},
	Step: indexConcurrentOnPartitioned,
})

func indexConcurrentOnPartitioned(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.CreateIndex && s.Kind != schema.DropIndex || !s.Concurrently || s.Before == nil || s.Before.Kind != schema.Partitioned {
		return
	}
	verb, instead := "built", " Build it ON ONLY the table, then CONCURRENTLY on each partition, and attach those."
	if s.Kind == schema.DropIndex {
		verb, instead = "dropped", ""
	}
	fix, ok := diagnostics.Fix{}, false
	if s.Kind == schema.CreateIndex {
		fix, ok = partitionwise(p, s)
	}
	report(p, diagnostics.Diagnostic{Span: firstLine(p.File, s.Stmt), Message: fmt.Sprintf("`%s` is partitioned: its index `%s` cannot be %s with CONCURRENTLY, the statement fails.%s",
		s.Before.Name, s.Column, verb, instead)}, fix, ok)
}
