package postgres

import (
	"fmt"
	"strings"

	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// The bounds of what is handed to the C parser, whose recursion a stack of
// 512 KB survives to about 3,000 chained operators; beyond, the process dies
// and nothing can be recovered (pganalyze/libpg_query#348).
const (
	maxChain = 400
	maxDepth = 400
	maxBytes = 256 << 10
	// keepRows is how many rows of a long VALUES list are parsed.
	keepRows = 50
)

// prepare makes a statement digestible, byte for byte in place: placeholders
// become what the grammar accepts, long VALUES lists are blanked.
func prepare(stmt string) (text string, holes []hole) {
	text, params := sqltext.Placeholders(stmt)
	for _, p := range params {
		holes = append(holes, hole{Span: p.Span, identifier: p.Identifier, list: p.List, clause: p.Clause,
			pasted: p.Identifier || p.Clause || template(stmt[p.Span.Start:p.Span.End])})
	}
	return sqltext.TrimValues(withoutComments(sqltext.Sanitize(text)), keepRows), holes
}

// withoutComments blanks comments, keeping the line breaks that may join
// strings: the C parser stumbles over one between words it reads as a pair,
// such as NOT IN, NULLS LAST or WITH TIME ZONE.
func withoutComments(text string) string {
	if !strings.Contains(text, "--") && !strings.Contains(text, "/*") {
		return text
	}
	var out []byte
	for _, t := range sqltext.Lex(text) {
		if t.Kind != sqltext.LineComment && t.Kind != sqltext.BlockComment {
			continue
		}
		if out == nil {
			out = []byte(text)
		}
		for i := t.Span.Start; i < t.Span.End; i++ {
			if out[i] != '\n' && out[i] != '\r' {
				out[i] = ' '
			}
		}
	}
	if out == nil {
		return text
	}
	return string(out)
}

// guard refuses what could overflow the C stack or take too long.
func guard(text string) *Problem {
	p := &Problem{Kind: TooComplex, Span: source.Span{End: len(text)}}
	if size := weight(text); size > maxBytes {
		p.Message = fmt.Sprintf("the statement is too large to be analysed: %d KB", size>>10)
		return p
	}
	if chain, depth := sqltext.Complexity(text); chain > maxChain || depth > maxDepth {
		p.Message = fmt.Sprintf("the statement is too complex to be analysed: %d operators in a row, %d levels", chain, depth)
		return p
	}
	return nil
}

// weight is the number of bytes that are no blanks in a row: blanked VALUES
// rows cost the parser next to nothing.
func weight(text string) int {
	if len(text) <= maxBytes {
		return len(text)
	}
	n := 0
	for i := 0; i < len(text); i++ {
		if text[i] != ' ' || i > 0 && text[i-1] != ' ' {
			n++
		}
	}
	return n
}
