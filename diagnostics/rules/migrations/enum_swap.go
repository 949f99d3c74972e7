package migrations

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/schema"
)

// labelsGone says what becomes of values when a column goes from one enum to
// another that lacks some of its labels, "" if nothing is lost: the only way to
// take a label away is a new type (PostgreSQL manual, 8.7.4). A USING that names
// the label says what becomes of it.
func labelsGone(p *diagnostics.Pass, s *schema.Step, old *schema.Column) string {
	before, to := p.Snapshot.SchemaBefore(s.Path), typeName(s.ColumnDef.Type)
	steps := p.Snapshot.Steps(s.Path)
	if _, there := before.Enum(to); !there && !slices.ContainsFunc(steps, func(o schema.Step) bool {
		return o.Action == "create type enum" && o.Other.Name == to.Name
	}) {
		return ""
	}
	b := eve(p, s)
	had, ok := b.Enum(typeName(old.Type))
	has, known := b.Enum(to)
	if !ok || !known {
		return ""
	}
	var gone []string
	for _, label := range had {
		if !slices.Contains(has, label) && !strings.Contains(s.Expr, literal(label)) {
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
