package sqltext

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/source"
)

// Comment is a comment between tokens. Comments inside bodies and strings
// belong to those.
type Comment struct {
	Span source.Span // from the first to behind the last of its marks
	Body source.Span // the words in it, without marks and blanks around them
	// OwnLine tells that nothing but blanks stands before it in its line.
	OwnLine bool
}

// Comments finds the comments of a script, read as PostgreSQL.
func Comments(text []byte) []Comment { return PostgreSQL.Comments(text) }

// Comments finds the comments of a script, read in dialect d.
func (d Dialect) Comments(text []byte) []Comment {
	var out []Comment
	s := splitter{lex: d.Lexer(view(text)), comments: &out}
	for s.next() {
		s.stmts = s.stmts[:0]
	}
	return out
}

func (s *splitter) comment(tok Token) {
	if s.comments == nil {
		return
	}
	if n := len(*s.comments); n > 0 && (*s.comments)[n-1].Span.Start >= tok.Span.Start {
		return // read again, as the lead of the next piece
	}
	t := s.lex.text
	body := tok.Span
	if tok.Kind == LineComment {
		body.Start += len(tok.In(t)) - len(strings.TrimLeft(tok.In(t), "-#"))
	} else {
		body.Start += 2
		if body.Len() >= 2 && strings.HasSuffix(t[body.Start:body.End], "*/") {
			body.End -= 2
		}
	}
	text := t[body.Start:body.End]
	body.Start += len(text) - len(strings.TrimLeft(text, " \t\r\n*"))
	body.End = body.Start + len(strings.TrimRight(t[body.Start:body.End], " \t\r\n*"))
	*s.comments = append(*s.comments, Comment{tok.Span, body, s.lex.lineStart(tok.Span.Start)})
}
