package schema

import (
	"sort"
	"strings"
	"sync"
	"sync/atomic"
)

// Catalog is every table known at one point, immutable and safe for any number
// of readers. A nil Catalog is empty.
type Catalog struct {
	tables   tableMap
	enums    map[Name][]string
	routines map[Name]*Routine
	domains  map[Name]*Column
	checks   map[Name][]*Constraint
	triggers map[Name][]Name
	related  bool // see Builder

	misses atomic.Int32

	// What follows is derived from tables when it is first asked for.
	once sync.Once
	// plain and folded find tables without their schema and without case.
	plain, folded map[string][]*Table
	sorted        []*Table
	referencing   map[Name][]Reference

	namesOnce sync.Once
	names     map[string]bool
}

// Taken reports whether a table, index or constraint of any schema has the
// name: the three share one name space (PostgreSQL manual, 55.11 "pg_class"),
// and a new one that differs from all cannot collide.
func (c *Catalog) Taken(name string) bool {
	if c == nil {
		return false
	}
	c.namesOnce.Do(func() {
		c.names = make(map[string]bool, 8*c.tables.size)
		for _, t := range c.tables.all() {
			c.names[t.Name.Name] = true
			if t.PrimaryKey != nil {
				c.names[t.PrimaryKey.Name] = true
			}
			for _, k := range t.Constraints {
				c.names[k.Name] = true
			}
			for _, x := range t.Indexes {
				c.names[x.Name] = true
			}
		}
	})
	return c.names[name]
}

// Reference is a foreign key seen from the table it refers to.
type Reference struct {
	Table      *Table
	Constraint *Constraint
}

// Table finds a table: by its name, then, without a schema, in whatever schema
// alone holds that name, then without regard to case. Nil if there is none or
// more than one.
func (c *Catalog) Table(n Name) *Table {
	if c == nil || n.Name == "" {
		return nil
	}
	n = n.key()
	if t := c.tables.get(n); t != nil {
		return t
	}
	if c.misses.Add(1) <= fewMisses {
		return c.scan(n)
	}
	c.once.Do(c.index)
	return c.loose(n)
}

// fewMisses is how many names are looked for by going over all tables before
// the index is made: most catalogs, those between two statements of a file,
// are asked once or twice.
const fewMisses = 8

// scan is loose without the index.
func (c *Catalog) scan(n Name) *Table {
	var plain, folded []*Table
	for _, t := range c.tables.all() {
		if len(t.Name.Name) != len(n.Name) || !strings.EqualFold(t.Name.Name, n.Name) {
			continue
		}
		folded = append(folded, t)
		if t.Name.Name == n.Name {
			plain = append(plain, t)
		}
	}
	if t := only(plain, n.Schema); t != nil {
		return t
	}
	return only(folded, n.Schema)
}

func (c *Catalog) loose(n Name) *Table {
	if t := only(c.plain[n.Name], n.Schema); t != nil {
		return t
	}
	return only(c.folded[strings.ToLower(n.Name)], n.Schema)
}

// only is the one table of list that lies in the schema, any schema if "".
func only(list []*Table, schema string) *Table {
	var found *Table
	for _, t := range list {
		if schema != "" && !strings.EqualFold(schema, t.Name.key().Schema) {
			continue
		}
		if found != nil {
			return nil
		}
		found = t
	}
	return found
}

// Len is the number of tables.
func (c *Catalog) Len() int {
	if c == nil {
		return 0
	}
	return c.tables.size
}

// Tables lists all tables, sorted by schema and name. It must not be changed.
func (c *Catalog) Tables() []*Table {
	if c == nil {
		return nil
	}
	c.once.Do(c.index)
	return c.sorted
}

// ReferencedBy lists the foreign keys that refer to a table, sorted by the
// table they stand in. It must not be changed.
func (c *Catalog) ReferencedBy(t *Table) []Reference {
	if c == nil || t == nil {
		return nil
	}
	c.once.Do(c.index)
	return c.referencing[t.Name.key()]
}

// Enum gives the labels of an enum type; false if none is known by that name.
func (c *Catalog) Enum(n Name) ([]string, bool) {
	if c == nil {
		return nil, false
	}
	labels, ok := c.enums[n.key()]
	return labels, ok
}

// Routine finds a function or procedure by its name; nil if it is not known,
// or if several of that name differ in what is known of them.
func (c *Catalog) Routine(n Name) *Routine {
	if c == nil {
		return nil
	}
	return c.routines[n.key()]
}

// Domain is the base of a domain as a column without a name, nil if none is
// known by that name.
func (c *Catalog) Domain(n Name) *Column {
	if c == nil {
		return nil
	}
	return c.domains[n.key()]
}

// index fills everything but the tables themselves.
func (c *Catalog) index() {
	c.sorted = make([]*Table, 0, c.tables.size)
	c.plain = make(map[string][]*Table, c.tables.size)
	c.folded = make(map[string][]*Table, c.tables.size)
	for _, t := range c.tables.all() {
		c.sorted = append(c.sorted, t)
	}
	sort.Slice(c.sorted, func(i, j int) bool {
		a, b := c.sorted[i].Name.key(), c.sorted[j].Name.key()
		if a.Schema != b.Schema {
			return a.Schema < b.Schema
		}
		return a.Name < b.Name
	})
	for _, t := range c.sorted {
		low := strings.ToLower(t.Name.Name)
		c.plain[t.Name.Name] = append(c.plain[t.Name.Name], t)
		c.folded[low] = append(c.folded[low], t)
	}
	c.referencing = map[Name][]Reference{}
	for _, t := range c.sorted {
		for _, k := range t.Constraints {
			if k.Kind != ForeignKey {
				continue
			}
			to := k.References.key()
			if c.tables.get(to) == nil {
				if target := c.loose(to); target != nil {
					to = target.Name.key()
				}
			}
			c.referencing[to] = append(c.referencing[to], Reference{Table: t, Constraint: k})
		}
	}
}
