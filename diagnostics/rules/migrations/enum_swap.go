package migrations

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

// labelsGone says what becomes of values when a column goes from one enum to
// another that lacks some of its labels, "" if nothing is lost: the only way to
// take a label away is a new type (PostgreSQL manual, 8.7.4). A migration that
// names the label where it converts or mends the rows knows what it does.
func labelsGone(p *diagnostics.Pass, s *schema.Step, old *schema.Column) string {
	b := schema.NewBuilder(p.Snapshot.SchemaBefore(s.Path))
	steps := p.Snapshot.Steps(s.Path)
	for i := range steps {
		if o := &steps[i]; o.Down == s.Down && o.Span.Start < s.Span.Start {
			b.Apply(o.Change)
		}
	}
	had, ok := b.Enum(typeName(old.Type))
	has, known := b.Enum(typeName(s.ColumnDef.Type))
	if !ok || !known {
		return ""
	}
	var gone []string
	for _, label := range had {
		if !slices.Contains(has, label) && !mended(p, s, label) {
			gone = append(gone, "'"+label+"'")
		}
	}
	switch len(gone) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("a row with %s, which the new type lacks, makes the migration fail", gone[0])
	}
	return fmt.Sprintf("a row with one of %s, which the new type lacks, makes the migration fail", strings.Join(gone[:min(len(gone), 5)], ", "))
}

// mended reports whether the conversion, or an UPDATE or DELETE of the table
// above it, names a label.
func mended(p *diagnostics.Pass, s *schema.Step, label string) bool {
	literal := "'" + strings.ReplaceAll(label, "'", "''") + "'"
	if strings.Contains(s.Expr, literal) {
		return true
	}
	return slices.ContainsFunc(p.Snapshot.Queries(s.Path), func(q *workspace.Query) bool {
		return (q.Op == query.Update || q.Op == query.Delete) && q.Span.Start < s.Stmt.Start && len(q.Tables) > 0 && q.Tables[0].Name == s.Table.Name &&
			strings.Contains(q.Span.In(p.File.Text), literal)
	})
}
