package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "create-partition-of-default", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "A new partition makes the server read the default partition while nobody can use it.",
		Why: "Rows that belong into the new partition may lie in the default one: the server looks under an ACCESS EXCLUSIVE lock, on the partitioned table as well. A " +
			"table made by itself, a valid CHECK on the default partition that keeps such rows out, and ATTACH PARTITION then do the same in a moment.",
		Bad: "-- migrations/1_init.up.sql --\nCREATE TABLE events (id bigint NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);\nCREATE TABLE events_rest PARTITION OF events DEFAULT;\n" +
			"-- migrations/2_next.up.sql --\nCREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');\n",
		Good: "-- migrations/1_init.up.sql --\nCREATE TABLE events (id bigint NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);\n" +
			"-- migrations/2_next.up.sql --\nCREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');\n",
		FixSafety: "There is no fix: the steps before are migrations of their own.",
		Refs:      []string{"PostgreSQL manual, CREATE TABLE, PARTITION OF"},
	},
	Step: createPartitionOfDefault,
})

func createPartitionOfDefault(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.CreateTable || s.Def == nil || s.Def.Parent.Name == "" {
		return
	}
	if v, ok := judge(p, s, long); ok {
		p.Report(v.finding(p, s, fmt.Sprintf("Making partition `%s`", s.Table)))
	}
}
