package postgres_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/dbwise/dbwise/parsers/postgres"
	"github.com/dbwise/dbwise/parsers/postgres/pgserver"
	"github.com/dbwise/dbwise/parsers/schema"
)

// TestTruth holds the engine to what real servers do. In every archive of
// testdata/truth, schema.sql is what stands before, with rows; each paragraph
// of cases.sql is one transaction, measured and rolled back. The class, the
// locks on tables that keep anybody waiting, and the tables written anew must
// be what Session.Impact says. A version that refuses a case has no say in it.
func TestTruth(t *testing.T) {
	files, err := filepath.Glob("testdata/truth/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases:", err)
	}
	measured := map[string]bool{}
	servers := 0
	var mu sync.Mutex // over measured and servers
	t.Run("servers", func(t *testing.T) {
		pgserver.Each(t, func(t *testing.T, s *pgserver.Server) {
			t.Parallel()
			done := tried(t, s, files)
			mu.Lock()
			defer mu.Unlock()
			servers++
			maps.Copy(measured, done)
		})
	})
	for _, path := range files {
		for _, in := range casesOf(t, path)[1:] {
			if servers == 3 && !measured[in] {
				t.Errorf("%s: every server refuses %s", filepath.Base(path), in)
			}
		}
	}
}

// casesOf is what stands before, and the cases.
func casesOf(t *testing.T, path string) []string {
	a, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return append([]string{string(a.Files[0].Data)}, paragraphs(string(a.Files[1].Data))...)
}

// tried are the cases that a server does not refuse, each compared.
func tried(t *testing.T, s *pgserver.Server, files []string) map[string]bool {
	measured := map[string]bool{}
	for _, path := range files {
		list := casesOf(t, path)
		var db *pgserver.Database
		for _, in := range list[1:] {
			if db == nil {
				db = s.Database(t)
				db.Exec(t, list[0]+"ANALYZE")
			}
			var stmts []string
			for _, st := range statements(in) {
				stmts = append(stmts, st.Span.In([]byte(in)))
			}
			truth, err := db.Try(stmts...)
			if err != nil {
				continue
			}
			measured[in] = true
			if want, got := seen(truth), expected(db, list[0], in); got != want {
				t.Errorf("%s: %s\n  server: %s\n  engine: %s", filepath.Base(path), in, want, got)
			}
			if truth.NoTransaction {
				db = nil // it is done for good
			}
		}
	}
	return measured
}

// paragraphs are the parts of a text between empty lines.
func paragraphs(text string) (out []string) {
	for p := range strings.SplitSeq(text, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// seen is a truth in the words of the comparison.
func seen(tr *pgserver.Truth) string {
	return told(tr.Class, tr.Locks, tr.Rewritten, tr.NoTransaction)
}

// expected is what the engine says of one transaction. Its class is that of all
// it does at once, as the server's is.
func expected(db *pgserver.Database, before, in string) string {
	b := schema.NewBuilder(nil)
	for _, st := range statements(before) {
		for i := range st.Changes {
			b.Apply(&st.Changes[i])
		}
	}
	s := postgres.NewSession(b, true, db.Major())
	stood := map[string]bool{}
	for _, t := range b.Tables() {
		stood[t.Name.String()] = true
		if rows, err := db.Query("SELECT FROM " + t.Name.String() + " LIMIT 1"); err == nil && len(rows) == 0 && t.Kind != schema.Partitioned {
			s.Empty(t.Name)
		}
	}
	list := statements(in)
	if len(list) > 1 {
		s.Begin()
	}
	blocks, long, outside := schema.BlocksNone, false, false
	locks, rewritten := map[string]schema.Lock{}, map[string]bool{}
	for i := range list {
		impact := s.Impact(&list[i])
		outside = outside || impact.NoTransaction
		for k := range impact.Effects {
			e := &impact.Effects[k]
			name := e.Relation.String()
			if e.Object != "index" && stood[name] {
				locks[name] = max(locks[name], e.Lock)
			}
			if e.New {
				continue
			}
			blocks, long = max(blocks, e.Blocks), long || e.Long()
			if e.Work == schema.Rewrite {
				rewritten[name] = true
			}
		}
		for k := range list[i].Changes {
			b.Apply(&list[i].Changes[k])
		}
	}
	return told(schema.ClassOf(blocks, long), locks, slices.Collect(maps.Keys(rewritten)), outside)
}

// told is one line. Of the locks it holds those of tables that somebody waits
// for; what stands on a table is locked with it.
func told(class schema.Class, locks map[string]schema.Lock, rewritten []string, outside bool) string {
	var b strings.Builder
	b.WriteString(class.String())
	for _, name := range slices.Sorted(maps.Keys(locks)) {
		if locks[name] >= schema.ShareUpdateExclusive && !strings.HasSuffix(name, "_i") && !strings.HasSuffix(name, "_seq") && !strings.HasSuffix(name, "_pkey") {
			fmt.Fprintf(&b, "; %s on %s", locks[name], name)
		}
	}
	slices.Sort(rewritten)
	if rewritten = slices.Compact(rewritten); len(rewritten) > 0 {
		b.WriteString("; rewrites " + strings.Join(rewritten, ", "))
	}
	if outside {
		b.WriteString("; alone")
	}
	return b.String()
}
