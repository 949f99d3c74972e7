package postgres

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/tools/txtar"

	"github.com/dbwise/dbwise/parsers/sqltext"
)

// seeds are the statements of all goldens.
func seeds(t testing.TB) []string {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range txtar.Parse(raw).Files {
			if f.Name != "in.sql" {
				continue
			}
			for _, st := range sqltext.Split(f.Data) {
				out = append(out, st.Span.In(f.Data))
			}
		}
	}
	return out
}

// FuzzParse: whatever the text, no panic, and the laws hold.
func FuzzParse(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, stmt string) {
		if len(stmt) > 4096 || !utf8.ValidString(stmt) {
			return
		}
		laws(t, stmt, read(stmt))
	})
}

// TestDamaged parses every golden statement with a token deleted, doubled or
// cut off, as it looks while it is being typed.
func TestDamaged(t *testing.T) {
	for _, s := range seeds(t) {
		toks := sqltext.Lex(s)
		step := 1 + len(toks)/40
		for i := 0; i < len(toks); i += step {
			at := toks[i].Span
			for _, text := range []string{s[:at.Start] + s[at.End:], s[:at.Start], s[:at.End] + " " + s[at.Start:], s[:at.Start] + "é ? " + s[at.Start:]} {
				laws(t, text, read(text))
			}
		}
	}
}

// TestConcurrent reads the same statements from many goroutines; the result of
// one text is one value.
func TestConcurrent(t *testing.T) {
	list := seeds(t)
	c := newCache(1 << 16)
	done := make(chan bool)
	for range 8 {
		go func() {
			for _, s := range list {
				c.statement(s)
			}
			done <- true
		}()
	}
	for range 8 {
		<-done
	}
	if c.size > c.limit {
		t.Errorf("cache holds %d bytes, more than %d", c.size, c.limit)
	}
	if Parse("SELECT 1") != Parse("SELECT 1") {
		t.Error("the same text gave two statements")
	}
}

// TestGuard keeps harmful statements from the C parser.
func TestGuard(t *testing.T) {
	for name, stmt := range map[string]string{
		"operators":  "SELECT 1" + strings.Repeat("+1", 30000),
		"unions":     "SELECT 1" + strings.Repeat(" UNION SELECT 1", 20000),
		"not":        "SELECT " + strings.Repeat("NOT ", 5000) + "true",
		"brackets":   "SELECT " + strings.Repeat("(", 5000) + "1" + strings.Repeat(")", 5000),
		"subselects": "SELECT " + strings.Repeat("(SELECT ", 2000) + "1" + strings.Repeat(")", 2000),
		"size":       "SELECT " + strings.Repeat("aaaaaaaaaa,", 30000) + "1",
		"casts":      "SELECT 1" + strings.Repeat("::int", 3000),
	} {
		if p := read(stmt).Problem; p == nil || p.Kind != TooComplex {
			t.Errorf("%s: %+v", name, p)
		}
	}
	rows := "INSERT INTO t (a) VALUES (1)" + strings.Repeat(",('some text that is long enough')", 20000) + " RETURNING a"
	if s := read(rows); s.Problem != nil || len(s.Queries) != 1 || len(s.Queries[0].Returning) != 1 {
		t.Errorf("a bulk insert: %+v", s.Problem)
	}
	long := "SELECT id FROM t WHERE a = 1" + strings.Repeat(" OR a = 1", 3000)
	if s := read(long); s.Problem != nil || len(s.Queries[0].Where[0].Or) != 3001 {
		t.Errorf("a flat list of alternatives: %+v", s.Problem)
	}
}

// TestOddBytes: NUL, a byte order mark and broken UTF-8 move nothing.
func TestOddBytes(t *testing.T) {
	for _, stmt := range []string{"\ufeffSELECT id FROM t", "SELECT id\x00FROM t WHERE b = 1", "SELECT 'a\xffb', id FROM t -- \xc3", "", "-- nothing", "/* */ ;", "SELECT id FROM t;"} {
		laws(t, stmt, read(stmt))
	}
	if q := read("SELECT id\x00FROM t WHERE b = 1").Queries[0]; len(q.Where) != 1 {
		t.Error("the text behind NUL is lost")
	}
}
