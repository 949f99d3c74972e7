package postgres

import (
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/schema"
)

// attach takes SHARE UPDATE EXCLUSIVE on the parent since 12, ACCESS EXCLUSIVE
// on the partition and on the default partition. Both are read from end to end
// unless a valid check implies the bound (manual, ALTER TABLE, ATTACH
// PARTITION), and indexes that the partition lacks are built.
func (s *Session) attach(c *schema.Change, out *schema.Impact) {
	parent, child := s.relation(c.Table), s.relation(c.Other)
	if absent(parent, c, out) || absent(child, c, out) {
		return
	}
	lock := schema.ShareUpdateExclusive
	if s.version < 12 {
		lock = schema.AccessExclusive
	}
	s.effect(out, parent, lock, c)
	why := "no valid CHECK constraint implies the partition bound, so every row is checked"
	l, ok := limits{}, false
	if parent.table != nil {
		l, ok = limitsOf(parent.table.PartitionBy, c.Bound)
	}
	for _, t := range s.tree(child, false) {
		s.effect(out, t, schema.AccessExclusive, c)
		if t.table != nil && t.table.Kind == schema.Partitioned {
			continue
		}
		if t.table == nil {
			continue // most likely made for this, and empty
		}
		if !ok || !implied(l, t.table) {
			s.works(out, t, schema.AccessExclusive, schema.CheckRows, why, c)
		}
		if parent.table != nil && t.table != nil && len(LacksKeys(parent.table, t.table)) > 0 {
			s.works(out, t, schema.AccessExclusive, schema.BuildIndex, "the partition lacks an index of its parent", c)
		}
	}
	if c.Bound != "DEFAULT" {
		s.defaultPartition(parent, l, ok, c, out)
	}
	if parent.table == nil || child.table == nil {
		return
	}
	for _, k := range parent.table.ForeignKeys() {
		s.effect(out, s.relation(k.References), schema.ShareRowExclusive, c)
		if child.table.Kind != schema.Partitioned && !HasForeignKey(child.table, k) {
			s.works(out, child, schema.AccessExclusive, schema.CheckRows, "every row is looked up in `"+k.References.String()+"`", c)
		}
	}
}

// HasForeignKey reports whether a table has a validated foreign key that says
// what another one says, so that a partition can take part in that of its parent.
// Of several alike the server may take one that is not valid and check it.
func HasForeignKey(t *schema.Table, k *schema.Constraint) bool {
	has := false
	for _, o := range t.ForeignKeys() {
		if slices.Equal(o.Columns, k.Columns) && bare(o.References) == bare(k.References) && o.OnDelete == k.OnDelete && o.OnUpdate == k.OnUpdate &&
			(len(k.RefColumns) == 0 || len(o.RefColumns) == 0 || slices.Equal(o.RefColumns, k.RefColumns)) && o.Deferrable == k.Deferrable {
			if o.NotValid {
				return false
			}
			has = true
		}
	}
	return has
}

// implied reports whether a table's own constraints prove a bound.
func implied(l limits, t *schema.Table) bool {
	col := t.Column(l.column)
	return l.inside(valid(t), col != nil && col.NotNull)
}

// LacksKeys are the indexes, and the keys behind constraints, of a parent that a
// partition to be has no like of: the server builds them when it is attached.
func LacksKeys(parent, child *schema.Table) []schema.Key {
	return slices.DeleteFunc(parent.KeyPaths(), func(k schema.Key) bool {
		return slices.ContainsFunc(child.KeyPaths(), func(have schema.Key) bool { return sameKey(k, have) })
	})
}

func sameKey(a, b schema.Key) bool {
	if len(a.Parts) != len(b.Parts) || a.Unique && !b.Unique || a.Partial != b.Partial {
		return false
	}
	for i := range a.Parts {
		if a.Parts[i].Column != b.Parts[i].Column || a.Parts[i].Expr != b.Parts[i].Expr || a.Parts[i].Desc != b.Parts[i].Desc {
			return false
		}
	}
	return true
}

// defaultPartition locks the default partition of a table that gets another
// one, and reads it unless a valid check keeps rows of the bound out.
func (s *Session) defaultPartition(parent relation, l limits, ok bool, c *schema.Change, out *schema.Impact) {
	if parent.table == nil {
		return
	}
	for _, t := range s.schema.Children(parent.table) {
		if !strings.EqualFold(strings.TrimSpace(t.Bound), "DEFAULT") {
			continue
		}
		r := s.relation(t.Name)
		s.effect(out, r, schema.AccessExclusive, c)
		if !ok || !l.outside(valid(t)) {
			s.works(out, r, schema.AccessExclusive, schema.CheckRows,
				"no valid CHECK constraint keeps rows of the new partition out of the default partition", c)
		}
	}
}

// newPartition is CREATE TABLE ... PARTITION OF: ACCESS EXCLUSIVE on the
// parent (manual, CREATE TABLE, PARTITION OF).
func (s *Session) newPartition(c *schema.Change, out *schema.Impact) {
	parent := s.relation(c.Def.Parent)
	if absent(parent, c, out) {
		return
	}
	s.effect(out, parent, schema.AccessExclusive, c)
	if strings.EqualFold(strings.TrimSpace(c.Def.Bound), "DEFAULT") || parent.table == nil {
		return
	}
	for _, k := range parent.table.ForeignKeys() {
		s.effect(out, s.relation(k.References), schema.ShareRowExclusive, c)
	}
	l, ok := limitsOf(parent.table.PartitionBy, c.Def.Bound)
	s.defaultPartition(parent, l, ok, c, out)
}

// detach takes ACCESS EXCLUSIVE on the parent, with CONCURRENTLY SHARE UPDATE
// EXCLUSIVE; on the partition itself ACCESS EXCLUSIVE either way (manual,
// ALTER TABLE, DETACH PARTITION).
func (s *Session) detach(c *schema.Change, out *schema.Impact) {
	out.NoTransaction = c.Concurrently
	parent, child := s.relation(c.Table), s.relation(c.Other)
	if absent(parent, c, out) || absent(child, c, out) {
		return
	}
	lock := schema.AccessExclusive
	if c.Concurrently || c.Action == "finalize" {
		lock = schema.ShareUpdateExclusive
	}
	s.effect(out, parent, lock, c)
	own := schema.AccessExclusive
	if s.version < 14 { // before there was CONCURRENTLY (measured on 11)
		own = schema.ShareUpdateExclusive
	}
	s.effect(out, child, own, c)
	if parent.table == nil {
		return
	}
	for _, t := range s.schema.Children(parent.table) {
		if !strings.EqualFold(strings.TrimSpace(t.Bound), "DEFAULT") || bare(t.Name) == bare(child.name) {
			continue
		}
		if c.Concurrently {
			out.Fails, out.Refusal = true, "a partition cannot be detached with CONCURRENTLY while there is a default partition"
		} else {
			s.effect(out, s.relation(t.Name), schema.AccessExclusive, c)
		}
	}
	for _, k := range parent.table.ForeignKeys() {
		s.effect(out, s.relation(k.References), schema.ShareRowExclusive, c)
	}
}
