// Package query is the one model of a database query, whatever it was written
// in: a SQL file, a SQL string in Go or TypeScript, or an ORM call.
//
// It is lossy on purpose: it holds what rules ask, not what SQL can say. What
// was not seen is flagged in Unknown, and a rule that needs it stays silent.
// The package imports parsers/source only. Spans are bytes of the file that
// holds the query, also where the SQL stood in a string literal.
package query

import "github.com/dbwise/dbwise/parsers/source"

// Dialect names the database a query is written for.
type Dialect string

// The dialects. Generic means an ORM call whose database is not known, Unread a
// database that dbwise does not speak to, such as SQL Server.
const (
	Generic    Dialect = ""
	PostgreSQL Dialect = "postgresql"
	MySQL      Dialect = "mysql"
	SQLite     Dialect = "sqlite"
	MongoDB    Dialect = "mongodb"
	Unread     Dialect = "other"
)

// Op is what a query does.
type Op uint8

// The operations; Command is anything that is no DML, such as SET or VACUUM.
const (
	UnknownOp Op = iota
	Select
	Insert
	Update
	Delete
	DDL
	Command
	Merge
)

var opNames = [...]string{"unknown", "select", "insert", "update", "delete", "ddl", "command", "merge"}

func (o Op) String() string { return opNames[o] }

// Reads reports whether the operation only reads.
func (o Op) Reads() bool { return o == Select }

// Writes reports whether the operation changes rows.
func (o Op) Writes() bool { return o == Insert || o == Update || o == Delete || o == Merge }

// Unknown says what of a query was not seen.
type Unknown uint8

// The parts that can be unknown: because a hole, a spread, a dynamic builder
// or an unsupported construct stands there.
const (
	UnknownTable Unknown = 1 << iota
	UnknownWhere         // further conditions may exist
	UnknownOrder
	UnknownColumns
	UnknownLimit
	UnknownOther
)

var unknownNames = [...]string{"table", "where", "order", "columns", "limit", "other"}

// Role is the part a query inside another one plays there.
type Role uint8

// The roles. Main is a statement or call of its own; Source feeds INSERT;
// Definition is the query of a view, a cursor, CREATE TABLE AS or COPY; Body
// stands in the body of a function or DO block.
const (
	Main      Role = iota
	With           // common table expression
	Arm            // of a set operation
	From           // sub-select in FROM
	Condition      // EXISTS, IN, ANY
	Scalar         // a value, or ARRAY(...)
	Source         // of INSERT
	Definition
	Body
	Eager // what an ORM's eager load adds
)

var roleNames = [...]string{"main", "with", "arm", "from", "condition", "scalar", "source", "definition", "body", "eager"}

func (r Role) String() string { return roleNames[r] }

// Query is one statement or one executing ORM call.
type Query struct {
	Op      Op
	Dialect Dialect
	// Library is the driver or ORM that sends it ("prisma", "gorm", "pgx",
	// "database/sql"), or "sql" in a SQL file. Method is the executing call.
	Library, Method string
	// Span is the statement, the literal's SQL or the whole call chain.
	// Head is the part worth underlining: the first keyword, the method name.
	Span, Head source.Span
	// Tables are the relations named, the target first.
	Tables []Table
	// Where is an AND-list: filters of this level, without join conditions
	// written in ON.
	Where   []Predicate
	Joins   []Join
	GroupBy []Column
	// GroupExprs are the texts of the grouping expressions that are no columns.
	GroupExprs []string
	// Having filters groups.
	Having  []Predicate
	OrderBy []Order
	Limit   Operand
	Offset  Operand
	// Columns are the plain output columns, Stars the places of `*`.
	Columns []Column
	Stars   []Star
	// Outputs are all output columns in order, expressions included, by the
	// name a surrounding query knows them; a star stands in Stars only.
	Outputs []Output
	// Sets are the columns that INSERT or UPDATE assign.
	Sets []Assignment
	// Rows is the number of VALUES rows an INSERT writes out, 0 otherwise.
	Rows int
	// Conflict lists the columns of ON CONFLICT or an upsert's key.
	// ConflictName is the constraint named instead, ConflictWhere the
	// predicate of the partial index wanted, OnConflict "", "nothing" or "update".
	Conflict                 []Column
	ConflictName, OnConflict string
	ConflictWhere            []Predicate
	// Returning lists plain RETURNING columns.
	Returning []Column
	// Refs is every column mentioned anywhere at this level.
	Refs []Column
	// Subqueries are CTEs, set operation arms, sub-selects and the queries an
	// eager load adds, each a query of its own. Alias names a CTE or a
	// sub-select in FROM.
	Subqueries []*Query
	Alias      string
	Role       Role
	// SetOp joins the arms: "union", "union all", "intersect", ...; "" if the
	// query is no set operation. Recursive is WITH RECURSIVE.
	SetOp     string
	Recursive bool
	Distinct  bool
	// DistinctOn lists the plain columns of DISTINCT ON.
	DistinctOn []Column
	// Lock is the row lock taken ("update", "no key update", "share", "key
	// share"), Wait is "", "nowait" or "skip locked".
	Lock, Wait string
	Aggregates bool
	// Row says that at most one row is wanted: findUnique, First, QueryRow.
	Row bool
	// Unscoped: the condition that hides soft-deleted rows is switched off.
	Unscoped bool
	Unknown  Unknown
	// SQL is the text as sent, with placeholders where the program fills in.
	SQL string
}

// TableKind tells base tables from what only looks like one.
type TableKind uint8

// The kinds of relation in FROM.
const (
	Base TableKind = iota
	CTE
	Derived  // sub-select
	Function // set-returning function, VALUES
)

// Table is a relation named in a query. Span covers the name as written,
// with its schema and without the alias; for a Derived table, the sub-select.
type Table struct {
	Schema, Name, Alias string
	// Sub is the index in Subqueries of a Derived table, 1-based; 0 otherwise.
	Sub int
	// Model is the ORM's name (Prisma's `user`, GORM's `User`) where the call
	// names a model; Name is empty until the workspace resolves it.
	Model string
	// Relation is the field of the surrounding query's model that leads to this
	// table: an eager load (`include: { posts: true }`, Preload("Posts")) or a
	// relation filter (`posts: { some: ... }`). Name and the joining condition
	// are the workspace's to add; a path is written with dots.
	Relation string
	Kind     TableKind
	Span     source.Span
}

// Label is how the query itself calls the table: the alias if there is one.
func (t Table) Label() string {
	switch {
	case t.Alias != "":
		return t.Alias
	case t.Name != "":
		return t.Name
	case t.Model != "":
		return t.Model
	}
	return t.Relation
}

// Column is a column named in a query. Table is the alias or table written
// before it, "" if none is written. Span covers the name without the table.
type Column struct {
	Table, Name string
	Span        source.Span
}

// Join joins Tables[Table] on an AND-list of conditions.
type Join struct {
	Table int
	// Kind is inner, left, right, full or cross.
	Kind string
	On   []Predicate
	// Using: the conditions were written as USING (...). Natural: the columns
	// both sides share, which only the catalog knows.
	Using, Natural, Lateral bool
	// Span covers the joined relation and its condition.
	Span source.Span
}

// Order is one sort key. Expr is set instead of Column for an expression.
type Order struct {
	Column Column
	Expr   string
	Desc   bool
	// Nulls is "", "first" or "last".
	Nulls string
	// Span covers the sort key.
	Span source.Span
}

// Output is one output column: its name outside, and the column it passes on
// (Name "" for an expression).
type Output struct {
	Name   string
	Column Column
	// Expr is the text of an expression.
	Expr string
	Span source.Span
}

// Star is a `*` in a select list; Table is the alias before it.
type Star struct {
	Table string
	Span  source.Span
}

// Assignment sets a column.
type Assignment struct {
	Column  Column
	Operand Operand
}

// Walk calls f for q and every query inside it, outermost first.
func (q *Query) Walk(f func(*Query)) {
	f(q)
	for _, s := range q.Subqueries {
		s.Walk(f)
	}
}
