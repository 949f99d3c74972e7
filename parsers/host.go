package parsers

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/flow"
	"github.com/dbwise/dbwise/parsers/golang"
	"github.com/dbwise/dbwise/parsers/orm"
	"github.com/dbwise/dbwise/parsers/postgres"
	"github.com/dbwise/dbwise/parsers/programs"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
	"github.com/dbwise/dbwise/parsers/typescript"
)

// extractHost reads a program file.
func (s *Session) extractHost(f *source.File) *facts.Facts {
	file, err := s.parseHost(f)
	if err != nil {
		return empty(f, &facts.Problem{Kind: facts.TooComplex, Message: "The file is not analysed: " + err.Error() + "."})
	}
	fa := flow.Extract(file, Readers, flow.Options{Source: f, ParseSQL: parseFragment, Dialect: s.opts.Dialect})
	fa.Models = orm.Models(file)
	fa.Programs, fa.Statements = programs.Read(file, parseStatement, orm.Structs)
	fa.Modes = programs.Modes(file, f.Text)
	fa.Ignores = hostIgnores(f)
	return fa
}

func (s *Session) parseHost(f *source.File) (*code.File, error) {
	switch {
	case f.Lang == source.Go && s.keep:
		if s.goDoc == nil {
			s.goDoc = golang.NewDocument()
		}
		return s.goDoc.Update(f)
	case f.Lang == source.Go:
		return golang.Parse(f)
	case s.keep:
		if s.script == nil {
			s.script = typescript.NewDocument()
		}
		return s.script.Update(f)
	}
	return typescript.Parse(f)
}

// parseFragment reads the statements of SQL text inside a program. Nothing is
// given for what is not PostgreSQL or cannot be read.
func parseFragment(f *source.Fragment, d query.Dialect) []*query.Query {
	if len(f.Text) == 0 || len(f.Text) > maxFragment || !readable(d, f.Text) {
		return nil
	}
	var out []*query.Query
	for _, st := range sqltext.Split([]byte(f.Text)) {
		if st.Kind != sqltext.SQL || st.Span.Empty() {
			continue
		}
		parsed := postgres.Parse(f.Text[st.Span.Start:st.Span.End])
		at := func(s source.Span) source.Span {
			if s == (source.Span{}) {
				return s
			}
			return f.Span(s.Shift(st.Span.Start))
		}
		for i, q := range parsed.Queries {
			q = q.MapSpans(at)
			q.Walk(func(in *query.Query) { in.Dialect = d })
			if i == 0 {
				q.SQL = f.Text[st.Span.Start:st.Span.End]
			}
			out = append(out, q)
		}
	}
	return out
}

// parseStatement reads one statement by itself. What it gives is shared and must
// be copied before it is changed.
func parseStatement(sql string) facts.Statement {
	parsed := postgres.Parse(sql)
	st := facts.Statement{Queries: parsed.Queries, Changes: parsed.Changes}
	if p := parsed.Problem; p != nil {
		st.Problem = &facts.Problem{Kind: facts.ProblemKind(p.Kind), Message: p.Message, Span: p.Span}
	}
	return st
}

// maxFragment bounds SQL in a literal, in bytes; beyond, it is data.
const maxFragment = 256 << 10
