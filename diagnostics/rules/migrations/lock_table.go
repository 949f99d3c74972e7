package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "lock-table", Category: diagnostics.Migration, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "LOCK TABLE keeps writers, or everybody, waiting until the transaction ends.",
		Why: "The lock is held until the transaction ends, whatever it does in the meantime. SHARE and stronger modes stop writers, ACCESS EXCLUSIVE, which is the default, " +
			"stops readers as well. Most work needs none, or SHARE UPDATE EXCLUSIVE.",
		Bad:       example("BEGIN;\nLOCK TABLE orders;\nUPDATE orders SET status = 'done' WHERE id = 1;\nCOMMIT;\n"),
		Good:      example("BEGIN;\nLOCK TABLE orders IN ROW EXCLUSIVE MODE;\nUPDATE orders SET status = 'done' WHERE id = 1;\nCOMMIT;\n"),
		FixSafety: "There is no fix: only you know what the lock is for.",
		Refs:      []string{"PostgreSQL manual, LOCK", "PostgreSQL manual, 13.3.1 Table-Level Locks"},
	},
	Step: lockTable,
})

func lockTable(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.OtherDDL || s.Action != "lock" {
		return
	}
	v, ok := judge(p, s, brief)
	if !ok {
		return
	}
	locks := locked(v.Effect)
	for _, o := range p.Snapshot.Steps(s.Path) {
		if o.Stmt != s.Stmt || o.Change == s.Change {
			continue
		}
		other, ok := judge(p, &o, brief)
		if ok && o.NameSpan.Start < s.NameSpan.Start {
			return // one statement is one finding
		}
		if ok {
			locks += " and `" + other.Relation.String() + "`"
		}
	}
	d := v.finding(p, s, "")
	d.Message = fmt.Sprintf("LOCK TABLE takes %s: %s waits until the transaction ends.", locks, waiting(v.Blocks))
	p.Report(d)
}
