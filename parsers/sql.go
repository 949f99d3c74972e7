package parsers

import (
	"bytes"
	"context"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
	"github.com/dbwise/dbwise/parsers/treesitter"
)

// sqlSession is the version of a SQL document read last.
type sqlSession struct {
	text    []byte
	dialect query.Dialect
	split   []sqltext.Stmt
	// stmts are the facts of each piece: none for what is no statement, several
	// for a block that a tool sends as one.
	stmts [][]facts.Statement
}

func (s *Session) extractSQL(ctx context.Context, f *source.File) *facts.Facts {
	fa := empty(f, nil)
	if fa.Dialect = textDialect(f.Text); fa.Dialect == query.Generic {
		fa.Dialect = FolderDialect(f.Path)
	}
	d := s.opts.Dialect
	if d == query.Generic {
		d = fa.Dialect
	}
	next := &sqlSession{text: f.Text, dialect: d}
	next.split = s.sql.resplit(next)
	next.stmts = make([][]facts.Statement, len(next.split))
	s.sql.reuse(next)
	for i, piece := range next.split {
		if piece.Kind != sqltext.SQL || piece.Span.Empty() {
			continue
		}
		if next.stmts[i] == nil {
			if ctx.Err() != nil {
				return nil
			}
			next.stmts[i] = readPiece(f, piece, d)
		}
		for k := range next.stmts[i] {
			st := &next.stmts[i][k]
			fa.Statements = append(fa.Statements, *st)
			if st.Problem != nil {
				fa.Problems = append(fa.Problems, *st.Problem)
			}
		}
	}
	fa.Statements = withRollbacks(f, fa.Statements, d)
	fa.Ignores = sqlIgnores(f, lexical(d))
	if s.keep {
		s.sql = next
	}
	return fa
}

// resplit cuts the next text, with the work done for this one if there is any.
func (o *sqlSession) resplit(next *sqlSession) []sqltext.Stmt {
	lex := lexical(next.dialect)
	if o == nil || o.dialect != next.dialect {
		return lex.Split(next.text)
	}
	c := treesitter.Diff(o.text, next.text)
	return lex.Resplit(o.split, o.text, next.text, c.Old, c.New.Len())
}

// reuse takes over the facts of statements that stand where they stood, with
// the same text.
func (o *sqlSession) reuse(next *sqlSession) {
	if o == nil || o.dialect != next.dialect {
		return
	}
	same := func(a, b sqltext.Stmt) bool {
		return a.Span == b.Span && a.Full == b.Full && a.Kind == b.Kind &&
			bytes.Equal(o.text[a.Full.Start:a.Full.End], next.text[b.Full.Start:b.Full.End])
	}
	i := 0
	for ; i < len(o.split) && i < len(next.split) && same(o.split[i], next.split[i]); i++ {
		next.stmts[i] = o.stmts[i]
	}
	for j, k := len(o.split)-1, len(next.split)-1; j >= i && k >= i && same(o.split[j], next.split[k]); j, k = j-1, k-1 {
		next.stmts[k] = o.stmts[j]
	}
}

// readPiece reads a piece of a file. What stands between the marks of a tool
// that sends it as one may be several statements: the server runs them one
// after the other.
func readPiece(f *source.File, piece sqltext.Stmt, d query.Dialect) []facts.Statement {
	text := f.Text[piece.Span.Start:piece.Span.End]
	if bytes.IndexByte(text, ';') < 0 || d != query.Generic && d != query.PostgreSQL {
		return []facts.Statement{*readStatement(f, piece, d)}
	}
	var inner []sqltext.Stmt
	for _, one := range lexical(d).Split(text) {
		if one.Kind == sqltext.SQL && !one.Span.Empty() {
			one.Span, one.Full = one.Span.Shift(piece.Span.Start), one.Full.Shift(piece.Span.Start)
			inner = append(inner, one)
		}
	}
	if len(inner) < 2 {
		return []facts.Statement{*readStatement(f, piece, d)}
	}
	inner[0].Full.Start, inner[len(inner)-1].Full.End = piece.Full.Start, piece.Full.End
	out := make([]facts.Statement, len(inner))
	for i, one := range inner {
		out[i] = *readStatement(f, one, d)
	}
	return out
}

// readStatement reads one statement and maps what it says to the file.
func readStatement(f *source.File, piece sqltext.Stmt, d query.Dialect) *facts.Statement {
	if d != query.Generic && d != query.PostgreSQL {
		return &facts.Statement{Span: piece.Span, Full: piece.Full, Head: piece.Head}
	}
	text := piece.Span.In(f.Text)
	st := parseStatement(text).Placed(f.Path, len(text), func(s source.Span) source.Span {
		if s == (source.Span{}) {
			return s
		}
		return s.Shift(piece.Span.Start)
	})
	st.Full, st.Head = piece.Full, piece.Head
	if len(st.Queries) > 0 && st.Queries[0].SQL == "" {
		st.Queries[0].SQL = text
	}
	return &st
}
