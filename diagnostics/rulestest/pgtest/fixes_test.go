// Package pgtest runs the fixes in the goldens of the rules on real servers:
// the history of migrations with a fix ends with the schema it ends with
// without, and what the fix wrote keeps nobody waiting for long.
//
// Nothing is left out in silence: what a server refuses, what has no rows and
// what is no matter for a server stands in the tables of exceptions_test.go,
// and an exception that is none any more fails the test.
package pgtest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"path"
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

// oldest is the first version that has what the safe ways rest on: SET NOT NULL
// asks a CHECK.
const oldest = 12

// file is a migration, one of the migrations of a file, or a script.
type file struct {
	schema.Migration
	text string
}

// golden is one history of a golden, without the fixes and with them.
type golden struct {
	// rule and base name the golden, dir the history in it.
	rule, base, dir string
	// since is the server version of the golden's configuration, 0 if any.
	since         int
	before, after []file
	// wasBack and back are the ways back by pair: their up part is what
	// takes the migration back.
	wasBack, back map[string]file
}

func (g *golden) String() string { return g.base + " " + g.dir }

func TestFixes(t *testing.T) {
	goldens := read(t)
	if len(goldens) < 50 {
		t.Fatalf("only %d goldens with fixes", len(goldens))
	}
	pgserver.Each(t, func(t *testing.T, s *pgserver.Server) {
		if s.Major < oldest {
			return
		}
		x := &exceptions{major: s.Major, used: map[any]bool{}, ran: map[string]bool{}, met: map[string]bool{}}
		t.Run("goldens", func(t *testing.T) {
			for _, g := range goldens {
				if s.Major < g.since {
					continue
				}
				t.Run(g.String(), func(t *testing.T) {
					t.Parallel()
					g.run(t, s, x)
				})
			}
		})
		x.stale(t)
	})
}

// read gives the histories and scripts that the fixes of goldens change.
func read(t *testing.T) []golden {
	t.Helper()
	names, err := filepath.Glob("../../rules/*/testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no goldens", err)
	}
	var out []golden
	apart := map[string]bool{}
	for _, name := range names {
		ar, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		base := strings.TrimSuffix(filepath.Base(name), ".txtar")
		found, rest := ofArchive(t, base, ar)
		out = append(out, found...)
		for _, p := range rest {
			if id := base + " " + p; noMatter[id] == "" {
				t.Errorf("nothing runs the fix of %s", id)
			} else {
				apart[id] = true
			}
		}
	}
	for id := range noMatter {
		if !apart[id] {
			t.Errorf("%s is run, or gone: it is no exception", id)
		}
	}
	slices.SortFunc(out, func(a, b golden) int { return cmp.Compare(a.String(), b.String()) })
	return out
}

// ofArchive gives what one golden has to run, and the fixed files that belong
// to none of it.
func ofArchive(t *testing.T, base string, ar *txtar.Archive) (out []golden, rest []string) {
	t.Helper()
	before, fixed := map[string]string{}, map[string]string{}
	for _, f := range ar.Files {
		if p, ok := strings.CutPrefix(f.Name, "fixed/"); ok {
			fixed["/"+p] = string(f.Data)
		} else if f.Name != "want" && !strings.HasPrefix(f.Name, "branch/") {
			before["/"+f.Name] = string(f.Data)
		}
	}
	var conf struct {
		Dialect       string
		ServerVersion int
	}
	if text, ok := before["/dbwise.jsonc"]; ok {
		if err := json.Unmarshal([]byte(text), &conf); err != nil {
			t.Fatalf("%s: %v", base, err)
		}
	}
	rule, _, _ := strings.Cut(base, ".")
	one := golden{rule: rule, base: base, since: conf.ServerVersion}
	all := maps.Clone(before)
	maps.Copy(all, fixed)
	if conf.Dialect == "" || conf.Dialect == "postgres" {
		was, back := histories(before)
		now, backNow := histories(all)
		for dir, h := range now {
			touched := false
			for p := range fixed {
				_, back := backNow[dir][pair(p)]
				if slices.ContainsFunc(h, func(f file) bool { return f.Path == p }) || back || strings.HasPrefix(p, dir+"/") && kept[path.Ext(p)] {
					delete(fixed, p)
					touched = true
				}
			}
			if touched {
				g := one
				g.dir, g.before, g.after = strings.TrimPrefix(dir, "/"), was[dir], h
				g.wasBack, g.back = back[dir], backNow[dir]
				out = append(out, g)
			}
		}
		maps.DeleteFunc(fixed, func(p, _ string) bool {
			return slices.ContainsFunc(slices.Collect(maps.Values(backNow)), func(m map[string]file) bool {
				return slices.ContainsFunc(slices.Collect(maps.Values(m)), func(f file) bool { return f.Path == p })
			}) || kept[path.Ext(p)]
		})
		for _, p := range slices.Sorted(maps.Keys(fixed)) {
			if before[p] != "" && strings.HasSuffix(p, ".sql") && noMatter[base+" "+p] == "" {
				g := one
				g.dir = strings.TrimPrefix(p, "/")
				for _, dir := range slices.Sorted(maps.Keys(was)) {
					if alone[base+" "+p] == "" {
						g.before, g.after = append(g.before, was[dir]...), append(g.after, was[dir]...)
					}
				}
				g.before, g.after = append(g.before, script(p, before[p])), append(g.after, script(p, fixed[p]))
				delete(fixed, p)
				out = append(out, g)
			}
		}
	}
	return out, slices.Sorted(maps.Keys(fixed))
}

// kept are the endings of files in which tools keep account of migrations.
var kept = map[string]bool{".sum": true, ".plan": true, ".toml": true, ".json": true}

// script is a file that is run as it is, each statement by itself.
func script(path, text string) file {
	m := schema.Migration{Path: path, Up: []source.Span{{Start: 0, End: len(text)}}, Tx: schema.TxNone}
	return file{m, text}
}

// otherDatabase is a folder of migrations for another one than PostgreSQL.
var otherDatabase = regexp.MustCompile(`(?i)sqlite|mysql|maria`)

// histories are the migrations for PostgreSQL by folder, those with an up part,
// and by folder and pair the ways back.
func histories(texts map[string]string) (map[string][]file, map[string]map[string]file) {
	out, back := map[string][]file{}, map[string]map[string]file{}
	paths := slices.Sorted(maps.Keys(texts))
	for _, h := range migrations.Discover(paths, func(p string) []byte { return []byte(texts[p]) }) {
		if h.Declarative || otherDatabase.MatchString(h.Dir) || h.Dialect != query.Generic && h.Dialect != query.PostgreSQL {
			continue
		}
		back[h.Dir] = map[string]file{}
		for _, m := range h.Migrations {
			if !strings.HasSuffix(m.Path, ".sql") {
				continue
			}
			if m.Down != nil && m.Parts == nil {
				f := file{m, texts[m.Path]}
				f.Up = m.Down
				back[h.Dir][pair(m.Path)] = f
			}
			for i := range m.Parts {
				out[h.Dir] = append(out[h.Dir], file{*m.Of(&m.Parts[i]), texts[m.Path]})
			}
			if m.Parts == nil && m.Up != nil {
				out[h.Dir] = append(out[h.Dir], file{m, texts[m.Path]})
			}
		}
	}
	return out, back
}

// key tells apart what is run, and how.
func (f *file) key() string {
	var b strings.Builder
	fmt.Fprint(&b, f.Path, f.Tx)
	for _, st := range f.statements() {
		b.WriteString("\n" + st.Span.In([]byte(f.text)))
	}
	return b.String()
}

// statements are those of the up part.
func (f *file) statements() []sqltext.Stmt {
	return slices.DeleteFunc(sqltext.Split([]byte(f.text)), func(st sqltext.Stmt) bool {
		return st.Kind != sqltext.SQL || !slices.ContainsFunc(f.Up, func(up source.Span) bool { return up.Covers(st.Span) })
	})
}
