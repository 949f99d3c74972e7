package schema

import "slices"

// Holder is the table that has an index of this name, its own or one behind a
// constraint; nil if none is known.
func (b *Builder) Holder(index string) *Table { return b.holder(index) }

// Tables lists all tables as they stand, sorted by name.
func (b *Builder) Tables() []*Table {
	out := make([]*Table, 0, b.tables.size)
	for _, t := range b.tables.all() {
		out = append(out, t)
	}
	slices.SortFunc(out, func(x, y *Table) int {
		switch a, b := x.Name.full(), y.Name.full(); {
		case a < b:
			return -1
		case a > b:
			return 1
		}
		return 0
	})
	return out
}

// Referencing lists the foreign keys that refer to a table, sorted by the
// table they stand in.
func (b *Builder) Referencing(t *Table) []Reference {
	var out []Reference
	for _, other := range b.tables.all() {
		for _, k := range other.Constraints {
			if k.Kind == ForeignKey && b.means(k.References, t.Name) {
				out = append(out, Reference{Table: other, Constraint: k})
			}
		}
	}
	slices.SortStableFunc(out, func(x, y Reference) int {
		switch a, b := x.Table.Name.full(), y.Table.Name.full(); {
		case a < b:
			return -1
		case a > b:
			return 1
		}
		return 0
	})
	return out
}

// Enum gives the labels of an enum type; false if none is known by that name.
func (b *Builder) Enum(n Name) ([]string, bool) {
	labels, ok := b.enums[n.key()]
	return labels, ok
}

// Routine finds a function or procedure, as Catalog.Routine does.
func (b *Builder) Routine(n Name) *Routine { return b.routines[n.key()] }

// Domain is the base of a domain as a column without a name, nil if none is
// known by that name.
func (b *Builder) Domain(n Name) *Column { return b.domains[n.key()] }

// DomainChecks are the constraints of a domain besides NOT NULL.
func (b *Builder) DomainChecks(n Name) []*Constraint { return b.checks[n.key()] }

// Triggered are the tables that have a trigger calling a function.
func (b *Builder) Triggered(function Name) []Name { return b.triggers[function.key()] }

// SameType reports whether a column's type is the one of that name.
func SameType(typ string, n Name) bool {
	return bareType(typ) == n.Name || n.Schema != "" && typ == n.Schema+"."+n.Name
}

// Mentions reports whether SQL text names an identifier, quoted or not,
// outside of strings.
func Mentions(text, name string) bool { return mentions(text, name) }
