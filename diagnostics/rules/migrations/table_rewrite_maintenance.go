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

// rewriting are the actions that copy a table without changing what it says,
// and what does the same beside the traffic.
var rewriting = map[string]struct{ name, instead string }{
	"vacuum full":                {"VACUUM FULL", "VACUUM makes the room usable again, pg_repack or pg_squeeze give it back beside the traffic."},
	"cluster":                    {"CLUSTER", "pg_repack or pg_squeeze sort a table beside the traffic."},
	"set logged":                 {"SET LOGGED", anotherTable},
	"set unlogged":               {"SET UNLOGGED", anotherTable},
	"set tablespace":             {"SET TABLESPACE", "pg_repack moves a table beside the traffic."},
	"set access method":          {"SET ACCESS METHOD", anotherTable},
	"set expression":             {"SET EXPRESSION", "A second column, filled in batches, can take the name in the end."},
	"alter index set tablespace": {"ALTER INDEX ... SET TABLESPACE", "REINDEX (TABLESPACE ...) INDEX CONCURRENTLY does it since PostgreSQL 14 without keeping anybody waiting."},
}

const anotherTable = "A new table made that way, filled by a trigger and in batches, can take the name in the end."

func tableRewriteMaintenance(p *diagnostics.Pass, s *schema.Step) {
	way, ok := rewriting[s.Action]
	if !ok || s.Kind != schema.OtherDDL && s.Kind != schema.Opaque {
		return
	}
	if v, ok := judge(p, s, long); ok {
		f := v.finding(p, s, way.name)
		f.Message += " " + way.instead
		p.Report(f)
	}
}
