package postgres

import (
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/schema"
)

func lower(s string) string { return strings.ToLower(s) }

// bodiless reports whether the queries of a statement run now: those of a view
// or a function only when somebody uses it.
func bodiless(st *facts.Statement) bool {
	for i := range st.Changes {
		c := &st.Changes[i]
		switch {
		case c.Kind == schema.CreateTable && c.Action != "with no data":
		case c.Kind == schema.CreateView && c.Object == "materialized view" && c.Action != "with no data":
		case c.Conditional:
		default:
			return false
		}
	}
	return true
}

// exists reports whether what IF NOT EXISTS would fill from a query is there
// already, so that no query runs.
func (s *Session) exists(st *facts.Statement) bool {
	return len(st.Changes) == 1 && st.Changes[0].IfNotExists && s.schema.Table(st.Changes[0].Table) != nil
}

// change finds the effects of one change outside ALTER TABLE.
func (s *Session) change(c *schema.Change, st *facts.Statement, out *schema.Impact) {
	switch c.Kind {
	case schema.CreateTable:
		s.createTable(c, out)
	case schema.CreateView:
		s.createView(c, out)
	case schema.CreateIndex:
		s.createIndex(c, out)
	case schema.DropIndex:
		s.dropIndex(c, out)
	case schema.RenameIndex:
		s.renameIndex(c, out)
	case schema.DropTable, schema.DropView:
		s.dropTable(c, out)
	case schema.Truncate:
		s.truncate(c, out)
	case schema.RenameTable, schema.RenameColumn, schema.RenameConstraint, schema.SetSchema:
		s.rename(c, out)
	case schema.OtherDDL:
		s.other(c, st, out)
	case schema.Begin, schema.Commit, schema.Rollback, schema.SetParameter:
	default: // a clause of ALTER TABLE in a DO block
		s.alterTable(&facts.Statement{Changes: []schema.Change{*c}}, out)
	}
}

// absent reports whether a relation that must be there is not, so that nothing
// is locked: the statement fails, or does nothing with IF EXISTS.
func absent(r relation, c *schema.Change, out *schema.Impact) bool {
	if !r.missing {
		return false
	}
	if !c.IfExists {
		out.Fails, out.Refusal = true, "`"+r.name.String()+"` does not exist"
	}
	return true
}

// createTable locks what the table refers to: adding a foreign key takes SHARE
// ROW EXCLUSIVE on the table referred to (manual, ALTER TABLE, notes on ADD
// table_constraint), a partition ACCESS EXCLUSIVE on its parent (CREATE TABLE,
// PARTITION OF), an heir SHARE UPDATE EXCLUSIVE.
func (s *Session) createTable(c *schema.Change, out *schema.Impact) {
	if c.Def == nil || c.IfNotExists && s.schema.Table(c.Table) != nil {
		return
	}
	if t := s.schema.Table(c.Table); t != nil && bare(t.Name) == bare(c.Table) {
		out.Fails, out.Refusal = true, "`"+c.Table.String()+"` exists already"
		return
	}
	for _, k := range c.Def.Constraints {
		if k.Kind == schema.ForeignKey && bare(k.References) != bare(c.Table) {
			s.effect(out, s.relation(k.References), schema.ShareRowExclusive, c)
		}
	}
	for _, n := range c.Def.Inherits {
		s.effect(out, s.relation(n), schema.ShareUpdateExclusive, c)
	}
	for _, n := range c.Def.Like {
		s.effect(out, s.relation(n), schema.AccessShare, c)
	}
	if c.Def.Parent.Name != "" {
		s.newPartition(c, out)
	}
}

func (s *Session) createView(c *schema.Change, out *schema.Impact) {
	r := s.relation(c.Table)
	if r.table != nil && c.Replace {
		s.effect(out, r, schema.AccessExclusive, c)
	}
}

// createIndex takes SHARE while it builds, SHARE UPDATE EXCLUSIVE if
// concurrently (manual, CREATE INDEX, "Building Indexes Concurrently"). With
// IF NOT EXISTS the lock is taken before the name is looked up.
func (s *Session) createIndex(c *schema.Change, out *schema.Impact) {
	out.NoTransaction = c.Concurrently
	r := s.relation(c.Table)
	if absent(r, c, out) {
		return
	}
	if c.Concurrently && r.table != nil && r.table.Kind == schema.Partitioned {
		out.Fails, out.Refusal = true, "an index of a partitioned table cannot be built with CONCURRENTLY"
		return
	}
	lock := schema.Share
	if c.Concurrently {
		lock = schema.ShareUpdateExclusive
	}
	if c.IfNotExists && s.schema.Holder(c.Column) != nil {
		s.effect(out, r, lock, c)
		return
	}
	// ONLY says that it is a partitioned table, whose rows lie elsewhere.
	partitioned := r.table != nil && r.table.Kind == schema.Partitioned || r.table == nil && c.Only
	for i, t := range s.tree(r, c.Only || !partitioned) {
		if i == 0 && partitioned {
			s.effect(out, t, lock, c)
			continue
		}
		s.works(out, t, lock, schema.BuildIndex, "", c)
	}
}

// dropIndex takes ACCESS EXCLUSIVE on the table, for a moment (manual, DROP INDEX).
func (s *Session) dropIndex(c *schema.Change, out *schema.Impact) {
	out.NoTransaction = c.Concurrently
	t := s.schema.Holder(c.Column)
	if t == nil {
		if !s.known {
			r := relation{name: schema.Name{Schema: c.Table.Schema, Name: c.Column}, may: true}
			lock := schema.AccessExclusive
			if c.Concurrently {
				lock = schema.ShareUpdateExclusive
			}
			e := s.effect(out, r, lock, c)
			e.Object = "index"
			e.Lost = append(e.Lost, schema.Loss{Kind: schema.LostIndex, Name: r.name})
		} else {
			absent(relation{name: schema.Name{Name: c.Column}, missing: true}, c, out)
		}
		return
	}
	r := s.relation(t.Name)
	lost := schema.Loss{Kind: schema.LostIndex, Name: schema.Name{Schema: t.Name.Schema, Name: c.Column}}
	if c.Concurrently {
		s.effect(out, r, schema.ShareUpdateExclusive, c)
		e := s.index(out, r, c.Column, schema.ShareUpdateExclusive, c)
		e.Lost = append(e.Lost, lost)
		if t.Kind == schema.Partitioned {
			out.Fails, out.Refusal = true, "an index of a partitioned table cannot be dropped with CONCURRENTLY"
		}
		return
	}
	if slices.ContainsFunc(constraintsOf(t), func(k *schema.Constraint) bool { return k.Name == c.Column }) && !c.Cascade {
		out.Fails, out.Refusal = true, "constraint `"+c.Column+"` needs the index"
		return
	}
	partitioned := t.Kind == schema.Partitioned
	for _, p := range s.tree(r, !partitioned) {
		s.effect(out, p, schema.AccessExclusive, c)
	}
	e := s.index(out, r, c.Column, schema.AccessExclusive, c)
	e.Lost = append(e.Lost, lost)
}

// constraintsOf are all constraints, the primary key first.
func constraintsOf(t *schema.Table) []*schema.Constraint {
	if t.PrimaryKey == nil {
		return t.Constraints
	}
	return append([]*schema.Constraint{t.PrimaryKey}, t.Constraints...)
}

// renameIndex takes SHARE UPDATE EXCLUSIVE on the index since 12, ACCESS
// EXCLUSIVE before (release notes of 12, E.23.3.1.4).
func (s *Session) renameIndex(c *schema.Change, out *schema.Impact) {
	lock := schema.ShareUpdateExclusive
	if s.version < 12 {
		lock = schema.AccessExclusive
	}
	s.onIndex(c, lock, out)
}

// onIndex adds a lock on an index that a statement names.
func (s *Session) onIndex(c *schema.Change, lock schema.Lock, out *schema.Impact) *schema.Effect {
	name := c.Column
	if name == "" {
		name = c.Table.Name
	}
	return s.atIndex(schema.Name{Schema: c.Table.Schema, Name: name}, c, lock, out)
}

// atIndex takes a lock on the index of that name.
func (s *Session) atIndex(n schema.Name, c *schema.Change, lock schema.Lock, out *schema.Impact) *schema.Effect {
	t := s.schema.Holder(n.Name)
	if t == nil {
		r := relation{name: n, may: !s.known, missing: s.known}
		if absent(r, c, out) {
			return nil
		}
		e := s.effect(out, r, lock, c)
		e.Object = "index"
		return e
	}
	return s.index(out, s.relation(t.Name), n.Name, lock, c)
}

// dropTable takes ACCESS EXCLUSIVE on the table, on its partitions and the
// parent it is taken from, and on both ends of its foreign keys, whose triggers
// go (manual, DROP TABLE).
func (s *Session) dropTable(c *schema.Change, out *schema.Impact) {
	r := s.relation(c.Table)
	if absent(r, c, out) {
		return
	}
	kind := schema.LostTable
	if c.Object == "view" {
		kind = schema.LostName
	}
	s.drops(r.called(c.Object), kind, c, out)
}

func (s *Session) drops(r relation, kind schema.LossKind, c *schema.Change, out *schema.Impact) {
	for _, t := range s.tree(r, false) {
		e := s.effect(out, t, schema.AccessExclusive, c)
		e.Lost = append(e.Lost, schema.Loss{Kind: kind, Name: t.name})
		if t.table == nil {
			continue
		}
		for _, k := range t.table.ForeignKeys() {
			if to := s.relation(k.References); to.table != nil && bare(to.name) != bare(t.name) {
				s.effect(out, to, schema.AccessExclusive, c)
			}
		}
	}
	if r.table == nil {
		return
	}
	if c.Cascade {
		s.dropReaders(r, c, out)
	}
	if p := r.table.Parent; p.Name != "" {
		s.effect(out, s.relation(p), schema.AccessExclusive, c)
	}
	refs := s.schema.Referencing(r.table)
	for _, ref := range refs {
		if bare(ref.Table.Name) == bare(r.name) {
			continue
		}
		if !c.Cascade && c.Kind == schema.DropTable && !s.dropped(ref.Table, c) {
			out.Fails, out.Refusal = true, "a foreign key of `"+ref.Table.Name.String()+"` refers to it"
		}
		e := s.effect(out, s.relation(ref.Table.Name), schema.AccessExclusive, c)
		e.Lost = append(e.Lost, schema.Loss{Kind: schema.LostConstraint, Name: schema.Name{Schema: ref.Table.Name.Schema, Name: ref.Constraint.Name}})
	}
}

// dropReaders drops the views that read a relation, and those that read them.
func (s *Session) dropReaders(r relation, c *schema.Change, out *schema.Impact) {
	gone := map[schema.Name]bool{bare(r.name): true}
	all := s.schema.Tables()
	for more := true; more; {
		more = false
		for _, t := range all {
			reads := slices.ContainsFunc(t.Reads, func(n schema.Name) bool { return gone[s.named(n)] })
			if !reads || gone[bare(t.Name)] {
				continue
			}
			gone[bare(t.Name)], more = true, true
			e := s.effect(out, s.relation(t.Name), schema.AccessExclusive, c)
			e.Lost = append(e.Lost, schema.Loss{Kind: schema.LostName, Name: t.Name})
		}
	}
}

// dropped reports whether the same statement drops a table too.
func (s *Session) dropped(t *schema.Table, c *schema.Change) bool { return s.dropping[bare(t.Name)] }

// truncate takes ACCESS EXCLUSIVE and throws the rows away without reading
// them; with CASCADE also those of all tables that refer to it (manual,
// TRUNCATE).
func (s *Session) truncate(c *schema.Change, out *schema.Impact) {
	r := s.relation(c.Table)
	if absent(r, c, out) {
		return
	}
	queue, seen := []relation{r}, map[schema.Name]bool{bare(r.name): true}
	for i := 0; i < len(queue) && i < maxTree; i++ {
		for _, t := range s.tree(queue[i], c.Only && i == 0) {
			e := s.effect(out, t, schema.AccessExclusive, c)
			e.Lost = append(e.Lost, schema.Loss{Kind: schema.LostRows, Name: t.name})
			if !c.Cascade || t.table == nil {
				continue
			}
			for _, ref := range s.schema.Referencing(t.table) {
				if n := bare(ref.Table.Name); !seen[n] {
					seen[n] = true
					queue = append(queue, s.relation(ref.Table.Name))
				}
			}
		}
	}
}

// rename takes ACCESS EXCLUSIVE for a moment; the old name is gone for
// everybody who still uses it.
func (s *Session) rename(c *schema.Change, out *schema.Impact) {
	r := s.relation(c.Table)
	if r.table == nil && c.Kind == schema.RenameTable && s.schema.Holder(c.Table.Name) != nil { // ALTER TABLE takes indexes too
		index := *c
		index.Column = ""
		s.onIndex(&index, schema.AccessExclusive, out)
		return
	}
	if absent(r, c, out) {
		return
	}
	r = r.called(c.Object)
	only := c.Kind == schema.RenameTable || c.Kind == schema.SetSchema
	for i, t := range s.tree(r, only || c.Only) {
		e := s.effect(out, t, schema.AccessExclusive, c)
		switch c.Kind {
		case schema.RenameTable, schema.SetSchema:
			e.Lost = append(e.Lost, schema.Loss{Kind: schema.LostName, Name: t.name, Renamed: c.To})
		case schema.RenameColumn:
			e.Lost = append(e.Lost, schema.Loss{Kind: schema.LostColumn, Name: t.name, Column: c.Column, Renamed: c.To})
		case schema.RenameConstraint:
			if i == 0 {
				e.Lost = append(e.Lost, schema.Loss{Kind: schema.LostConstraint, Name: schema.Name{Schema: t.name.Schema, Name: c.Column}, Renamed: c.To})
			}
		}
	}
}
