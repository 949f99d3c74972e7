package orm

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// postgres.js: a tagged template is a query that is sent when it is awaited or
// handed on; the same tag makes fragments for the holes of another, which
// begin with no statement. sql(value) builds, sql.unsafe(text) sends.
var _ = add(&Library{
	Name:    "postgres.js",
	Reads:   source.Lang.Script,
	Modules: []string{"postgres"},
	Roots: map[string]string{
		"default ()": "sql", "* ()": "sql", "Sql inst": "sql", "TransactionSql inst": "sql", "ReservedSql inst": "sql",
		"default .Sql inst": "sql", "default .TransactionSql inst": "sql",
	},
	Steps: map[string]string{
		"sql .begin callback(0,0)": "sql", "sql .begin callback(1,0)": "sql",
		"sql .savepoint callback(0,0)": "sql", "sql .savepoint callback(1,0)": "sql",
		"sql .reserve ()": "sql",
	},
	Handles: []facts.Handle{{Kind: "sql", Methods: map[string]bool{"": true, "unsafe": true, "file": true}}},
	Read:    readPostgresJS,
})

func readPostgresJS(c *call) bool {
	link := c.Links[0]
	switch {
	case link.Name == "" && link.Tagged && len(link.Args) > 0:
		if !c.Awaited && !c.Consumed && len(c.Links) == 1 {
			return false
		}
		frag := c.env.String(link.Args[0])
		if frag == nil || !beginsStatement(frag.Text) {
			return false
		}
		return c.withHelpers(frag, link.Args[0])
	case link.Name == "unsafe" && link.Called && len(link.Args) > 0:
		return c.sqlText(link.Args[0], query.PostgreSQL)
	case link.Name == "file" && link.Called:
		return c.sqlText(nil, query.PostgreSQL)
	}
	return false
}

// statementWords begin what is a whole statement and no fragment of one.
var statementWords = names(`SELECT INSERT UPDATE DELETE WITH MERGE CREATE ALTER DROP TRUNCATE BEGIN COMMIT ROLLBACK
	SET LOCK COPY CALL DO EXPLAIN ANALYZE VACUUM REFRESH REINDEX GRANT REVOKE LISTEN NOTIFY SHOW VALUES COMMENT DECLARE FETCH`)

func beginsStatement(text string) bool {
	for _, s := range sqltext.Split([]byte(text)) {
		return statementWords[firstWord(s.Head)]
	}
	return false
}

func firstWord(s string) string {
	for i := range len(s) {
		if s[i] == ' ' {
			return s[:i]
		}
	}
	return s
}

// withHelpers reads a template in which sql(rows, "a", "b") stands for the
// columns of an INSERT or UPDATE: what the library writes there is put in the
// text that is parsed, and the columns get the places they have here.
func (c *call) withHelpers(frag *source.Fragment, n *code.Node) bool {
	calls := map[int]*code.Node{}
	for _, k := range n.Kids {
		if k != nil && k.Kind == code.Call && len(k.Kids) > 1 {
			calls[k.Span.Start] = k
		}
	}
	out, at := &source.Fragment{}, 0
	var sets []query.Assignment
	open := false
	for _, h := range frag.Holes {
		k := calls[h.Host.Start]
		if k == nil {
			continue
		}
		before := strings.ToUpper(strings.TrimSpace(frag.Text[at:h.Span.Start]))
		insert := insertsBefore(before)
		if !insert && !strings.HasSuffix(before, " SET") {
			continue
		}
		cols, known := c.helperColumns(k)
		open = open || !known
		sets = append(sets, cols...)
		out = appended(out, frag, at, h.Span.Start)
		out.Append(helperText(cols, insert), h.Host)
		at = h.Span.End
	}
	if at == 0 {
		return c.sqlText(n, query.PostgreSQL)
	}
	out = appended(out, frag, at, len(frag.Text))
	c.sqlFragment(out, query.PostgreSQL)
	c.q.Sets, c.q.Refs = sets, nil
	c.q.Unknown &^= query.UnknownColumns
	if open {
		c.q.Unknown |= query.UnknownColumns
	}
	return true
}

// insertsBefore reports whether text ends in INSERT INTO and a table.
func insertsBefore(text string) bool {
	words := strings.Fields(text)
	return len(words) > 2 && words[len(words)-2] == "INTO" && words[len(words)-3] == "INSERT"
}

func helperText(cols []query.Assignment, insert bool) string {
	if !insert {
		return "x = 1"
	}
	if len(cols) == 0 {
		return " DEFAULT VALUES"
	}
	return " VALUES (1)"
}

// helperColumns are the columns named in a helper: its further arguments, or
// the keys of the object given.
func (c *call) helperColumns(k *code.Node) ([]query.Assignment, bool) {
	var out []query.Assignment
	args := k.Args()
	if len(args) > 1 {
		list, known := args[1:], true
		if v := c.value(args[1]); v.Kind == code.Array {
			list = v.Kids
		}
		for _, a := range list {
			s, ok := c.stringOf(a)
			if known = known && ok; ok {
				out = append(out, query.Assignment{Column: column(s, a.Span)})
			}
		}
		return out, known
	}
	n := args[0]
	if v := c.value(n); v.Kind == code.Array && len(v.Kids) > 0 && v.Kids[0] != nil {
		n = v.Kids[0]
	}
	known := c.pairs(n, func(pair *code.Node) {
		out = append(out, query.Assignment{Column: column(pair.Text, pair.Name), Operand: c.operand(pair.Kids[0])})
	})
	return out, known
}

// appended is out with f.Text[from:to] behind it.
func appended(out, f *source.Fragment, from, to int) *source.Fragment {
	base := len(out.Text) - from
	for _, s := range f.Segs {
		start, end := max(s.At, from), min(s.At+s.Len, to)
		if start >= end {
			continue
		}
		g := source.Seg{At: base + start, Len: end - start, Host: s.Host, HostLen: s.HostLen}
		if s.Len == s.HostLen {
			g.Host, g.HostLen = s.Host+start-s.At, end-start
		}
		out.Segs = append(out.Segs, g)
	}
	for _, h := range f.Holes {
		if h.Span.Start >= from && h.Span.End <= to {
			out.Holes = append(out.Holes, source.Hole{Span: h.Span.Shift(base), Host: h.Host})
		}
	}
	out.Text += f.Text[from:to]
	return out
}
