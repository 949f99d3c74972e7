package postgres

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// plpgsql cuts the SQL statements and expressions out of a PL/pgSQL body
// (manual, chapter "PL/pgSQL"). It knows the control words only as far as they
// stand around SQL, and adds the variables declared to vars. What it does not
// understand it skips up to the next semicolon.
func plpgsql(body string, vars map[string]bool) []piece {
	for _, name := range specials {
		vars[name] = true
	}
	b := &blockReader{tokens: lex(body), vars: vars}
	for b.i < len(b.list) {
		at := b.i
		b.statement()
		if b.i <= at {
			b.i = at + 1
		}
	}
	return b.out
}

// specials are the variables every body or every trigger has (manual, "Trigger
// Functions", "Obtaining the Result Status", "Trapping Errors").
var specials = strings.Fields("new old found sqlstate sqlerrm tg_name tg_when tg_level tg_op tg_relid tg_relname tg_table_name tg_table_schema tg_nargs tg_argv tg_event tg_tag")

// blockReader walks a body; i is the token a statement begins at.
type blockReader struct {
	*tokens
	vars map[string]bool
	i    int
	out  []piece
}

// statement takes one step: a control word, or a statement with its semicolon.
func (b *blockReader) statement() {
	i := b.i
	switch {
	case b.any(i, "BEGIN", "ELSE", "LOOP", "EXCEPTION", ";"):
		b.i++
	case b.is(i, "<<"):
		for b.i < len(b.list) && !b.is(b.i, ">>") {
			b.i++
		}
		b.i++
	case b.is(i, "DECLARE"):
		b.declarations()
	case b.any(i, "IF", "ELSIF", "ELSEIF"):
		b.condition(i+1, "THEN")
	case b.is(i, "WHEN"):
		b.condition(i+1, "THEN")
	case b.is(i, "WHILE"):
		b.condition(i+1, "LOOP")
	case b.is(i, "CASE"):
		if b.is(i+1, "WHEN") {
			b.i++
		} else {
			b.condition(i+1, "WHEN")
			b.i--
		}
	case b.any(i, "FOR", "FOREACH"):
		b.loop()
	default:
		b.simple(i, b.stop(i, ";"))
	}
}

// stop is the first token from i on that is w, outside brackets and CASE; the
// end of the body if there is none.
func (b *blockReader) stop(i int, w string) int {
	depth, cases := b.depthAt(i), 0
	for ; i < len(b.list); i++ {
		switch {
		case b.list[i].depth > depth:
		case b.is(i, ";"):
			return i
		case cases == 0 && b.is(i, w):
			return i
		case b.is(i, "CASE"):
			cases++
		case b.is(i, "END") && cases > 0:
			cases--
		}
	}
	return i
}

// condition reads the expression up to w.
func (b *blockReader) condition(from int, w string) {
	to := b.stop(from, w)
	b.expression(from, to)
	b.i = to + 1
}

// declarations reads DECLARE up to BEGIN.
func (b *blockReader) declarations() {
	b.i++
	for b.i < len(b.list) && !b.is(b.i, "BEGIN") {
		to := b.stop(b.i, ";")
		if b.ident(b.i) {
			b.declare(b.i)
		}
		for k := b.i; k < to; k++ {
			if b.any(k, ":=", "=", "DEFAULT") {
				b.expression(k+1, to)
				break
			}
			if b.any(k, "FOR", "IS") && b.any(k+1, "SELECT", "WITH") {
				b.sql(k+1, to)
				break
			}
		}
		b.i = to + 1
	}
}

func (b *blockReader) declare(i int) {
	if b.ident(i) {
		b.vars[sqltext.Unquote(b.in(i))] = true
	}
}

// loop reads FOR and FOREACH up to LOOP.
func (b *blockReader) loop() {
	to := b.stop(b.i, "LOOP")
	in := b.find(b.i, to, b.depthAt(b.i), "IN")
	if in < 0 {
		b.i = to + 1
		return
	}
	for k := b.i + 1; k < in; k++ {
		if b.ident(k) && !b.is(k-1, ".") && !b.is(k, "SLICE") {
			b.declare(k)
		}
	}
	from := in + 1
	switch {
	case b.is(from, "EXECUTE"):
	case b.any(from, "SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "VALUES", "MERGE", "TABLE"), b.is(from, "("):
		b.sql(from, to)
	case b.is(from, "ARRAY"):
		b.expression(from+1, to)
	}
	b.i = to + 1
}

// simple reads the statement in tokens [from, to).
func (b *blockReader) simple(from, to int) {
	b.i = to + 1
	switch {
	case b.is(from, "EXECUTE"):
		b.execute(from+1, to)
	case b.any(from, "END", "RAISE", "GET", "NULL", "EXIT", "CONTINUE", "FETCH", "MOVE", "CLOSE", "COMMIT", "ROLLBACK", "CALL", "SAVEPOINT"):
	case b.is(from, "ASSERT"):
		b.expression(from+1, to)
	case b.is(from, "PERFORM"):
		b.expression(from+1, to)
	case b.seq(from, "RETURN", "QUERY"):
		if !b.is(from+2, "EXECUTE") {
			b.sql(from+2, to)
		}
	case b.seq(from, "RETURN", "NEXT"):
		b.expression(from+2, to)
	case b.is(from, "RETURN"):
		b.expression(from+1, to)
	case b.is(from, "OPEN"):
		if k := b.find(from, to, b.depthAt(from), "FOR"); k >= 0 && !b.is(k+1, "EXECUTE") {
			b.sql(k+1, to)
		}
	default:
		if k := b.assignment(from, to); k >= 0 {
			b.expression(k+1, to)
			return
		}
		b.sql(from, to)
	}
}

// execute reads the statements of EXECUTE where its text is one literal, or
// format() of one that leaves no room for arguments (manual, 43.5.4).
func (b *blockReader) execute(from, to int) {
	behind, formatted := from+1, b.is(from, "FORMAT") && b.is(from+1, "(")
	if formatted {
		from += 2
		behind = from + 2
		if from >= to || !b.is(from+1, ")") {
			return
		}
	}
	if from >= to || b.list[from].kind != sqltext.String || behind < to && !b.any(behind, "INTO", "USING") {
		return
	}
	body := quotedBody(b.in(from), b.list[from].Start)
	text := b.text[body.Span.Start:body.Span.End]
	if body.Escaped || formatted && strings.Contains(text, "%") {
		return
	}
	for _, s := range sqltext.Split([]byte(text)) {
		if at := body.Span.Start + s.Span.Start; !s.Span.Empty() {
			b.out = append(b.out, piece{text: s.Span.In([]byte(text)), at: at, from: at})
		}
	}
}

// assignment is the := or = of `target := expression`, -1 if there is none.
func (b *blockReader) assignment(from, to int) int {
	_, _, k := b.name(from)
	for b.is(k, "[") && b.list[k].match > 0 {
		k = b.list[k].match + 1
	}
	if k < to && k > from && (b.is(k, ":=") || b.is(k, "=")) {
		return k
	}
	return -1
}

// expression adds `SELECT expression`, if it can hold a query at all.
func (b *blockReader) expression(from, to int) {
	if from >= to {
		return
	}
	at := b.span(from, to)
	text := b.text[at.Start:at.End]
	if b.find(from, to, b.depthAt(from), "FROM") < 0 && !strings.Contains(strings.ToLower(text), "select") {
		return
	}
	b.out = append(b.out, piece{text: "SELECT " + b.withoutInto(from, to), at: at.Start - len("SELECT "), from: at.Start})
}

// sql adds a statement.
func (b *blockReader) sql(from, to int) {
	if from >= to {
		return
	}
	at := b.span(from, to)
	b.out = append(b.out, piece{text: b.withoutInto(from, to), at: at.Start, from: at.Start})
}

// withoutInto is the text of tokens [from, to) with INTO [STRICT] and the
// variables behind it blanked.
func (b *blockReader) withoutInto(from, to int) string {
	at := b.span(from, to)
	text := b.text[at.Start:at.End]
	for k := from; k < to; k++ {
		if !b.is(k, "INTO") || b.any(k-1, "INSERT", "MERGE") || b.list[k].depth != b.depthAt(from) {
			continue
		}
		end := k + 1
		if b.is(end, "STRICT") {
			end++
		}
		for b.ident(end) {
			_, _, end = b.name(end)
			for b.is(end, "[") && b.list[end].match > 0 {
				end = b.list[end].match + 1
			}
			if !b.is(end, ",") {
				break
			}
			end++
		}
		if cut := b.span(k, min(end, to)); !cut.Empty() {
			text = blank(text, source.Span{Start: cut.Start - at.Start, End: cut.End - at.Start})
		}
	}
	return text
}
