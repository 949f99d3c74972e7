// Package orm knows the database libraries of TypeScript and Go: which values
// are their handles, which calls on a handle execute a query, and what that
// query is in the terms of package query.
//
// One library is one file, which registers a frozen table with add, and one
// golden in testdata. The package imports floor 0 only. It never decides by
// names: what it reads is a query only if the value the call starts from is a
// handle, which the workspace finds out with KindOf; where the meaning of a
// call is not written out, Unknown says so.
//
//	var _ = add(&Library{
//		Name:    "pg",
//		Reads:   source.Lang.Script,
//		Modules: []string{"pg"},
//		Roots:   map[string]string{"Pool inst": "client"},
//		Steps:   map[string]string{"client .connect ()": "client"},
//		Handles: []facts.Handle{{Kind: "client", Methods: names("query")}},
//		Read:    readPg,
//	})
package orm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// Library is what is known of one driver or ORM.
type Library struct {
	// Name is Query.Library and Candidate.Library.
	Name string
	// Reads reports the languages whose files can hold its calls.
	Reads func(source.Lang) bool
	// Modules are the import paths of the library.
	Modules []string
	// Roots tells which symbols of the modules are handles, in the notation of
	// code.Ref without the module, without await and result(0), and with a
	// member of the default export or of the whole module written as if it
	// were exported itself: "Pool inst", "Open ()".
	Roots map[string]string
	// Steps tells what leads from a handle of one kind to another:
	// "db .Begin ()", "client .$transaction callback(0,0)".
	Steps map[string]string
	// Root is asked about symbols of any module, for libraries that generate
	// code; rest is as in Roots. Nil for most.
	Root func(module, rest string) string
	// Step is asked where Steps has no entry. Nil for most.
	Step func(kind, step string) string
	// Results tells what the methods of a handle of one kind give, for
	// interfaces that declare some of them: "db QueryContext" to the result's
	// symbol in one of Modules or under one of them, "Rows inst".
	Results map[string]string
	// Handles are the kinds of handle with the methods that execute.
	Handles []facts.Handle
	// Read fills c.q for the links of a chain that starts at a handle of
	// c.kind; false if they execute nothing.
	Read func(c *call) bool
	// Models reads the models a file declares; nil if the library has none in
	// program files.
	Models func(*code.File) []*schema.Model
}

var libraries []*Library

// add registers a library. Two of one name are a mistake in this package.
func add(l *Library) *Library {
	for _, known := range libraries {
		if known.Name == l.Name {
			panic(fmt.Sprintf("orm: library %q is registered twice", l.Name))
		}
	}
	libraries = append(libraries, l)
	return l
}

// All lists the libraries by name.
func All() []*Library {
	out := slices.Clone(libraries)
	slices.SortFunc(out, func(a, b *Library) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Readers are the readers of all libraries. parse reads SQL text: all
// statements of a fragment, with spans of the host file.
func Readers(parse SQLParser) []facts.Reader {
	var out []facts.Reader
	for _, l := range All() {
		out = append(out, facts.Reader{
			Library: l.Name, Reads: l.Reads, Handles: l.Handles, KindOf: l.KindOf, InterfaceKind: l.InterfaceKind,
			Read: func(kind string, c *code.Chain, env code.Env) (facts.Reading, bool) {
				return l.read(kind, c, env, parse)
			},
		})
	}
	return out
}

// Models are the models that a program file declares, of all libraries.
func Models(f *code.File) []*schema.Model {
	var out []*schema.Model
	for _, l := range All() {
		if l.Models != nil && l.Reads(f.Lang) {
			out = append(out, l.Models(f)...)
		}
	}
	return out
}

func isGo(l source.Lang) bool { return l == source.Go }

// names is the set of the words of a list.
func names(list string) map[string]bool {
	out := map[string]bool{}
	for _, name := range strings.Fields(list) {
		out[name] = true
	}
	return out
}

// call is one chain being read.
type call struct {
	*code.Chain
	lib   *Library
	kind  string
	env   code.Env
	parse SQLParser
	// q is what Read fills; Library, Method, Span and Head are set from exec,
	// the index of the link that executes.
	q      *query.Query
	exec   int
	models []code.Ref
	// named are columns that parsed text mentions.
	named []query.Column
	// implied are columns that no one wrote.
	implied []query.Column
}

func (l *Library) read(kind string, chain *code.Chain, env code.Env, parse SQLParser) (facts.Reading, bool) {
	c := &call{Chain: chain, lib: l, kind: kind, env: env, parse: parse, q: &query.Query{}}
	if len(chain.Links) == 0 || !l.Read(c) || c.exec < chain.Prefix {
		return facts.Reading{}, false
	}
	link := chain.Links[c.exec]
	c.q.Library, c.q.Method = l.Name, link.Name
	if c.q.Span.Empty() {
		c.q.Span = link.Span
	}
	if c.q.Head.Empty() {
		c.q.Head = link.NameSpan
	}
	if chain.Extended {
		c.q.Unknown |= everything &^ (query.UnknownTable | query.UnknownColumns)
	}
	if c.q.Refs == nil {
		c.q.Refs = c.mentions(c.q, c.named)
	}
	return facts.Reading{Query: c.q, Models: c.models}, true
}

// everything is what is unknown about a query whose text or arguments cannot
// be read at all.
const everything = query.UnknownTable | query.UnknownWhere | query.UnknownOrder | query.UnknownColumns | query.UnknownLimit | query.UnknownOther
