// Package facts is what one file tells, by itself: its statements, queries,
// calls, loops, models and outline. Facts are plain values computed from one
// text, so they can be cached by its content; what needs other files (who is
// called, which table a model is) is resolved by the workspace.
//
// It imports floor 0 only. All spans are bytes of the file.
package facts

import (
	"slices"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// Facts are the facts of one file.
type Facts struct {
	Path    string
	Lang    source.Lang
	Hash    source.Hash
	Dialect query.Dialect // as the text itself tells; Generic if it does not

	// Statements of a SQL file, in order; of a program, those of its Programs,
	// in the order in which they run, up before down.
	Statements []Statement
	// Programs are the migrations written in the file, Modes what it says of how
	// they are run.
	Programs []Program
	Modes    []Mode
	// Includes are the files and, with a slash behind, folders that a change log
	// includes, as written and in order.
	Includes []string
	// Calls, Loops and Funcs of a program file. CallSites name the loops and
	// the function around them by index.
	Calls []CallSite
	Loops []Loop
	Funcs []Func
	// Loose are SQL texts in literals that no known call sends. They count as
	// mentions of tables and columns, no rule judges them.
	Loose []*query.Query

	Models  []*schema.Model
	Outline Outline
	Ignores []Ignore
	// Problems are notes for the user: a syntax error, a statement not analysed.
	Problems []Problem
	// Generated files are read for their models and outline; no rule speaks there.
	Generated bool
}

// Statement is one statement of a SQL file.
type Statement struct {
	// Span is the statement without comments and semicolon, Full with them.
	Span, Full source.Span
	Head       string // "CREATE INDEX", upper case
	Queries    []*query.Query
	Changes    []schema.Change
	Problem    *Problem
	// Built says that the statement is a call of a builder: the text at Span is
	// no SQL. SQL is what the call sends, as far as it is known.
	Built bool
	SQL   string
}

// Placed is a statement of n bytes that was read by itself as it stands in the
// file of that path: a copy, as what reads give is shared, with every span put
// through at.
func (s Statement) Placed(path string, n int, at func(source.Span) source.Span) Statement {
	s.Span = at(source.Span{End: n})
	s.Full = s.Span
	s.Queries = slices.Clone(s.Queries)
	for i, q := range s.Queries {
		s.Queries[i] = q.MapSpans(at)
	}
	s.Changes = slices.Clone(s.Changes)
	for i, c := range s.Changes {
		s.Changes[i] = c.MapSpans(path, at)
	}
	if s.Problem != nil {
		p := *s.Problem
		p.Span = at(p.Span)
		s.Problem = &p
	}
	return s
}

// Program is a migration written as a program. Whether a tool runs it is not
// known from the file alone.
type Program struct {
	// Runner is the tool it is written for: "typeorm", "knex", "goose", ...
	Runner string
	// Version and Name are what the text says where the tool goes by that; ""
	// where it goes by the name of the file.
	Version, Name string
	// NoTx: it says that no transaction may surround it.
	NoTx bool
	// Up and Down are the places in which the statements of each direction
	// stand: the function, constants and helpers it uses. Nil means none.
	Up, Down []source.Span
	// Statements is the number of statements in the up direction.
	Statements int
	// First is the index in Facts.Statements of the first of them; behind them
	// stand those of the way down, before End.
	First, End int
	// Partial: it does more than its statements tell; DownPartial says so of the
	// way down.
	Partial, DownPartial bool
}

// Mode is the transaction in which a tool is told to run its migrations.
type Mode struct {
	Runner string
	Tx     schema.Tx
}

// ProblemKind says why a text is not analysed.
type ProblemKind uint8

// The kinds of problem.
const (
	Syntax ProblemKind = iota
	TooComplex
	NotAnalysed
)

// Problem is a note about text that could not be analysed.
type Problem struct {
	Kind    ProblemKind
	Message string
	Span    source.Span
}

// Ignore is a suppression comment. Rules empty means it was written without a
// rule, which is itself reported.
type Ignore struct {
	Rules  []string
	Reason string
	// WholeFile for dbwise-ignore-file; otherwise it covers the next line of code.
	WholeFile bool
	Span      source.Span
	// Covers is what a line comment suppresses: from the start of the next
	// line that holds code to the end of that line, or the comment's own line
	// when it follows code.
	Covers source.Span
}

// LoopKind is how a loop runs.
type LoopKind uint8

// The kinds of loop. Only Each and Counted run once per element of data.
const (
	// Each: for-of, range, map, forEach and other iterating callbacks.
	Each LoopKind = iota
	// Counted: for (i = 0; i < n; i++) over xs[i].
	Counted
	// Chunked: steps larger than one, ranges over chunks.
	Chunked
	// Endless: while (true), for {}, paging, polling, retrying.
	Endless
	// Rows: a cursor, rows.Next().
	Rows
	// Bounded: a constant list or a constant small count.
	Bounded
)

var loopNames = [...]string{"each", "counted", "chunked", "endless", "rows", "bounded"}

func (k LoopKind) String() string { return loopNames[k] }

// Loop is one loop, or a callback that an iterating method calls per element.
type Loop struct {
	Kind LoopKind
	// Span covers all of it, Head what is worth underlining ("for (const id
	// of ids)", "ids.map"), Body what is repeated.
	Span, Head, Body source.Span
	// Var is the element as written ("id", "{ id, name }"), Over the
	// collection's text, shortened.
	Var, Over string
	// OverRef is the origin of the collection, OverCall the index of the call
	// whose result it is, or -1.
	OverRef  code.Ref
	OverCall int
	// Func is the index of the function around; Parent the loop around, or -1.
	Func, Parent int
	// Concurrent: the bodies run at the same time (Promise.all over map,
	// goroutines). Async callbacks of forEach count.
	Concurrent bool
	// Stmt covers the statement the loop belongs to, before which a batch can
	// be written; its own span for a statement.
	Stmt source.Span
	// Node is kept for loops that hold a candidate call, nil otherwise.
	Node *code.Node
}

// Func is a function or method with a name, or the top level of the file
// (always index 0). Callbacks belong to the function they stand in, unless
// they are bound to a name.
type Func struct {
	// Type is the class or receiver type, "" for plain functions.
	Type, Name string
	Span       source.Span
	NameSpan   source.Span
	Params     []Param
	Parent     int // index of the function around, -1 for the top level
	Exported   bool
	// Broken: the grammar met nonsense inside; nothing is concluded here.
	Broken bool
	Node   *code.Node
}

// Param is one parameter.
type Param struct {
	Name string
	Ref  code.Ref // its declared type as a value, unknown if not declared
}

// Deps is a set of what a value depends on: bit i is loop i's element or
// parameter i. Loops and parameters beyond 63 share bit 63. Of parameters,
// bit Receiver is `this` or the Go receiver.
type Deps uint64

// Receiver is the bit of a method's receiver in a set of parameters.
const Receiver = 62

// Has reports whether i is in the set.
func (d Deps) Has(i int) bool { return d&Dep(i) != 0 }

// Dep is the set of i alone.
func Dep(i int) Deps { return 1 << min(uint(i), 63) }

// Arg is one argument of a call.
type Arg struct {
	Span source.Span
	// Loops and Params are what its value depends on, through local variables:
	// elements of loops around (by index in Facts.Loops) and parameters of the
	// function around.
	Loops, Params Deps
	// Slice: the value is a list made from the element's loop window or a
	// collection, not the element itself.
	List bool
	// Func is the index in Funcs of a named function passed, or -1.
	Func int
}

// CallSite is one outermost call chain.
type CallSite struct {
	// Callee is the origin of what is called: Callee of s.db.Find(x) ends in
	// step .Find. Unknown when nothing is known.
	Callee code.Ref
	// Name is the last method's name.
	Name string
	// Span covers the whole chain, NameSpan the last method's name, Stmt the
	// statement it stands in.
	Span, NameSpan, Stmt source.Span
	Args                 []Arg
	// Loops and Params are what any part of the chain depends on.
	Loops, Params Deps
	// Func is the function around; In the loops around, outermost first.
	Func int
	In   []int
	// Target is the index in Funcs of the function called if it is one of this
	// file and found by its name alone, also one that no symbol names; -1 otherwise.
	Target int
	// Awaited, Consumed: see code.Chain.
	Awaited, Consumed bool
	// Guarded: it runs only if a look-up of the element failed (memo, seen-map).
	Guarded bool
	// Last: break or return follows, so at most one iteration runs it.
	Last bool
	// Candidates are the queries this would be, each under an assumption
	// about the receiver that the workspace checks.
	Candidates []Candidate
	// Result is the variable the value is bound to, "" if none: users of
	// `users = await f()`, of `err := db.Find(&users).Error`.
	Result string
	// Node is kept where there are candidates.
	Node *code.Node
}

// Candidate is a query that a call executes if its receiver is a handle of
// Library with the given Kind.
type Candidate struct {
	Library string
	// At is the number of steps of Callee that lead to the handle; -1 if the
	// module itself is it, const db = require("./db").
	At   int
	Kind string
	// Query has model names unresolved; Models[i] is the origin of the model
	// of Tables[i] where a type names it.
	Query  *query.Query
	Models []code.Ref
}

// SymbolKind is what a top-level name stands for.
type SymbolKind uint8

// The kinds of symbol.
const (
	Value SymbolKind = iota // variable, constant
	Function
	Class     // class, struct
	Interface // interface
	Alias     // type alias
	Reexport
)

// Symbol is a top-level name of a file.
type Symbol struct {
	Kind     SymbolKind
	Name     string
	Exported bool
	Span     source.Span
	// Ref is the origin of a Value, the target of a Reexport, the result of a
	// Function, and for an Alias the origin of a value of that type (… inst).
	// An async function's result is promised unless it returns another call's.
	Ref code.Ref
	// Results are the single results of a Go function; Ref is the first.
	Results []code.Ref
	// Given is, of a Value that is the result of a call, what the one function
	// handed over gives: the origin of the Value if the callee gives that back,
	// as in remember("db", () => new PrismaClient()).
	Given code.Ref
	// Fixed says that a Value is a list or object of a fixed size, written out
	// in the file and never extended there: a loop over it is Bounded.
	Fixed bool
	// Func indexes Funcs for a Function, -1 otherwise.
	Func int
	// Bases are what a Class extends or embeds, first; Implements what it implements.
	Bases, Implements []code.Ref
	// Members are fields and methods of a Class, Interface or Alias of an
	// inline type, the keys of an object literal Value, and of the object
	// literal a Function returns. Keys of nested literals are joined by dots.
	// Methods of a Go type declared in another file of the package make a
	// Class with an empty Span here.
	Members map[string]Member
}

// Member is a field or method.
type Member struct {
	// Ref is the origin of a field's value, or of a method's result.
	Ref     code.Ref
	Results []code.Ref
	// Method says that it is called; Func indexes Funcs, -1 without a body here.
	Method bool
	Func   int
	// Arity is the number of parameters of a method.
	Arity int
}

// Outline is what other files may depend on. Its digest decides whether an
// edit concerns them.
type Outline struct {
	// Package is the Go package name.
	Package string
	Symbols map[string]*Symbol
	// Exports maps exported names (and "default") to their origin; "*" is what
	// CommonJS assigns to module.exports as a whole. Stars are the modules of
	// `export * from`.
	Exports map[string]code.Ref
	Stars   []string
	// Imports are the modules named, for dialect and library detection.
	Imports []string
	Digest  source.Hash
}
