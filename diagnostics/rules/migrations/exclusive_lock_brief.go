package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "exclusive-lock-brief", Category: diagnostics.Migration, Severity: diagnostics.Info, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "A migration takes an exclusive lock and may wait for it as long as the longest query runs.",
		Why: "The lock itself is held for a moment, but a statement that waits for it makes everybody wait who comes after, reads included. With a lock_timeout it gives up " +
			"instead, and can be tried again. One finding a file, about its first such statement; renames, dropped columns, triggers, policies and their like belong " +
			"to it, COMMENT, GRANT, statistics and storage parameters do not. Undo sections are left alone. Switch it off if the server or the tool sets lock_timeout.",
		Bad:       example("ALTER TABLE orders ADD COLUMN note text;\n"),
		Good:      example("SET lock_timeout = '5s';\nALTER TABLE orders ADD COLUMN note text;\n"),
		FixSafety: "The same is done. It is unsafe because the migration now fails where it would have waited for more than five seconds.",
		Refs:      []string{"PostgreSQL manual, 20.11 Client Connection Defaults, lock_timeout"},
	},
	File: exclusiveLockBrief,
})

func exclusiveLockBrief(p *diagnostics.Pass) {
	if p.Snapshot.Migration(p.File.Path) == nil || describes(p, p.File.Path) {
		return
	}
	for _, st := range p.Snapshot.Impacts(p.File.Path) {
		if st.Down || st.Timeout || st.Fails || st.Class != schema.BriefBlockAll && st.Class != schema.BriefBlockWrites {
			continue
		}
		e := st.Worst()
		if e == nil || queued(p, st.Statement) || e.May || st.Unread || p.Config.Small(e.Relation.Name) {
			continue
		}
		d := diagnostics.Diagnostic{Span: firstLine(p.File, st.Span), Message: fmt.Sprintf("This takes %s without a lock_timeout: behind a long query it waits, and everybody waits behind it.", locked(e))}
		fix := diagnostics.Fix{Title: "Set a lock_timeout of five seconds", Edits: []diagnostics.FileEdit{
			p.Edit(source.Span{Start: st.Span.Start, End: st.Span.Start}, "SET lock_timeout = '5s';\n"+indentOf(p.File, st.Span.Start))}}
		report(p, d, fix, p.File.Lang == source.SQL)
		return
	}
}

// queued reports whether a rule of its own speaks about how a statement waits
// for its lock.
func queued(p *diagnostics.Pass, st *facts.Statement) bool {
	for i := range st.Changes {
		switch c := &st.Changes[i]; {
		case c.Kind == schema.DropIndex || c.Kind == schema.DetachPartition:
			return true
		case writesDefault(p, c):
			return true
		case c.Kind == schema.OtherDDL && (c.Action == "lock" || c.Action == "refresh materialized view"):
			return true
		}
	}
	return false
}
