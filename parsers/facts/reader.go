package facts

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
)

// Reader is what one library (a driver, an ORM) tells about its calls. It is a
// frozen table with two functions; package orm makes one per library, package
// flow asks it while it reads a file, the workspace asks it what a handle is.
type Reader struct {
	// Library names it in Candidate.Library and Query.Library.
	Library string
	// Reads reports whether files of a language can hold its calls:
	// source.Lang.Script for most TypeScript libraries.
	Reads func(source.Lang) bool
	// Handles are the kinds of value its queries start from.
	Handles []Handle
	// Read gives the query that c would execute if the value its Links start
	// from were a handle of this kind. It is asked once for every place where
	// the chain can be cut: c.Ref is the origin of the assumed handle, c.Links
	// are what is done with it. False if the links are no query of such a
	// handle, or only build one (c.Consumed tells for builders that run when
	// they are awaited). Read must not keep or change c.
	Read func(kind string, c *code.Chain, env code.Env) (Reading, bool)
	// KindOf is the kind of handle a value of this origin is, "" for none. The
	// workspace has followed the origin to a symbol of a library's module, such
	// as `@prisma/client PrismaClient inst`, `gorm.io/gorm Open () result(0)`.
	// Symbols of generated files, and of modules that are no file of the
	// workspace, are asked about as they are written (`./generated/prisma/client
	// PrismaClient inst`), before anything is followed.
	KindOf func(code.Ref) string
	// InterfaceKind is the kind of handle that an interface of the workspace
	// stands for if it declares this method with this first result:
	// QueryContext giving `database/sql Rows inst`. Nil if none can.
	InterfaceKind func(method string, result code.Ref) string
}

// Handle is one kind of value that queries start from.
type Handle struct {
	Kind string
	// Methods are names of which at least one is called in every chain that
	// executes a query from such a handle, written at the place of the chain
	// itself; "" is a call or tagged template of the handle. They only spare
	// calls of Read.
	Methods map[string]bool
}

// Reading is one query read from a call.
type Reading struct {
	Query *query.Query
	// Models[i] is the origin of the model of Query.Tables[i] where a type or
	// value names it; it may be shorter than Tables.
	Models []code.Ref
}
