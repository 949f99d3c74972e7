package parsers

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// readable reports whether text is to be read as PostgreSQL, given the dialect
// somebody said it is.
func readable(d query.Dialect, text string) bool {
	if d == query.Generic {
		d = textDialect([]byte(text))
	}
	return d == query.Generic || d == query.PostgreSQL
}

// lexical is how a dialect is cut into statements.
func lexical(d query.Dialect) sqltext.Dialect {
	switch d {
	case query.MySQL:
		return sqltext.MySQL
	case query.SQLite:
		return sqltext.SQLite
	}
	return sqltext.PostgreSQL
}

// quoted is a name in backticks where only a name can stand, which no other
// dialect but MySQL (and SQLite, for its sake) reads.
var quoted = regexp.MustCompile("(?i)(?:\\b(?:from|into|table|update|join|index|key|on|exists|set|select|by|where|and)|[,(.])[ \t\r\n]*`[^`\n]+`")

// mysqlWords, sqliteWords and otherWords, which are SQL Server's and Oracle's,
// stand in no PostgreSQL script.
var (
	mysqlWords  = []string{"AUTO_INCREMENT", "ENGINE=", "ENGINE =", "ON DUPLICATE KEY", "UNSIGNED NOT NULL", "CHARACTER SET UTF8", "CHARSET="}
	sqliteWords = []string{" AUTOINCREMENT", "PRAGMA ", "WITHOUT ROWID", "SQLITE_MASTER", "INSERT OR REPLACE", "INSERT OR IGNORE"}
	otherWords  = []string{"[DBO].", "CREATE TABLE [", "ALTER TABLE [", "SET ANSI_NULLS", "SET QUOTED_IDENTIFIER", "IDENTITY(1,1)", "VARCHAR2("}
)

// textDialect is the dialect that a text shows itself to be written in;
// Generic if it shows nothing. What stands in comments and strings is not
// written in it.
func textDialect(text []byte) query.Dialect {
	if d := shown(text); d == query.Generic {
		return d
	}
	return shown(bare(text))
}

func shown(text []byte) query.Dialect {
	upper := bytes.ToUpper(text)
	switch {
	case contains(upper, sqliteWords):
		return query.SQLite
	case contains(upper, mysqlWords), bytes.IndexByte(text, '`') >= 0 && quoted.Match(text):
		return query.MySQL
	case contains(upper, otherWords):
		return query.Unread
	}
	return query.Generic
}

// FolderDialect is the dialect that a file or one of the last folders of its
// path is named after, as projects for several databases do, as in migrations/sqlite/0.1/01__init.sql and
// 01_init.sqlite3.up.sql; Generic if none is.
func FolderDialect(p string) query.Dialect {
	if parts := strings.Split(path.Base(p), "."); len(parts) > 2 {
		for _, part := range parts[1 : len(parts)-1] {
			if d := query.DatabaseNamed(part); d != query.Generic {
				return d
			}
		}
	}
	dirs := strings.Split(path.Dir(p), "/")
	for i := len(dirs) - 1; i >= max(0, len(dirs)-4); i-- {
		if d := query.DatabaseNamed(dirs[i]); d != query.Generic {
			return d
		}
	}
	return query.Generic
}

func contains(upper []byte, words []string) bool {
	for _, w := range words {
		if bytes.Contains(upper, []byte(w)) {
			return true
		}
	}
	return false
}

// bare is text without its comments and without what single quotes and dollar
// quotes hold.
func bare(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		rest := text[i:]
		end := 0
		switch {
		case bytes.HasPrefix(rest, []byte("--")):
			end = until(rest, 2, "\n")
		case bytes.HasPrefix(rest, []byte("/*")):
			end = until(rest, 2, "*/")
		case rest[0] == '\'':
			end = until(rest, 1, "'")
		case bytes.HasPrefix(rest, []byte("$$")):
			end = until(rest, 2, "$$")
		default:
			out = append(out, rest[0])
			i++
			continue
		}
		out = append(out, ' ')
		i += end
	}
	return out
}

// until is the offset behind the next mark from an offset on, the end of text
// if there is none.
func until(text []byte, from int, mark string) int {
	if n := bytes.Index(text[from:], []byte(mark)); n >= 0 {
		return from + n + len(mark)
	}
	return len(text)
}
