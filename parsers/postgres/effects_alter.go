package postgres

import (
	"slices"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/schema"
)

// alteration is one ALTER TABLE: its clauses run under the strongest lock of
// them all, and the server goes over the table once for all of them (manual,
// ALTER TABLE, notes).
type alteration struct {
	s     *Session
	out   *schema.Impact
	list  []schema.Change
	table relation
	// skipped are the columns that IF NOT EXISTS leaves alone.
	skipped map[string]bool
	// added are the columns that the statement adds, dropped the constraints
	// that it drops.
	added, dropped map[string]bool
}

func (s *Session) alterTable(st *facts.Statement, out *schema.Impact) {
	if len(st.Changes) == 0 {
		return
	}
	a := &alteration{s: s, out: out, list: st.Changes, table: s.relation(st.Changes[0].Table),
		skipped: map[string]bool{}, added: map[string]bool{}, dropped: map[string]bool{}}
	if absent(a.table, &st.Changes[0], out) {
		return
	}
	a.table = a.table.called(st.Changes[0].Object)
	for i := range a.list {
		switch c := &a.list[i]; c.Kind {
		case schema.AddColumn:
			a.added[c.Column] = true
			if c.IfNotExists && a.table.table != nil && a.table.table.Column(c.Column) != nil {
				a.skipped[c.Column] = true
			}
		case schema.DropConstraint:
			a.dropped[c.Column] = true
		}
	}
	for i := range a.list {
		a.clause(&a.list[i])
	}
}

func (a *alteration) clause(c *schema.Change) {
	switch c.Kind {
	case schema.AddColumn:
		a.addColumn(c)
	case schema.DropColumn:
		a.dropColumn(c)
	case schema.AlterType:
		a.alterType(c)
	case schema.SetNotNull:
		a.setNotNull(c)
	case schema.DropNotNull, schema.SetDefault, schema.DropDefault:
		a.locked(c, schema.AccessExclusive)
	case schema.AddConstraint:
		a.addConstraint(c)
	case schema.DropConstraint:
		a.dropConstraint(c)
	case schema.ValidateConstraint:
		a.validate(c)
	case schema.AttachPartition:
		a.s.attach(c, a.out)
	case schema.DetachPartition:
		a.s.detach(c, a.out)
	case schema.Opaque:
		if c.Action == "enforce constraint" || c.Action == "do not enforce constraint" {
			a.enforce(c)
			return
		}
		a.s.storage(c, a.out)
	}
}

// locked takes a lock on the table and, unless ONLY, on its partitions and heirs.
func (a *alteration) locked(c *schema.Change, lock schema.Lock) []relation {
	tree := a.s.tree(a.table, c.Only)
	for _, t := range tree {
		a.s.effect(a.out, t, lock, c)
	}
	return tree
}

// worked takes a lock on the tree and goes over the rows, which a partitioned
// table has in its partitions.
func (a *alteration) worked(c *schema.Change, lock schema.Lock, work schema.Work, why string) {
	for _, t := range a.locked(c, lock) {
		if t.table == nil || t.table.Kind != schema.Partitioned {
			a.s.works(a.out, t, lock, work, why, c)
		}
	}
}

// addColumn is free where all rows can share one value of the default, kept in
// the catalog (manual, ALTER TABLE, notes on ADD COLUMN); else the table is
// written anew.
func (a *alteration) addColumn(c *schema.Change) {
	a.locked(c, schema.AccessExclusive)
	col := c.ColumnDef
	if col == nil || a.skipped[c.Column] {
		return
	}
	why, may := a.rewriteFor(col)
	if why != "" {
		a.worked(c, schema.AccessExclusive, schema.Rewrite, why)
		if may {
			a.unsure(c)
		}
	}
	if col.NotNull && col.Default == "" && col.Generated == "" && !a.s.domainDefault(col) && !a.empty() && !a.keyed(c) {
		a.out.Fails, a.out.Refusal = true, "existing rows would have NULL in the new column `"+col.Name+"`"
	}
	if col.NotNull && col.Generated == "virtual" {
		a.worked(c, schema.AccessExclusive, schema.CheckRows, "every row is checked for NULL")
	}
}

// keyed reports whether the column is the table's new key by an identity.
func (a *alteration) keyed(c *schema.Change) bool { return c.ColumnDef.Generated == "identity" }

// empty reports whether the table is known to have no rows in use.
func (a *alteration) empty() bool { return a.table.fresh }

// unsure marks the effects of a clause as likely only.
func (a *alteration) unsure(c *schema.Change) {
	for _, e := range a.out.Of(c) {
		e.May = true
	}
}

// rewriteFor is why a new column makes the table be written anew, "" if it
// does not; may says that a function decides that nothing describes.
func (a *alteration) rewriteFor(col *schema.Column) (why string, may bool) {
	switch col.Generated {
	case "stored":
		return "a stored generated column is computed for every row", false
	case "virtual":
		return "", false
	case "serial", "identity":
		return "every row gets a number of its own", false
	}
	if col.Array == 0 && a.s.constrained(typeName(bareType(col.Type))) {
		return "every row is checked against the domain `" + col.Type + "`", false
	}
	if col.Default == "" {
		return "", false
	}
	if !builtin(col.Type) && a.s.schema.Domain(typeName(bareType(col.Type))) == nil && isNumber(col.Default) {
		// Of the types that users make only domains take a number.
		return "every row is checked against the domain `" + col.Type + "`", true
	}
	v, sure := a.s.volatility(col.Default)
	if v != volatile {
		return "", false
	}
	return "the default `" + col.Default + "` gives every row a value of its own", !sure
}

// bareType is a type's name without the schema public.
func bareType(t string) string {
	if len(t) > 7 && t[:7] == "public." {
		return t[7:]
	}
	return t
}

func (a *alteration) dropColumn(c *schema.Change) {
	tree := a.locked(c, schema.AccessExclusive)
	t := a.table.table
	if t != nil && t.Column(c.Column) == nil && !t.Open {
		if !c.IfExists {
			a.out.Fails, a.out.Refusal = true, "there is no column `"+c.Column+"`"
		}
		return
	}
	for _, r := range tree {
		e := a.s.effect(a.out, r, schema.AccessExclusive, c)
		e.Lost = append(e.Lost, schema.Loss{Kind: schema.LostColumn, Name: r.name, Column: c.Column})
	}
	if t == nil {
		return
	}
	for _, k := range constraintsOf(t) {
		if slices.Contains(k.Columns, c.Column) {
			a.lose(c, t, k)
		}
	}
	for _, x := range t.Indexes {
		if slices.Contains(x.Columns(), c.Column) {
			e := a.s.index(a.out, a.table, x.Name, schema.AccessExclusive, c)
			e.Lost = append(e.Lost, schema.Loss{Kind: schema.LostIndex, Name: schema.Name{Schema: t.Name.Schema, Name: x.Name}})
		}
	}
}

// lose drops a constraint with its index and what hangs on it at the other end:
// the triggers of a foreign key stand on both tables.
func (a *alteration) lose(c *schema.Change, t *schema.Table, k *schema.Constraint) {
	e := a.s.effect(a.out, a.table, schema.AccessExclusive, c)
	e.Lost = append(e.Lost, schema.Loss{Kind: schema.LostConstraint, Name: schema.Name{Schema: t.Name.Schema, Name: k.Name}})
	switch k.Kind {
	case schema.ForeignKey:
		if to := a.s.relation(k.References); !to.missing && bare(to.name) != bare(a.table.name) {
			a.s.effect(a.out, to, schema.AccessExclusive, c)
		}
	case schema.PrimaryKey, schema.Unique:
		for _, ref := range a.s.schema.Referencing(t) {
			if !slices.Equal(ref.Constraint.RefColumns, k.Columns) {
				continue
			}
			if !c.Cascade {
				a.out.Fails, a.out.Refusal = true, "a foreign key of `"+ref.Table.Name.String()+"` depends on it"
				continue
			}
			e := a.s.effect(a.out, a.s.relation(ref.Table.Name), schema.AccessExclusive, c)
			e.Lost = append(e.Lost, schema.Loss{Kind: schema.LostConstraint, Name: schema.Name{Schema: ref.Table.Name.Schema, Name: ref.Constraint.Name}})
		}
	}
}

// setNotNull reads the whole table, except, since 12, where a valid check
// implies it (manual, ALTER TABLE, SET NOT NULL). A check that the same
// statement drops is gone by then.
func (a *alteration) setNotNull(c *schema.Change) {
	for _, t := range a.locked(c, schema.AccessExclusive) {
		if t.table != nil && t.table.Kind == schema.Partitioned || !a.mayBeNull(t.table, c.Column) {
			continue
		}
		a.s.works(a.out, t, schema.AccessExclusive, schema.CheckRows, a.unproven(c.Column), c)
	}
}

// unproven says why rows are looked at for NULL.
func (a *alteration) unproven(column string) string {
	if a.s.version < 12 {
		return "before PostgreSQL 12 no CHECK constraint proves that `" + column + "` is not null"
	}
	return "no valid CHECK constraint proves that `" + column + "` is not null"
}

// mayBeNull reports whether a table must be read to know that a column holds
// no NULL.
func (a *alteration) mayBeNull(t *schema.Table, name string) bool {
	if t == nil {
		return true
	}
	if col := t.Column(name); col != nil && col.NotNull {
		return false
	}
	if a.s.version < 12 {
		return true
	}
	for _, k := range t.Constraints {
		if k.Kind == schema.Check && !k.NotValid && !a.dropped[k.Name] && provesNotNull(conditions(k.Expr), name) {
			return false
		}
	}
	return true
}
