package parsers

import (
	"context"
	"fmt"

	"github.com/dbwise/dbwise/parsers/changelog"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/golang"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/typescript"
)

// Session reads the versions of one open document, each at the cost of what
// changed since the one before. What it gives equals Extract. It belongs to
// one goroutine and must be closed.
type Session struct {
	opts Options
	// keep says that further versions will come.
	keep   bool
	lang   source.Lang
	sql    *sqlSession
	script *typescript.Document
	goDoc  *golang.Document
}

// NewSession makes a session without a text.
func NewSession(opts Options) *Session { return &Session{opts: opts, keep: true} }

// Close frees what is held outside of Go's memory. The session can be used
// again; the next version is then read whole.
func (s *Session) Close() {
	if s.script != nil {
		s.script.Close()
		s.script = nil
	}
	if s.goDoc != nil {
		s.goDoc.Close()
		s.goDoc = nil
	}
	s.sql = nil
}

// Extract reads the next version; nil if ctx ends before it is read.
func (s *Session) Extract(ctx context.Context, f *source.File) (fa *facts.Facts) {
	if ctx.Err() != nil {
		return nil
	}
	defer func() {
		if r := recover(); r != nil {
			s.Close()
			fa = empty(f, &facts.Problem{Kind: facts.NotAnalysed, Message: fmt.Sprintf("dbwise could not read this file: %v.", r)})
		}
	}()
	if s.lang != f.Lang {
		s.Close()
		s.lang = f.Lang
	}
	if p := tooLarge(f); p != nil {
		s.Close()
		return empty(f, p)
	}
	switch {
	case source.IsBinary(f.Text):
		s.Close()
		return empty(f, nil)
	case f.Lang == source.SQL:
		return s.extractSQL(ctx, f)
	case f.Lang == source.Prisma:
		return readPrisma(f)
	case f.Lang == source.Changelog:
		fa := empty(f, nil)
		fa.Programs, fa.Statements, fa.Includes = changelog.Read(f, parseStatement)
		return fa
	case f.Lang.Host():
		return s.extractHost(f)
	}
	return empty(f, nil)
}
