package sqltext

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dbwise/dbwise/parsers/source"
)

// script is a migration history of about 10,000 lines and 340 kB.
var script = func() string {
	var b strings.Builder
	for i := 0; b.Len() < 340_000; i++ {
		fmt.Fprintf(&b, `-- table %d
CREATE TABLE IF NOT EXISTS orders_%d (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    state text NOT NULL DEFAULT 'open;' CHECK (state IN ('open', 'paid')),
    "Total" numeric(12, 2)
);
CREATE INDEX CONCURRENTLY orders_%d_idx ON orders_%d USING btree (user_id, state) WHERE state <> 'paid';
CREATE FUNCTION touch_%d() RETURNS trigger AS $$
BEGIN
    NEW.updated_at := now(); RETURN NEW;
END $$ LANGUAGE plpgsql;
SELECT o.id, count(*) FROM orders_%d o JOIN users u ON u.id = o.user_id
WHERE o.state = $1 AND u.data->>'x' = 'y' GROUP BY 1 ORDER BY 2 DESC LIMIT 10;
`, i, i, i, i, i, i)
	}
	return b.String()
}()

func BenchmarkLexer(b *testing.B) {
	b.SetBytes(int64(len(script)))
	b.ReportAllocs()
	for b.Loop() {
		l := NewLexer(script)
		for _, ok := l.Next(); ok; _, ok = l.Next() {
		}
	}
}

func BenchmarkLex(b *testing.B) {
	b.SetBytes(int64(len(script)))
	b.ReportAllocs()
	for b.Loop() {
		Lex(script)
	}
}

func BenchmarkSplit(b *testing.B) {
	text := []byte(script)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Split(text)
	}
}

func BenchmarkResplit(b *testing.B) {
	text := []byte(script)
	at := strings.Index(script[len(script)/2:], "user_id") + len(script)/2
	for _, insert := range []string{"x", "'", "$$"} {
		b.Run(insert, func(b *testing.B) {
			edited := []byte(script[:at] + insert + script[at:])
			old := Split(text)
			b.ReportAllocs()
			for b.Loop() {
				Resplit(old, text, edited, source.Span{Start: at, End: at}, len(insert))
			}
		})
	}
}

func BenchmarkPlaceholders(b *testing.B) {
	stmt := "select o.id, o.total from orders o where o.user_id = :user and o.state in (?, ?) and o.data ? 'k' limit %(n)s"
	b.SetBytes(int64(len(stmt)))
	b.ReportAllocs()
	for b.Loop() {
		Placeholders(stmt)
	}
}

func BenchmarkComplexity(b *testing.B) {
	b.SetBytes(int64(len(script)))
	b.ReportAllocs()
	for b.Loop() {
		Complexity(script)
	}
}

func BenchmarkComments(b *testing.B) {
	text := []byte(script)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Comments(text)
	}
}

func BenchmarkMarkers(b *testing.B) {
	text := []byte(script)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Markers(text)
	}
}

// TestLinear holds texts made of unclosed openers to a time that only a
// quadratic search would exceed.
func TestLinear(t *testing.T) {
	for _, unit := range []string{
		"'a;\nselect ", "/* ;\nselect ", "/* /* */ ", "$a%d$ ;\ncreate ", "$a$ ;\ncreate x as $a$", "[ ;\nselect ", "\" ;\nselect ",
		"{{ ", "${ ", "${x ;\n", "copy t from stdin;\n", "copy t from stdin;\n\\.x\n", "create trigger t begin ;\n", "E'\\';\nselect ", "(", "case ", "$a%d ", "-- +goose StatementBegin\n",
	} {
		var b strings.Builder
		for i := 0; b.Len() < 1<<18; i++ {
			b.WriteString(strings.ReplaceAll(unit, "%d", fmt.Sprint(i)))
		}
		for _, d := range []Dialect{PostgreSQL, MySQL, SQLite} {
			start := time.Now()
			d.Split([]byte(b.String()))
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("%q: a quarter of a megabyte takes %v", unit, took)
			} else if took > 50*time.Millisecond {
				t.Logf("%q: %v", unit, took)
			}
		}
	}
}
