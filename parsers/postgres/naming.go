package postgres

import (
	"strconv"
	"strings"

	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/sqltext"
	pg "github.com/pganalyze/pg_query_go/v5"
)

// nameLimit is the longest identifier in bytes (manual, 4.1.1: NAMEDATALEN-1).
const nameLimit = sqltext.MaxIdentifier

// addition is the key columns' part of a generated name (ChooseIndexNameAddition).
func addition(columns []string) string {
	out := ""
	for _, c := range columns {
		if out != "" {
			out += "_"
		}
		if out += c; len(out) > nameLimit {
			return schema.Clip(out, nameLimit)
		}
	}
	return out
}

// indexColumnName is what an expression key adds to an index's name: the
// function's, or "expr" (ChooseIndexColumnNames).
func indexColumnName(n *pg.Node) string {
	name := outputName(n)
	if name == "?column?" {
		return "expr"
	}
	return name
}

// distinct numbers repeated key names: a, a1, a2.
func distinct(names []string) []string {
	seen := map[string]bool{}
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = name
		for n := 1; seen[out[i]]; n++ {
			suffix := strconv.Itoa(n)
			out[i] = schema.Clip(name, nameLimit-len(suffix)) + suffix
		}
		seen[out[i]] = true
	}
	return out
}

// unbracket takes off brackets that enclose all of s.
func unbracket(s string) string {
	for strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") {
		t := lex(s)
		if t.list[0].match != len(t.list)-1 {
			return s
		}
		s = strings.TrimSpace(s[1 : len(s)-1])
	}
	return s
}
