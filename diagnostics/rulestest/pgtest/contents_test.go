package pgtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/parsers/postgres/pgserver"
)

// columnsOf are the columns of each table, quoted.
const columnsOf = `SELECT c.oid::regclass, string_agg(format('%I', a.attname), ',' ORDER BY a.attname) FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relkind = 'r' AND c.oid >= 16384 AND c.relnamespace::regnamespace::text !~ '^pg_|^information_schema$'
AND a.attnum > 0 AND NOT a.attisdropped GROUP BY c.oid`

// contents tells how many rows the tables have, and in how many of them each
// column has a value.
func contents(t *testing.T, db *pgserver.Database) (lines []string) {
	t.Helper()
	tables, err := db.Query(columnsOf)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range tables {
		names := strings.Split(row[1], ",")
		counts := []string{"count(*)"}
		for _, n := range names {
			counts = append(counts, "count("+n+")")
		}
		is, err := db.Query("SELECT " + strings.Join(counts, ", ") + " FROM ONLY " + row[0])
		if err != nil {
			t.Fatal(err)
		}
		for i, n := range append([]string{"*"}, names...) {
			lines = append(lines, fmt.Sprintf("values %s.%s %s", row[0], n, is[0][i]))
		}
	}
	slices.Sort(lines)
	return lines
}
