package schema

import (
	"strconv"
	"unicode/utf8"

	"github.com/dbwise/dbwise/parsers/sqltext"
)

// Of is the first name PostgreSQL makes for an index or constraint of table
// (src/backend/commands/indexcmds.c, makeObjectName): table_columns_label, the
// longer of the first two shortened until it fits.
func (m *MadeName) Of(table string) string { return objectName(table, m.Columns, m.Label) }

func objectName(table, columns, label string) string {
	overhead := len(label) + 1
	if columns != "" {
		overhead++
	}
	n1, n2 := len(table), len(columns)
	for n1+n2 > sqltext.MaxIdentifier-overhead {
		if n1 > n2 {
			n1--
		} else {
			n2--
		}
	}
	out := Clip(table, n1)
	if columns != "" {
		out += "_" + Clip(columns, n2)
	}
	return out + "_" + label
}

// Clip cuts s to at most n bytes on a rune bound.
func Clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// Free is the first name made for an object of a table that is not taken
// (ChooseRelationName, ChooseConstraintName).
func (m *MadeName) Free(table string, taken func(name string) bool) string {
	out := m.Of(table)
	for n := 1; taken(out); n++ {
		out = objectName(table, m.Columns, m.Label+strconv.Itoa(n))
	}
	return out
}

// nameConstraint gives a constraint whose name is made one that is free among
// the constraints of its table and, if an index stands behind it, among the
// indexes of the schema. What the file calls it by stays where that is free.
func (b *Builder) nameConstraint(t *Table, k *Constraint) {
	if k.Made == nil {
		return
	}
	if k.Kind == PrimaryKey && t.PrimaryKey != nil { // it takes the place of the other
		without := *t
		without.PrimaryKey = nil
		t = &without
	}
	taken := func(name string) bool {
		return constraintNamed(t, name) || k.indexed() && b.indexTaken(t, name)
	}
	if taken(k.Name) {
		k.Name = k.Made.Free(t.Name.Name, taken)
	}
}

// indexed reports whether an index stands behind the constraint.
func (k *Constraint) indexed() bool {
	return k.Kind == PrimaryKey || k.Kind == Unique || k.Kind == Exclude
}

// nameKeys gives the keys of a new table names that no index of another table
// has: one that was renamed keeps the names of its indexes.
func (b *Builder) nameKeys(t *Table) {
	renamed := func(k *Constraint) *Constraint {
		if k == nil || k.Made == nil || !k.indexed() || !b.indexElsewhere(t, k.Name) {
			return k
		}
		n := *k
		n.Name = k.Made.Free(t.Name.Name, func(name string) bool { return constraintNamed(t, name) || b.indexElsewhere(t, name) })
		return &n
	}
	t.PrimaryKey = renamed(t.PrimaryKey)
	t.Constraints = replaceAll(t.Constraints, renamed)
}

func constraintNamed(t *Table, name string) bool {
	if t.PrimaryKey != nil && t.PrimaryKey.Name == name {
		return true
	}
	for _, k := range t.Constraints {
		if k.Name == name {
			return true
		}
	}
	return false
}

// indexTaken reports whether an index of the table, or of another one in its
// schema, has a name.
func (b *Builder) indexTaken(t *Table, name string) bool {
	return backs(t, name) || b.indexElsewhere(t, name)
}

func (b *Builder) indexElsewhere(t *Table, name string) bool {
	h := b.holder(name)
	return h != nil && h.Name.key() != t.Name.key() && h.Name.key().Schema == t.Name.key().Schema
}
