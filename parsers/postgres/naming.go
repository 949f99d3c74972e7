package postgres

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dbwise/dbwise/parsers/sqltext"
	pg "github.com/pganalyze/pg_query_go/v5"
)

// nameLimit is the longest identifier in bytes (manual, 4.1.1: NAMEDATALEN-1).
const nameLimit = sqltext.MaxIdentifier

// objectName is the name PostgreSQL makes for an index or constraint of table
// (src/backend/commands/indexcmds.c, makeObjectName): table_columns_label, the
// longer of the first two shortened until it fits.
func objectName(table, columns, label string) string {
	overhead := len(label) + 1
	if columns != "" {
		overhead++
	}
	n1, n2 := len(table), len(columns)
	for n1+n2 > nameLimit-overhead {
		if n1 > n2 {
			n1--
		} else {
			n2--
		}
	}
	out := clip(table, n1)
	if columns != "" {
		out += "_" + clip(columns, n2)
	}
	return out + "_" + label
}

// clip cuts s to at most n bytes on a rune bound.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// addition is the key columns' part of a generated name (ChooseIndexNameAddition).
func addition(columns []string) string {
	out := ""
	for _, c := range columns {
		if out != "" {
			out += "_"
		}
		if out += c; len(out) > nameLimit {
			return clip(out, nameLimit)
		}
	}
	return out
}

// namer hands out generated names, unlike one another within a statement.
type namer map[string]bool

func (used namer) name(table, columns, label string) string {
	out := objectName(table, columns, label)
	for n := 1; used[out]; n++ {
		out = objectName(table, columns, label+strconv.Itoa(n))
	}
	used[out] = true
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
			out[i] = clip(name, nameLimit-len(suffix)) + suffix
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
