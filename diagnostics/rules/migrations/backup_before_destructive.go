package migrations

import (
	"fmt"
	"slices"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "backup-before-destructive", Category: diagnostics.DataLoss, Severity: diagnostics.Info, Since: "0.2", Yields: true,
	Doc: diagnostics.Doc{
		Title: "A migration that loses data somebody still uses keeps no copy of it.",
		Why: "It speaks where the rules that call a DROP or TRUNCATE wrong are switched off or overruled by a comment: a copy in the database is then " +
			"the quickest way back; those rules offer the copy themselves, beside their fix or where it is enough. A copy or rename in this migration or one of the three before counts. Where " +
			"dropping is only the last step of a change, and the other rules merely inform, this one is silent.",
		Bad: example("-- dbwise-ignore drop-column-referenced: the report is no longer made\nDROP TABLE orders;\n" +
			"-- queries/orders.sql --\nSELECT status FROM orders WHERE id = $1;\n"),
		Good: example("CREATE TABLE orders_backup AS SELECT * FROM orders;\n-- dbwise-ignore drop-column-referenced: the report is no longer made\nDROP TABLE orders;\n" +
			"-- queries/orders.sql --\nSELECT status FROM orders WHERE id = $1;\n"),
		FixSafety: "The fix copies the table, or key and column, before anything in the transaction takes a lock that others wait for. It is " +
			"unsafe: it reads the whole table and needs the room, though it blocks nobody; the copy has no keys, indexes or grants.",
		Refs: []string{"PostgreSQL manual, CREATE TABLE AS"},
	},
	Step: backupBeforeDestructive,
})

// recent is how many migrations before one count as having prepared it.
const recent = 3

func backupBeforeDestructive(p *diagnostics.Pass, s *schema.Step) {
	if !destroysLoudly(p, s) || saved(p, s) || slices.ContainsFunc(p.Snapshot.Steps(s.Path), func(o schema.Step) bool {
		return o.Stmt == s.Stmt && o.Span.Start < s.Span.Start && destroysLoudly(p, &o)
	}) {
		return
	}
	what := "the rows of `" + s.Table.String() + "`"
	if s.Kind == schema.DropColumn {
		var lost []string
		for _, c := range dropped(p, s) {
			lost = append(lost, s.Table.String()+"."+c)
		}
		what = "the values of " + list(lost)
	}
	fix, ok := copyAside(p, s)
	report(p, diagnostics.Diagnostic{Span: firstLine(p.File, s.Span),
		Message: fmt.Sprintf("Neither this migration nor one of the %d before it keeps a copy of %s.", recent, what)}, fix, ok)
}

// destroysLoudly reports whether another rule calls a step's loss more than
// information.
func destroysLoudly(p *diagnostics.Pass, s *schema.Step) bool {
	if s.Migration == nil || s.Before == nil || isView(s.Before) || s.Before.Kind == schema.Foreign || !destroys(p, s) {
		return false
	}
	switch s.Kind {
	case schema.DropTable:
		return tableReturns(p, s) || len(breaks(p, s)) > 0 || len(takenKeys(p, s)) > 0
	case schema.DropColumn:
		return s.Before.Column(s.Column) != nil && !derived(s) && !addedHere(p, s) && (addedAgain(p, s) != nil || len(breaks(p, s)) > 0)
	case schema.Truncate:
		return !maybeOlder(p, s) && (s.Cascade || !refilled(p, s)) && !p.Config.Small(s.Table.Name)
	}
	return false
}

// dropped are the columns that the statement of a step takes from its table,
// and that other rules speak about.
func dropped(p *diagnostics.Pass, s *schema.Step) []string {
	var out []string
	if s.Kind != schema.DropColumn {
		return nil
	}
	for _, o := range p.Snapshot.Steps(s.Path) {
		if o.Kind == schema.DropColumn && o.Stmt == s.Stmt && destroysLoudly(p, &o) {
			out = append(out, o.Column)
		}
	}
	return out
}

// saved reports whether a copy or a rename before keeps what the step loses.
func saved(p *diagnostics.Pass, s *schema.Step) bool {
	column := ""
	if s.Kind == schema.DropColumn {
		column = s.Column
	}
	if setAside.MatchString(s.Table.Name) || column != "" && setAside.MatchString(column) || copied(p, s, column) || keptAside(p, s) {
		return true
	}
	h := historyOf(p, s)
	if h == nil {
		return false
	}
	for i := range h.Migrations {
		m := &h.Migrations[i]
		if m.Up == nil || m.Seq >= s.Migration.Seq || m.Seq < s.Migration.Seq-recent {
			continue
		}
		if slices.ContainsFunc(p.Snapshot.Steps(m.Path), func(o schema.Step) bool {
			return !o.Down && (o.Kind == schema.RenameTable && o.To == s.Table.Name || o.Kind == schema.RenameColumn && o.To == column && o.Table.Name == s.Table.Name)
		}) || slices.ContainsFunc(p.Snapshot.Queries(m.Path), func(q *workspace.Query) bool {
			return covers(m.Up, q.Span) && keepsRows(p, q) && reads(q, s.Table.Name)
		}) {
			return true
		}
	}
	return false
}

// reads reports whether a part of a statement reads a table.
func reads(top *workspace.Query, table string) (found bool) {
	top.Walk(func(q *workspace.Query) {
		found = found || q != top && slices.ContainsFunc(q.Tables, func(t query.Table) bool { return t.Name == table })
	})
	return found
}

// copyAside is the fix that copies what is lost before.
func copyAside(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	if s.Conditional {
		return diagnostics.Fix{}, false
	}
	if lost := dropped(p, s); len(lost) > 1 {
		return keepColumns(p, s, fitted(s.Before.Name.Name+"_backup"), lost)
	} else if len(lost) == 1 {
		return keepColumn(p, s)
	}
	db := p.Snapshot.Database(s.Path)
	name := schema.Name{Schema: s.Before.Name.Schema, Name: fitted(s.Before.Name.Name + "_backup")}
	if db == nil || keepsType(p, s, nil) || db.Catalog.Taken(name.Name) || p.Snapshot.SchemaBefore(s.Path).Taken(name.Name) {
		return diagnostics.Fix{}, false
	}
	at, ok := ahead(p, s)
	if !ok {
		return diagnostics.Fix{}, false
	}
	text := fmt.Sprintf("CREATE TABLE %s AS SELECT * FROM %s;\n%s", qualified(name), qualified(s.Before.Name), indentOf(p.File, at))
	return diagnostics.Fix{Title: fmt.Sprintf("Copy `%s` to `%s` before", s.Before.Name, name), Safety: diagnostics.Unsafe,
		Edits: []diagnostics.FileEdit{p.Edit(source.Span{Start: at, End: at}, text)}}, true
}

// reportLoss adds a finding about what a step loses with its fix, if there is
// one, and beside it the copy. Alone the copy is a fix only where it ends the
// finding: what still names the table or column breaks all the same, and a
// TRUNCATE empties what is in use.
func reportLoss(p *diagnostics.Pass, s *schema.Step, d diagnostics.Diagnostic, fix diagnostics.Fix, ok bool) {
	if ok && !templated(p, d, fix) {
		d.Fixes = append(d.Fixes, fix)
	}
	if (ok || s.Kind != schema.Truncate && len(breaks(p, s)) == 0) && destroysLoudly(p, s) && !saved(p, s) {
		if aside, ok := copyAside(p, s); ok && !templated(p, d, aside) {
			d.Fixes = append(d.Fixes, aside)
		}
	}
	p.Report(d)
}
