package migrations

import (
	"fmt"
	"slices"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	histories "github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// deletedRows is how many rows a batch deletes before it commits.
const deletedRows = 10000

// deletedInBatches is the fix of a TRUNCATE: the rows are deleted in batches
// that commit, those of the tables that refer to it first. It takes the place
// of a TRUNCATE that is alone, otherwise it is a migration of its own, if
// nothing touches the tables behind it.
func deletedInBatches(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	h := historyOf(p, s)
	if h == nil || !h.LeavesTransaction() || s.Migration.Tx == schema.TxBatch || s.InTransaction || s.Conditional || s.Born || s.Only ||
		s.Span != s.Stmt || s.Impact == nil || restarts(p, s) {
		return diagnostics.Fix{}, false
	}
	tables, ok := deletionOrder(p, s)
	if !ok {
		return diagnostics.Fix{}, false
	}
	block, ok := deletes(tables)
	if !ok {
		return diagnostics.Fix{}, false
	}
	fix := diagnostics.Fix{Title: fmt.Sprintf("Delete the rows of %s in batches instead", list(names(tables))), Safety: diagnostics.Unsafe}
	if only(p, s) {
		return batchesInPlace(p, s, h, fix, block)
	}
	if touchedLater(p, s, h, tables) {
		return diagnostics.Fix{}, false
	}
	fix.Edits = []diagnostics.FileEdit{p.Edit(removal(p.File, s.Stmt), "")}
	fix.Title += ", in a migration of their own"
	plan, ok := planned(p, s, h, histories.Change{Name: "empty_" + s.Before.Name.Name, Up: block + ";", NoTx: true})
	if !ok {
		return diagnostics.Fix{}, false
	}
	return p.Plan(fix, plan)
}

// batchesInPlace changes the only statement of a file, with the tool's mark
// that opens its transaction.
func batchesInPlace(p *diagnostics.Pass, s *schema.Step, h *histories.History, fix diagnostics.Fix, block string) (diagnostics.Fix, bool) {
	switch s.Migration.Tx {
	case schema.TxNone, schema.TxImplicit, schema.TxUnknown:
		fix.Edits = []diagnostics.FileEdit{p.Edit(s.Stmt, block)}
		return fix, true
	}
	if h.Opened() == "" {
		return diagnostics.Fix{}, false
	}
	if h.Runner == "goose" { // it splits at the semicolons of the block
		block = "-- +goose StatementBegin\n" + block + ";\n-- +goose StatementEnd\n"
		fix.Edits = []diagnostics.FileEdit{p.Edit(source.Span{}, h.Opened()), p.Edit(removal(p.File, s.Stmt), block)}
		return fix, true
	}
	fix.Edits = []diagnostics.FileEdit{p.Edit(source.Span{}, h.Opened()), p.Edit(s.Stmt, block)}
	return fix, true
}

// restarts reports whether the TRUNCATE also sets sequences back.
func restarts(p *diagnostics.Pass, s *schema.Step) bool {
	return slices.ContainsFunc(lexed(p, s.Stmt), func(w word) bool { return w.is("restart") })
}

// deletionOrder are the tables that a TRUNCATE empties, each before those it refers
// to. It fails where that is not known or goes round in circles: a table that
// refers to itself cannot be deleted in batches either.
func deletionOrder(p *diagnostics.Pass, s *schema.Step) ([]*schema.Table, bool) {
	if s.Before == nil || s.Cascade && !s.Known {
		return nil, false
	}
	catalog := eve(p, s).Freeze()
	var out []*schema.Table
	state := map[schema.Name]int{} // 1: under way, 2: done
	var visit func(*schema.Table) bool
	visit = func(t *schema.Table) bool {
		switch {
		case state[t.Name] == 1 || t.Open || t.Kind != schema.Ordinary && t.Kind != schema.Partitioned || len(state) > maxEmptied:
			return false
		case state[t.Name] == 2:
			return true
		}
		state[t.Name] = 1
		for _, r := range catalog.ReferencedBy(t) {
			if r.Table.Name == t.Name || !visit(r.Table) {
				return false
			}
		}
		state[t.Name] = 2
		out = append(out, t)
		return true
	}
	ok := visit(s.Before)
	return out, ok && (s.Cascade || len(out) == 1)
}

// maxEmptied bounds the tables that one fix deletes from.
const maxEmptied = 20

// deletes is a block that deletes all rows of the tables, one after the other.
// It needs keys of one column.
func deletes(tables []*schema.Table) (string, bool) {
	text := "DO $$\nBEGIN\n"
	for _, t := range tables {
		if t.PrimaryKey == nil || len(t.PrimaryKey.Columns) != 1 {
			return "", false
		}
		key := quoted(t.PrimaryKey.Columns[0])
		text += fmt.Sprintf("    LOOP\n        DELETE FROM %[1]s WHERE %[2]s IN (SELECT %[2]s FROM %[1]s ORDER BY %[2]s LIMIT %[3]d);\n"+
			"        EXIT WHEN NOT FOUND;\n        COMMIT;\n    END LOOP;\n", qualified(t.Name), key, deletedRows)
	}
	return text + "END $$", true
}

func names(tables []*schema.Table) []string {
	out := make([]string, len(tables))
	for i, t := range tables {
		out[i] = t.Name.String()
	}
	return out
}

// touchedLater reports whether a statement behind a step, in its file or in a
// migration after it, names one of the tables.
func touchedLater(p *diagnostics.Pass, s *schema.Step, h *histories.History, tables []*schema.Table) bool {
	among := func(name string) bool {
		return slices.ContainsFunc(tables, func(t *schema.Table) bool { return t.Name.Name == name })
	}
	for i := range h.Migrations {
		m := &h.Migrations[i]
		if m.Up == nil || m.Seq < s.Migration.Seq {
			continue
		}
		from := 0
		if m.Path == s.Path {
			from = s.Stmt.End
		}
		if slices.ContainsFunc(p.Snapshot.Steps(m.Path), func(o schema.Step) bool {
			return !o.Down && o.Stmt.Start >= from && (among(o.Table.Name) || among(o.Other.Name) || among(o.To) ||
				o.Constraint != nil && among(o.Constraint.References.Name))
		}) || slices.ContainsFunc(p.Snapshot.Queries(m.Path), func(q *workspace.Query) bool {
			found := false
			q.Walk(func(q *workspace.Query) {
				for _, t := range q.Tables {
					found = found || among(t.Name)
				}
			})
			return found && q.Span.Start >= from && covers(m.Up, q.Span)
		}) {
			return true
		}
	}
	return false
}
