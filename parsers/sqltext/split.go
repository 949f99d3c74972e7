package sqltext

import (
	"strings"
	"unsafe"

	"github.com/dbwise/dbwise/parsers/source"
)

// StmtKind is what a piece of a script is.
type StmtKind uint8

// The kinds of pieces.
const (
	SQL      StmtKind = iota // a statement
	CopyData                 // the lines a COPY ... FROM stdin reads, up to \.
	Command                  // a line for the client: a psql \ command, DELIMITER, GO
)

// Stmt is one piece of a script.
type Stmt struct {
	// Span runs from the first token to the end of the last: without the
	// comments and blanks around, without the terminator. For CopyData it
	// covers the data lines.
	Span source.Span
	// Full runs from the end of the previous piece to behind the terminator.
	// The Full spans of a text follow each other without a gap from 0 on; only
	// blanks, comments and stray terminators remain behind the last.
	Full source.Span
	Kind StmtKind
	// Head is the command in upper case, without its options: "SELECT",
	// "CREATE INDEX", "ALTER TABLE", "CREATE MATERIALIZED VIEW". Empty if the
	// piece does not begin with a word; a psql command as it is written, "\connect".
	Head string
	// Terminated tells that a terminator follows.
	Terminated bool

	reach int // the split up to Full.End depends on the text before this offset
}

// view is text as a string without a copy; text must not change meanwhile, and
// nothing that is kept may alias it.
func view(text []byte) string { return unsafe.String(unsafe.SliceData(text), len(text)) }

// Split cuts a script into statements, read as PostgreSQL.
//
// A statement ends at a ; outside quotes, comments and bodies (BEGIN ATOMIC,
// and the BEGIN ... END of routines and triggers). Brackets left open do not
// keep it from ending, except in CREATE RULE, whose actions stand in brackets
// (manual, CREATE RULE). DELIMITER replaces the terminator, GO on a line of its
// own ends a batch, a psql command ends what stands before it, and the text
// between StatementBegin and StatementEnd is one statement. The section markers
// of migration tools end a statement that lacks its terminator. Of quotes and
// bodies left open, see Lexer and cutPoint: the next plain start of a
// statement is found again.
func Split(text []byte) []Stmt { return PostgreSQL.Split(text) }

// Split cuts a script into statements, read in dialect d.
func (d Dialect) Split(text []byte) []Stmt {
	s := splitter{lex: d.Lexer(view(text))}
	s.stmts = make([]Stmt, 0, len(text)/96+4)
	for s.next() {
	}
	return s.stmts
}

// splitter holds the state between two tokens.
type splitter struct {
	lex      Lexer
	stmts    []Stmt
	comments *[]Comment // collects comments if set

	full    int  // where the Full span of the statement under way begins
	begun   bool // a token of it was seen
	span    source.Span
	head    head
	depth   int  // open brackets
	region  bool // between StatementBegin and StatementEnd
	block   int  // open BEGIN and CASE of a body
	ended   bool // the last word was an END in a body
	copying int  // of COPY: 1 behind FROM, 2 behind FROM STDIN
}

// next adds the pieces up to the end of the next statement and tells whether
// there was one.
func (s *splitter) next() bool {
	for n := len(s.stmts); len(s.stmts) == n; {
		tok, ok := s.lex.Next()
		if !ok {
			if !s.begun {
				return false
			}
			s.lex.note(len(s.lex.text) + 1)
			s.end(s.span.End, false)
			return true
		}
		switch tok.Kind {
		case LineComment:
			s.comment(tok)
			s.marker(tok)
		case BlockComment:
			s.comment(tok)
		case Meta:
			s.command(tok, tok.Span.End)
		default:
			s.token(tok)
		}
	}
	return true
}

// end closes the statement under way at full.
func (s *splitter) end(full int, terminated bool) {
	s.stmts = append(s.stmts, Stmt{
		Span: s.span, Full: source.Span{Start: s.full, End: full}, Kind: SQL,
		Head: s.head.String(), Terminated: terminated, reach: max(s.lex.reach, full),
	})
	copying := s.copying == 2 && terminated && s.head.is("COPY")
	s.reset(full)
	if copying {
		s.copyData()
	}
}

func (s *splitter) reset(full int) {
	s.full, s.begun, s.span = full, false, source.Span{}
	s.depth, s.block, s.copying, s.region, s.ended = 0, 0, 0, false, false
	s.head = head{}
	s.lex.reach, s.lex.prev, s.lex.slice = 0, Token{}, false
}

// marker ends statements at the markers of migration tools.
func (s *splitter) marker(tok Token) {
	line := tok.In(s.lex.text)
	if len(line) < 4 || line[1] != '-' {
		return
	}
	m, ok := marker(line)
	switch {
	case !ok || !m.section():
	case m.Kind == StatementEnd && s.region:
		s.lex.note(tok.Span.End + 1)
		if s.begun {
			s.end(tok.Span.End, true)
		}
		s.region = false
	case m.Kind == StatementBegin && s.region:
	default:
		if s.begun {
			s.lex.note(tok.Span.End + 1)
			s.end(s.span.End, false)
			s.lex.off = s.full // the comment leads the next piece
			return
		}
		s.region = m.Kind == StatementBegin
	}
}

// token feeds a token that is neither comment nor psql command.
func (s *splitter) token(tok Token) {
	t := s.lex.text
	switch tok.Kind {
	case Punct:
		switch c := t[tok.Span.Start]; {
		case s.lex.delim != "" && tok.In(t) == s.lex.delim:
			s.terminator(tok)
			return
		case c == ';' && (s.lex.delim == "" || s.region):
			s.terminator(tok)
			return
		case c == '(':
			s.depth++
		case c == ')':
			s.depth = max(0, s.depth-1)
		}
	case Word:
		if s.word(tok) {
			return
		}
	}
	if !s.head.done && tok.Kind != Word && !(tok.Kind == Punct && t[tok.Span.Start] == '(') {
		s.head.finish()
	}
	if tok.Kind != Word {
		s.ended = false
	}
	if !s.begun {
		s.begun, s.span.Start = true, tok.Span.Start
	}
	s.span.End = tok.Span.End
}

// terminator decides whether a ; ends the statement.
func (s *splitter) terminator(tok Token) {
	switch {
	case s.region, !s.begun:
		return
	case s.lex.delim != "":
	case s.block > 0, s.depth > 0 && s.head.is("CREATE RULE"):
		s.ended = false
		start, ok := nextLine(s.lex.text, tok.Span.End, len(s.lex.text))
		s.lex.note(lineEnd(s.lex.text, start) + 1)
		if !ok || !startsStatement(s.lex.text, start, true) {
			return
		}
	}
	s.end(tok.Span.End, true)
}

// word feeds a word and tells whether it was a client command.
func (s *splitter) word(tok Token) bool {
	w := tok.In(s.lex.text)
	switch {
	case len(w) == 2 && w[0]|0x20 == 'g' && w[1]|0x20 == 'o':
		if end := s.batchEnd(tok.Span); end > 0 {
			s.command(tok, end)
			return true
		}
	case !s.begun && len(w) == 9 && strings.EqualFold(w, "DELIMITER"):
		s.command(tok, lineEnd(s.lex.text, tok.Span.End))
		return true
	}
	if !s.head.done {
		s.head.feed(w)
		return false
	}
	if s.head.routine {
		s.body(w)
	} else if s.copying != 2 && s.head.is("COPY") {
		switch {
		case strings.EqualFold(w, "FROM"):
			s.copying = 1
		case s.copying == 1 && strings.EqualFold(w, "STDIN"):
			s.copying = 2
		default:
			s.copying = 0
		}
	}
	return false
}

// body counts the BEGIN, CASE and END of a routine or trigger. END IF, END
// LOOP and their like close what was never counted.
func (s *splitter) body(w string) {
	ended := s.ended
	s.ended = false
	switch {
	case len(w) < 2 || len(w) > 6:
	case strings.EqualFold(w, "BEGIN"):
		s.block++
	case s.block == 0 && !ended:
	case strings.EqualFold(w, "CASE"):
		if !ended {
			s.block++
		}
	case strings.EqualFold(w, "END"):
		s.block--
		s.ended = true
	case ended && (strings.EqualFold(w, "IF") || strings.EqualFold(w, "LOOP") ||
		strings.EqualFold(w, "WHILE") || strings.EqualFold(w, "REPEAT")):
		s.block++
	}
}
