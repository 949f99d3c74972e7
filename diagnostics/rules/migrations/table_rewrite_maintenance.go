package migrations

import (
	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "table-rewrite-maintenance", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "VACUUM FULL, CLUSTER or a change of storage writes the whole table anew while nobody can use it.",
		Why: "The table is copied row by row under an ACCESS EXCLUSIVE lock. Plain VACUUM makes room without it; pg_repack and pg_squeeze " +
			"copy the table beside the traffic. Forms that change nothing, such as SET LOGGED on a logged table, are left alone.",
		Bad:       example("VACUUM FULL orders;\n"),
		Good:      example("VACUUM orders;\n"),
		FixSafety: "There is no fix: what to do instead depends on why it is done.",
		Refs:      []string{"PostgreSQL manual, VACUUM, FULL", "PostgreSQL manual, CLUSTER", "PostgreSQL manual, ALTER TABLE, SET TABLESPACE, SET LOGGED, SET ACCESS METHOD"},
	},
	Step: tableRewriteMaintenance,
})

// rewriting are the actions that copy a table without changing what it says.
var rewriting = map[string]string{
	"vacuum full": "VACUUM FULL", "cluster": "CLUSTER", "set logged": "SET LOGGED", "set unlogged": "SET UNLOGGED", "set tablespace": "SET TABLESPACE",
	"set access method": "SET ACCESS METHOD", "set expression": "SET EXPRESSION", "alter index set tablespace": "ALTER INDEX ... SET TABLESPACE",
}

func tableRewriteMaintenance(p *diagnostics.Pass, s *schema.Step) {
	name := rewriting[s.Action]
	if name == "" || s.Kind != schema.OtherDDL && s.Kind != schema.Opaque {
		return
	}
	if v, ok := judge(p, s, long); ok {
		p.Report(v.finding(p, s, name))
	}
}
