package migrations

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	histories "github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/postgres"
	"github.com/dbwise/dbwise/parsers/schema"
)

// proof is a CHECK that spares the server to read a table when a partition is
// attached.
type proof struct {
	table      schema.Name
	name, expr string
}

func proofOf(t *schema.Table, what, expr string) proof {
	name := fitted(t.Name.Name + "_" + what)
	for n := 2; slices.ContainsFunc(t.Constraints, func(k *schema.Constraint) bool { return k.Name == name }); n++ {
		name = fitted(fmt.Sprintf("%s_%s%d", t.Name.Name, what, n))
	}
	return proof{t.Name, name, expr}
}

// check is the constraint as it is written in CREATE TABLE or behind ADD.
func (c proof) check() string { return "CONSTRAINT " + quoted(c.name) + " CHECK (" + c.expr + ")" }

// proofs are the checks that a statement lacks which gives the parent of a step
// a partition: that of the partition if the server would read it, and that of
// the default partition. It fails where no check spares all of the work.
func proofs(p *diagnostics.Pass, s *schema.Step, parent *schema.Table, partition schema.Name, bound string) (list []proof, inside string, ok bool) {
	inside, outside, ok := postgres.BoundChecks(parent, bound)
	if !ok {
		return nil, "", false
	}
	b := eve(p, s)
	for _, k := range parent.ForeignKeys() {
		if t := b.Table(partition); t != nil && !postgres.HasForeignKey(t, k) {
			return nil, "", false
		}
	}
	for _, e := range s.Impact.Of(s.Change) {
		t := b.Table(e.Relation)
		switch {
		case e.Work == schema.NoWork:
		case t == nil:
			return nil, "", false
		case t.Kind == schema.Ordinary && t == b.Table(partition): // indexes come before, see likeParent
			list = append(list, proofOf(t, "bound", inside))
		case t.Kind == schema.Partition && strings.EqualFold(strings.TrimSpace(t.Bound), "DEFAULT"):
			list = append(list, proofOf(t, "outside_"+partition.Name, outside))
		default:
			return nil, "", false
		}
	}
	return list, inside, true
}

// attachLater finishes a fix that has made a partition ready: the next
// migrations do what else is wanted, validate the proofs, attach, and drop them
// again. The attached table must not be needed before.
func attachLater(p *diagnostics.Pass, s *schema.Step, fix diagnostics.Fix, list, dropped []proof, partition schema.Name, attach string, ready ...histories.Change) (diagnostics.Fix, bool) {
	if neededLater(p, s, partition) {
		return diagnostics.Fix{}, false
	}
	validate, drop := "", ""
	for _, c := range list {
		validate += alter(c.table, "VALIDATE CONSTRAINT "+quoted(c.name))
	}
	for _, c := range dropped {
		drop += alter(c.table, "DROP CONSTRAINT "+quoted(c.name))
	}
	last := histories.Change{Name: "attach_" + partition.Name, Up: attach + ";\n" + drop}
	if s.Kind == schema.CreateTable || !undone(p, s, partition.Name) { // the table can be dropped without
		last.Down = alter(parentOf(s), "DETACH PARTITION "+qualified(partition))
		for _, c := range dropped {
			last.Down += alter(c.table, "ADD "+c.check()+" NOT VALID")
		}
	}
	return follow(p, s, fix, append(ready, histories.Change{Name: "validate_bound_of_" + partition.Name, Up: validate}, last)...)
}

// neededLater reports whether a step behind this one, here or in a later
// migration, does something to a partition that this one is about, or changes
// its parent in a way that partitions take part in.
func neededLater(p *diagnostics.Pass, s *schema.Step, partition schema.Name) bool {
	behind := false
	needs := func(path string) bool {
		steps := p.Snapshot.Steps(path)
		for i := range steps {
			o := &steps[i]
			if o.Change == s.Change {
				behind = true
				continue
			}
			if !behind || o.Down {
				continue
			}
			other := o.Kind == schema.AttachPartition || o.Kind == schema.DetachPartition
			if sameName(o.Table, partition) || sameName(o.Other, partition) || sameName(o.Table, parentOf(s)) && !other {
				return true
			}
		}
		return false
	}
	if needs(s.Path) {
		return true
	}
	if h := historyOf(p, s); h != nil {
		for i := range h.Migrations {
			if m := &h.Migrations[i]; m.Seq > s.Migration.Seq && m.Up != nil && needs(m.Path) {
				return true
			}
		}
	}
	return false
}

// parentOf is the partitioned table of an ATTACH or of a partition made.
func parentOf(s *schema.Step) schema.Name {
	if s.Def != nil {
		return s.Def.Parent
	}
	return s.Table
}

// sameName compares names of which one may leave its schema out.
func sameName(a, b schema.Name) bool {
	return a.Name == b.Name && (a.String() == b.String() || a.Schema == "" || b.Schema == "")
}
