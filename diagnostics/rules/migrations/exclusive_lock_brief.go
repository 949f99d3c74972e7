package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
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
		Good:      example("SET LOCAL lock_timeout = '5s';\nALTER TABLE orders ADD COLUMN note text;\n"),
		FixSafety: "The same is done, with a lock_timeout for the transaction, or for the session where there is none. It is unsafe because the migration now fails where it would have waited for more than five seconds.",
		Refs:      []string{"PostgreSQL manual, 20.11 Client Connection Defaults, lock_timeout"},
	},
	File: exclusiveLockBrief,
})

func exclusiveLockBrief(p *diagnostics.Pass) {
	if p.Snapshot.Migration(p.File.Path) == nil || describes(p, p.File.Path) {
		return
	}
	waits := impatient(p)
	if len(waits) == 0 {
		return
	}
	first := waits[0]
	d := diagnostics.Diagnostic{Span: firstLine(p.File, first.Span), Message: fmt.Sprintf(
		"This takes %s without a lock_timeout: behind a long query it waits, and everybody waits behind it.", locked(first.Worst()))}
	fix := diagnostics.Fix{Title: "Set a lock_timeout of five seconds", Edits: timeouts(p, waits)}
	report(p, d, fix, p.File.Lang == source.SQL)
}

// impatient are the statements that wait for a brief lock for as long as it takes.
func impatient(p *diagnostics.Pass) []workspace.StatementImpact {
	var out []workspace.StatementImpact
	for _, st := range p.Snapshot.Impacts(p.File.Path) {
		if st.Down || st.Timeout || st.Fails || st.Class != schema.BriefBlockAll && st.Class != schema.BriefBlockWrites {
			continue
		}
		if e := st.Worst(); e != nil && !queued(p, st.Statement) && !e.May && !st.Unread && !p.Config.Small(e.Relation.Name) {
			out = append(out, st)
		}
	}
	return out
}

// timeouts sets lock_timeout in front of the statements: for its transaction in
// one, for the session outside of any, each time once.
func timeouts(p *diagnostics.Pass, waits []workspace.StatementImpact) (out []diagnostics.FileEdit) {
	set := map[stretch]bool{}
	for _, st := range waits {
		in := stretchOf(p, st.Span.Start)
		session := stretch{part: in.part, from: -1}
		if set[in] || set[session] {
			continue
		}
		set[in] = true
		how := "SET LOCAL"
		if in == session {
			how = "SET"
		}
		at := source.Span{Start: above(p.File, st.Span.Start)}
		at.End = at.Start
		out = append(out, p.Edit(at, how+" lock_timeout = '5s';\n"+indentOf(p.File, at.Start)))
	}
	return out
}

// stretch is a transaction of a migration's file: where the part that the tool
// runs by itself begins, and where the transaction does; -1 is none.
type stretch struct{ part, from int }

// stretchOf is the transaction around an offset. A second statement makes what the
// tool sends at once a transaction.
func stretchOf(p *diagnostics.Pass, at int) stretch {
	m := p.Snapshot.Migration(p.File.Path)
	for i := range m.Parts {
		if covers(m.Parts[i].Up, source.Span{Start: at, End: at}) {
			m = m.Of(&m.Parts[i])
			break
		}
	}
	in := stretch{from: -1}
	if len(m.Up) > 0 {
		in.part = m.Up[0].Start
	}
	if m.Tx == schema.TxFile || m.Tx == schema.TxBatch || m.Tx == schema.TxImplicit {
		in.from = in.part
	}
	for _, s := range p.Snapshot.Steps(p.File.Path) {
		switch {
		case s.Down || s.Stmt.Start >= at || !covers(m.Up, s.Stmt):
		case s.Kind == schema.Begin, (s.Kind == schema.Commit || s.Kind == schema.Rollback) && s.To == "chain":
			in.from = s.Stmt.Start
		case s.Kind == schema.Commit || s.Kind == schema.Rollback:
			in.from = -1
		}
	}
	return in
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
