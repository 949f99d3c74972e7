package postgres

import (
	"errors"
	"runtime"
	"strings"
	"unicode/utf8"

	pg "github.com/pganalyze/pg_query_go/v5"
	"github.com/pganalyze/pg_query_go/v5/parser"

	"github.com/dbwise/dbwise/parsers/source"
)

type tree = *pg.ParseResult

// slots bounds the parsers at work: each holds an operating system thread and
// memory the Go collector does not see.
var slots = make(chan struct{}, runtime.GOMAXPROCS(0))

// callParser runs the C parser on a text that passed the guard.
func callParser(text string) (tree, *Problem) {
	slots <- struct{}{}
	defer func() { <-slots }()
	t, err := pg.Parse(text)
	if err == nil {
		return t, nil
	}
	return nil, problemOf(text, err)
}

// problemOf turns the parser's only error into a problem with a span.
func problemOf(text string, err error) *Problem {
	var e *parser.Error
	if !errors.As(err, &e) { // the protobuf decoder gave up: nested too deeply
		return &Problem{Kind: TooComplex, Message: "the statement is nested too deeply to be analysed", Span: source.Span{End: len(text)}}
	}
	p := &Problem{Kind: Syntax, Message: e.Message, Span: errorSpan(text, e.Cursorpos)}
	if strings.Contains(e.Message, "memory exhausted") {
		p.Kind, p.Message = TooComplex, "the statement is nested too deeply to be analysed"
		return p
	}
	if newer(text, p.Span) {
		p.Kind, p.Message = NotAnalysed, "PostgreSQL 17+ syntax, not analysed"
	}
	return p
}

// errorSpan is the token at a cursor position, which counts code points from
// one. At the end of the text it is the last token.
func errorSpan(text string, cursor int) source.Span {
	if cursor <= 0 {
		return lex(text).all()
	}
	off := 0
	for n := 1; n < cursor && off < len(text); n++ {
		_, size := utf8.DecodeRuneInString(text[off:])
		off += size
	}
	t := lex(text)
	i := t.at(off)
	if i >= len(t.list) {
		i = len(t.list) - 1
	}
	if i < 0 {
		return source.Span{}
	}
	return t.list[i].Span
}

func (t *tokens) all() source.Span { return t.span(0, len(t.list)) }

// culprit is the pasted-in text that a syntax error points at or stands right
// behind, -1 if there is none left. A bound parameter is never one.
func (l *lowerer) culprit(text string, p *Problem) int {
	if p.Kind != Syntax {
		return -1
	}
	t := lex(text)
	at := t.at(p.Span.Start)
	for i := len(l.holes) - 1; i >= 0; i-- {
		h := l.holes[i]
		if h.blanked || !h.pasted || h.Start >= p.Span.End {
			continue
		}
		if near := t.at(h.Start); at-near <= 1 || at == len(t.list)-1 && at-near <= 2 {
			return i
		}
	}
	return -1
}

// pasted reports whether the statement holds text of unknown content before off.
func (l *lowerer) pasted(off int) bool {
	for _, h := range l.holes {
		if h.pasted && h.Start < off {
			return true
		}
	}
	return false
}

// blank overwrites a span with spaces.
func blank(text string, s source.Span) string {
	return text[:s.Start] + strings.Repeat(" ", s.Len()) + text[s.End:]
}
