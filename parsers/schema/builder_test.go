package schema

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The catalog's meaning is held by the goldens of diagnostics/workspace, which
// fold real SQL; here stand its laws and its price.

func table(name string, columns ...string) *Table {
	t := &Table{Name: Name{Name: name}, PrimaryKey: &Constraint{Kind: PrimaryKey, Name: name + "_pkey", Columns: columns[:1]}}
	for _, c := range columns {
		t.Columns = append(t.Columns, &Column{Name: c, Type: "int4"})
	}
	return t
}

var names3 = []string{"users", "orders", "items"}

// anyChange draws a change of one of three tables.
func anyChange(t *rapid.T) *Change {
	name := rapid.SampledFrom(names3).Draw(t, "table")
	other := rapid.SampledFrom(names3).Draw(t, "other")
	col := rapid.SampledFrom([]string{"id", "a", "b", "c"}).Draw(t, "column")
	c := &Change{Table: Name{Name: name}, Column: col, To: rapid.SampledFrom([]string{"a", "b", "x"}).Draw(t, "to"),
		Cascade: rapid.Bool().Draw(t, "cascade"), IfNotExists: rapid.Bool().Draw(t, "if not exists")}
	c.Kind = rapid.SampledFrom([]Kind{CreateTable, CreateTable, DropTable, RenameTable, SetSchema, AddColumn, DropColumn, RenameColumn, AlterType,
		SetNotNull, SetDefault, AddConstraint, DropConstraint, CreateIndex, DropIndex, RenameIndex, AttachPartition, Opaque}).Draw(t, "kind")
	switch c.Kind {
	case CreateTable:
		c.Def = table(name, "id", "a", "b")
		if rapid.Bool().Draw(t, "partitioned") {
			c.Def.Kind, c.Def.PartitionBy = Partitioned, "RANGE (id)"
		}
		if rapid.Bool().Draw(t, "inherits") {
			c.Def.Inherits = []Name{{Name: other}}
		}
	case RenameTable:
		c.To = other
	case AddColumn, AlterType, SetDefault:
		c.ColumnDef = &Column{Name: col, Type: "text", Default: "1"}
	case AddConstraint:
		c.Constraint = &Constraint{Kind: ForeignKey, Name: name + "_fk", Columns: []string{col}, References: Name{Name: other}}
	case CreateIndex:
		c.Index = &Index{Name: name + "_" + col, Parts: []IndexPart{{Column: col}}, Where: col + " > 1", WhereColumns: []string{col}}
	case DropIndex, RenameIndex:
		c.Column = name + "_" + col
	case AttachPartition:
		c.Other = Name{Name: other}
	}
	return c
}

func dump(c *Catalog) string {
	var b strings.Builder
	for _, t := range c.Tables() {
		b.WriteString(t.Dump())
		for _, r := range c.ReferencedBy(t) {
			b.WriteString("    " + r.Table.Name.Name + "\n")
		}
	}
	return b.String()
}

// TestApplyKeepsThePast holds that no change touches what was handed out
// before, whatever the tables inherit from each other.
func TestApplyKeepsThePast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := NewBuilder(nil)
		var catalogs []*Catalog
		var dumps []string
		for range rapid.IntRange(1, 30).Draw(t, "changes") {
			c := anyChange(t)
			before, _ := b.Apply(c)
			was := ""
			if before != nil {
				was = before.Dump()
			}
			frozen := b.Freeze()
			catalogs, dumps = append(catalogs, frozen), append(dumps, dump(frozen))
			if before != nil && before.Dump() != was {
				t.Fatalf("%s changed the table it found", c.Kind)
			}
		}
		for i, c := range catalogs {
			if again := dump(&Catalog{tables: c.tables}); again != dumps[i] {
				t.Fatalf("catalog %d changed later:\n%s\nwas\n%s", i, again, dumps[i])
			}
		}
	})
}

// TestTableMap holds that copies of the map go separate ways.
func TestTableMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var m tableMap
		want := map[Name]*Table{}
		type past struct {
			m    tableMap
			want map[Name]*Table
		}
		var old []past
		for range rapid.IntRange(0, 300).Draw(t, "steps") {
			n := Name{Name: fmt.Sprint(rapid.IntRange(0, 150).Draw(t, "name"))}
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				clone := map[Name]*Table{}
				for k, v := range want {
					clone[k] = v
				}
				old = append(old, past{m.copied(), clone})
			case 1, 2:
				m.set(n, nil)
				delete(want, n)
			default:
				m.set(n, &Table{Name: n})
				want[n] = m.get(n)
			}
		}
		for _, p := range append(old, past{m, want}) {
			if p.m.size != len(p.want) {
				t.Fatalf("size %d, want %d", p.m.size, len(p.want))
			}
			n := 0
			for k, v := range p.m.all() {
				n++
				if p.want[k] != v {
					t.Fatalf("table %s differs", k)
				}
			}
			if n != len(p.want) {
				t.Fatalf("%d tables visited, want %d", n, len(p.want))
			}
		}
	})
}

func TestLookup(t *testing.T) {
	b := NewBuilder(nil)
	for _, n := range []Name{{"", "users"}, {"shop", "orders"}, {"a", "twice"}, {"b", "twice"}, {"", "Mixed"}} {
		d := table(n.Name, "id")
		d.Name = n
		b.Apply(&Change{Kind: CreateTable, Table: n, Def: d})
	}
	c := b.Freeze()
	for _, k := range []struct {
		ask  Name
		want string
	}{
		{Name{"", "users"}, "users"}, {Name{"public", "users"}, "users"}, {Name{"", "USERS"}, "users"}, {Name{"", "orders"}, "shop.orders"},
		{Name{"shop", "orders"}, "shop.orders"}, {Name{"other", "orders"}, ""}, {Name{"", "twice"}, ""}, {Name{"b", "twice"}, "b.twice"},
		{Name{"", "mixed"}, "Mixed"}, {Name{"", "none"}, ""},
	} {
		got := ""
		if t := c.Table(k.ask); t != nil {
			got = t.Name.String()
		}
		if got != k.want {
			t.Errorf("%v is %q, want %q", k.ask, got, k.want)
		}
	}
	var none *Catalog
	if none.Table(Name{"", "x"}) != nil || none.Len() != 0 || none.Tables() != nil {
		t.Error("a nil catalog is not empty")
	}
}

// TestMergeAgain holds that merging a model twice adds nothing but its origin.
func TestMergeAgain(t *testing.T) {
	b := NewBuilder(nil)
	b.Apply(&Change{Kind: CreateTable, Def: table("users", "id", "a")})
	m := &Model{Name: "User", Table: table("users", "id", "a", "b")}
	m.Table.Indexes = []*Index{{Name: "i", Parts: []IndexPart{{Column: "b"}}}}
	b.Merge(m, true)
	once := b.Table(Name{Name: "users"})
	b.Merge(m, true)
	if twice := b.Table(Name{Name: "users"}); !slices.Equal(once.Columns, twice.Columns) && len(once.Columns) != len(twice.Columns) || len(once.Indexes) != len(twice.Indexes) {
		t.Errorf("merging again changed the table:\n%s%s", once.Dump(), twice.Dump())
	}
}

// BenchmarkFold folds 3,000 changes over 200 tables.
func BenchmarkFold(b *testing.B) {
	var changes []*Change
	for i := range 200 {
		changes = append(changes, &Change{Kind: CreateTable, Def: table(fmt.Sprintf("t%d", i), "id", "a", "b", "c", "d", "e")})
	}
	for i := range 2800 {
		name := fmt.Sprintf("t%d", i%200)
		c := &Change{Table: Name{Name: name}, Column: fmt.Sprintf("n%d", i)}
		switch i % 4 {
		case 0:
			c.Kind, c.ColumnDef = AddColumn, &Column{Name: c.Column, Type: "text"}
		case 1:
			c.Kind, c.Column = SetNotNull, "a"
		case 2:
			c.Kind, c.Index = CreateIndex, &Index{Name: fmt.Sprintf("i%d", i), Parts: []IndexPart{{Column: "b"}}}
		case 3:
			c.Kind, c.Constraint = AddConstraint, &Constraint{Kind: ForeignKey, Name: fmt.Sprintf("f%d", i), Columns: []string{"c"}, References: Name{Name: "t0"}}
		}
		changes = append(changes, c)
	}
	b.ResetTimer()
	for b.Loop() {
		f := NewBuilder(nil)
		for _, c := range changes {
			f.Apply(c)
		}
		f.Freeze()
	}
}
