package migrations

import (
	"fmt"
	"slices"

	"github.com/dbwise/dbwise/diagnostics"
	histories "github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "add-fk-validating", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "ADD FOREIGN KEY without NOT VALID blocks writes to both tables while all rows are checked.",
		Why: "Every row of the table is looked up in the referenced one under a SHARE ROW EXCLUSIVE lock on both: INSERT, UPDATE and DELETE " +
			"of either wait. As NOT VALID the key binds new rows at once and checks no old one; VALIDATE CONSTRAINT in a later transaction does " +
			"that under locks that keep nobody waiting. A key of a table made in the same file has nothing to check.",
		Bad:  example("ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id);\n"),
		Good: example("ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;\n-- migrations/3_validate.up.sql --\nALTER TABLE orders VALIDATE CONSTRAINT orders_user_id_fkey;\n"),
		FixSafety: "The foreign key is the same in the end. The fix is unsafe because the next migration validates it: until then it is NOT " +
			"VALID. A partitioned table refuses NOT VALID before PostgreSQL 18: its partitions, those that the migrations make, get the key one by one, and it takes theirs in the end.",
		Refs: []string{"PostgreSQL manual, ALTER TABLE, ADD table_constraint NOT VALID", "PostgreSQL manual, 13.3.1 Table-Level Locks"},
	},
	Step: addFKValidating,
})

func addFKValidating(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.AddConstraint || s.Inline || s.Constraint == nil || s.Constraint.Kind != schema.ForeignKey {
		return
	}
	if s.Impact != nil && s.Impact.Fails && s.Constraint.NotValid && s.Before != nil && s.Before.Kind == schema.Partitioned {
		p.Report(diagnostics.Diagnostic{Span: firstLine(p.File, s.Span), Message: fmt.Sprintf(
			"`%s` is partitioned: before PostgreSQL 18 its foreign key `%s` cannot be NOT VALID, the statement fails. Add it to each partition as NOT VALID, validate those, then add it to the table.",
			s.Before.Name, s.Constraint.Name)})
		return
	}
	v, ok := judge(p, s, long)
	if !ok {
		return
	}
	d := v.finding(p, s, fmt.Sprintf("Adding foreign key `%s` to `%s`", s.Constraint.Name, s.Constraint.References))
	fix, ok := diagnostics.Fix{}, false
	if s.Before != nil && s.Before.Kind == schema.Partitioned {
		fix, ok = partitionsFirst(p, s)
	} else {
		fix, ok = notValidFirst(p, s)
	}
	report(p, d, fix, ok)
}

// partitionsFirst is the fix for a partitioned table, all of whose partitions the
// migrations make: each gets the key as NOT VALID and has it validated, then the
// table gets it, which takes those of the partitions as they are.
func partitionsFirst(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	b := eve(p, s)
	text := s.Span.In(p.File.Text)
	if siblings(p, s) > 0 || s.Constraint.NotValid || len(named(p, s)) > 0 || !samePartitions(p, s, b) {
		return diagnostics.Fix{}, false
	}
	add, validate, n := "", "", 0
	queue := b.Children(s.Before)
	for i := 0; i < len(queue) && len(queue) <= 2*maxParts; i++ {
		t := queue[i]
		if t.Kind == schema.Partitioned {
			queue = append(queue, b.Children(t)...)
			continue
		}
		n++
		if t.Kind != schema.Partition || slices.ContainsFunc(t.Constraints, func(k *schema.Constraint) bool { return k.Name == s.Constraint.Name }) {
			return diagnostics.Fix{}, false
		}
		add += alter(t.Name, text+" NOT VALID")
		validate += alter(t.Name, "VALIDATE CONSTRAINT "+quoted(s.Constraint.Name))
	}
	if n == 0 || n > maxParts || len(queue) > 2*maxParts {
		return diagnostics.Fix{}, false
	}
	fix := diagnostics.Fix{Title: fmt.Sprintf("Add `%s` to the partitions as NOT VALID, validate it, and add it to `%s` then", s.Constraint.Name, s.Before.Name),
		Edits: []diagnostics.FileEdit{p.Edit(removal(p.File, s.Stmt), add)}}
	return follow(p, s, fix,
		histories.Change{Name: "validate_" + s.Constraint.Name, Up: validate},
		histories.Change{Name: "add_" + s.Constraint.Name, Up: s.Stmt.In(p.File.Text) + ";"})
}
