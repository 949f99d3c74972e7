package schema

import (
	"slices"
	"strings"
)

// drop removes a table with its partitions and, with CASCADE, the foreign keys
// that refer to it.
func (b *Builder) drop(key Name, t *Table, cascade bool) {
	children := b.children(t)
	b.tables.set(key, nil)
	for _, child := range children {
		if b.tables.get(child.Name.key()) != nil && (cascade || child.Parent.Name != "") {
			b.drop(child.Name.key(), child, cascade)
		}
	}
	if !cascade {
		return
	}
	b.eachForeignKey(t.Name, func(*Constraint) *Constraint { return nil })
}

// rename moves a table and follows it in everything that names it.
func (b *Builder) rename(key Name, t *Table, to Name) {
	b.tables.set(key, nil)
	n := *t
	n.Name = to
	b.put(&n)
	b.eachForeignKey(t.Name, func(k *Constraint) *Constraint {
		c := *k
		c.References = to
		return &c
	})
	for _, other := range b.tables.held() {
		if other.Parent.Name == "" && len(other.Inherits) == 0 {
			continue
		}
		at := slices.IndexFunc(other.Inherits, func(p Name) bool { return p.key() == key })
		if other.Parent.key() != key && at < 0 {
			continue
		}
		o := *other
		if at >= 0 {
			o.Inherits = slices.Clone(o.Inherits)
			o.Inherits[at] = to
		}
		if o.Parent.Name != "" && o.Parent.key() == key {
			o.Parent = to
		}
		b.put(&o)
	}
}

// eachForeignKey puts every foreign key that refers to a table through f; nil
// removes it, the same constraint leaves the table as it is.
func (b *Builder) eachForeignKey(to Name, f func(*Constraint) *Constraint) {
	for _, t := range b.tables.held() {
		var out []*Constraint
		changed := false
		for i, k := range t.Constraints {
			got := k
			if k.Kind == ForeignKey && b.means(k.References, to) {
				got = f(k)
			}
			if got != k && !changed {
				changed = true
				out = append(make([]*Constraint, 0, len(t.Constraints)), t.Constraints[:i]...)
			}
			if changed && got != nil {
				out = append(out, got)
			}
		}
		if changed {
			n := *t
			n.Constraints = out
			b.put(&n)
		}
	}
}

// means reports whether the name written stands for the table. An unqualified
// name may lie in another schema.
func (b *Builder) means(written, table Name) bool {
	w, t := written.key(), table.key()
	return w == t || w.Schema == "" && w.Name == t.Name && b.tables.get(w) == nil
}

// partition attaches c.Other to t or detaches it.
func (b *Builder) partition(t *Table, c *Change) {
	_, child := b.find(c.Other)
	if child == nil || child == t {
		return
	}
	n := *child
	if c.Kind == DetachPartition {
		n.Parent, n.Bound = Name{}, ""
		if n.Kind == Partition {
			n.Kind = Ordinary
		}
	} else {
		n.Parent, n.Bound = t.Name, c.Bound
		if n.Kind == Ordinary {
			n.Kind = Partition
		}
	}
	b.put(&n)
}

// attached follows the triggers, policies and rules of a table.
func (b *Builder) attached(c *Change) {
	verb, _, _ := strings.Cut(c.Action, " ")
	kind := c.Object
	if kind != "trigger" && kind != "policy" && kind != "rule" || c.Column == "" {
		return
	}
	t := b.Table(c.Table)
	if t == nil {
		return
	}
	n, is := *t, kind+" "+c.Column
	switch verb {
	case "create":
		if t.Has(kind, c.Column) {
			return
		}
		n.Attached = append(slices.Clip(t.Attached), is)
	case "drop":
		n.Attached = slices.DeleteFunc(slices.Clone(t.Attached), func(s string) bool { return s == is })
	case "rename":
		n.Attached = swapAll(t.Attached, is, kind+" "+c.To)
	default:
		return
	}
	b.put(&n)
}

// other makes a change of what is no table.
func (b *Builder) other(c *Change) {
	b.own()
	b.attached(c)
	name := c.Other.key()
	switch {
	case c.Routine != nil:
		b.routine(c)
	case c.Action == "create type enum":
		b.enums[name] = c.Values
	case c.Action == "alter type add value":
		if labels, ok := b.enums[name]; ok && len(c.Values) == 1 && !slices.Contains(labels, c.Values[0]) {
			b.enums[name] = append(slices.Clip(labels), c.Values[0])
		}
	case c.Action == "alter type rename value":
		labels := slices.Clone(b.enums[name])
		if i := slices.Index(labels, first(c.Values)); i >= 0 {
			labels[i] = c.To
			b.enums[name] = labels
		}
	case c.Action == "rename type":
		b.renameType(name, Name{name.Schema, c.To})
	case c.Object == "domain" && c.ColumnDef != nil && b.domains[name] == nil:
		b.domains[name] = c.ColumnDef
		if c.Constraint != nil {
			b.checks[name] = []*Constraint{c.Constraint}
		}
	case strings.HasPrefix(c.Action, "alter domain"):
		b.alterDomain(name, c)
	case c.MakesTrigger():
		b.triggers[name] = append(slices.Clip(b.triggers[name]), c.Table.key())
	case c.Action == "drop type" || c.Action == "drop domain":
		delete(b.enums, name)
		delete(b.domains, name)
		delete(b.checks, name)
		if c.Cascade {
			b.dropColumnsOf(name.Name)
		}
	case c.DropsRoutine():
		delete(b.routines, name)
	case c.Action == "drop schema" && c.Cascade:
		b.dropSchema(c)
	}
}

// alterDomain follows ALTER DOMAIN; the base is copied, since catalogs share it.
func (b *Builder) alterDomain(name Name, c *Change) {
	base := b.domains[name]
	if base == nil {
		return
	}
	switch c.Action {
	case "alter domain set not null", "alter domain drop not null":
		n := *base
		n.NotNull = c.Action == "alter domain set not null"
		b.domains[name] = &n
	case "alter domain add constraint":
		if k := c.Constraint; k != nil {
			taken := func(s string) bool {
				return slices.ContainsFunc(b.checks[name], func(old *Constraint) bool { return old.Name == s })
			}
			if k.Made != nil && taken(k.Name) {
				n := *k
				n.Name = k.Made.Free(name.Name, taken)
				k = &n
			}
			b.checks[name] = append(slices.Clip(b.checks[name]), k)
		}
	case "alter domain drop constraint":
		b.checks[name] = slices.DeleteFunc(slices.Clone(b.checks[name]), func(k *Constraint) bool { return k.Name == c.Column })
	case "alter domain validate constraint":
		b.checks[name] = replaceAll(b.checks[name], func(k *Constraint) *Constraint {
			if k.Name != c.Column || !k.NotValid {
				return k
			}
			n := *k
			n.NotValid = false
			return &n
		})
	}
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// routine keeps a routine unless another of the name differs in volatility or
// language: which of them a call means takes types to tell.
func (b *Builder) routine(c *Change) {
	name := b.Placed(c.Routine.Name).key()
	old, ok := b.routines[name]
	if ok && (old == nil || !slices.Equal(old.Args, c.Routine.Args) && (old.Volatility != c.Routine.Volatility || old.Language != c.Routine.Language)) {
		b.routines[name] = nil
		return
	}
	b.routines[name] = c.Routine
}

func (b *Builder) renameType(from, to Name) {
	if labels, ok := b.enums[from]; ok {
		delete(b.enums, from)
		b.enums[to] = labels
	}
	if base, ok := b.domains[from]; ok {
		delete(b.domains, from)
		b.domains[to] = base
	}
	for _, t := range b.tables.held() {
		if !slices.ContainsFunc(t.Columns, func(c *Column) bool { return bareType(c.Type) == from.Name }) {
			continue
		}
		n := *t
		n.Columns = slices.Clone(n.Columns)
		for i, col := range n.Columns {
			if bareType(col.Type) == from.Name {
				c := *col
				c.Type = to.Name
				n.Columns[i] = &c
			}
		}
		b.put(&n)
	}
}

// bareType is a type's name without the schema public.
func bareType(typ string) string { return strings.TrimPrefix(typ, "public.") }

// dropColumnsOf removes the columns of a type, as DROP TYPE CASCADE does.
func (b *Builder) dropColumnsOf(typ string) {
	for _, t := range b.tables.held() {
		n, dropped := *t, false
		for _, col := range t.Columns {
			if bareType(col.Type) == typ {
				b.dropColumn(&n, col.Name, true)
				dropped = true
			}
		}
		if dropped {
			b.put(&n)
		}
	}
}

func (b *Builder) dropSchema(c *Change) {
	name := c.Other.Name
	if name == "" {
		name = c.Column
	}
	for key, t := range b.tables.held() {
		if key.Schema == (Name{Schema: name}).key().Schema {
			b.drop(key, t, true)
		}
	}
}
