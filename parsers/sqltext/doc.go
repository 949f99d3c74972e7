// Package sqltext reads SQL as text: tokens, statement boundaries, comments,
// migration markers, placeholders and the counts that keep a C parser from
// harm. It never fails; broken SQL yields broken tokens, and the next
// statement is found again.
//
// It imports only the standard library and package source. All positions are
// byte offsets into the text given.
//
//	for _, stmt := range sqltext.Split(file.Text) {
//		if stmt.Head == "CREATE INDEX" {
//			text, params := sqltext.Placeholders(stmt.Span.In(file.Text))
//			...
//		}
//	}
//
// The lexical rules are those of PostgreSQL (manual, section 4.1 "Lexical
// Structure", and src/backend/parser/scan.l), widened by what scripts and
// client libraries add: psql lines, MySQL's DELIMITER, GO, template holes.
// What other systems read differently is switched by a Dialect.
package sqltext

// Dialect names the lexical habits in which database systems contradict each
// other. The zero value is PostgreSQL.
type Dialect struct {
	// Brackets: [x] quotes an identifier (SQL Server, SQLite).
	Brackets bool
	// Backslashes: \' inside any string is an escaped quote (MySQL).
	Backslashes bool
	// Hashes: # opens a comment up to the end of the line (MySQL).
	Hashes bool
	// DoubleQuoted: "x" is a string, not an identifier (MySQL without ANSI_QUOTES).
	DoubleQuoted bool
}

// The dialects with lexical rules of their own. SQLite takes "x" as an
// identifier first (sqlite.org/lang_keywords.html).
var (
	PostgreSQL = Dialect{}
	MySQL      = Dialect{Backslashes: true, Hashes: true, DoubleQuoted: true}
	SQLite     = Dialect{Brackets: true}
	SQLServer  = Dialect{Brackets: true}
)
