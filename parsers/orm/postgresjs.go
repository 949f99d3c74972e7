package orm

import (
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
		return c.sqlText(link.Args[0], query.PostgreSQL)
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
