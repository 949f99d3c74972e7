package sqltext

import "strings"

// resets begin a clause, and with it a new expression.
var resets = wordSet(`AND OR WHEN THEN ELSE SELECT FROM WHERE GROUP ORDER BY HAVING LIMIT OFFSET WINDOW
	RETURNING SET VALUES ON USING JOIN`)

// frame counts one bracket or CASE.
type frame struct {
	chain  int // depth of the expression under way
	prefix int // operators since the last operand, at most chain
	worst  int // the deepest expression so far
	ranges int // BETWEENs that wait for their AND
	sets   int // UNION, EXCEPT, INTERSECT
	joins  int // joins of the FROM under way
	most   int // joins of the worst FROM
	isCase bool
}

func (f *frame) depth() int { return max(f.worst, f.chain) + f.sets + max(f.most, f.joins) }

func (f *frame) operator() { f.chain++; f.prefix++ }

func (f *frame) reset() {
	f.worst = max(f.worst, f.chain)
	f.chain, f.prefix, f.ranges = 0, 0, 0
}

// operand takes in a bracket of the given depth. As the first operand of a
// chain it lies below all operators that follow; as a later one below those of
// higher precedence before it, of which there are few, and those it follows.
func (f *frame) operand(depth int) {
	f.chain = max(f.chain, depth+f.prefix+min(f.chain-f.prefix, 4))
	f.prefix = 0
}

// maxFrames bounds the memory for brackets; deeper ones are counted, not kept.
const maxFrames = 4096

// Complexity measures what a recursive parser of the statement would suffer.
// chain is the depth of its deepest expression as operators make it: the
// longest run of binary operators, ::, NOT and signs between resets (comma, AND,
// OR, the next clause), of UNION, EXCEPT and INTERSECT in one query, of joins in
// one FROM; brackets add the chain inside to the one outside. AND and OR do
// not count, since parsers keep them in lists; the AND of BETWEEN resets nothing. depth is the nesting of brackets
// and CASE. Placeholders count as values.
func Complexity(stmt string) (chain, depth int) {
	l := NewLexer(stmt)
	frames := make([]frame, 1, 16)
	extra := 0 // brackets beyond maxFrames
	pop := func() {
		d := frames[len(frames)-1].depth()
		frames = frames[:len(frames)-1]
		frames[len(frames)-1].operand(d)
	}
	for t, ok := l.Next(); ok; t, ok = l.Next() {
		f := &frames[len(frames)-1]
		switch t.Kind {
		case Op:
			f.operator()
			continue
		case Number, String, QuotedIdent, Hole:
			f.prefix = 0
			continue
		case Punct:
			switch stmt[t.Span.Start] {
			case ',', ';':
				f.reset()
			case '(', '[':
				if len(frames) < maxFrames {
					frames = append(frames, frame{})
				} else {
					extra++
				}
			case ')', ']':
				switch {
				case extra > 0:
					extra--
				case len(frames) > 1:
					for len(frames) > 2 && frames[len(frames)-1].isCase {
						pop()
					}
					pop()
				}
			}
		case Word:
			w := t.In(stmt)
			switch {
			case strings.EqualFold(w, "CASE"):
				if len(frames) < maxFrames {
					frames = append(frames, frame{isCase: true})
				}
			case strings.EqualFold(w, "END"):
				if f.isCase {
					pop()
				}
			default:
				f.word(w)
			}
		}
		depth = max(depth, len(frames)-1+extra)
	}
	for len(frames) > 1 {
		pop()
	}
	return frames[0].depth(), depth
}

// word counts the words that act as operators.
func (f *frame) word(w string) {
	switch {
	case len(w) > 9:
	case has(operatorWords, w):
		f.operator()
		if strings.EqualFold(w, "BETWEEN") {
			f.ranges++
		}
		return
	case f.ranges > 0 && strings.EqualFold(w, "AND"):
		f.ranges--
		return
	case has(setWords, w):
		f.reset()
		f.sets++
		return
	case has(resets, w):
		f.reset()
		if strings.EqualFold(w, "JOIN") {
			f.joins++
		} else if strings.EqualFold(w, "FROM") {
			f.most, f.joins = max(f.most, f.joins), 0
		}
		return
	}
	f.prefix = 0
}

var (
	operatorWords = wordSet("NOT COLLATE AT OPERATOR LIKE ILIKE SIMILAR IS ISNULL NOTNULL IN BETWEEN OVERLAPS")
	setWords      = wordSet("UNION EXCEPT INTERSECT")
)

// TrimValues blanks the rows of every VALUES list behind the first keep ones
// (at least one), so that a bulk insert parses in the time of a small one. The
// length stays the same, and so does what follows the list: ON CONFLICT,
// RETURNING. The statement is returned as it is if no list is longer.
func TrimValues(stmt string, keep int) string {
	keep = max(keep, 1)
	var out []byte
	l := NewLexer(stmt)
	rows, depth, last, from := -1, 0, 0, 0 // rows < 0: in no list
	flush := func() {
		if rows > keep {
			if out == nil {
				out = []byte(stmt)
			}
			for i := from; i < last; i++ {
				out[i] = ' '
			}
		}
		rows = -1
	}
	for t, ok := l.Next(); ok; t, ok = l.Next() {
		if t.comment() {
			continue
		}
		c := stmt[t.Span.Start]
		if rows >= 0 && depth == 0 && (t.Kind != Punct || c != '(' && c != ',') {
			flush()
		}
		switch {
		case rows < 0:
			if t.Kind == Word && strings.EqualFold(t.In(stmt), "VALUES") {
				rows, depth = 0, 0
			}
		case t.Kind != Punct:
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				rows++
				last = t.Span.End
				if rows == keep {
					from = last
				}
			}
		}
	}
	flush()
	if out == nil {
		return stmt
	}
	return string(out)
}
