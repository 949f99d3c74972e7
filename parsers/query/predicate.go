package query

import "github.com/dbwise/dbwise/parsers/source"

// Cmp is how a predicate compares.
type Cmp uint8

// The comparisons. Other is an operator no rule knows.
const (
	Other Cmp = iota
	Eq
	Ne
	Lt
	Le
	Gt
	Ge
	In
	NotIn
	IsNull
	IsNotNull
	Between
	Like
	ILike
	Contains // @>
	Overlaps // &&
	Match    // @@, full text
	True     // the boolean column itself; Operand is a literal true or false
	Exists   // no column; Operand is the sub-select
	NotExists
	NotLike
	NotILike
	ContainedBy // <@
	HasKey      // ?, ?| and ?& on jsonb
	Regex       // ~, ~*, SIMILAR TO; Symbol tells which
	Distinct    // IS DISTINCT FROM
	NotDistinct // IS NOT DISTINCT FROM: equality, but no b-tree search
	Prefix      // ^@, starts_with
)

var cmpNames = [...]string{"other", "=", "<>", "<", "<=", ">", ">=", "in", "not in", "is null", "is not null", "between", "like", "ilike", "@>", "&&", "@@", "is true",
	"exists", "not exists", "not like", "not ilike", "<@", "?", "~", "is distinct from", "is not distinct from", "^@"}

func (c Cmp) String() string { return cmpNames[c] }

// Range reports whether the comparison selects a contiguous range of a b-tree.
func (c Cmp) Range() bool { return c == Lt || c == Le || c == Gt || c == Ge || c == Between }

// Predicate is one condition. With Or set it is a disjunction of AND-lists and
// the other fields but Span are empty. With Column.Name empty the condition
// compares something no rule can name: a parameter (`$1 IS NULL`), a literal
// (`WHERE true` is True with the literal), an expression over several columns.
type Predicate struct {
	Column  Column
	Op      Cmp
	Operand Operand
	// Wrapped is the function or cast around the column ("lower", "::text",
	// "date_trunc", "->>", "collate", "any" for `$1 = ANY(col)`); "" if the
	// column stands bare. Expr is then the whole expression's text.
	Wrapped, Expr string
	// Symbol is the operator as written where Op is Other, Regex or HasKey.
	Symbol string
	// Rest are the further pairs of a row comparison (a, b) < (x, y), which
	// is one range over both; equal rows are plain conditions instead.
	Rest []Assignment
	Or   [][]Predicate
	Span source.Span
}

// OperandKind is what a column is compared with.
type OperandKind uint8

// The kinds of operand; NoOperand means absent.
const (
	NoOperand OperandKind = iota
	Param
	Literal
	ColumnRef
	List
	Subselect
	Null
	Expr
)

var operandNames = [...]string{"none", "parameter", "literal", "column", "list", "subquery", "null", "unknown"}

func (k OperandKind) String() string { return operandNames[k] }

// Operand is the other side of a comparison.
type Operand struct {
	Kind OperandKind
	// Text is the value of a literal, without quotes; a parameter or an
	// expression as written.
	Text string
	// Cast is the type a literal or parameter is cast to, normalised.
	Cast string
	// Column is set for ColumnRef, and for an Expr over one column.
	Column Column
	// Sub is the index in Subqueries of a Subselect, 1-based.
	Sub int
	// Items are the values of a List where they are written out; Open is set
	// when the length is only known at run time.
	Items []Operand
	Open  bool
	Span  source.Span
}

// Filters calls f for every condition of an AND-list, descending into OR arms;
// or tells whether the condition stands in one.
func Filters(list []Predicate, f func(p Predicate, or bool)) { filters(list, false, f) }

func filters(list []Predicate, or bool, f func(Predicate, bool)) {
	for _, p := range list {
		if len(p.Or) == 0 {
			f(p, or)
			continue
		}
		for _, arm := range p.Or {
			filters(arm, true, f)
		}
	}
}
