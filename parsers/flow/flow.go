// Package flow reads a code.File into facts: which calls it makes, in which
// loops, with arguments that depend on what, where the values come from, and
// what other files may know about it. It works alike on TypeScript and Go, and
// knows no library: what a call would send to a database is asked of readers.
//
// It imports floor 0 only. Nothing is decided by a name alone except what the
// language itself defines (map, forEach, Object.keys, append). Recursion over
// the program is limited to maxDepth; a function nested deeper is Broken.
package flow

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
)

// maxDepth limits every recursion over nodes and types.
const maxDepth = 400

// Options are what Extract needs beside the file.
type Options struct {
	// Source is the text the file was made from.
	Source *source.File
	// ParseSQL reads the queries of a text. Without it no loose SQL is found.
	ParseSQL func(*source.Fragment, query.Dialect) []*query.Query
	// Dialect is what loose SQL is read as.
	Dialect query.Dialect
}

// Extract reads file. The result holds everything but statements, models,
// ignores and problems, which are no matter of program flow.
func Extract(file *code.File, readers []facts.Reader, opts Options) *facts.Facts {
	u := newUnit(file, opts)
	u.declare()
	u.walk()
	u.classify()
	u.solve()
	out := &facts.Facts{
		Path: file.Path, Lang: file.Lang, Dialect: opts.Dialect, Generated: file.Generated,
	}
	if opts.Source != nil {
		out.Hash = opts.Source.Hash
	}
	out.Funcs = u.emitFuncs()
	u.emitLoops(out)
	u.emitCalls(out, readers)
	u.emitLoose(out, opts)
	out.Outline = u.outline()
	out.Outline.Digest = digest(out)
	return out
}
