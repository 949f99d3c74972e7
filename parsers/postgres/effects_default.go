package postgres

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// functions.txt are the functions of the server and of its common extensions
// that are stable or immutable: the names in pg_proc of version 15 whose every
// form has provolatile other than 'v'.
//
//go:embed functions.txt
var functionNames string

var steady = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for _, n := range strings.Fields(functionNames) {
		out[n] = true
	}
	return out
})

// volatileFunctions give another value for every row.
var volatileFunctions = words("random random_normal clock_timestamp timeofday nextval currval lastval setval gen_random_uuid uuidv4 uuidv7 " +
	"uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4 uuid_generate_v7 gen_random_bytes gen_salt set_config pg_sleep current_query txid_status " +
	"pg_current_wal_lsn pg_is_in_recovery setseed")

// constructs are words before a bracket that call no function: syntax, and
// types with a modifier. COALESCE and its like have the volatility of what
// stands in them.
var expressionWords = words("in not and or any some all array row coalesce nullif greatest least case when then else cast extract overlay position " +
	"current_timestamp current_time localtimestamp localtime current_catalog current_schema substring trim treat interval collate exists values select where from is between like ilike default nextvalue as " +
	"varchar char character varying bpchar numeric decimal bit varbit time timestamp timestamptz timetz float precision text int integer bigint smallint")

func words(list string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(list) {
		out[w] = true
	}
	return out
}

// steadiness is whether an expression gives all rows of a statement one value.
type steadiness uint8

const (
	stable steadiness = iota
	volatile
)

// volatility is that of a default's expression: volatile if one of the
// functions it calls is. sure is false if nothing describes such a function.
func (s *Session) volatility(expr string) (v steadiness, sure bool) { return s.volatilityAt(expr, 0) }

// maxInlined is how deep SQL functions that call others are followed.
const maxInlined = 5

func (s *Session) volatilityAt(expr string, depth int) (steadiness, bool) {
	t := lex(expr)
	v, sure := stable, true
	for i := 0; i+1 < len(t.list); i++ {
		if !t.ident(i) || !t.is(i+1, "(") {
			continue
		}
		name := sqltext.Unquote(t.in(i))
		quoted := strings.HasPrefix(t.in(i), `"`)
		in := ""
		if i >= 2 && t.is(i-1, ".") {
			in = sqltext.Unquote(t.in(i - 2))
		}
		if !quoted && in == "" && (expressionWords[lower(name)] || t.is(i-1, "::")) {
			continue
		}
		got, known := s.function(schema.Name{Schema: in, Name: name}, depth)
		if got == volatile {
			if v == volatile {
				sure = sure || known
			} else {
				v, sure = volatile, known
			}
		}
	}
	return v, sure
}

// function is the volatility of one function: as the schema declares it, else
// as the server has it. A SQL function that is one expression is inlined, so
// that its body decides, since 12 also in a default (measured).
func (s *Session) function(n schema.Name, depth int) (steadiness, bool) {
	if r := s.schema.Routine(n); r != nil {
		switch {
		case r.Volatility != "volatile":
			return stable, true
		case r.Language == "sql" && r.Body != "" && s.version > 11 && depth < maxInlined:
			if body, ok := expressionOf(r.Body); ok {
				return s.volatilityAt(body, depth+1)
			}
		}
		return volatile, true
	}
	name := lower(n.Name)
	switch {
	case volatileFunctions[name]:
		return volatile, true
	case steady()[name]:
		return stable, true
	}
	return volatile, false
}

// expressionOf is what a body of the form "SELECT expression" gives.
func expressionOf(body string) (string, bool) {
	list := sqltext.Split([]byte(body))
	if len(list) != 1 {
		return "", false
	}
	text := strings.TrimSpace(list[0].Span.In([]byte(body)))
	if len(text) < 7 || !strings.EqualFold(text[:6], "select") {
		return "", false
	}
	t := lex(text)
	for i := range t.list {
		if t.any(i, "FROM", "WHERE", "LIMIT", "ORDER", "UNION", "INTO") && t.list[i].depth == 0 {
			return "", false
		}
	}
	return text[6:], true
}

// isNumber reports whether a default is a number.
func isNumber(expr string) bool {
	_, err := strconv.ParseFloat(strings.Trim(expr, " ()"), 64)
	return err == nil
}

// constrained reports whether a type is a domain with a check, or NOT NULL, of
// its own or of the domain it is made from.
func (s *Session) constrained(n schema.Name) bool {
	for range maxInlined {
		d := s.schema.Domain(n)
		if d == nil {
			return false
		}
		if d.NotNull || len(s.schema.DomainChecks(n)) > 0 {
			return true
		}
		n = typeName(d.Type)
	}
	return false
}

// typeName splits a type's name from its schema.
func typeName(typ string) schema.Name {
	if in, name, ok := strings.Cut(typ, "."); ok {
		return schema.Name{Schema: in, Name: name}
	}
	return schema.Name{Name: typ}
}

// domainDefault reports whether a column's domain has a default.
func (s *Session) domainDefault(col *schema.Column) bool {
	d := s.schema.Domain(typeName(bareType(col.Type)))
	return d != nil && d.Default != ""
}
