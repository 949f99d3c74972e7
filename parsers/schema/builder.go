package schema

import (
	"maps"
	"slices"
	"strings"
)

// Builder folds changes into a catalog. Tables are copied when they change, so
// what Apply returns and what Freeze made stays as it was.
type Builder struct {
	tables   tableMap
	enums    map[Name][]string
	routines map[Name]*Routine
	domains  map[Name]*Column
	// checks are the constraints of domains, triggers the tables with a trigger
	// that calls a function.
	checks   map[Name][]*Constraint
	triggers map[Name][]Name
	// owned says that no catalog shares these maps.
	owned bool
	// path is the schema that SET search_path put first, "" for the default.
	path string
	// related: some table is, or was, a partition or heir of another.
	related bool
	// named are the names that indexes have or had, made when asked for more
	// than fewNames: most builders, those of one file, never are.
	named map[string]bool
	asked int
}

// NewBuilder starts from a catalog; nil for an empty one.
func NewBuilder(from *Catalog) *Builder {
	b := &Builder{}
	if from != nil {
		b.tables, b.related = from.tables, from.related
		b.enums, b.routines, b.domains, b.checks, b.triggers = from.enums, from.routines, from.domains, from.checks, from.triggers
		b.tables.shared = true
	}
	return b
}

// Freeze is the catalog as it stands. The builder can be used further.
func (b *Builder) Freeze() *Catalog {
	b.owned = false
	return &Catalog{tables: b.tables.copied(), related: b.related, enums: b.enums, routines: b.routines, domains: b.domains,
		checks: b.checks, triggers: b.triggers}
}

// own makes the maps of what is no table the builder's alone: catalogs share
// them until they change.
func (b *Builder) own() {
	if b.owned {
		return
	}
	b.owned = true
	b.enums, b.routines, b.domains = owned(b.enums), owned(b.routines), owned(b.domains)
	b.checks, b.triggers = owned(b.checks), owned(b.triggers)
}

func owned[V any](m map[Name]V) map[Name]V {
	if m == nil {
		return map[Name]V{}
	}
	return maps.Clone(m)
}

// EndSession forgets what SET changed: the next file runs in a session of its own.
func (b *Builder) EndSession() { b.path = "" }

// Table is the table a name means now, nil if it is not known.
func (b *Builder) Table(n Name) *Table {
	_, t := b.find(n)
	return t
}

// find looks a name up: in the schema written, else along the search path,
// else in whatever schema alone holds it.
func (b *Builder) find(n Name) (Name, *Table) {
	n = n.key()
	if n.Name == "" {
		return n, nil
	}
	if n.Schema == "" && b.path != "" {
		in := Name{b.path, n.Name}
		if t := b.tables.get(in); t != nil {
			return in, t
		}
	}
	if t := b.tables.get(n); t != nil || n.Schema != "" {
		return n, t
	}
	var found *Table
	for _, t := range b.tables.all() {
		if t.Name.Name != n.Name {
			continue
		}
		if found != nil {
			return n, nil
		}
		found = t
	}
	if found != nil {
		return found.Name.key(), found
	}
	return n, nil
}

// Placed is the full name of a table or routine to be made, given the search
// path.
func (b *Builder) Placed(n Name) Name {
	if n.Schema == "" && b.path != "" {
		n.Schema = b.path
	}
	return n
}

// put stores a table under its own name.
func (b *Builder) put(t *Table) {
	b.tables.set(t.Name.key(), t)
	b.related = b.related || t.Parent.Name != "" || len(t.Inherits) > 0
	if b.named != nil {
		b.note(t)
	}
}

// note remembers the names of a table's indexes.
func (b *Builder) note(t *Table) {
	for _, x := range t.Indexes {
		b.named[x.Name] = true
	}
	if t.PrimaryKey != nil {
		b.named[t.PrimaryKey.Name] = true
	}
	for _, k := range t.Constraints {
		b.named[k.Name] = true
	}
}

// Apply makes one change and gives the table it touches on either side, nil
// where there is none. A change of a table that is not known changes nothing.
func (b *Builder) Apply(c *Change) (before, after *Table) {
	switch c.Kind {
	case CreateTable, CreateView:
		return b.create(c)
	case SetParameter:
		b.set(c)
		return nil, nil
	case Begin, Commit, Rollback:
		return nil, nil
	case OtherDDL:
		b.other(c)
		t := b.Table(c.Table)
		return t, t
	case DropIndex, RenameIndex:
		return b.indexByName(c)
	}
	key, t := b.find(c.Table)
	if t == nil {
		return nil, nil
	}
	switch c.Kind {
	case DropTable, DropView:
		b.drop(key, t, c.Cascade)
		return t, nil
	case RenameTable:
		to := t.Name
		to.Name = c.To
		b.rename(key, t, to)
		return t, b.tables.get(to.key())
	case SetSchema:
		to := Name{c.To, t.Name.Name}
		b.rename(key, t, to)
		return t, b.tables.get(to.key())
	case AttachPartition, DetachPartition:
		b.partition(t, c)
		return t, t
	}
	b.alter(t, c)
	return t, b.tables.get(key)
}

// alter makes a change of one table, and of its partitions with it.
func (b *Builder) alter(t *Table, c *Change) { b.alterTree(t, c, map[Name]bool{}) }

// alterTree is alter for tables not yet seen: nonsense files can make
// inheritance circular.
func (b *Builder) alterTree(t *Table, c *Change, seen map[Name]bool) {
	n := *t
	if seen[t.Name.key()] || !b.column(&n, c) && !b.key(&n, c) {
		return
	}
	seen[t.Name.key()] = true
	b.put(&n)
	if c.Only || !inherited[c.Kind] {
		return
	}
	for _, child := range b.children(t) {
		down := *c
		if child.Parent.Name == "" && (c.Index != nil || c.Constraint != nil && c.Constraint.Kind != Check) {
			continue // heirs have keys of their own
		}
		down.Table = child.Name
		if c.Index != nil {
			x := *c.Index
			x.Name = childName(x.Name, t.Name.Name, child.Name.Name)
			down.Index, down.Column = &x, x.Name
		}
		if c.Constraint != nil && c.Constraint.Kind != Check {
			k := *c.Constraint
			k.Name = childName(k.Name, t.Name.Name, child.Name.Name)
			down.Constraint, down.Column = &k, k.Name
		}
		b.alterTree(child, &down, seen)
	}
}

// inherited are the changes a partition takes over from its parent.
var inherited = map[Kind]bool{AddColumn: true, DropColumn: true, RenameColumn: true, AlterType: true, SetNotNull: true,
	DropNotNull: true, SetDefault: true, DropDefault: true, AddConstraint: true, CreateIndex: true}

// Children are the partitions and heirs of a table, sorted by name.
func (b *Builder) Children(t *Table) []*Table { return b.children(t) }

// children are the partitions and heirs of a table.
func (b *Builder) children(t *Table) []*Table {
	if !b.related {
		return nil
	}
	key := t.Name.key()
	var out []*Table
	for _, child := range b.tables.all() {
		if child.Parent.Name == "" && len(child.Inherits) == 0 || child.Name.key() == key {
			continue
		}
		heir := slices.ContainsFunc(child.Inherits, func(n Name) bool { return b.means(n, t.Name) })
		if heir || child.Parent.Name != "" && child.Parent.key() == key {
			out = append(out, child)
		}
	}
	slices.SortFunc(out, func(a, b *Table) int { return strings.Compare(a.Name.full(), b.Name.full()) })
	return out
}

// childName is a partition's name for what its parent calls name.
func childName(name, parent, child string) string {
	if rest, ok := strings.CutPrefix(name, parent); ok {
		return child + rest
	}
	return child + "_" + name
}

// create makes a table or view. One that exists is replaced, unless the change
// says that it is then kept.
func (b *Builder) create(c *Change) (before, after *Table) {
	if c.Def == nil {
		return nil, nil
	}
	name := b.Placed(c.Def.Name)
	before = b.tables.get(name.key())
	if before != nil && c.IfNotExists {
		return before, before
	}
	t := *c.Def
	t.Name = name
	for _, from := range t.Like {
		b.like(&t, from)
	}
	for _, from := range t.LikeKeys {
		if src := b.Table(from); src != nil {
			takeKeys(&t, src)
		}
	}
	for _, from := range t.Inherits {
		b.like(&t, from)
	}
	if t.Parent.Name != "" {
		b.partitionOf(&t)
	}
	t.Constraints = b.references(&t, t.Constraints)
	b.nameKeys(&t)
	b.put(&t)
	return before, &t
}

// like takes the columns of another table over, before its own.
func (b *Builder) like(t *Table, from Name) {
	src := b.Table(from)
	if src == nil {
		return
	}
	var cols []*Column
	for _, col := range src.Columns {
		if exact(t, col.Name) == nil {
			c := *col
			c.Default, c.Generated = "", ""
			cols = append(cols, &c)
		}
	}
	t.Columns = append(cols, t.Columns...)
}

// partitionOf takes over what a partition has in common with its parent.
func (b *Builder) partitionOf(t *Table) {
	parent := b.Table(t.Parent)
	if parent == nil {
		return
	}
	t.Parent = parent.Name
	t.Open = parent.Open
	var cols []*Column
	for _, col := range parent.Columns {
		if exact(t, col.Name) == nil {
			cols = append(cols, col)
		}
	}
	t.Columns = append(cols, t.Columns...)
	takeKeys(t, parent)
	own := t.Constraints
	t.Constraints = nil
	for _, k := range parent.Constraints {
		if k.Kind != Unique {
			t.Constraints = append(t.Constraints, childKey(k, parent, t))
		}
	}
	t.Constraints = append(t.Constraints, own...)
}

// takeKeys gives a table the primary key, the unique constraints and the
// indexes that another has.
func takeKeys(t, from *Table) {
	if t.PrimaryKey == nil && from.PrimaryKey != nil {
		t.PrimaryKey = childKey(from.PrimaryKey, from, t)
	}
	t.Constraints = slices.Clone(t.Constraints)
	for _, k := range from.Constraints {
		if k.Kind == Unique {
			t.Constraints = append(t.Constraints, childKey(k, from, t))
		}
	}
	t.Indexes = slices.Clone(t.Indexes)
	for _, x := range from.Indexes {
		i := *x
		i.Name = childName(x.Name, from.Name.Name, t.Name.Name)
		t.Indexes = append(t.Indexes, &i)
	}
}

func childKey(k *Constraint, parent, child *Table) *Constraint {
	c := *k
	c.Name = childName(k.Name, parent.Name.Name, child.Name.Name)
	return &c
}

func (b *Builder) set(c *Change) {
	if c.Column != "search_path" {
		return
	}
	first, _, _ := strings.Cut(c.To, ",")
	first = strings.Trim(strings.TrimSpace(first), `"'`)
	if first == `$user` || strings.EqualFold(first, "default") {
		first = ""
	}
	b.path = Name{Schema: first}.key().Schema
}

// exact finds a column by its very name.
func exact(t *Table, name string) *Column {
	for _, c := range t.Columns {
		if c.Name == name {
			return c
		}
	}
	return nil
}
