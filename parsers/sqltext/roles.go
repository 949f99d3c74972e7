package sqltext

import (
	"strconv"
	"strings"

	"github.com/dbwise/dbwise/parsers/source"
)

// clause is the part of a query in which commas mean what it says.
type clause uint8

const (
	inValues clause = iota // expressions, and everything else
	inFrom                 // table names
	inSet                  // assignments
	inNames                // a bracket that lists columns
)

// level is one bracket depth.
type level struct {
	clause    clause
	valueFrom bool // FROM separates arguments: extract(x from y)
}

// rewriter replaces placeholders. It goes over the tokens once, keeping just
// enough of the grammar to tell names from values.
type rewriter struct {
	text    string
	out     []byte
	toks    []Token // without comments
	levels  []level
	updates bool // an UPDATE was seen
	params  []Param
}

func (r *rewriter) top() *level { return &r.levels[len(r.levels)-1] }

func (r *rewriter) at(i int) Token {
	if i < 0 || i >= len(r.toks) {
		return Token{}
	}
	return r.toks[i]
}

func (r *rewriter) is(i int, word string) bool {
	t := r.at(i)
	return t.Kind != Invalid && t.Span.Len() == len(word) && strings.EqualFold(t.In(r.text), word)
}

var (
	argumentFrom = wordSet("EXTRACT SUBSTRING TRIM OVERLAY")
	endsFrom     = wordSet(`WHERE GROUP ORDER HAVING LIMIT OFFSET VALUES SELECT RETURNING UNION EXCEPT INTERSECT
		WINDOW FETCH FOR`)
	nameLists  = wordSet("CONFLICT KEY UNIQUE COLUMNS")
	namesLists = wordSet("INTO REFERENCES COPY")
	onObjects  = wordSet("CREATE ALTER DROP GRANT REVOKE COMMENT") // commands whose ON names an object
	subqueries = wordSet("FROM JOIN EXISTS LATERAL AS")
	// nameLeads are followed by the name of an object.
	nameLeads = wordSet(`ADD ALTER ANALYZE AS CLUSTER COLLATE COLUMN CONCURRENTLY CONSTRAINT COPY DATABASE
		DOMAIN DROP EXTENSION FUNCTION INDEX INTO JOIN LANGUAGE LOCK ONLY POLICY PROCEDURE PUBLICATION
		REFERENCES REINDEX ROLE RULE SCHEMA SEQUENCE TABLE TABLESPACE TRIGGER TRUNCATE TYPE VACUUM VIEW`)
)

// word follows the clauses.
func (r *rewriter) word(i int) {
	w, top := r.toks[i].In(r.text), r.top()
	switch {
	case strings.EqualFold(w, "FROM"):
		if !r.comparesFrom(i) {
			top.clause = inFrom
		}
	case strings.EqualFold(w, "JOIN"):
		top.clause = inFrom
	case strings.EqualFold(w, "UPDATE"):
		r.updates = true
	case strings.EqualFold(w, "SET"):
		if r.updates {
			top.clause = inSet
		}
	case has(endsFrom, w):
		top.clause = inValues
	}
}

// comparesFrom tells that the FROM at i belongs to IS DISTINCT FROM or to a
// function such as extract.
func (r *rewriter) comparesFrom(i int) bool {
	return r.top().valueFrom || r.is(i-1, "DISTINCT") && (r.is(i-2, "IS") || r.is(i-2, "NOT"))
}

func (r *rewriter) bracket(i int) {
	switch r.text[r.toks[i].Span.Start] {
	case '(':
		l := level{valueFrom: r.at(i-1).Kind == Word && has(argumentFrom, r.at(i-1).In(r.text))}
		if r.listsNames(i) {
			l.clause = inNames
		}
		r.levels = append(r.levels, l)
	case ')':
		if len(r.levels) > 1 {
			r.levels = r.levels[:len(r.levels)-1]
		}
	}
}

// listsNames tells that the bracket at i holds column names: behind ON
// CONFLICT, PRIMARY KEY, JOIN ... USING, INSERT INTO name, REFERENCES name, and
// after CREATE behind TABLE name, ON name or USING method.
func (r *rewriter) listsNames(i int) bool {
	if p := r.at(i - 1); p.Kind == Word && has(nameLists, p.In(r.text)) {
		return true
	}
	if r.is(i-1, "USING") {
		return r.top().clause == inFrom
	}
	creates := r.is(0, "CREATE")
	if creates && r.is(i-2, "USING") {
		return true
	}
	j := i - 1
	for j >= 0 && (r.toks[j].Kind == Word && !has(leads, r.toks[j].In(r.text)) || r.toks[j].Kind == QuotedIdent ||
		r.toks[j].Kind == Hole || r.is(j, ".")) {
		j--
	}
	if j == i-1 || j < 0 || r.toks[j].Kind != Word {
		return false
	}
	return has(namesLists, r.toks[j].In(r.text)) || creates && (r.is(j, "ON") || r.is(j, "TABLE") || r.is(j, "EXISTS"))
}

// hole decides what the placeholder at i is and replaces it.
func (r *rewriter) hole(i int) {
	tok, prev, next := r.toks[i], r.at(i-1), r.at(i+1)
	text := tok.In(r.text)
	p := Param{Span: tok.Span, Name: holeName(text)}
	template := strings.HasPrefix(text, "${") || text[0] == '#' || text[0] == '{'
	switch {
	case strings.HasPrefix(text, "{%"), prev.Kind == Invalid && template:
		p.Clause = true
		r.blank(tok.Span, "")
	case !strings.HasPrefix(text, ":'") && r.named(i):
		p.Identifier = true
		r.identifier(tok.Span, prev.Kind == Word && prev.Span.End == tok.Span.Start)
	case endsOperand(r.text, prev) && template:
		p.Clause = true
		if next.Kind == String || next.Kind == Number || next.Kind == Hole {
			r.blank(tok.Span, "=")
		} else {
			r.blank(tok.Span, "")
		}
	case r.is(i-1, "IN") || r.is(i-1, "VALUES"):
		p.List = true
		r.list(i)
	case r.top().clause == inSet && r.is(i-1, "SET") && tok.Span.Len() >= 3:
		p.Clause = true
		r.blank(tok.Span, "t=0")
	case r.is(i-1, "(") && r.is(i+1, ")") && tok.Span.Len() >= 7 && r.at(i-2).Kind == Word && has(subqueries, r.at(i-2).In(r.text)):
		p.Clause = true
		r.blank(tok.Span, "table t")
	default:
		r.value(tok.Span)
	}
	r.params = append(r.params, p)
}

// named tells that only a name can stand in place of token i.
func (r *rewriter) named(i int) bool {
	tok, prev, next := r.toks[i], r.at(i-1), r.at(i+1)
	switch c := r.text[tok.Span.Start]; {
	case c == '"', strings.HasPrefix(tok.In(r.text), `:"`):
		return true
	case c == '?' || c == ':' || c == '@':
	case prev.Kind == Word && prev.Span.End == tok.Span.Start, next.Kind == Word && next.Span.Start == tok.Span.End:
		return true
	}
	top := r.top()
	switch {
	case prev.Kind == Op:
		return r.is(i-1, "::")
	case r.is(i-1, "."), r.is(i+1, ".") && next.Span.Start == tok.Span.End:
		return true
	case r.is(i-1, "("), r.is(i-1, ","):
		return top.clause == inNames || r.is(i-1, ",") && (top.clause == inFrom || top.clause == inSet && r.is(i+1, "="))
	case prev.Kind != Word:
		return false
	case r.is(i-1, "FROM"):
		return !r.comparesFrom(i - 1)
	case r.is(i-1, "UPDATE"):
		return !r.is(i-2, "FOR") && !r.is(i-2, "DO") && !r.is(i-2, "ON")
	case r.is(i-1, "SET"):
		return r.is(i+1, "=")
	case r.is(i-1, "ON"):
		return r.at(0).Kind == Word && has(onObjects, r.at(0).In(r.text))
	case r.is(i-1, "TO"):
		return top.clause != inSet && (r.is(0, "ALTER") || r.is(0, "GRANT"))
	case r.is(i-1, "EXISTS"):
		return r.is(i-2, "IF") || r.is(i-2, "NOT") && r.is(i-3, "IF")
	}
	return has(nameLeads, prev.In(r.text))
}

// blank replaces the span by s, which fits, and blanks.
func (r *rewriter) blank(span source.Span, s string) {
	n := copy(r.out[span.Start:span.End], s)
	for i := span.Start + n; i < span.End; i++ {
		r.out[i] = ' '
	}
}

// identifier writes t___, or just underscores behind the part of a name.
func (r *rewriter) identifier(span source.Span, glued bool) {
	for i := span.Start; i < span.End; i++ {
		r.out[i] = '_'
	}
	if !glued {
		r.out[span.Start] = 't'
	}
}

// value writes $n, or 0 if that has no room.
func (r *rewriter) value(span source.Span) {
	if t := r.text[span.Start:span.End]; len(t) > 1 && t[0] == '$' && classes[t[1]] == cDigit {
		return
	}
	n := "$" + strconv.Itoa(len(r.params)+1)
	if len(n) > span.Len() {
		n = "0"
	}
	r.blank(span, n)
}

// list writes one value in brackets, which IN and VALUES demand, taking in the
// blanks beside the placeholder. Without room for them, IN becomes = and VALUES
// becomes SELECT, of the same length.
func (r *rewriter) list(i int) {
	span := r.toks[i].Span
	lo, hi := span.Start, span.End
	open := lo - 1
	if b := r.out[open]; b != ' ' && b != '\t' {
		open, lo = lo, lo+1
	}
	n := "$" + strconv.Itoa(len(r.params)+1)
	after := hi < len(r.out) && (r.out[hi] == ' ' || r.out[hi] == '\t')
	switch {
	case hi-lo > len(n), hi-lo >= 2 && !after:
		hi--
	case hi-lo >= 1 && after:
	default:
		r.unlist(i)
		r.value(span)
		return
	}
	r.blank(source.Span{Start: open, End: max(hi+1, span.End)}, "(")
	if len(n) > hi-lo {
		n = "0"
	}
	copy(r.out[lo:], n)
	r.out[lo+len(n)] = ')'
}

func (r *rewriter) unlist(i int) {
	word := r.toks[i-1].Span
	if r.is(i-1, "VALUES") {
		r.blank(word, "SELECT")
		return
	}
	if !r.is(i-2, "NOT") {
		r.blank(word, "=")
		return
	}
	r.blank(r.toks[i-2].Span, "<>")
	r.blank(word, "")
}

// holeName is what stands inside the marks of a placeholder.
func holeName(s string) string {
	switch s[0] {
	case '?', '@':
		return s[1:]
	case ':':
		return strings.Trim(s[1:], `'"`)
	case '%':
		s = strings.Trim(s[1:len(s)-1], "()[]$+")
		if strings.HasPrefix(s, "%") {
			return strings.TrimSpace(s[1:])
		}
		return s
	}
	return strings.TrimSpace(strings.Trim(strings.TrimLeft(s, `$#"`), `{}%"`))
}
