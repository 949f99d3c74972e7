package migrations

import (
	"fmt"
	"slices"
	"strings"

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
		FixSafety: "The table is made by itself, the default partition gets the CHECK as NOT VALID; the next migrations validate it, attach the table and drop the CHECKs. It is unsafe because " +
			"the partition comes later, and because the default partition takes no rows of its bound until then. There is no fix for hash, keys of several columns and options of the partition's own.",
		Refs: []string{"PostgreSQL manual, CREATE TABLE, PARTITION OF"},
	},
	Step: createPartitionOfDefault,
})

func createPartitionOfDefault(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.CreateTable || s.Def == nil || s.Def.Parent.Name == "" {
		return
	}
	v, ok := judge(p, s, long)
	if !ok {
		return
	}
	fix, ok := madeApart(p, s)
	report(p, v.finding(p, s, fmt.Sprintf("Making partition `%s`", s.Table)), fix, ok)
}

// madeApart is the fix: a table like its parent here, which becomes a partition
// in the end. LIKE leaves out what a partition does not take over either.
func madeApart(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	parent := eve(p, s).Table(s.Def.Parent)
	if parent == nil || s.IfNotExists || s.Def.Kind != schema.Partition || !barePartition(p, s) {
		return diagnostics.Fix{}, false
	}
	list, inside, ok := proofs(p, s, parent, s.Table, s.Def.Bound)
	if !ok || len(list) == 0 {
		return diagnostics.Fix{}, false
	}
	own := proof{s.Table, fitted(s.Table.Name + "_bound"), inside}
	text := fmt.Sprintf("CREATE TABLE %s (\n    LIKE %s INCLUDING ALL EXCLUDING IDENTITY EXCLUDING COMMENTS EXCLUDING STATISTICS,\n    %s\n);\n",
		qualified(s.Table), qualified(parent.Name), own.check())
	for _, c := range list {
		text += alter(c.table, "ADD "+c.check()+" NOT VALID")
	}
	fix := diagnostics.Fix{Title: fmt.Sprintf("Make `%s` by itself and attach it when a validated CHECK keeps its rows out of the default partition", s.Table),
		Edits: []diagnostics.FileEdit{p.Edit(removal(p.File, s.Stmt), text)}}
	return attachLater(p, s, fix, list, append([]proof{own}, list...), s.Table,
		"ALTER TABLE "+qualified(parent.Name)+" ATTACH PARTITION "+qualified(s.Table)+" "+s.Def.Bound)
}

// barePartition reports whether a CREATE TABLE says nothing but whose partition
// it is and its bound.
func barePartition(p *diagnostics.Pass, s *schema.Step) bool {
	words := lexed(p, s.Stmt)
	i := slices.IndexFunc(words, func(w word) bool { return w.is("of") })
	if i < 0 || len(words) < 2 || !words[1].is("table") {
		return false
	}
	rest := strings.TrimSpace(string(p.File.Text[words[i].end:s.Stmt.End]))
	if rest = strings.TrimSpace(strings.TrimSuffix(rest, s.Def.Bound)); strings.ContainsAny(rest, " \t\r\n(") {
		return false
	}
	return strings.HasSuffix(s.Stmt.In(p.File.Text), s.Def.Bound)
}
