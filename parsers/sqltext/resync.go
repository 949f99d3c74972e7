package sqltext

import "strings"

// wordSet builds a set from words separated by blanks.
func wordSet(lists ...string) map[string]bool {
	out := map[string]bool{}
	for _, list := range lists {
		for _, w := range strings.Fields(list) {
			out[w] = true
		}
	}
	return out
}

const ddlWords = "ALTER COMMENT CREATE DROP GRANT REVOKE TRUNCATE"

// definers begin statements of data definition, the only ones that end a body
// or a dollar-quoted string left open.
var definers = wordSet(ddlWords)

// starters begin statements (manual, part VI "SQL Commands"; REPLACE, USE and
// PRAGMA are MySQL's and SQLite's).
var starters = wordSet(ddlWords, `ABORT ANALYZE BEGIN CALL CHECKPOINT CLOSE CLUSTER COMMIT COPY
	DEALLOCATE DECLARE DELETE DISCARD DO END EXECUTE EXPLAIN FETCH IMPORT INSERT LISTEN LOAD LOCK
	MERGE MOVE NOTIFY PRAGMA PREPARE REASSIGN REFRESH REINDEX RELEASE REPLACE RESET ROLLBACK
	SAVEPOINT SECURITY SELECT SET SHOW START UNLISTEN UPDATE USE VACUUM VALUES WITH`)

// has looks a word up without regard to case and without allocating. The set
// holds upper-case words of at most 24 bytes.
func has(set map[string]bool, word string) bool {
	var buf [24]byte
	if len(word) > len(buf) {
		return false
	}
	for i := range len(word) {
		c := word[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		buf[i] = c
	}
	return set[string(buf[:len(word)])]
}

// wordAt is the word that begins at off, possibly empty.
func wordAt(t string, off int) string {
	end := off
	for end < len(t) && wordPart[t[end]] {
		end++
	}
	return t[off:end]
}

// cutPoint finds in t[from:to) the first ; that ends its line and is followed,
// after empty lines and -- comments, by a line whose first column begins a
// statement: a definer if strict, else any starter. A line that is a section
// marker of a migration tool counts as well. Without one it is to.
func cutPoint(t string, from, to int, strict bool) int {
	for at := from; at < to; {
		n := strings.IndexByte(t[at:to], ';')
		if n < 0 {
			return to
		}
		at += n + 1
		if start, ok := nextLine(t, at, to); ok && startsStatement(t, start, strict) {
			return at - 1
		}
	}
	return to
}

// nextLine is the start of the next line in t[off:to) that is neither empty
// nor a plain comment, provided nothing but blanks and a comment follows off
// in its own line.
func nextLine(t string, off, to int) (int, bool) {
	for first := true; ; first = false {
		start := off
		for off < to && (t[off] == ' ' || t[off] == '\t') {
			off++
		}
		switch {
		case off >= to:
			return to, false
		case strings.HasPrefix(t[off:], "--") && (first || !endsStatement(t[off:lineEnd(t, off)])):
			off = lineEnd(t, off)
		case t[off] != '\n' && t[off] != '\r':
			return start, !first
		}
		for off < to && t[off] == '\r' {
			off++
		}
		if off < to && t[off] == '\n' {
			off++
		}
	}
}

func lineEnd(t string, off int) int {
	if n := strings.IndexAny(t[off:], "\r\n"); n >= 0 {
		return off + n
	}
	return len(t)
}

func startsStatement(t string, off int, strict bool) bool {
	if strings.HasPrefix(t[off:], "--") {
		return true
	}
	word := wordAt(t, off)
	if strict {
		return has(definers, word)
	}
	return has(starters, word)
}
