// Package workspace holds what is known of all files together: the files and
// their facts, the databases they describe, which call reaches which query,
// and which table a model is.
//
// A Store has one writer and hands out Snapshots, which never change and may
// be read by any number of goroutines. Everything derived from more than one
// file is computed when it is first asked for and shared between snapshots
// until an edit concerns it. The package imports parsers and the floors below
// it; it knows no rules and no protocol.
//
//	store := workspace.NewStore(workspace.Options{})
//	snap, err := store.Load(ctx, []string{root}, nil)
//	for _, q := range snap.Queries(path) {
//		fmt.Println(q.Dump())
//	}
package workspace

import (
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// Query is a query of the program with its tables and columns resolved: what
// the embedded Query calls a table or column is the database's name, also
// where an ORM call names models and fields.
type Query struct {
	*query.Query
	Path string
	// Site is the call that executes it, Call its index in Facts.Calls; nil and
	// -1 in a SQL file.
	Site *facts.CallSite
	Call int
	// Database is the one it is sent to, nil if none is known.
	Database *Database
	// Catalog is the schema it sees. In a SQL file that is the database's with
	// the file's own changes before this statement; never nil, maybe empty.
	Catalog *schema.Catalog
	// Known holds, for each of Tables, the table of the catalog, nil where it
	// is not known, no base table, or hidden by a CTE.
	Known []*schema.Table
	// Models holds, for each of Tables, the ORM's model of it, nil if none.
	Models []*schema.Model
	// Outer is the query around a subquery; Inner are the subqueries, in order
	// of Query.Subqueries.
	Outer *Query
	Inner []*Query
}

// Walk calls f for q and every query inside it, outermost first.
func (q *Query) Walk(f func(*Query)) {
	f(q)
	for _, in := range q.Inner {
		in.Walk(f)
	}
}

// Call is a call that executes a query or leads to a function of the project.
type Call struct {
	Path string
	// Index is its place in Facts.Calls, Site the call there.
	Index int
	Site  *facts.CallSite
	// Query is the query it executes itself, nil if it executes none.
	Query *Query
	// Targets are the project's functions it may call, several behind an
	// interface.
	Targets []FuncID
	// Reaches are the queries that run because of it, at most maxReaches.
	Reaches []Reach
}

// FuncID names a function of a file by its index in Facts.Funcs.
type FuncID struct {
	Path  string
	Index int
}

// Reach is one query that a call runs, itself or through functions.
type Reach struct {
	Query *Query
	// Loops and Params are what the query's values depend on, in terms of the
	// call asked about: loops of its file, parameters of the function around.
	// Params of the whole chain are mapped down to it.
	Loops, Params facts.Deps
	// List: where it depends on them, it gets a list made from them.
	List bool
	// Looped: a function on the way runs it in a loop over data of its own.
	Looped bool
	// Guarded and Last: on the way it runs only if a look-up failed, or ends
	// the loop.
	Guarded, Last bool
	// Partial: it lies behind an interface of which only some implementations
	// run a query.
	Partial bool
	// Via are the calls on the way, from inside the function called down to
	// the one that executes; empty if the call executes the query itself.
	Via []Hop
}

// Hop is one call on the way to a query.
type Hop struct {
	// Func is the function the call stands in, Name its name with its type.
	Func FuncID
	Name string
	// Site is the call's place.
	Site source.Location
}

// Ref is a place that names a table or a column.
type Ref struct {
	source.Location
	// Query names it; nil for a model's declaration or a mention in SQL that no
	// known call sends.
	Query *Query
	// Model declares it.
	Model *schema.Model
	// Loose: it stands in a text that looks like SQL, no known call sends it.
	Loose bool
}

// Omitted is a file or folder that was left out, and why.
type Omitted struct{ Path, Reason string }
