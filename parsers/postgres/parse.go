// Package postgres reads PostgreSQL: one statement becomes queries and schema
// changes. It is the only importer of pg_query, a C parser that gives no
// recovery, one error and one byte offset a node; what it lacks is made up for
// here, and nothing of it leaves the package.
//
// It may import the packages of floor 0. Bad SQL is data, not an error.
//
//	st := postgres.Parse("SELECT id FROM users WHERE email = $1")
//	for _, q := range st.Queries {
//		fmt.Print(q.Dump())
//	}
package postgres

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// Statement is what one statement means. It is shared between all who parse
// the same text and must not be changed; spans are bytes of that text.
type Statement struct {
	// Queries holds the statement itself first, whatever it does, then those
	// in the body of a function or DO block, with role Body.
	Queries []*query.Query
	Changes []schema.Change
	// Bodies are the bodies of functions, procedures and DO blocks.
	Bodies []Body
	// Problem is why nothing or not everything is known; nil if all is well.
	Problem *Problem
}

// Body is program text inside a statement.
type Body struct {
	// Span is the text between the quotes. The bytes are the statement's own
	// unless Escaped: then the body was written with doubled quotes or
	// escapes, and nothing is read from it.
	Span     source.Span
	Language string
	Escaped  bool
}

// ProblemKind is why a statement was not read.
type ProblemKind uint8

// The kinds of problem. NotAnalysed is valid SQL beyond this parser: syntax of
// PostgreSQL 17 and later, or text the program fills in.
const (
	Syntax ProblemKind = iota
	TooComplex
	NotAnalysed
)

func (k ProblemKind) String() string {
	return [...]string{"syntax", "too complex", "not analysed"}[k]
}

// Problem is the first thing wrong with a statement.
type Problem struct {
	Kind    ProblemKind
	Message string
	Span    source.Span
}

// Parse reads one statement, given without its semicolon. It never fails and
// may be called from any goroutine; the same text is read once and kept in a
// cache of bounded size.
func Parse(stmt string) *Statement { return shared.statement(stmt) }

var shared = newCache(64 << 20)

// read parses and lowers stmt, uncached.
func read(stmt string) (out *Statement) {
	out = &Statement{}
	defer unread(out, source.Span{End: len(stmt)})
	text, holes := prepare(stmt)
	if p := guard(text); p != nil {
		out.Problem = p
		return out
	}
	l := &lowerer{orig: stmt, holes: holes, out: out}
	l.parse(text)
	return out
}

// parse hands text to the parser and lowers what it finds. Where a hole breaks
// the syntax it is blanked and the parse tried again: a clause the program
// adds is unknown, not wrong.
func (l *lowerer) parse(text string) {
	blanked := 0
	for {
		tree, problem := callParser(text)
		if problem == nil {
			l.tokens = lex(text)
			l.widen()
			l.lower(tree)
			return
		}
		if l.modern(text) {
			return
		}
		i := l.culprit(text, problem)
		if i < 0 || blanked == maxBlanked {
			if problem.Kind == Syntax && l.pasted(problem.Span.End) {
				problem.Kind = NotAnalysed
			}
			l.out.Problem = l.asWritten(text, problem)
			return
		}
		text = blank(text, l.holes[i].Span)
		l.holes[i].blanked = true
		blanked++
	}
}

// modern reads a statement whose syntax is newer than the grammar's.
func (l *lowerer) modern(text string) bool {
	for _, bare := range []bool{false, true} {
		plain, found := modernize(text, bare)
		if plain == "" {
			return false
		}
		if tree, problem := callParser(plain); problem == nil {
			l.tokens = lex(plain)
			l.widen()
			l.lower(tree)
			restore(l.out.Changes, found)
			return true
		}
	}
	return false
}

// asWritten shows a problem with a placeholder as the user wrote it, rather
// than what replaced it.
func (l *lowerer) asWritten(text string, p *Problem) *Problem {
	h := l.holeIn(p.Span)
	if h == nil {
		return p
	}
	if seen := p.Span.In([]byte(text)); seen != "" {
		p.Message = strings.Replace(p.Message, `"`+seen+`"`, `"`+l.source(h.Span)+`"`, 1)
	}
	p.Span = p.Span.Union(h.Span)
	return p
}

// maxBlanked bounds how often a statement with holes is parsed again.
const maxBlanked = 8

// lower turns the tree into models; a node this package misreads costs the
// statement, not the process.
func (l *lowerer) lower(tree tree) {
	defer unread(l.out, l.span(0, len(l.list)))
	for _, raw := range tree.GetStmts() {
		from, to := int(raw.StmtLocation), len(l.text)
		if raw.StmtLen > 0 {
			to = from + int(raw.StmtLen)
		}
		l.statement(raw.Stmt, from, to)
	}
}

// unread is deferred around everything that reads a statement.
func unread(out *Statement, at source.Span) {
	if r := recover(); r != nil {
		*out = Statement{Problem: &Problem{Kind: NotAnalysed, Message: "the statement could not be read", Span: at}}
	}
}
