// Package parsers turns one file into facts: it knows which package reads
// which language, and which dialect a text is written in.
//
//	f := source.NewFile("/app/users.ts", source.TypeScript, text)
//	fa := parsers.Extract(ctx, f, parsers.Options{})
//	for _, c := range fa.Calls {
//		fmt.Println(c.Name, len(c.Candidates))
//	}
//
// It imports floors 0 and 1. Bad input gives problems, never an error: a file
// whose reading panics has a problem and no other facts.
package parsers

import (
	"context"
	"fmt"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/orm"
	"github.com/dbwise/dbwise/parsers/prisma"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
)

// Version changes when the same text may give other facts than before.
const Version = 1

// MaxHost and MaxSQL are the largest program and SQL files that are read, in bytes.
const (
	MaxHost = 1 << 20
	MaxSQL  = 16 << 20
)

// Options are what a file cannot say about itself.
type Options struct {
	// Dialect of SQL files as the configuration says; where it is Generic the
	// text decides, and what does not tell is read as PostgreSQL.
	Dialect query.Dialect
}

// Readers are what the libraries tell about their calls.
var Readers = orm.Readers(parseFragment)

// Extract reads one file; nil if ctx ends before it is read.
func Extract(ctx context.Context, f *source.File, opts Options) *facts.Facts {
	s := Session{opts: opts}
	defer s.Close()
	return s.Extract(ctx, f)
}

// empty are the facts of a file of which only a problem is known, if any.
func empty(f *source.File, p *facts.Problem) *facts.Facts {
	fa := &facts.Facts{Path: f.Path, Lang: f.Lang, Hash: f.Hash}
	if p != nil {
		fa.Problems = []facts.Problem{*p}
	}
	fa.Outline.Digest = source.HashOf(nil)
	return fa
}

// tooLarge is the problem of a file beyond the limits; nil within them.
func tooLarge(f *source.File) *facts.Problem {
	limit := MaxHost
	if f.Lang == source.SQL {
		limit = MaxSQL
	}
	if len(f.Text) <= limit {
		return nil
	}
	return &facts.Problem{Kind: facts.TooComplex, Message: fmt.Sprintf("The file has %d bytes and is not analysed: the limit is %d.", len(f.Text), limit)}
}

func readPrisma(f *source.File) *facts.Facts {
	s := prisma.Parse(f.Path, f.Text)
	return &facts.Facts{Path: f.Path, Lang: f.Lang, Hash: f.Hash, Dialect: s.Dialect, Models: s.Models, Problems: s.Problems,
		Ignores: hostIgnores(f), Outline: facts.Outline{Digest: source.HashOf(nil)}}
}
