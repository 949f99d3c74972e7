package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	histories "github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "attach-partition-scan", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "ATTACH PARTITION reads the whole table that is attached, or the default partition, while nobody can use it.",
		Why: "The server makes sure that every row lies within the bound, and that none of the default partition does, under ACCESS EXCLUSIVE locks on both; indexes " +
			"of the parent that the table lacks are built then as well. A valid CHECK that implies the bound (NOT VALID first, then VALIDATE), its negation on the " +
			"default partition and indexes built before make it a matter of a moment.",
		Bad: partitioned + "ALTER TABLE events ATTACH PARTITION events_old FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');\n",
		Good: partitioned + "ALTER TABLE events_old ADD CONSTRAINT events_old_bound CHECK (at >= '2020-01-01' AND at < '2021-01-01') NOT VALID;\n" +
			"-- migrations/3_validate.up.sql --\nALTER TABLE events_old VALIDATE CONSTRAINT events_old_bound;\n" +
			"-- migrations/4_attach.up.sql --\nALTER TABLE events ATTACH PARTITION events_old FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');\n",
		FixSafety: "The migration adds the CHECKs as NOT VALID, the next ones validate them, attach the table and drop them again. It is unsafe because the table is attached later, and " +
			"because the default partition takes no rows of the bound until then. Indexes and keys of the parent that the table lacks are built before, with CONCURRENTLY. There is no fix for hash, keys of several columns and a foreign key that the table lacks.",
		Refs: []string{"PostgreSQL manual, ALTER TABLE, ATTACH PARTITION", "PostgreSQL manual, 5.12.2.2 Partition Maintenance"},
	},
	Step: attachPartitionScan,
})

// partitioned is the example of the rules about partitions.
const partitioned = "-- migrations/1_init.up.sql --\n" +
	"CREATE TABLE events (id bigint NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);\n" +
	"CREATE TABLE events_rest PARTITION OF events DEFAULT;\nALTER TABLE events_rest ADD CHECK (at >= '2021-01-01');\n" +
	"CREATE TABLE events_old (id bigint NOT NULL, at date NOT NULL);\n-- migrations/2_change.up.sql --\n"

func attachPartitionScan(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.AttachPartition {
		return
	}
	v, ok := judge(p, s, long)
	if !ok {
		return
	}
	fix, ok := checkedBound(p, s)
	report(p, v.finding(p, s, fmt.Sprintf("Attaching `%s` to `%s`", s.Other, s.Table)), fix, ok)
}

// checkedBound is the fix: checks here, the rest in the next migrations.
func checkedBound(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	list, _, ok := proofs(p, s, s.Before, s.Other, s.Bound)
	if !ok || len(list) == 0 {
		return diagnostics.Fix{}, false
	}
	text := ""
	for _, c := range list {
		text += alter(c.table, "ADD "+c.check()+" NOT VALID")
	}
	fix := diagnostics.Fix{Title: fmt.Sprintf("Let validated CHECKs prove the bound of `%s`, then attach it", s.Other),
		Edits: []diagnostics.FileEdit{p.Edit(removal(p.File, s.Stmt), text)}}
	var ready []histories.Change
	b := eve(p, s)
	if t := b.Table(s.Other); t != nil {
		build, add, ok := likeParent(p, b, s.Before, t)
		if !ok {
			return diagnostics.Fix{}, false
		}
		if build != "" {
			fix.Title = fmt.Sprintf("Build the indexes of `%s` with CONCURRENTLY and let validated CHECKs prove its bound, then attach it", s.Other)
			ready = append(ready, histories.Change{Name: "index_" + s.Other.Name, Up: build, NoTx: true})
		}
		if add != "" {
			ready = append(ready, histories.Change{Name: "add_keys_of_" + s.Other.Name, Up: add})
		}
	}
	return attachLater(p, s, fix, list, list, s.Other, s.Stmt.In(p.File.Text), ready...)
}
