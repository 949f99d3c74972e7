package schema

import "slices"

// key makes a change of a constraint or index of t, which is a copy nobody
// else holds; false if c is none.
func (b *Builder) key(t *Table, c *Change) bool {
	switch c.Kind {
	case AddConstraint:
		b.addConstraint(t, c)
	case DropConstraint:
		b.dropConstraint(t, c.Column, c.Cascade)
	case ValidateConstraint:
		onConstraint(t, c.Column, func(k *Constraint) {
			k.NotValid = false
			if k.Kind == NotNullConstraint {
				notNull(t, k.Columns)
			}
		})
	case RenameConstraint:
		onConstraint(t, c.Column, func(k *Constraint) { k.Name = c.To })
	case CreateIndex:
		b.createIndex(t, c)
	default:
		return false
	}
	return true
}

func (b *Builder) addConstraint(t *Table, c *Change) {
	if c.Constraint == nil {
		return
	}
	k := *c.Constraint
	if c.UsingIndex != "" {
		b.takeIndex(t, &k, c.UsingIndex)
	} else {
		b.nameConstraint(t, &k)
	}
	switch k.Kind {
	case PrimaryKey:
		t.PrimaryKey = &k
		notNull(t, k.Columns)
		return
	case NotNullConstraint:
		if !k.NotValid {
			notNull(t, k.Columns)
		}
	}
	t.Constraints = slices.DeleteFunc(slices.Clone(t.Constraints), func(old *Constraint) bool { return k.Name != "" && old.Name == k.Name })
	t.Constraints = append(t.Constraints, b.references(t, []*Constraint{&k})...)
}

// takeIndex makes an index the one behind a constraint, which takes its columns
// and gives its name.
func (b *Builder) takeIndex(t *Table, k *Constraint, index string) {
	i := slices.IndexFunc(t.Indexes, func(x *Index) bool { return x.Name == index })
	if i < 0 {
		t.Open = t.Open || len(k.Columns) == 0
		return
	}
	x := t.Indexes[i]
	k.Columns, k.Include = x.Columns(), x.Include
	if k.Name == "" {
		k.Name = index
	}
	t.Indexes = slices.Delete(slices.Clone(t.Indexes), i, i+1)
}

// references fills in what foreign keys leave out: the columns of a key that
// refers to the primary key.
func (b *Builder) references(t *Table, list []*Constraint) []*Constraint {
	return replaceAll(list, func(k *Constraint) *Constraint {
		if k.Kind != ForeignKey || len(k.RefColumns) > 0 {
			return k
		}
		target := b.Table(k.References)
		if k.References.key() == t.Name.key() {
			target = t
		}
		if target == nil || target.PrimaryKey == nil {
			return k
		}
		n := *k
		n.RefColumns = target.PrimaryKey.Columns
		return &n
	})
}

func notNull(t *Table, columns []string) {
	for _, name := range columns {
		if c := exact(t, name); c != nil && !c.NotNull {
			edit(t, name, func(c *Column) { c.NotNull = true })
		}
	}
}

// onConstraint edits a copy of the constraint of that name.
func onConstraint(t *Table, name string, f func(*Constraint)) {
	if t.PrimaryKey != nil && t.PrimaryKey.Name == name {
		n := *t.PrimaryKey
		f(&n)
		t.PrimaryKey = &n
		return
	}
	for i, k := range t.Constraints {
		if k.Name == name {
			n := *k
			f(&n)
			t.Constraints = slices.Clone(t.Constraints)
			t.Constraints[i] = &n
			return
		}
	}
}

func (b *Builder) dropConstraint(t *Table, name string, cascade bool) {
	var dropped *Constraint
	if t.PrimaryKey != nil && t.PrimaryKey.Name == name {
		dropped, t.PrimaryKey = t.PrimaryKey, nil
	}
	for i, k := range t.Constraints {
		if dropped == nil && k.Name == name {
			dropped = k
			t.Constraints = slices.Delete(slices.Clone(t.Constraints), i, i+1)
			break
		}
	}
	if dropped == nil {
		return
	}
	if dropped.Kind == NotNullConstraint {
		for _, col := range dropped.Columns {
			edit(t, col, func(c *Column) { c.NotNull = false })
		}
	}
	if !cascade || dropped.Kind != PrimaryKey && dropped.Kind != Unique {
		return
	}
	b.eachForeignKey(t.Name, func(k *Constraint) *Constraint {
		if slices.Equal(k.RefColumns, dropped.Columns) || len(k.RefColumns) == 0 && dropped.Kind == PrimaryKey {
			return nil
		}
		return k
	})
}

func (b *Builder) createIndex(t *Table, c *Change) {
	if c.Index == nil {
		return
	}
	if c.IfNotExists && b.holder(c.Index.Name) != nil {
		return
	}
	x := c.Index
	if x.Made != nil && b.indexTaken(t, x.Name) {
		n := *x
		n.Name = x.Made.Free(t.Name.Name, func(name string) bool { return b.indexTaken(t, name) })
		x = &n
	}
	t.Indexes = slices.DeleteFunc(slices.Clone(t.Indexes), func(old *Index) bool { return old.Name == x.Name })
	t.Indexes = append(t.Indexes, x)
}

// fewNames is how often all tables are looked through for an index.
const fewNames = 8

// holder is the table that has an index of this name, the first by name if
// several schemas have one.
func (b *Builder) holder(index string) *Table {
	if index == "" {
		return nil
	}
	if b.asked++; b.named == nil && b.asked > fewNames {
		b.named = make(map[string]bool, 4*b.tables.size)
		for _, t := range b.tables.all() {
			b.note(t)
		}
	}
	if b.named != nil && !b.named[index] {
		return nil
	}
	var found *Table
	for _, t := range b.tables.all() {
		if backs(t, index) && (found == nil || t.Name.full() < found.Name.full()) {
			found = t
		}
	}
	return found
}

// backs reports whether t has an index of this name, its own or a constraint's.
func backs(t *Table, index string) bool {
	for _, x := range t.Indexes {
		if x.Name == index {
			return true
		}
	}
	if t.PrimaryKey != nil && t.PrimaryKey.Name == index {
		return true
	}
	for _, k := range t.Constraints {
		if k.Name == index && (k.Kind == Unique || k.Kind == Exclude) {
			return true
		}
	}
	return false
}

// indexByName drops or renames an index, which PostgreSQL names without its table.
func (b *Builder) indexByName(c *Change) (before, after *Table) {
	t := b.Table(c.Table)
	if t == nil || !backs(t, c.Column) {
		t = b.holder(c.Column)
	}
	if t == nil {
		return nil, nil
	}
	n := *t
	at := slices.IndexFunc(n.Indexes, func(x *Index) bool { return x.Name == c.Column })
	switch {
	case at < 0 && c.Kind == RenameIndex:
		onConstraint(&n, c.Column, func(k *Constraint) { k.Name = c.To })
	case at < 0:
		b.dropConstraint(&n, c.Column, c.Cascade)
	case c.Kind == RenameIndex:
		x := *n.Indexes[at]
		x.Name = c.To
		n.Indexes = slices.Clone(n.Indexes)
		n.Indexes[at] = &x
	default:
		n.Indexes = slices.Delete(slices.Clone(n.Indexes), at, at+1)
	}
	b.put(&n)
	return t, &n
}
