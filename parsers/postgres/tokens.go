package postgres

import (
	"sort"
	"strings"

	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// token is one lexical element of a statement; depth counts the brackets open
// before it, so that a pair of brackets has the depth of what surrounds it.
type token struct {
	source.Span
	kind  sqltext.Kind
	depth int
	// match is the index of the other bracket of a pair, -1 for all else.
	match int
}

// tokens is a lexed statement. The parse tree holds one byte offset a node;
// every span of the model is recovered from it by walking tokens.
type tokens struct {
	text string
	list []token
}

func lex(text string) *tokens {
	raw := sqltext.Lex(text)
	t := &tokens{text: text, list: make([]token, 0, len(raw))}
	var open []int
	for _, r := range raw {
		if r.Kind == sqltext.LineComment || r.Kind == sqltext.BlockComment {
			continue
		}
		tok := token{Span: r.Span, kind: r.Kind, depth: len(open), match: -1}
		if r.Kind == sqltext.Punct {
			switch text[r.Span.Start] {
			case '(', '[':
				open = append(open, len(t.list))
			case ')', ']':
				if len(open) > 0 {
					i := open[len(open)-1]
					open = open[:len(open)-1]
					tok.depth = len(open)
					tok.match, t.list[i].match = i, len(t.list)
				}
			}
		}
		t.list = append(t.list, tok)
	}
	return t
}

// at is the index of the token that starts at or covers byte off, or the next
// one behind it; len(t.list) behind the last.
func (t *tokens) at(off int) int {
	return sort.Search(len(t.list), func(i int) bool { return t.list[i].End > off })
}

// in cuts the text of token i, "" outside.
func (t *tokens) in(i int) string {
	if i < 0 || i >= len(t.list) {
		return ""
	}
	return t.text[t.list[i].Start:t.list[i].End]
}

// is reports whether token i is the keyword or punctuation w (given in upper case).
func (t *tokens) is(i int, w string) bool {
	if i < 0 || i >= len(t.list) {
		return false
	}
	k := t.list[i].kind
	return k != sqltext.QuotedIdent && k != sqltext.String && strings.EqualFold(t.in(i), w)
}

// any reports whether token i is one of the words.
func (t *tokens) any(i int, words ...string) bool {
	for _, w := range words {
		if t.is(i, w) {
			return true
		}
	}
	return false
}

// seq reports whether the tokens from i on are the words.
func (t *tokens) seq(i int, words ...string) bool {
	for n, w := range words {
		if !t.is(i+n, w) {
			return false
		}
	}
	return true
}

// span covers tokens [from, to).
func (t *tokens) span(from, to int) source.Span {
	from = max(0, from)
	to = min(to, len(t.list))
	if from >= to {
		return source.Span{}
	}
	return source.Span{Start: t.list[from].Start, End: t.list[to-1].End}
}

// find is the first token in [from, to) that is w at the given depth, -1 if none.
func (t *tokens) find(from, to, depth int, words ...string) int {
	for i := max(0, from); i < min(to, len(t.list)); i++ {
		if t.list[i].depth == depth && t.any(i, words...) {
			return i
		}
	}
	return -1
}

// back is the last token before from that is one of the words at the given
// depth, -1 if none stands before the bracket around it closes.
func (t *tokens) back(from, depth int, words ...string) int {
	for i := min(from, len(t.list)) - 1; i >= 0 && t.list[i].depth >= depth; i-- {
		if t.list[i].depth == depth && t.any(i, words...) {
			return i
		}
	}
	return -1
}

// items splits [from, to) at the commas of the given depth.
func (t *tokens) items(from, to, depth int) [][2]int {
	var out [][2]int
	start := from
	for i := from; i < min(to, len(t.list)); i++ {
		if t.list[i].depth == depth && t.is(i, ",") {
			out = append(out, [2]int{start, i})
			start = i + 1
		}
	}
	if start < min(to, len(t.list)) {
		out = append(out, [2]int{start, min(to, len(t.list))})
	}
	return out
}

// inside splits what the bracket at i holds; nil if it is no bracket.
func (t *tokens) inside(i int) [][2]int {
	if i < 0 || i >= len(t.list) || t.list[i].match <= i {
		return nil
	}
	return t.items(i+1, t.list[i].match, t.list[i].depth+1)
}

// name is the span of the identifier token i and the parts after its dots:
// whole covers all of them, last only the final one; end is the next token.
func (t *tokens) name(i int) (whole, last source.Span, end int) {
	if i < 0 || i >= len(t.list) || !t.ident(i) {
		return source.Span{}, source.Span{}, i
	}
	whole, last = t.list[i].Span, t.list[i].Span
	for i++; t.is(i, ".") && (t.ident(i+1) || t.is(i+1, "*")); i += 2 {
		last = t.list[i+1].Span
		whole.End = last.End
	}
	return whole, last, i
}

func (t *tokens) ident(i int) bool {
	return i >= 0 && i < len(t.list) && (t.list[i].kind == sqltext.Word || t.list[i].kind == sqltext.QuotedIdent)
}

// balance widens a span until no bracket in it has its partner outside.
func (t *tokens) balance(s source.Span) source.Span {
	for i := t.at(s.Start); i < len(t.list) && t.list[i].Start < s.End; i++ {
		m := t.list[i].match
		if m < 0 {
			continue
		}
		if o := t.list[m].Span; o.Start < s.Start {
			s.Start = o.Start
			i = t.at(s.Start)
		} else if o.End > s.End {
			s.End = o.End
		}
	}
	return s
}
