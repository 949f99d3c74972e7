package postgres

import "github.com/dbwise/dbwise/parsers/source"

// newer reports whether a syntax error is due to syntax that PostgreSQL 17 or
// 18 added to the grammar of 16 this package parses (release notes of 17,
// E.1.3, and 18, E.1.3). It asks for the words of the construct and for a
// statement they belong to, so that a typing error stays an error.
func newer(text string, at source.Span) bool {
	t := lex(text)
	i := t.at(at.Start)
	head := t.head()
	for _, c := range constructs {
		if c.head != "" && c.head != head {
			continue
		}
		for k := max(0, i-c.reach); k <= i && k < len(t.list); k++ {
			if t.seq(k, c.words...) {
				return true
			}
		}
	}
	return false
}

// construct is a run of words that stands up to reach tokens before the error.
type construct struct {
	head  string
	words []string
	reach int
}

var constructs = []construct{
	{"MERGE", []string{"RETURNING"}, 0},
	{"MERGE", []string{"MATCHED", "BY"}, 2},
	{"", []string{"JSON_TABLE", "("}, 12},
	{"", []string{"JSON_VALUE", "("}, 12},
	{"", []string{"JSON_QUERY", "("}, 12},
	{"", []string{"JSON_EXISTS", "("}, 12},
	{"", []string{"JSON", "("}, 3},
	{"", []string{"GRAPH_TABLE", "("}, 6},
	{"", []string{"RETURNING", "WITH", "("}, 3},
	{"ALTER", []string{"SPLIT", "PARTITION"}, 1},
	{"ALTER", []string{"MERGE", "PARTITIONS"}, 1},
	{"ALTER", []string{"SET", "EXPRESSION"}, 1},
	{"ALTER", []string{"SET", "ACCESS", "METHOD", "DEFAULT"}, 4},
	{"ALTER", []string{"ALTER", "CONSTRAINT"}, 6},
	{"ALTER", []string{"NOT", "NULL"}, 2},
	{"", []string{"NOT", "ENFORCED"}, 1},
	{"", []string{"ENFORCED"}, 0},
	{"", []string{"WITHOUT", "OVERLAPS"}, 1},
	{"", []string{"PERIOD"}, 1},
	{"CREATE", []string{"VIRTUAL"}, 0},
	{"ALTER", []string{"VIRTUAL"}, 0},
	{"COPY", []string{"ON_ERROR"}, 2},
	{"CREATE", []string{"NOT", "NULL"}, 0},
	{"CREATE", []string{"NO", "INHERIT"}, 0},
	{"", []string{"JSON_SERIALIZE", "("}, 12},
	{"", []string{"JSON_SCALAR", "("}, 12},
	{"COPY", []string{"FORMAT", "JSON"}, 1},
	// Announced for later versions.
	{"", []string{"FOR", "PORTION", "OF"}, 0},
	{"", []string{"PROPERTY", "GRAPH"}, 1},
	{"", []string{"IGNORE", "NULLS"}, 1},
	{"", []string{"RESPECT", "NULLS"}, 1},
	{"", []string{"GROUP", "BY", "ALL"}, 2},
}

// head is the first word of the text, in upper case as far as newer asks.
func (t *tokens) head() string {
	for i := range t.list {
		for _, h := range []string{"MERGE", "ALTER", "CREATE", "COPY"} {
			if t.is(i, h) {
				return h
			}
		}
		if !t.is(i, "(") {
			break
		}
	}
	return ""
}
