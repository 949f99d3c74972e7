// Package pgtest runs the fixes in the goldens of the rules on real servers:
// the history of migrations with a fix ends with the schema it ends with
// without, and what the fix wrote keeps nobody waiting for long.
package pgtest

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/postgres/pgserver"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
	"golang.org/x/tools/txtar"
)

// elsewhere are the rules whose fixes keep what the migration takes away (a
// column, a name, the room for long values): the
// schema differs by intent, but every column is still somewhere.
var elsewhere = map[string]bool{
	"drop-table": true, "drop-column": true, "drop-column-referenced": true, "drop-and-add-column": true,
	"rename-column": true, "rename-table": true, "truncate": true, "irreversible-step": true, "narrowing-type": true, "backup-before-destructive": true,
}

// adds are the rules whose fixes make an index that no migration makes.
var adds = map[string]bool{"missing-index": true, "fk-without-index": true}

// file is a migration with its text.
type file struct {
	schema.Migration
	text string
}

// golden is one history of a golden, without the fixes and with them.
type golden struct {
	rule, name    string
	before, after []file
}

func TestFixes(t *testing.T) {
	goldens := read(t)
	if len(goldens) < 3 {
		t.Fatalf("only %d goldens with fixes", len(goldens))
	}
	pgserver.Each(t, func(t *testing.T, s *pgserver.Server) {
		if s.Major < 12 { // older servers lack what the safe ways rest on: SET NOT NULL asks no CHECK
			return
		}
		for _, g := range goldens {
			t.Run(g.name, func(t *testing.T) {
				t.Parallel()
				g.run(t, s)
			})
		}
	})
}

func read(t *testing.T) []golden {
	names, err := filepath.Glob("../../rules/*/testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no goldens", err)
	}
	var out []golden
	for _, name := range names {
		ar, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		before, after := map[string]string{}, map[string]string{}
		for _, f := range ar.Files {
			if fixed, ok := strings.CutPrefix(f.Name, "fixed/"); ok {
				after["/"+fixed] = string(f.Data)
			} else if f.Name != "want" {
				before["/"+f.Name] = string(f.Data)
			}
		}
		if len(after) == 0 {
			continue
		}
		all := maps.Clone(before)
		maps.Copy(all, after)
		base := strings.TrimSuffix(filepath.Base(name), ".txtar")
		rule, _, _ := strings.Cut(base, ".")
		old := histories(before)
		for dir, h := range histories(all) {
			if old[dir] != nil && !slices.Equal(texts(h), texts(old[dir])) {
				out = append(out, golden{rule, base + " " + strings.TrimPrefix(dir, "/"), old[dir], h})
			}
		}
	}
	slices.SortFunc(out, func(a, b golden) int { return strings.Compare(a.name, b.name) })
	return out
}

// otherDatabase is a folder of migrations for another one than PostgreSQL.
var otherDatabase = regexp.MustCompile(`(?i)sqlite|mysql|maria`)

// histories are the migrations for PostgreSQL by folder, those with an up part.
func histories(texts map[string]string) map[string][]file {
	out := map[string][]file{}
	paths := slices.Sorted(maps.Keys(texts))
	for _, h := range migrations.Discover(paths, func(p string) []byte { return []byte(texts[p]) }) {
		if h.Declarative || otherDatabase.MatchString(h.Dir) || h.Dialect != query.Generic && h.Dialect != query.PostgreSQL {
			continue
		}
		for _, m := range h.Migrations {
			if len(m.Up) > 0 && strings.HasSuffix(m.Path, ".sql") {
				out[h.Dir] = append(out[h.Dir], file{m, texts[m.Path]})
			}
		}
	}
	return out
}

func texts(files []file) (out []string) {
	for _, f := range files {
		out = append(out, fmt.Sprint(f.Path, f.Tx, f.text))
	}
	return out
}

// statements are those of the up part.
func (f *file) statements() []sqltext.Stmt {
	return slices.DeleteFunc(sqltext.Split([]byte(f.text)), func(st sqltext.Stmt) bool {
		return st.Kind != sqltext.SQL || !slices.ContainsFunc(f.Up, func(up source.Span) bool { return up.Covers(st.Span) })
	})
}
