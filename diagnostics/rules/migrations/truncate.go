package migrations

import (
	"fmt"
	"slices"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "truncate", Category: diagnostics.DataLoss, Since: "0.1",
	Doc: diagnostics.Doc{
		Title: "A migration empties a table.",
		Why: "TRUNCATE removes every row under an ACCESS EXCLUSIVE lock and fires no DELETE trigger; with CASCADE it also empties every " +
			"table that refers to it by a foreign key, and those that refer to them. A table filled again in the same file, made with IF NOT " +
			"EXISTS there, or emptied by a script that is no migration is information; temporary and new tables, tests, seeds and undo " +
			"sections are left alone.",
		Bad:  example("TRUNCATE orders;\n"),
		Good: example("DELETE FROM orders WHERE status = 'draft';\n"),
		FixSafety: "The fix deletes the rows by primary key instead, in batches that commit, first those of the tables that refer to it. It is unsafe: " +
			"DELETE fires triggers, takes longer and leaves the space to be reused; and where a foreign key has no index, each row deleted reads the referring " +
			"table. Where the foreign keys go round in circles, something behind it needs the tables empty, or the tool always opens a transaction, there is none.",
		Refs: []string{"PostgreSQL manual, TRUNCATE"},
	},
	Step: truncate,
})

func truncate(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.Truncate || !destroys(p, s) || p.Config.Small(s.Table.Name) {
		return
	}
	d := diagnostics.Diagnostic{Span: firstLine(p.File, s.Span)}
	d.Message = fmt.Sprintf("TRUNCATE removes every row of `%s`.", s.Table)
	if more := cascaded(p, s); len(more) > 0 {
		d.Message = fmt.Sprintf("TRUNCATE with CASCADE removes every row of `%s`, and of %s, which refer to it.", s.Table, list(more))
	} else if s.Cascade {
		d.Message = fmt.Sprintf("TRUNCATE with CASCADE removes every row of `%s`, and of every table that refers to it.", s.Table)
	}
	switch {
	case s.Migration == nil || maybeOlder(p, s) || refilled(p, s) && !s.Cascade:
		d.Severity = diagnostics.Info
	case s.Before == nil || s.Conditional:
		d.Severity = diagnostics.Warning
	}
	fix, ok := deletedInBatches(p, s)
	reportLoss(p, s, d, fix, ok)
}

// cascaded are the tables that TRUNCATE ... CASCADE empties besides its own:
// all that refer to it, and to those (PostgreSQL manual, TRUNCATE).
func cascaded(p *diagnostics.Pass, s *schema.Step) []string {
	if !s.Cascade || s.Before == nil || s.Migration == nil {
		return nil
	}
	catalog := p.Snapshot.SchemaBefore(s.Path)
	todo, seen := []*schema.Table{s.Before}, map[schema.Name]bool{s.Before.Name: true}
	var out []string
	for len(todo) > 0 {
		t := todo[0]
		todo = todo[1:]
		for _, r := range catalog.ReferencedBy(t) {
			if !seen[r.Table.Name] {
				seen[r.Table.Name] = true
				todo = append(todo, r.Table)
				out = append(out, r.Table.Name.String())
			}
		}
	}
	return out
}

// refilled reports whether rows are inserted below in the file.
func refilled(p *diagnostics.Pass, s *schema.Step) bool {
	return slices.ContainsFunc(p.Snapshot.Queries(s.Path), func(q *workspace.Query) bool {
		return q.Op == query.Insert && q.Span.Start > s.Stmt.Start && len(q.Tables) > 0 && q.Tables[0].Name == s.Table.Name
	})
}
