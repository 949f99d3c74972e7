package diagnostics_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/google/go-cmp/cmp"
)

// fixer makes fixes for the texts of a snapshot.
type fixer struct {
	t    *testing.T
	snap *workspace.Snapshot
}

// edit is a fix that replaces the first find by text.
func (x fixer) edit(path, find, text string, s diagnostics.Safety) diagnostics.Fix {
	f := x.snap.File("/app/" + path)
	at := strings.Index(string(f.Text), find)
	if at < 0 {
		x.t.Fatalf("%q does not stand in %s", find, path)
	}
	return diagnostics.Fix{Title: find + " to " + text, Safety: s, Edits: []diagnostics.FileEdit{{Path: f.Path, Hash: f.Hash,
		Edit: source.Edit{Span: source.Span{Start: at, End: at + len(find)}, Text: text}}}}
}

func create(path, text string) diagnostics.Fix {
	return diagnostics.Fix{Title: "make " + path, Safety: diagnostics.Safe, Create: []diagnostics.NewFile{{Path: "/app/" + path, Text: text}}}
}

func finding(fixes ...diagnostics.Fix) diagnostics.Diagnostic {
	return diagnostics.Diagnostic{Rule: "n-plus-one", Fixes: fixes}
}

func show(files []diagnostics.NewFile) string {
	var b strings.Builder
	for _, f := range files {
		fmt.Fprintf(&b, "%s: %s\n", strings.TrimPrefix(f.Path, "/app/"), strings.TrimSpace(f.Text))
	}
	return b.String()
}

func TestApplyFixes(t *testing.T) {
	snap := workspace.Of(workspace.Options{}, "/app", map[string][]byte{
		"a.sql":   []byte("select a, b from t;\nselect c from t;\n"),
		"a.go":    []byte("package a\n\nfunc f() { g() }\n"),
		"bad.sql": []byte("selec from;\nselect a from t;\n"),
	})
	x := fixer{t, snap}
	stale := x.edit("a.sql", "a", "z", diagnostics.Safe)
	stale.Edits[0].Hash[0]++
	outside := x.edit("a.sql", "a", "z", diagnostics.Safe)
	outside.Edits[0].Span.End = 4000
	for _, c := range []struct {
		name  string
		least diagnostics.Safety
		found []diagnostics.Diagnostic
		fixes int
		want  string
	}{
		{"the first allowed fix of each", diagnostics.Safe, []diagnostics.Diagnostic{
			finding(x.edit("a.sql", "a", "x", diagnostics.Unsafe), x.edit("a.sql", "b", "y", diagnostics.Safe)),
			finding(x.edit("a.sql", "c from", "z from", diagnostics.Unsafe)), finding()}, 1, "a.sql: select a, y from t;\nselect c from t;\n"},
		{"unsafe ones where they are allowed", diagnostics.Unsafe, []diagnostics.Diagnostic{
			finding(x.edit("a.sql", "a", "x", diagnostics.Unsafe)), finding(x.edit("a.sql", "c from", "z from", diagnostics.Safe))}, 2,
			"a.sql: select x, b from t;\nselect z from t;\n"},
		{"of two in one place the first", diagnostics.Safe, []diagnostics.Diagnostic{
			finding(x.edit("a.sql", "a, b", "x", diagnostics.Safe)), finding(x.edit("a.sql", "b", "y", diagnostics.Safe))}, 1,
			"a.sql: select x from t;\nselect c from t;\n"},
		{"none for another text", diagnostics.Safe, []diagnostics.Diagnostic{finding(stale), finding(outside)}, 0, ""},
		{"none that breaks SQL, the others stay", diagnostics.Safe, []diagnostics.Diagnostic{
			finding(x.edit("a.sql", "a", "x", diagnostics.Safe)), finding(x.edit("a.sql", "select c", "select from from", diagnostics.Safe)),
			finding(create("m.sql", "select 1;"))}, 2, "a.sql: select x, b from t;\nselect c from t;\nm.sql: select 1;\n"},
		{"none that breaks a program", diagnostics.Safe, []diagnostics.Diagnostic{finding(x.edit("a.go", "g()", "g((", diagnostics.Safe))}, 0, ""},
		{"none that makes a broken file", diagnostics.Safe, []diagnostics.Diagnostic{finding(create("m.sql", "selec 1;"))}, 0, ""},
		{"a file that is broken already may stay so", diagnostics.Safe, []diagnostics.Diagnostic{finding(x.edit("bad.sql", "a from", "b from", diagnostics.Safe))}, 1,
			"bad.sql: selec from;\nselect b from t;\n"},
		{"one new file in a history: both would take the next number", diagnostics.Safe, []diagnostics.Diagnostic{
			finding(create("m/2_a.sql", "select 1;")), finding(create("m/2_b.sql", "select 1;")), finding(create("p/20250101_a/migration.sql", "select 1;")),
			finding(create("p/20250101_b/migration.sql", "select 1;"))}, 2, "m/2_a.sql: select 1;\np/20250101_a/migration.sql: select 1;\n"},
		{"no file that is there", diagnostics.Safe, []diagnostics.Diagnostic{finding(create("a.sql", "select 1;"))}, 0, ""},
	} {
		got := diagnostics.ApplyFixes(snap, c.found, c.least, query.Generic)
		if diff := cmp.Diff(c.want, show(got.Files)); diff != "" || len(got.Fixes) != c.fixes {
			t.Errorf("%s: %d fixes, want %d (-want +got):\n%s", c.name, len(got.Fixes), c.fixes, diff)
		}
	}
}

// TestApplyManyFixes: of many fixes only those that break their file are left
// out, in order, and finding them does not take a parse of every file for each.
func TestApplyManyFixes(t *testing.T) {
	const n = 400
	texts, want := map[string][]byte{}, 0
	for i := range n {
		texts[fmt.Sprintf("%03d.sql", i)] = []byte("select a from t;\nselect b from t;\n")
	}
	x := fixer{t, workspace.Of(workspace.Options{}, "/app", texts)}
	var found []diagnostics.Diagnostic
	for i := range n {
		name, text := fmt.Sprintf("%03d.sql", i), "c from"
		if i%100 == 50 {
			text = "from from"
		} else {
			want++
		}
		found = append(found, finding(x.edit(name, "a from", text, diagnostics.Safe)), finding(x.edit(name, "b from", "d from", diagnostics.Safe)))
		want++
	}
	got := diagnostics.ApplyFixes(x.snap, found, diagnostics.Safe, query.Generic)
	if len(got.Fixes) != want || len(got.Files) != n {
		t.Fatalf("%d fixes of %d files, want %d of %d", len(got.Fixes), len(got.Files), want, n)
	}
	for i, f := range got.Files {
		first := "select c from t;\n"
		if i%100 == 50 {
			first = "select a from t;\n"
		}
		if f.Text != first+"select d from t;\n" {
			t.Errorf("%s is %q", f.Path, f.Text)
		}
	}
}

// TestMend: fixes are applied on top of each other until none is left, an
// endless rule ends, and nothing but documents of the store changes.
func TestMend(t *testing.T) {
	mend := func(text string, find func(fixer) []diagnostics.Diagnostic) (diagnostics.Mended, *workspace.Store) {
		store := workspace.NewStore(workspace.Options{})
		store.Edit(source.NewFile("/app/a.sql", source.SQL, []byte(text)))
		got, err := diagnostics.Mend(context.Background(), store, diagnostics.Safe, query.Generic,
			func(_ context.Context, snap *workspace.Snapshot) ([]diagnostics.Diagnostic, error) {
				return find(fixer{t, snap}), nil
			})
		if err != nil {
			t.Fatal(err)
		}
		return got, store
	}
	replace := func(pairs ...string) func(x fixer) []diagnostics.Diagnostic {
		return func(x fixer) []diagnostics.Diagnostic {
			for i := 0; i < len(pairs); i += 2 {
				if strings.Contains(string(x.snap.File("/app/a.sql").Text), pairs[i]) {
					return []diagnostics.Diagnostic{finding(x.edit("a.sql", pairs[i], pairs[i+1], diagnostics.Safe))}
				}
			}
			return nil
		}
	}
	got, store := mend("select one;", replace("one", "two", "two", "three"))
	if show(got.Files) != "a.sql: select three;\n" || got.Fixes != 2 || len(got.Left) != 0 {
		t.Errorf("two steps: %+v", got)
	}
	if text := string(store.Snapshot().File("/app/a.sql").Text); text != "select three;" {
		t.Errorf("the store holds %q", text)
	}
	if got, _ := mend("select one;", replace("one", "two", "two", "one")); got.Fixes != 10 || len(got.Left) != 1 {
		t.Errorf("an endless rule applied %d fixes", got.Fixes)
	}
	// Each pass makes one of 15 files; the limit for edits does not stop it.
	got, _ = mend("select 1;", func(x fixer) []diagnostics.Diagnostic {
		var out []diagnostics.Diagnostic
		for n := len(x.snap.Files()); n <= 15; n++ {
			out = append(out, finding(create(fmt.Sprintf("m/%02d_%d.sql", len(x.snap.Files()), n), "select 1;")))
		}
		return out
	})
	if got.Fixes != 15 || len(got.Files) != 15 || len(got.Left) != 0 {
		t.Errorf("made %d files, %d findings left", len(got.Files), len(got.Left))
	}
}
