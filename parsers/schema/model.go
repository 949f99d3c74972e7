package schema

import "github.com/dbwise/dbwise/parsers/source"

// Model is an ORM's description of a table: the names the program uses, and
// where an index can be written.
type Model struct {
	Library string // "prisma", "gorm"
	// Name is the model's own name (`User`), Accessor what calls use (`user`).
	Name, Accessor string
	// Table is the table as the model describes it; its columns carry the
	// field names. Its Origins point into Path.
	Table     *Table
	Relations []Relation
	Path      string
	// Span covers the declaration, NameSpan the name; Body what stands
	// between the braces, where a line may be added at its end.
	Span, NameSpan, Body source.Span
	// Fields says where each field stands, by field name.
	Fields map[string]Field
	// Keys are unique keys by the name calls use for them, in field names:
	// Prisma's `where: { cartId_productId: { cartId, productId } }`.
	Keys map[string][]string
	// SoftDelete is the field whose null says that a row lives, where the
	// library adds that condition to every read by itself; "" if none.
	SoftDelete string
}

// Field is the place of one field in a model.
type Field struct {
	Column string
	// Span covers the field's declaration, Tag the inside of a Go struct tag
	// (empty if it has none), End the place behind the type where one may be added.
	Span, Tag source.Span
	End       int
}

// Relation is a field that leads to another model.
type Relation struct {
	Field, Model string
	// Columns of this table refer to RefColumns of the other; both empty on
	// the side that holds no foreign key (Inverse).
	Columns, RefColumns []string
	// On an Inverse relation the other table's ForeignColumns refer to
	// KeyColumns of this one; empty where only the other model can tell.
	KeyColumns, ForeignColumns []string
	Many, Inverse              bool
	Name                       string
	// Through is the join table of a many-to-many relation.
	Through string
}
