package schema

import (
	"slices"
	"strings"
)

// column makes a change of a column of t, which is a copy nobody else holds;
// false if c is none.
func (b *Builder) column(t *Table, c *Change) bool {
	switch c.Kind {
	case AddColumn:
		if c.ColumnDef != nil && exact(t, c.ColumnDef.Name) == nil {
			t.Columns = append(slices.Clip(t.Columns), c.ColumnDef)
		}
	case DropColumn:
		if exact(t, c.Column) != nil {
			b.dropColumn(t, c.Column, c.Cascade)
		}
	case RenameColumn:
		b.renameColumn(t, c.Column, c.To)
	case AlterType:
		edit(t, c.Column, func(col *Column) {
			if d := c.ColumnDef; d != nil {
				col.Type, col.Modifier, col.Array, col.Collation = d.Type, d.Modifier, d.Array, d.Collation
			}
		})
	case SetNotNull, DropNotNull:
		edit(t, c.Column, func(col *Column) { col.NotNull = c.Kind == SetNotNull })
	case SetDefault:
		edit(t, c.Column, func(col *Column) {
			if c.ColumnDef != nil {
				col.Default = c.ColumnDef.Default
			}
		})
	case DropDefault:
		edit(t, c.Column, func(col *Column) {
			col.Default = ""
			if col.Generated == "serial" {
				col.Generated = ""
			}
		})
	case Opaque:
		opaque(t, c)
	default:
		return false
	}
	return true
}

// opaque makes what of an Opaque change the catalog models. What may add or
// take away columns or keys leaves the table open.
func opaque(t *Table, c *Change) {
	switch c.Action {
	case "add identity":
		edit(t, c.Column, func(col *Column) { col.Generated, col.NotNull = "identity", true })
	case "drop identity", "drop expression":
		edit(t, c.Column, func(col *Column) { col.Generated = "" })
	case "enforce constraint", "do not enforce constraint":
		onConstraint(t, c.Column, func(k *Constraint) {
			k.NotEnforced = c.Action != "enforce constraint"
			k.NotValid = k.NotEnforced
		})
	case "set logged", "set unlogged":
		t.Unlogged = c.Action == "set unlogged"
	case "set tablespace":
		t.Tablespace = c.To
	case "set access method":
		t.AccessMethod = c.To
	case "inherit":
		t.Inherits = append(slices.Clip(t.Inherits), c.Other)
	case "no inherit":
		t.Inherits = slices.DeleteFunc(slices.Clone(t.Inherits), func(n Name) bool { return n.key() == c.Other.key() })
	case "", "of", "not of":
		t.Open = true
	}
}

// edit replaces a column by an edited copy.
func edit(t *Table, name string, f func(*Column)) {
	for i, col := range t.Columns {
		if col.Name != name {
			continue
		}
		n := *col
		f(&n)
		t.Columns = slices.Clone(t.Columns)
		t.Columns[i] = &n
		return
	}
}

// dropColumn removes a column and what involves it (PostgreSQL manual, "ALTER
// TABLE", DROP COLUMN); with CASCADE also foreign keys that refer to it.
func (b *Builder) dropColumn(t *Table, name string, cascade bool) {
	t.Columns = slices.DeleteFunc(slices.Clone(t.Columns), func(c *Column) bool { return c.Name == name })
	t.Indexes = slices.DeleteFunc(slices.Clone(t.Indexes), func(x *Index) bool { return x.names(name) })
	t.Constraints = slices.DeleteFunc(slices.Clone(t.Constraints), func(k *Constraint) bool {
		return slices.Contains(k.Columns, name) || slices.Contains(k.Include, name)
	})
	refersToKey := false
	if t.PrimaryKey != nil && slices.Contains(t.PrimaryKey.Columns, name) {
		t.PrimaryKey, refersToKey = nil, true
	}
	if !cascade {
		return
	}
	refers := func(k *Constraint) bool {
		return slices.Contains(k.RefColumns, name) || refersToKey && len(k.RefColumns) == 0
	}
	b.eachForeignKey(t.Name, func(k *Constraint) *Constraint {
		if refers(k) {
			return nil
		}
		return k
	})
	t.Constraints = slices.DeleteFunc(t.Constraints, func(k *Constraint) bool {
		return k.Kind == ForeignKey && b.means(k.References, t.Name) && refers(k)
	})
}

// Involves reports whether the index names a column: as a key, in an
// expression or predicate, or as payload.
func (x *Index) Involves(col string) bool { return x.names(col) }

// names reports whether the index involves a column.
func (x *Index) names(col string) bool {
	for _, p := range x.Parts {
		if p.Column == col || p.Expr != "" && mentions(p.Expr, col) {
			return true
		}
	}
	return slices.Contains(x.Include, col) || slices.Contains(x.WhereColumns, col)
}

func (b *Builder) renameColumn(t *Table, from, to string) {
	if exact(t, from) == nil {
		return
	}
	edit(t, from, func(col *Column) { col.Name = to })
	t.Indexes = replaceAll(t.Indexes, func(x *Index) *Index {
		if !x.names(from) {
			return x
		}
		n := *x
		n.Parts = slices.Clone(x.Parts)
		for i := range n.Parts {
			n.Parts[i].Column = swap(n.Parts[i].Column, from, to)
			n.Parts[i].Expr = replaceWord(n.Parts[i].Expr, from, to)
		}
		n.Include, n.WhereColumns = swapAll(x.Include, from, to), swapAll(x.WhereColumns, from, to)
		n.Where = replaceWord(x.Where, from, to)
		return &n
	})
	rename := func(k *Constraint) *Constraint {
		if k == nil || !slices.Contains(k.Columns, from) && !slices.Contains(k.Include, from) {
			return k
		}
		n := *k
		n.Columns, n.Include, n.Expr = swapAll(k.Columns, from, to), swapAll(k.Include, from, to), replaceWord(k.Expr, from, to)
		return &n
	}
	t.PrimaryKey = rename(t.PrimaryKey)
	t.Constraints = replaceAll(t.Constraints, rename)
	follow := func(k *Constraint) *Constraint {
		if !slices.Contains(k.RefColumns, from) {
			return k
		}
		n := *k
		n.RefColumns = swapAll(k.RefColumns, from, to)
		return &n
	}
	b.eachForeignKey(t.Name, follow)
	t.Constraints = replaceAll(t.Constraints, func(k *Constraint) *Constraint {
		if k.Kind == ForeignKey && k.References.key() == t.Name.key() {
			return follow(k)
		}
		return k
	})
	t.PartitionBy = replaceWord(t.PartitionBy, from, to)
}

// replaceAll is list with every element put through f, copied if one differs.
func replaceAll[T comparable](list []T, f func(T) T) []T {
	var out []T
	for i, v := range list {
		got := f(v)
		if got != v && out == nil {
			out = slices.Clone(list)
		}
		if out != nil {
			out[i] = got
		}
	}
	if out == nil {
		return list
	}
	return out
}

func swap(s, from, to string) string {
	if s == from {
		return to
	}
	return s
}

func swapAll(list []string, from, to string) []string {
	return replaceAll(list, func(s string) string { return swap(s, from, to) })
}

// mentions reports whether SQL text names a column, quoted or not.
func mentions(text, name string) bool {
	found := false
	eachWord(text, func(word string, _, _ int) {
		found = found || word == name || strings.EqualFold(word, name)
	})
	return found
}

// replaceWord puts one column name for another in SQL text, outside strings.
func replaceWord(text, from, to string) string {
	var b strings.Builder
	at := 0
	eachWord(text, func(word string, start, end int) {
		if word == from || strings.EqualFold(word, from) && strings.ToLower(from) == from {
			b.WriteString(text[at:start])
			b.WriteString(to)
			at = end
		}
	})
	if at == 0 {
		return text
	}
	return b.String() + text[at:]
}

// eachWord calls f for every identifier of SQL text that stands in no string;
// quotes around it belong to [start, end) only if it needs none.
func eachWord(text string, f func(word string, start, end int)) {
	isWord := func(c byte) bool {
		return c == '_' || c == '$' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
	}
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '\'':
			end := strings.IndexByte(text[i+1:], '\'')
			if end < 0 {
				return
			}
			i += end + 2
		case c == '"':
			end := strings.IndexByte(text[i+1:], '"')
			if end < 0 {
				return
			}
			f(text[i+1:i+1+end], i+1, i+1+end)
			i += end + 2
		case isWord(c):
			start := i
			for i < len(text) && isWord(text[i]) {
				i++
			}
			f(text[start:i], start, i)
		default:
			i++
		}
	}
}
