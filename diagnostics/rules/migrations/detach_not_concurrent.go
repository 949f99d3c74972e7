package migrations

import (
	"fmt"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	histories "github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "detach-not-concurrent", Category: diagnostics.Migration, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "DETACH PARTITION without CONCURRENTLY stops all reads and writes of the partitioned table while it waits.",
		Why: "The ACCESS EXCLUSIVE lock is held for a moment only, but it waits for every query on any partition, and everybody waits behind it. CONCURRENTLY (14 and " +
			"later) takes SHARE UPDATE EXCLUSIVE on the parent instead; it cannot run in a transaction, nor while there is a default partition. Undo sections are left alone.",
		Bad: "-- migrations/1_init.up.sql --\nCREATE TABLE events (id bigint NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);\n" +
			"CREATE TABLE events_old PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');\n" +
			"-- migrations/2_detach.up.sql --\nALTER TABLE events DETACH PARTITION events_old;\n",
		Good: "-- migrations/1_init.up.sql --\nCREATE TABLE events (id bigint NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);\n" +
			"CREATE TABLE events_old PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');\n" +
			"-- migrations/2_detach.up.sql --\nALTER TABLE events DETACH PARTITION events_old CONCURRENTLY;\n",
		FixSafety: "The partition is detached as before; the copy of its bound that CONCURRENTLY leaves on it as a CHECK is dropped by the next migration. It is unsafe because the statement leaves the transaction; a detach that is cut off is ended with FINALIZE.",
		Refs:      []string{"PostgreSQL manual, ALTER TABLE, DETACH PARTITION"},
	},
	Step: detachNotConcurrent,
})

func detachNotConcurrent(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.DetachPartition || s.Concurrently || s.Action == "finalize" || s.Down || defaulted(s) ||
		p.Config.ServerVersion != 0 && p.Config.ServerVersion < 14 {
		return
	}
	v, ok := judge(p, s, brief)
	if !ok || !v.sure {
		return
	}
	d := diagnostics.Diagnostic{Span: firstLine(p.File, s.Span), Message: fmt.Sprintf("Detaching `%s` waits for every query that still runs on `%s`, "+
		"and every read and write waits behind it.", s.Other, s.Table)}
	fix := diagnostics.Fix{Title: "Detach with CONCURRENTLY"}
	insert := p.Edit(source.Span{Start: s.Span.End, End: s.Span.End}, " CONCURRENTLY")
	switch h := historyOf(p, s); {
	case s.InTransaction || s.Conditional:
		ok = false
	case s.Migration == nil:
		fix.Edits = []diagnostics.FileEdit{insert}
	case h == nil || !h.LeavesTransaction():
		ok = false
	case !only(p, s):
		fix, ok = detachedAlone(p, s)
	default:
		fix, ok = alone(p, s, h, fix, insert)
	}
	if ok && len(fix.Create) == 0 {
		if later := uncheckedBound(s); len(later) > 0 {
			fix, ok = follow(p, s, fix, later...)
		}
	}
	report(p, d, fix, ok)
}

// detachedAlone is the fix where other statements stand beside: the statement
// moves to a migration of its own, unless one behind it needs it.
func detachedAlone(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	if neededLater(p, s, s.Other) {
		return diagnostics.Fix{}, false
	}
	fix := diagnostics.Fix{Title: "Move the statement to a migration of its own and detach with CONCURRENTLY",
		Edits: []diagnostics.FileEdit{p.Edit(removal(p.File, s.Stmt), "")}}
	change := histories.Change{Name: "detach_" + s.Other.Name, Up: alter(s.Table, "DETACH PARTITION "+qualified(s.Other)+" CONCURRENTLY"), NoTx: true}
	return follow(p, s, fix, append([]histories.Change{change}, uncheckedBound(s)...)...)
}

// uncheckedBound drops the CHECK that a concurrent detach leaves behind.
func uncheckedBound(s *schema.Step) []histories.Change {
	check := boundCheck(s)
	if check == "" {
		return nil
	}
	return []histories.Change{{Name: "drop_" + check, Up: alter(s.Other, "DROP CONSTRAINT IF EXISTS "+quoted(check))}}
}

// boundCheck is the name of the CHECK that a concurrent detach leaves on the
// partition in place of its bound (PostgreSQL manual, ALTER TABLE, DETACH
// PARTITION), "" where the key is more than one plain column.
func boundCheck(s *schema.Step) string {
	if s.Before == nil {
		return ""
	}
	_, key, _ := strings.Cut(s.Before.PartitionBy, "(")
	key = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(key), ")"))
	if s.Before.Column(sqltext.Unquote(key)) == nil {
		return ""
	}
	return sqltext.Truncate(s.Other.Name+"_"+sqltext.Unquote(key), sqltext.MaxIdentifier-len("_check")) + "_check"
}

// defaulted reports whether the server locked a default partition as well:
// CONCURRENTLY is refused where there is one.
func defaulted(s *schema.Step) bool {
	for _, e := range s.Impact.Of(s.Change) {
		if e.Relation.Name != s.Table.Name && e.Relation.Name != s.Other.Name && e.Lock == schema.AccessExclusive {
			return true
		}
	}
	return false
}
