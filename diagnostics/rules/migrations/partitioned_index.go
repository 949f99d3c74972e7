package migrations

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	histories "github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/postgres"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// maxParts is how many partitions a fix writes statements for: beyond it nobody
// reads them.
const maxParts = 60

// parts writes an index of a partitioned table step by step: an index of the
// parent that has no partitions in it yet, one on each partition, and what joins
// them (PostgreSQL manual, 5.12.2.2 "Partition Maintenance").
type parts struct {
	b *schema.Builder
	// head is CREATE or CREATE UNIQUE, tail all behind the table's name.
	head, tail string
	// taken are names made here.
	taken map[string]bool
	// only makes the indexes of partitioned tables, build those of partitions,
	// join attaches, the lowest first.
	only, build, join []string
}

// partitionwise is the fix for CREATE INDEX on a partitioned table all of whose
// partitions the migrations make.
func partitionwise(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	t := s.Before
	if t == nil || s.IfNotExists || s.Only || s.Index.Name == "" || s.Conditional {
		return diagnostics.Fix{}, false
	}
	tail, ok := behindTable(p.File, s.Stmt)
	if !ok {
		return diagnostics.Fix{}, false
	}
	w := &parts{b: eve(p, s), head: "CREATE INDEX", tail: tail, taken: map[string]bool{s.Index.Name: true}}
	if s.Index.Unique {
		w.head = "CREATE UNIQUE INDEX"
	}
	if !w.table(t, s.Index.Name, 0) || len(w.build) == 0 || len(w.build) > maxParts || !samePartitions(p, s, w.b) {
		return diagnostics.Fix{}, false
	}
	fix := diagnostics.Fix{Title: fmt.Sprintf("Build the index on each of the %d partitions with CONCURRENTLY and attach them", len(w.build)),
		Edits: []diagnostics.FileEdit{p.Edit(removal(p.File, s.Stmt), strings.Join(w.only, ""))}}
	if len(w.build) == 1 {
		fix.Title = "Build the index on the partition with CONCURRENTLY and attach it"
	}
	return follow(p, s, fix,
		histories.Change{Name: "create_" + s.Index.Name + "_on_partitions", Up: strings.Join(w.build, ""), NoTx: true},
		histories.Change{Name: "attach_" + s.Index.Name, Up: strings.Join(w.join, "")})
}

// maxPartitionDepth bounds how deep partitions of partitions are followed.
const maxPartitionDepth = 8

// table plans the index called name of a table and of all below it.
func (w *parts) table(t *schema.Table, name string, depth int) bool {
	on := qualified(t.Name)
	if t.Kind != schema.Partitioned {
		w.build = append(w.build, w.head+" CONCURRENTLY "+quoted(name)+" ON "+on+w.tail+";\n")
		return t.Kind == schema.Partition || t.Kind == schema.Ordinary
	}
	if depth > maxPartitionDepth {
		return false
	}
	w.only = append(w.only, w.head+" "+quoted(name)+" ON ONLY "+on+w.tail+";\n")
	for _, child := range w.b.Children(t) {
		below, ok := w.name(child)
		if !ok || !w.table(child, below, depth+1) {
			return false
		}
		w.join = append(w.join, "ALTER INDEX "+qualified(schema.Name{Schema: t.Name.Schema, Name: name})+" ATTACH PARTITION "+
			qualified(schema.Name{Schema: child.Name.Schema, Name: below})+";\n")
	}
	return true
}

// name is what the server would call the index of a partition.
func (w *parts) name(t *schema.Table) (string, bool) {
	st := postgres.Parse(w.head + " ON " + qualified(t.Name) + w.tail)
	if st.Problem != nil || len(st.Changes) != 1 || st.Changes[0].Index == nil {
		return "", false
	}
	base := st.Changes[0].Index.Name
	name := base
	for n := 1; w.taken[name] || w.b.Holder(name) != nil; n++ {
		name = fitted(base + strconv.Itoa(n))
	}
	w.taken[name] = true
	return name, true
}

// behindTable is the text of a CREATE INDEX behind the table's name.
func behindTable(f *source.File, stmt source.Span) (string, bool) {
	words := lexedOf(f, stmt)
	i := slices.IndexFunc(words, func(w word) bool { return w.is("on") })
	if i >= 0 && i+1 < len(words) && words[i+1].is("only") {
		i++
	}
	if i < 0 || i+1 >= len(words) {
		return "", false
	}
	i++
	for i+2 < len(words) && words[i+1].text == "." {
		i += 2
	}
	return string(f.Text[words[i].end:stmt.End]), true
}

// likeParent are the statements that give a table the keys that its parent to be
// has and it lacks, under the names that the server would choose: indexes, built
// with CONCURRENTLY, and the constraints made from them.
func likeParent(p *diagnostics.Pass, b *schema.Builder, parent, t *schema.Table) (build, add string, ok bool) {
	taken := map[string]bool{}
	for _, k := range postgres.LacksKeys(parent, t) {
		w := &parts{b: b, head: "CREATE UNIQUE INDEX", taken: taken}
		if i := slices.IndexFunc(parent.Indexes, func(x *schema.Index) bool { return x.Name == k.Name }); i >= 0 {
			x := parent.Indexes[i]
			f := p.Snapshot.File(x.Origin.Path)
			if f == nil {
				return "", "", false
			}
			if w.tail, ok = behindTable(f, x.Origin.Span); !ok {
				return "", "", false
			}
			if !x.Unique {
				w.head = "CREATE INDEX"
			}
			name, ok := w.name(t)
			if !ok {
				return "", "", false
			}
			build += w.head + " CONCURRENTLY " + quoted(name) + " ON " + qualified(t.Name) + w.tail + ";\n"
			continue
		}
		index, constraint, ok := keyApart(b, t, constraintOf(parent, k.Name), taken)
		if !ok {
			return "", "", false
		}
		build, add = build+index, add+constraint
	}
	return build, add, true
}

// keyApart are the two statements for a primary key or unique constraint like k.
func keyApart(b *schema.Builder, t *schema.Table, k *schema.Constraint, taken map[string]bool) (index, constraint string, ok bool) {
	if k == nil || k.Deferrable || len(k.Include) > 0 {
		return "", "", false
	}
	kind := "UNIQUE"
	if k.Kind == schema.PrimaryKey {
		kind = "PRIMARY KEY"
	}
	columns := make([]string, len(k.Columns))
	for i, c := range k.Columns {
		if columns[i] = quoted(c); k.Kind == schema.PrimaryKey && (t.Column(c) == nil || !t.Column(c).NotNull) {
			return "", "", false // the server would read the table for NULL
		}
	}
	list := " (" + strings.Join(columns, ", ") + ")"
	st := postgres.Parse("ALTER TABLE " + qualified(t.Name) + " ADD " + kind + list)
	if st.Problem != nil || len(st.Changes) != 1 || st.Changes[0].Constraint == nil {
		return "", "", false
	}
	name := st.Changes[0].Constraint.Name
	if taken[name] || b.Holder(name) != nil {
		return "", "", false
	}
	taken[name] = true
	return "CREATE UNIQUE INDEX CONCURRENTLY " + quoted(name) + " ON " + qualified(t.Name) + list + ";\n",
		alter(t.Name, "ADD CONSTRAINT "+quoted(name)+" "+kind+" USING INDEX "+quoted(name)), true
}

// samePartitions reports whether the table has the same partitions when all
// migrations have run: the last ones name them.
func samePartitions(p *diagnostics.Pass, s *schema.Step, b *schema.Builder) bool {
	db := p.Snapshot.Database(s.Path)
	if db == nil {
		return false
	}
	end := schema.NewBuilder(db.Catalog)
	t := end.Table(s.Before.Name)
	return t != nil && slices.EqualFunc(b.Children(s.Before), end.Children(t), func(x, y *schema.Table) bool { return x.Name == y.Name })
}
