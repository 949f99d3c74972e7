package schema

import "github.com/dbwise/dbwise/parsers/source"

// Kind is what a change does.
type Kind uint8

// The kinds of change. Opaque is a statement that may change the table in a
// way not modelled; Session is SET, BEGIN and the like.
const (
	Opaque Kind = iota
	CreateTable
	DropTable
	RenameTable
	SetSchema
	AddColumn
	DropColumn
	RenameColumn
	AlterType
	SetNotNull
	DropNotNull
	SetDefault
	DropDefault
	AddConstraint
	DropConstraint
	ValidateConstraint
	RenameConstraint
	CreateIndex
	DropIndex
	RenameIndex
	CreateView
	DropView
	AttachPartition
	DetachPartition
	Truncate
	Begin
	Commit
	Rollback
	SetParameter
	OtherDDL
)

var kindNames = [...]string{"opaque", "create table", "drop table", "rename table", "set schema", "add column", "drop column",
	"rename column", "alter type", "set not null", "drop not null", "set default", "drop default", "add constraint",
	"drop constraint", "validate constraint", "rename constraint", "create index", "drop index", "rename index",
	"create view", "drop view", "attach partition", "detach partition", "truncate", "begin", "commit", "rollback",
	"set parameter", "other ddl"}

func (k Kind) String() string { return kindNames[k] }

// Change is one elementary change of a schema. A statement gives several when
// it has several clauses. Spans are bytes of the file that holds it.
type Change struct {
	Kind  Kind
	Table Name
	// Column is the column, index or constraint acted on; To its new name, or
	// the new table name, or the parameter's value.
	Column, To string
	// Def is the table made, or the view.
	Def        *Table
	ColumnDef  *Column // AddColumn; AlterType and SetDefault set the fields they change
	Index      *Index
	Constraint *Constraint
	Routine    *Routine // the function or procedure made
	// Other is the second relation: the partition attached or detached, the
	// table inherited from, the owner of a sequence.
	Other Name
	// Action says what an Opaque or OtherDDL change, or a Begin, does, in the
	// words of the manual's synopsis: "create type", "set logged", "cluster".
	// Object is the kind of object acted on ("table", "view", "type", ...).
	Action, Object string
	// Values are the labels of an enum made, or the value added.
	Values []string
	// Bound is the text of the partition bound of ATTACH PARTITION.
	Bound string

	Concurrently, IfExists, IfNotExists, Cascade, Only bool
	// Replace is OR REPLACE, Local is SET LOCAL, RestartIdentity of TRUNCATE.
	Replace, Local, RestartIdentity bool
	// Inline: the constraint is written in the column definition of the
	// AddColumn that stands before it.
	Inline bool
	// Conditional: the statement may not be reached: it stands in a DO block, or
	// in a branch of a program.
	Conditional bool
	// UsingIndex names the index a constraint is made from.
	UsingIndex string
	// Span covers the clause, NameSpan the name acted on, Stmt the statement.
	Span, NameSpan, Stmt source.Span
	// Using says that ALTER TYPE has a USING expression, Expr is its text.
	Using bool
	Expr  string
}

// MakesTrigger reports whether a change is CREATE TRIGGER.
func (c *Change) MakesTrigger() bool {
	return c.Action == "create trigger" || c.Action == "create constraint trigger"
}

// DropsRoutine reports whether a change takes away functions or procedures.
func (c *Change) DropsRoutine() bool {
	return c.Action == "drop function" || c.Action == "drop procedure" || c.Action == "drop routine"
}

// Guard says of a change that the database is asked first, so that it is made
// only where it makes a difference.
func (c *Change) Guard() {
	switch c.Kind {
	case CreateTable, AddColumn, CreateIndex:
		c.IfNotExists = true
	case DropTable, DropColumn, DropIndex, DropConstraint:
		c.IfExists = true
	default:
		c.Conditional = true
	}
}

// MapSpans is a copy of c with its spans, and those of what it declares, put
// through at; path is recorded in the origins.
func (c Change) MapSpans(path string, at func(source.Span) source.Span) Change {
	c.Span, c.NameSpan, c.Stmt = at(c.Span), at(c.NameSpan), at(c.Stmt)
	o := func(o Origin) Origin {
		o.Path, o.Span, o.NameSpan = path, at(o.Span), at(o.NameSpan)
		return o
	}
	constraint := func(k *Constraint) *Constraint {
		if k == nil {
			return nil
		}
		d := *k
		d.Origin = o(d.Origin)
		return &d
	}
	index := func(x *Index) *Index {
		if x == nil {
			return nil
		}
		d := *x
		d.Origin = o(d.Origin)
		return &d
	}
	column := func(k *Column) *Column {
		if k == nil {
			return nil
		}
		d := *k
		d.Origin = o(d.Origin)
		return &d
	}
	c.ColumnDef, c.Constraint, c.Index = column(c.ColumnDef), constraint(c.Constraint), index(c.Index)
	if c.Def != nil {
		t := *c.Def
		t.Origins = each(t.Origins, o)
		t.Columns = each(t.Columns, column)
		t.PrimaryKey = constraint(t.PrimaryKey)
		t.Constraints = each(t.Constraints, constraint)
		t.Indexes = each(t.Indexes, index)
		c.Def = &t
	}
	return c
}

func each[T any](in []T, f func(T) T) []T {
	if len(in) == 0 {
		return nil
	}
	out := make([]T, len(in))
	for i, v := range in {
		out[i] = f(v)
	}
	return out
}

// Tx says how the runner wraps a migration's statements.
type Tx uint8

// The transaction modes. TxImplicit: sent as one multi-statement query, hence
// one transaction as soon as there is more than one statement. TxBatch: all
// pending files share one transaction.
const (
	TxUnknown Tx = iota
	TxNone
	TxImplicit
	TxFile
	TxBatch
)

// Routine is what is known of a function or procedure without reading its body.
type Routine struct {
	Name Name
	// Procedure tells CREATE PROCEDURE; Language is lower case, Returns the
	// normalised type, "trigger" for trigger functions, "" for procedures.
	Procedure         bool
	Language, Returns string
	// Volatility is "immutable", "stable" or "volatile", the default.
	Volatility string
	// Params are the named parameters, Args the normalised input types.
	Params, Args []string
	// Body is the text of a SQL body, "" for other languages.
	Body string
}

// Step is one change in its place: what stood before, what stands after, and
// how the runner executes it.
type Step struct {
	*Change
	Path string
	// Before and After are the touched table on either side; nil if it does
	// not exist or is not known.
	Before, After *Table
	// Born: the table was made earlier in the same file, or in one before it
	// that is unreleased as well, so it is empty.
	Born bool
	// Known: the schema before this step is known to hold every table.
	Known bool
	// Down: the step stands in the undo section.
	Down bool
	// Migration is nil when the file is no migration.
	Migration *Migration
	// InTransaction: the step runs inside a transaction block of the file's
	// own (BEGIN ... COMMIT).
	InTransaction bool
	// Impact is what the whole statement does to a database in use; nil where
	// the dialect's effects are not known. Of(Change) picks this step's part.
	Impact *Impact
}

// Migration is what is known of one migration file.
type Migration struct {
	Path string
	// Runner is the tool: "golang-migrate", "goose", "dbmate", "flyway",
	// "prisma", "drizzle", "supabase", "atlas", "plain", ...
	Runner string
	// Version orders the files of one folder; Name is the readable part.
	Version, Name string
	// Dir is the folder of the whole history, Seq the place in its order.
	Dir string
	Seq int
	// Up and Down are the sections of the file; nil means none. A file that
	// is all one direction has one section covering it.
	Up, Down []source.Span
	Tx       Tx
	// Statements is the number of statements in the up direction.
	Statements int
	// Parts are what the tool runs one after the other where the file holds
	// several migrations; nil where it is one.
	Parts []Part
	// Part names the one that a step's Migration stands for, as in "changeset
	// ann:1"; "" where it stands for the file.
	Part string
}

// Part is one of the migrations of a file that holds several: a changeset, an
// entry of a list.
type Part struct {
	Name     string
	Up, Down []source.Span
	Tx       Tx
	// Statements is the number of statements in the up direction.
	Statements int
	// Program is the index of the program among those of the file.
	Program int
	// Apart: released by itself, so that what the parts before it made may be
	// in use.
	Apart bool
}

// Of is the migration as one of its parts has it.
func (m *Migration) Of(p *Part) *Migration {
	one := *m
	one.Up, one.Down, one.Tx, one.Statements, one.Part, one.Parts = p.Up, p.Down, p.Tx, p.Statements, p.Name, nil
	return &one
}
