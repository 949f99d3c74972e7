package diagnostics_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what is given into the goldens")

// testRules are rules for the tests of what surrounds rules.
func testRules() []*diagnostics.Rule {
	doc := diagnostics.Doc{Title: "a title", Why: "why", Bad: "-- a.sql --\n", Good: "-- a.sql --\n", FixSafety: "none"}
	return []*diagnostics.Rule{
		{ID: "n-plus-one", Category: diagnostics.Performance, Doc: doc, Aliases: []string{"query-in-loop"}, Options: []diagnostics.Option{
			{Name: "limit", Doc: "A number.", Default: 10},
			{Name: "strict", Doc: "A switch.", Default: false},
			{Name: "style", Doc: "A word.", Default: "plain"},
			{Name: "names", Doc: "Words.", Default: []string{"a"}},
		}},
		{ID: "select-star", Category: diagnostics.Style, Doc: doc},
	}
}

// TestParseConfig: each golden is a configuration and what is read of it.
func TestParseConfig(t *testing.T) {
	files, err := filepath.Glob("testdata/config/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no goldens", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			in := ar.Files[0]
			got := renderConfig(diagnostics.ParseConfig("/app/"+in.Name, in.Data, testRules()))
			if *update {
				ar.Files = []txtar.File{in, {Name: "want", Data: []byte(got)}}
				if err := os.WriteFile(file, txtar.Format(ar), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			want := ""
			if len(ar.Files) > 1 {
				want = string(ar.Files[1].Data)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", file, diff)
			}
		})
	}
}

func renderConfig(cfg *diagnostics.Config, problems []diagnostics.ConfigProblem, err error) string {
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	var b strings.Builder
	for _, p := range problems {
		kind := "unknown"
		if p.Broken {
			kind = "broken"
		}
		fmt.Fprintf(&b, "%s %s\n", kind, p)
	}
	fmt.Fprintf(&b, "dir %s\n", cfg.Dir)
	for _, r := range testRules() {
		if rc, ok := cfg.Rules[r.ID]; ok {
			fmt.Fprintf(&b, "rule %s %s %v\n", r.ID, cfg.Level(r), rc.Options)
		}
	}
	if cfg.Dialect != "" || cfg.ServerVersion != 0 {
		fmt.Fprintf(&b, "database %s %d\n", cfg.Dialect, cfg.ServerVersion)
	}
	if cfg.Migrations != nil || cfg.Ignore != nil || cfg.TableSizes != nil {
		fmt.Fprintf(&b, "migrations %q ignore %q sizes %v\n", cfg.Workspace().Migrations, cfg.Ignore, cfg.TableSizes)
	}
	if cfg.Applied != nil || cfg.Baseline != "" {
		fmt.Fprintf(&b, "applied %v baseline %q\n", cfg.Workspace().Applied, cfg.Baseline)
	}
	return b.String()
}

func TestParseSettings(t *testing.T) {
	for text, want := range map[string]string{
		`null`: "dir .\n",
		`{"config": "x", "trace": {}, "rules": {"select-star": "off"}, "dialect": null}`: "dir .\nrule select-star off map[]\n",
		`{"rules": {"select-stra": "off"}}`:                                              "unknown 1:12: unknown rule \"select-stra\", did you mean \"select-star\"?\ndir .\n",
		`[]`:                                                                             "broken 1:1: the configuration must be an object, not a list\ndir .\n",
	} {
		if diff := cmp.Diff(want, renderConfig(diagnostics.ParseSettings([]byte(text), testRules()))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestFindConfig(t *testing.T) {
	root := t.TempDir()
	make := func(name string) {
		p := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"dbwise.jsonc", "repo/.git/HEAD", "repo/a/x", "own/dbwise.json", "own/dbwise.jsonc", "own/deep/er/x", "json/dbwise.json"} {
		make(name)
	}
	for dir, want := range map[string]string{
		".": "dbwise.jsonc", "repo": "", "repo/a": "", "own/deep/er": "own/dbwise.jsonc", "json": "json/dbwise.json",
	} {
		got := diagnostics.FindConfig(filepath.Join(root, dir))
		if want != "" {
			want = filepath.ToSlash(filepath.Join(root, want))
		}
		if got != want {
			t.Errorf("the configuration of %s is %q, want %q", dir, got, want)
		}
	}
	if _, _, err := diagnostics.LoadConfig(filepath.Join(root, "none.json"), nil); err == nil {
		t.Error("a file that is not there was read")
	}
}

// TestMerge: what is set on top wins, the rest stays.
func TestMerge(t *testing.T) {
	read := func(text string) *diagnostics.Config {
		cfg, problems, err := diagnostics.ParseConfig("/app/dbwise.json", []byte(text), testRules())
		if err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		return cfg
	}
	file := read(`{"rules": {"n-plus-one": {"level": "error", "limit": 5, "style": "x"}, "select-star": "info"}, "dialect": "mysql", "serverVersion": 8, "ignore": ["gen"], "applied": {"n": "1"}, "baseline": "main"}`)
	over := read(`{"rules": {"n-plus-one": {"limit": 6}, "select-star": "off"}, "ignore": [], "tableSizes": {"users": 3}, "migrations": ["m"], "applied": {"m": "2"}, "baseline": "none", "serverVersion": 9, "dialect": "sqlite"}`)
	want := "dir /app\nrule n-plus-one error map[limit:6 style:x]\nrule select-star off map[]\ndatabase sqlite 9\n" +
		"migrations [\"/app/m\"] ignore [] sizes map[users:3]\napplied map[/app/m:2] baseline \"none\"\n"
	if diff := cmp.Diff(want, renderConfig(file.Merge(over), nil, nil)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := file.Rules["n-plus-one"].Options["limit"]; got != 5 {
		t.Errorf("merging changed the file's own option to %v", got)
	}
	if got := renderConfig((&diagnostics.Config{}).Merge(over), nil, nil); !strings.Contains(got, "limit:6") {
		t.Errorf("merged into nothing: %s", got)
	}
}

// TestSchema: the schema is JSON, names every key that is read and every rule.
func TestSchema(t *testing.T) {
	text := diagnostics.Schema(testRules())
	var s struct {
		Properties map[string]struct {
			Properties map[string]any
		}
	}
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"$schema", "rules", "dialect", "serverVersion", "migrations", "applied", "baseline", "ignore", "tableSizes"} {
		if _, ok := s.Properties[key]; !ok {
			t.Errorf("the schema has no key %s", key)
		}
		cfg := []byte(`{"` + key + `": 0.5}`)
		_, problems, err := diagnostics.ParseConfig("dbwise.json", cfg, testRules())
		if err != nil || len(problems) != 1 || !problems[0].Broken {
			t.Errorf("%s is not read: %v %v", cfg, problems, err)
		}
	}
	for _, id := range []string{"n-plus-one", "query-in-loop", "select-star"} {
		if _, ok := s.Properties["rules"].Properties[id]; !ok {
			t.Errorf("the schema has no rule %s", id)
		}
	}
	if !bytes.Contains(text, []byte(`"default": 10`)) {
		t.Error("options have no default")
	}
}

// FuzzParseConfig: any text is read or refused, and problems lie inside it.
func FuzzParseConfig(f *testing.F) {
	f.Add([]byte(`{"rules": {"select-star": "off", /* x */ "n-plus-one": {"limit": 1,},},}`))
	f.Add([]byte("\ufeff{} // x"))
	f.Add([]byte(`{"a":[[[{}]]], "ignore": ["[", 1e99]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		cfg, problems, err := diagnostics.ParseConfig("dbwise.json", text, testRules())
		if (cfg == nil) == (err == nil) {
			t.Fatal("neither read nor refused")
		}
		for _, p := range problems {
			if p.Span.Start < 0 || p.Span.End < p.Span.Start || p.Span.End > len(text) {
				t.Fatalf("%v of %d bytes: %s", p.Span, len(text), p)
			}
		}
	})
}
