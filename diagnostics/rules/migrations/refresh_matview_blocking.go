package migrations

import (
	"fmt"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "refresh-matview-blocking", Category: diagnostics.Migration, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "REFRESH MATERIALIZED VIEW without CONCURRENTLY keeps readers of the view waiting while its query runs.",
		Why: "The old rows are replaced under an ACCESS EXCLUSIVE lock that lasts as long as the query. With CONCURRENTLY the new rows are " +
			"compared with the old ones and readers go on; that takes a unique index over plain columns of the view, and rows that are there already.",
		Bad: example("CREATE MATERIALIZED VIEW totals AS SELECT user_id, sum(total) AS total FROM orders GROUP BY user_id;\n" +
			"-- migrations/3_refresh.up.sql --\nREFRESH MATERIALIZED VIEW totals;\n"),
		Good: example("CREATE MATERIALIZED VIEW totals AS SELECT user_id, sum(total) AS total FROM orders GROUP BY user_id;\n" +
			"CREATE UNIQUE INDEX ON totals (user_id);\n-- migrations/3_refresh.up.sql --\nREFRESH MATERIALIZED VIEW CONCURRENTLY totals;\n"),
		FixSafety: "The view has the same rows afterwards. It is unsafe because it takes longer, and fails if the view was never filled.",
		Refs:      []string{"PostgreSQL manual, REFRESH MATERIALIZED VIEW"},
	},
	Step: refreshMatviewBlocking,
})

func refreshMatviewBlocking(p *diagnostics.Pass, s *schema.Step) {
	if s.Action != "refresh materialized view" || s.Concurrently {
		return
	}
	v, ok := judge(p, s, long)
	if !ok || !v.sure {
		return
	}
	d := v.finding(p, s, "")
	d.Message = fmt.Sprintf("Refreshing `%s` keeps everybody who reads it waiting until its query has run.", v.Relation)
	keyed := s.Before != nil && len(s.Before.Keys()) > 0
	if !keyed {
		d.Message += " It has no unique index, which CONCURRENTLY takes."
	}
	at := strings.Index(strings.ToLower(s.Stmt.In(p.File.Text)), "view")
	fix := diagnostics.Fix{Title: "Refresh with CONCURRENTLY"}
	if at >= 0 {
		at += s.Stmt.Start + len("view")
		fix.Edits = []diagnostics.FileEdit{p.Edit(source.Span{Start: at, End: at}, " CONCURRENTLY")}
	}
	report(p, d, fix, keyed && at >= 0)
}
