package postgres

import (
	"github.com/dbwise/dbwise/parsers/schema"
)

// addConstraint takes ACCESS EXCLUSIVE, for a foreign key SHARE ROW EXCLUSIVE
// on both tables, and reads the table unless NOT VALID (manual, ALTER TABLE,
// ADD table_constraint).
func (a *alteration) addConstraint(c *schema.Change) {
	k := c.Constraint
	if k == nil || c.Inline && a.skipped[inlineColumn(k)] {
		return
	}
	switch k.Kind {
	case schema.ForeignKey:
		a.addForeignKey(c, k)
	case schema.Check:
		a.addCheck(c, "every row is checked")
	case schema.NotNullConstraint:
		a.addNotNull(c, k)
	case schema.Exclude:
		a.worked(c, schema.AccessExclusive, schema.BuildIndex, "the index behind the exclusion constraint is built")
	case schema.PrimaryKey, schema.Unique:
		if c.UsingIndex != "" {
			a.usingIndex(c, k)
			return
		}
		a.worked(c, schema.AccessExclusive, schema.BuildIndex, "the index behind the constraint is built")
	}
}

// inlineColumn is the column in whose definition a constraint is written.
func inlineColumn(k *schema.Constraint) string {
	if len(k.Columns) == 1 {
		return k.Columns[0]
	}
	return ""
}

func (a *alteration) addCheck(c *schema.Change, why string) {
	if c.Constraint.NotValid {
		a.locked(c, schema.AccessExclusive)
		return
	}
	a.worked(c, schema.AccessExclusive, schema.CheckRows, why)
}

func (a *alteration) addNotNull(c *schema.Change, k *schema.Constraint) {
	if k.NotValid {
		a.locked(c, schema.AccessExclusive)
		return
	}
	not := *c
	for _, name := range k.Columns {
		not.Column = name
		for _, t := range a.locked(c, schema.AccessExclusive) {
			if a.mayBeNull(t.table, name) && (t.table == nil || t.table.Kind != schema.Partitioned) {
				a.s.works(a.out, t, schema.AccessExclusive, schema.CheckRows, "no valid CHECK constraint proves that `"+name+"` is not null", c)
			}
		}
	}
}

// addForeignKey reads the table to check its rows, unless NOT VALID, or unless
// all that the statement does is to add columns without a default: their rows
// refer to nothing.
func (a *alteration) addForeignKey(c *schema.Change, k *schema.Constraint) {
	self := bare(k.References) == bare(a.table.name)
	if !self {
		to := a.s.relation(k.References)
		if to.missing {
			a.out.Fails, a.out.Refusal = true, "`"+k.References.String()+"` does not exist"
			return
		}
		for _, t := range a.s.tree(to, false) {
			a.s.effect(a.out, t, schema.ShareRowExclusive, c)
		}
	}
	if k.NotValid && a.table.table != nil && a.table.table.Kind == schema.Partitioned && a.s.version < 18 {
		a.out.Fails, a.out.Refusal = true, "a foreign key of a partitioned table cannot be NOT VALID before version 18"
		return
	}
	if k.NotValid || c.Inline && a.onlyNull(inlineColumn(k)) {
		a.locked(c, schema.ShareRowExclusive)
		return
	}
	for _, t := range a.locked(c, schema.ShareRowExclusive) {
		// A partition that has the key already is taken as it is (manual, ALTER
		// TABLE, ATTACH PARTITION, and measured for ADD on the parent).
		if t.table != nil && (t.table.Kind == schema.Partitioned || t.table.Kind == schema.Partition && HasForeignKey(t.table, k)) {
			continue
		}
		a.s.works(a.out, t, schema.ShareRowExclusive, schema.CheckRows, "every row is looked up in `"+k.References.String()+"`", c)
	}
}

// onlyNull reports whether the new column that refers to another table has no
// default, so that no row has a value to look up. The server asks whether a
// DEFAULT is written, be it NULL (measured), and did so for all clauses of the
// statement at once before 13.
func (a *alteration) onlyNull(column string) bool {
	for i := range a.list {
		c := &a.list[i]
		if a.s.version >= 13 && (c.Kind != schema.AddColumn || c.Column != column) {
			continue
		}
		switch {
		case c.Kind == schema.AddColumn && (c.ColumnDef == nil || c.ColumnDef.Default != "" || c.ColumnDef.Generated != ""):
			return false
		case c.Kind == schema.AddConstraint && !c.Inline && c.Constraint != nil && c.Constraint.Kind == schema.ForeignKey:
			return false
		}
	}
	return true
}

// usingIndex makes an index the one behind a constraint. A primary key also
// makes its columns NOT NULL.
func (a *alteration) usingIndex(c *schema.Change, k *schema.Constraint) {
	a.locked(c, schema.AccessExclusive)
	t := a.table.table
	if k.Kind != schema.PrimaryKey || t == nil {
		return
	}
	for _, x := range t.Indexes {
		if x.Name != c.UsingIndex {
			continue
		}
		for _, name := range x.Columns() {
			if a.mayBeNull(t, name) && !a.setsNotNull(name) {
				why := "the key column `" + name + "` may hold NULL"
				if a.s.version < 12 {
					why = a.unproven(name)
				}
				a.worked(c, schema.AccessExclusive, schema.CheckRows, why)
				return
			}
		}
	}
}

// setsNotNull reports whether a clause of the same statement does it.
func (a *alteration) setsNotNull(name string) bool {
	for i := range a.list {
		if a.list[i].Kind == schema.SetNotNull && a.list[i].Column == name {
			return true
		}
	}
	return false
}

func (a *alteration) dropConstraint(c *schema.Change) {
	a.locked(c, schema.AccessExclusive)
	t := a.table.table
	if t == nil {
		e := a.s.effect(a.out, a.table, schema.AccessExclusive, c)
		e.Lost = append(e.Lost, schema.Loss{Kind: schema.LostConstraint, Name: schema.Name{Name: c.Column}})
		return
	}
	for _, k := range constraintsOf(t) {
		if k.Name == c.Column {
			a.lose(c, t, k)
			return
		}
	}
}

// validate reads the table under SHARE UPDATE EXCLUSIVE, and takes ROW SHARE
// on the table a foreign key refers to (manual, ALTER TABLE, VALIDATE
// CONSTRAINT). A valid constraint is not checked again.
func (a *alteration) validate(c *schema.Change) {
	t := a.table.table
	var k *schema.Constraint
	if t != nil {
		for _, x := range constraintsOf(t) {
			if x.Name == c.Column {
				k = x
			}
		}
	}
	if k != nil && !k.NotValid {
		a.locked(c, schema.ShareUpdateExclusive)
		return
	}
	a.worked(c, schema.ShareUpdateExclusive, schema.CheckRows, "every row is checked")
	if k != nil && k.Kind == schema.ForeignKey {
		a.s.effect(a.out, a.s.relation(k.References), schema.RowShare, c)
	}
}

// enforce makes a foreign key one that is enforced, or one that is not (18,
// manual, ALTER TABLE, ALTER CONSTRAINT): enforced, it is checked at once;
// else its triggers go on both sides.
func (a *alteration) enforce(c *schema.Change) {
	on := c.Action == "enforce constraint"
	k := a.constraint(c.Column)
	switch {
	case on && (k == nil || k.NotValid):
		a.worked(c, schema.AccessExclusive, schema.CheckRows, "every row is checked")
	default:
		a.locked(c, schema.AccessExclusive)
	}
	if k == nil || k.Kind != schema.ForeignKey || bare(k.References) == bare(a.table.name) || on && !k.NotValid {
		return
	}
	lock := schema.AccessExclusive
	if on {
		lock = schema.ShareRowExclusive
	}
	a.s.effect(a.out, a.s.relation(k.References), lock, c)
}

// constraint is the table's constraint of that name, nil if none is known.
func (a *alteration) constraint(name string) *schema.Constraint {
	if a.table.table == nil {
		return nil
	}
	for _, k := range constraintsOf(a.table.table) {
		if k.Name == name {
			return k
		}
	}
	return nil
}
