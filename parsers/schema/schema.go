// Package schema is the model of a database schema and of the steps that
// change it: the catalog every rule asks, folded from migrations and models.
//
// It imports parsers/source only. Tables and everything below are immutable
// once they are in a Catalog; a change copies the table it touches.
package schema

import (
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/source"
)

// Name is a possibly schema-qualified name, folded as the dialect folds it. An
// empty Schema means the search path.
type Name struct{ Schema, Name string }

// String is the name as a message shows it; the schema public is left out.
func (n Name) String() string {
	if n.Schema == "" || n.Schema == "public" {
		return n.Name
	}
	return n.Schema + "." + n.Name
}

// key makes public and the search path one, case-sensitive.
func (n Name) key() Name {
	if n.Schema == "public" || n.Schema == "main" || n.Schema == "dbo" {
		n.Schema = ""
	}
	return n
}

// Origin is where something was declared.
type Origin struct {
	Path string
	// Span covers the declaration, NameSpan the name in it.
	Span, NameSpan source.Span
	// Source is the kind of declaration: "sql", "prisma", "gorm", ...
	Source string
}

// TableKind tells a table from what is queried like one.
type TableKind uint8

// The kinds.
const (
	Ordinary TableKind = iota
	View
	MaterializedView
	Partitioned
	Partition
	Foreign
	Temporary
)

// Table is one relation.
type Table struct {
	Name        Name
	Kind        TableKind
	Columns     []*Column
	PrimaryKey  *Constraint
	Constraints []*Constraint // without the primary key; unique, foreign key, check, exclude
	Indexes     []*Index      // without those that back constraints
	// Parent is the partitioned table of a Partition, Bound the text of its
	// bound ("DEFAULT", "FOR VALUES IN (1)").
	Parent Name
	Bound  string
	// PartitionBy is the text of a Partitioned table's key ("RANGE (created_at)").
	PartitionBy string
	// Inherits and Like are the tables the columns come from as well.
	Inherits, Like []Name
	// LikeKeys are those of Like whose keys and indexes come as well.
	LikeKeys []Name
	// Reads are the relations that a View's query names.
	Reads []Name
	// Attached are its triggers, policies and rules, as "trigger name".
	Attached []string
	Unlogged bool
	// Tablespace and AccessMethod are as written, "" for the default.
	Tablespace, AccessMethod string
	// Origins are the declarations, the first one created it; several when
	// migrations and models describe the same table.
	Origins []Origin
	// Disagreements keep where several sources differ.
	Disagreements []Disagreement
	// Open says that the table may have more columns or indexes than known
	// (LIKE, INHERITS, CREATE TABLE AS, an unparsed change).
	Open bool
	// Model is the ORM's name for it, "" if only SQL declares it.
	Model string
}

// Disagreement is a difference between two declarations of one table.
type Disagreement struct {
	What       string // "column email: nullable in prisma, not null in sql"
	Here, Else Origin
}

// Has reports whether a trigger, policy or rule of that name is on the table.
func (t *Table) Has(kind, name string) bool { return slices.Contains(t.Attached, kind+" "+name) }

// Column is one column of a table.
type Column struct {
	Name string
	// Type is normalised to the catalog's name ("int4", "varchar", "timestamptz"),
	// Modifier its arguments ("255", "10,2"), Array the number of dimensions.
	Type, Modifier string
	Array          int
	NotNull        bool
	// Default is the expression's text, "" if none; of a generated column, the
	// generation expression.
	Default string
	// Collation is the collation written, "" if the type's own.
	Collation string
	// Generated is "stored", "virtual", "identity", "serial" or "".
	Generated string
	// Field is the ORM's name for it where it differs.
	Field  string
	Origin Origin
}

// IndexPart is one key of an index: a column, or an expression's text.
type IndexPart struct {
	Column, Expr string
	Desc         bool
	Nulls        string // "", "first", "last"
	OpClass      string
	Collation    string
}

// Index is a secondary index. It serves no constraint.
type Index struct {
	Name   string
	Parts  []IndexPart
	Unique bool
	// Where is the predicate's text of a partial index, WhereColumns the
	// columns it names.
	Where        string
	WhereColumns []string
	Include      []string
	// Method is btree unless said otherwise.
	Method string
	// NullsNotDistinct: NULLs count as equal for uniqueness.
	NullsNotDistinct bool
	// Invalid: a concurrent build that is known to have been left behind.
	Invalid bool
	// Made is what the name is made of, nil if it is written.
	Made   *MadeName
	Origin Origin
}

// Columns are the plain leading columns, up to the first expression.
func (x *Index) Columns() []string {
	var out []string
	for _, p := range x.Parts {
		if p.Column == "" {
			break
		}
		out = append(out, p.Column)
	}
	return out
}

// ConstraintKind is what a constraint enforces.
type ConstraintKind uint8

// The kinds.
const (
	PrimaryKey ConstraintKind = iota
	Unique
	ForeignKey
	Check
	Exclude
	NotNullConstraint
)

// Constraint is one table constraint.
type Constraint struct {
	Kind    ConstraintKind
	Name    string // as given or as the dialect would name it
	Columns []string
	// References, RefColumns, OnDelete and OnUpdate belong to foreign keys;
	// the actions are "", "cascade", "set null", "set default", "restrict".
	References         Name
	RefColumns         []string
	OnDelete, OnUpdate string
	// Expr is the text of a check, or of the elements of an exclusion.
	Expr string
	// Deferrable constraints cannot serve ON CONFLICT or REPLICA IDENTITY.
	Deferrable bool
	// Include are the payload columns of the index behind the constraint.
	Include []string
	// NotValid: not every row is known to satisfy it. NotEnforced: nothing checks
	// it, not even new rows (18); NotValid holds as well.
	NotValid, NotEnforced bool
	// Made is what the name is made of, nil if it is written.
	Made   *MadeName
	Origin Origin
}

// MadeName is what PostgreSQL makes a name of beside the table's: the columns,
// joined by underscores, and a label, which it counts up until the name is free.
type MadeName struct{ Columns, Label string }

// TypeAs writes the column's type under a name for it, with its modifier and the
// brackets of an array: TypeAs("varchar") is "varchar(10)[]".
func (c *Column) TypeAs(name string) string {
	if c.Modifier != "" {
		name += "(" + c.Modifier + ")"
	}
	return name + strings.Repeat("[]", c.Array)
}

// Column finds a column by its name, exactly or else case-insensitively.
func (t *Table) Column(name string) *Column {
	if t == nil {
		return nil
	}
	for _, c := range t.Columns {
		if c.Name == name {
			return c
		}
	}
	for _, c := range t.Columns {
		if strings.EqualFold(c.Name, name) {
			return c
		}
	}
	return nil
}

// Field finds a column by its ORM field name, or by its own name.
func (t *Table) Field(name string) *Column {
	for _, c := range t.Columns {
		if c.Field == name {
			return c
		}
	}
	return t.Column(name)
}

// ForeignKeys lists the foreign key constraints.
func (t *Table) ForeignKeys() []*Constraint {
	var out []*Constraint
	for _, c := range t.Constraints {
		if c.Kind == ForeignKey {
			out = append(out, c)
		}
	}
	return out
}

// Keys lists the column lists that are unique: primary key, unique constraints
// and full unique indexes over plain columns.
func (t *Table) Keys() [][]string {
	var out [][]string
	if t.PrimaryKey != nil {
		out = append(out, t.PrimaryKey.Columns)
	}
	for _, c := range t.Constraints {
		if c.Kind == Unique {
			out = append(out, c.Columns)
		}
	}
	for _, x := range t.Indexes {
		if cols := x.Columns(); x.Unique && x.Where == "" && len(cols) == len(x.Parts) {
			out = append(out, cols)
		}
	}
	return out
}
