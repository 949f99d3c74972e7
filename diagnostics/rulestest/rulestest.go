// Package rulestest runs a family of rules over txtar goldens and holds the
// laws that every rule and every fix must keep.
//
// A golden is testdata/<rule>.txtar, or testdata/<rule>.<case>.txtar: its
// comment says why the case exists, and begins with "Silence: " where the rule
// has nothing to say, which no golden shows by accident. Its members are the
// files of a workspace (dbwise.jsonc among them is its configuration), those
// below `branch/` the migrations as the default branch holds them, `want` the
// findings of that rule, and `fixed/<path>` the files that the first fix of each
// finding changes or makes.
package rulestest

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/golang"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/typescript"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what the rules give into the goldens")

// silence begins the comment of a golden in which the rule has nothing to say.
const silence = "Silence: "

// root is where the files of a golden lie, as far as rules can see.
const root = "/workspace"

// Run tests the rules of one package: its goldens, its laws and its docs.
func Run(t *testing.T, rules []*diagnostics.Rule) {
	t.Helper()
	RunWith(t, rules, nil)
}

// RunWith tests rules while others, tested elsewhere, run beside them.
func RunWith(t *testing.T, rules, beside []*diagnostics.Rule) {
	t.Helper()
	all := append(append([]*diagnostics.Rule(nil), rules...), beside...)
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]*diagnostics.Rule{}
	for _, r := range rules {
		byID[r.ID] = r
	}
	seen := map[string]bool{}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		id, _, _ := strings.Cut(name, ".")
		t.Run(name, func(t *testing.T) {
			rule := byID[id]
			if rule == nil {
				t.Fatalf("golden of no rule: %s", file)
			}
			golden(t, file, rule, all)
		})
		seen[id] = true
	}
	for _, r := range rules {
		if !seen[r.ID] {
			t.Errorf("rule %s has no golden", r.ID)
		}
		t.Run("doc/"+r.ID, func(t *testing.T) { doc(t, r, all) })
	}
}

func golden(t *testing.T, file string, rule *diagnostics.Rule, rules []*diagnostics.Rule) {
	ar, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	comment := strings.TrimSpace(string(ar.Comment))
	if comment == "" {
		t.Errorf("%s does not say why it exists", file)
	}
	input, kept := map[string]string{}, &txtar.Archive{Comment: ar.Comment}
	wants := map[string]string{}
	for _, f := range ar.Files {
		switch {
		case f.Name == "want" || strings.HasPrefix(f.Name, "fixed/"):
			wants[f.Name] = string(f.Data)
		case source.LangOf(f.Name) == source.Unknown && !strings.Contains(filepath.Base(f.Name), "."):
			t.Fatalf("unknown member %q: a SQL comment that looks like a marker?", f.Name)
		default:
			input[f.Name] = string(f.Data)
			kept.Files = append(kept.Files, f)
		}
	}
	found := check(t, input, rule, rules)
	switch silent := strings.HasPrefix(comment, silence); {
	case silent && len(found) > 0:
		t.Errorf("%s says that the rule is silent, but it has %d findings", file, len(found))
	case !silent && len(found) == 0:
		t.Errorf("%s has no finding of the rule, and does not begin with %q", file, silence)
	}
	got := map[string]string{"want": render(input, found)}
	after := fixAll(t, input, found)
	for name, text := range after {
		if text != input[name] {
			got["fixed/"+name] = text
		}
	}
	laws(t, input, after, found, rule, rules)
	if *update {
		write(t, file, kept, got)
		return
	}
	if diff := cmp.Diff(wants, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func write(t *testing.T, file string, kept *txtar.Archive, got map[string]string) {
	names := make([]string, 0, len(got))
	for name := range got {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool { return names[i] == "want" || names[j] != "want" && names[i] < names[j] })
	for _, name := range names {
		kept.Files = append(kept.Files, txtar.File{Name: name, Data: []byte(got[name])})
	}
	if err := os.WriteFile(file, txtar.Format(kept), 0o666); err != nil {
		t.Fatal(err)
	}
}

func snapshot(t *testing.T, input map[string]string, rules []*diagnostics.Rule) *workspace.Snapshot {
	files := map[string][]byte{}
	var base *workspace.Baseline
	for name, text := range input {
		held, ok := strings.CutPrefix(name, "branch/")
		if !ok {
			files[name] = []byte(text)
			continue
		}
		if base == nil {
			base = &workspace.Baseline{Branch: "origin/main", Files: map[string][][]byte{}}
		}
		if base.Files[root+"/"+held] = [][]byte{[]byte(text)}; input[held] == "" {
			base.Files[root+"/"+held] = nil
		}
	}
	return workspace.OfBranch(config(t, input, rules).Workspace(), root, files, base)
}

// config is what the workspace's configuration file says.
func config(t *testing.T, input map[string]string, rules []*diagnostics.Rule) *diagnostics.Config {
	t.Helper()
	name := diagnostics.ConfigNames[0]
	text, ok := input[name]
	if !ok {
		return &diagnostics.Config{Dir: root}
	}
	cfg, problems, err := diagnostics.ParseConfig(root+"/"+name, []byte(text), rules)
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	return cfg
}

// check gives the findings of one rule. All rules of the family run, so that
// suppressions see what they may name.
func check(t *testing.T, input map[string]string, rule *diagnostics.Rule, rules []*diagnostics.Rule) []diagnostics.Diagnostic {
	t.Helper()
	snap := snapshot(t, input, rules)
	var paths []string
	for name := range input {
		paths = append(paths, root+"/"+name)
	}
	sort.Strings(paths)
	r := &diagnostics.Runner{Rules: rules, Log: slog.New(slog.NewTextHandler(failing{t}, nil))}
	cfg := config(t, input, rules)
	if _, said := cfg.Rules[rule.ID]; rule.Optional && !said {
		cfg = cfg.Merge(&diagnostics.Config{Rules: map[string]diagnostics.RuleConfig{rule.ID: {Level: rule.Chosen()}}})
	}
	all, err := r.All(context.Background(), snap, cfg, paths, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out []diagnostics.Diagnostic
	for _, d := range all {
		if d.Rule == rule.ID {
			out = append(out, d)
		}
	}
	return out
}

// failing takes what the driver logs, the panics of rules: they mute the rule,
// which must not pass for silence.
type failing struct{ t *testing.T }

func (f failing) Write(line []byte) (int, error) {
	f.t.Errorf("%s", line)
	return len(line), nil
}

func rel(path string) string { return strings.TrimPrefix(path, root+"/") }

// render prints findings as a reader sees them.
func render(input map[string]string, found []diagnostics.Diagnostic) string {
	var b strings.Builder
	for _, d := range found {
		text := []byte(input[rel(d.Path)])
		fmt.Fprintf(&b, "%s %s %s: %s\n", place(text, rel(d.Path), d.Span), d.Rule, d.Severity, d.Message)
		fmt.Fprintf(&b, "  | %s\n", first(d.Span.In(text)))
		for _, r := range d.Related {
			other := []byte(input[rel(r.Path)])
			fmt.Fprintf(&b, "  at %s `%s`: %s\n", place(other, rel(r.Path), r.Span), first(r.Span.In(other)), r.Message)
		}
		for _, f := range d.Fixes {
			fmt.Fprintf(&b, "  fix (%s): %s\n", f.Safety, f.Title)
		}
	}
	return b.String()
}

func place(text []byte, name string, s source.Span) string {
	x := source.NewLineIndex(text)
	line, col := x.RuneColumn(s.Start)
	end, endCol := x.RuneColumn(s.End)
	if end == line {
		return fmt.Sprintf("%s:%d:%d-%d", name, line+1, col+1, endCol+1)
	}
	return fmt.Sprintf("%s:%d:%d-%d:%d", name, line+1, col+1, end+1, endCol+1)
}

// first is the first line of a text.
func first(s string) string {
	line, rest, more := strings.Cut(s, "\n")
	if more && strings.TrimSpace(rest) != "" {
		line += " …"
	}
	return strings.TrimRight(line, "\r")
}

// fixAll applies the first fix of each finding, leaving out those that
// conflict with one before, and gives all files.
func fixAll(t *testing.T, input map[string]string, found []diagnostics.Diagnostic) map[string]string {
	t.Helper()
	return apply(t, input, chosen(found)...)
}

func apply(t *testing.T, input map[string]string, fixes ...diagnostics.Fix) map[string]string {
	t.Helper()
	after := map[string]string{}
	for name, text := range input {
		after[name] = text
	}
	edits := map[string][]source.Edit{}
	for _, f := range fixes {
		for _, e := range f.Edits {
			if e.Hash != source.HashOf([]byte(input[rel(e.Path)])) {
				t.Errorf("fix %q edits a text that is not there: %s", f.Title, e.Path)
			}
			edits[rel(e.Path)] = append(edits[rel(e.Path)], e.Edit)
		}
		for _, c := range f.Create {
			if _, there := input[rel(c.Path)]; there {
				t.Errorf("fix %q makes a file that exists: %s", f.Title, c.Path)
			}
			after[rel(c.Path)] = c.Text
		}
	}
	for name, list := range edits {
		out, err := source.Apply([]byte(input[name]), list)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		after[name] = string(out)
	}
	return after
}

func chosen(found []diagnostics.Diagnostic) []diagnostics.Fix {
	var out []diagnostics.Fix
next:
	for _, d := range found {
		if len(d.Fixes) == 0 {
			continue
		}
		for _, have := range out {
			if have.Conflict(d.Fixes[0]) {
				continue next
			}
		}
		out = append(out, d.Fixes[0])
	}
	return out
}

// laws are what holds for every finding and every fix of every rule.
func laws(t *testing.T, input, after map[string]string, found []diagnostics.Diagnostic, rule *diagnostics.Rule, rules []*diagnostics.Rule) {
	t.Helper()
	span := func(what, path string, s source.Span) {
		text, ok := input[rel(path)]
		if !ok || s.Start < 0 || s.End < s.Start || s.End > len(text) {
			t.Errorf("%s: span %v lies outside %s", what, s, rel(path))
			return
		}
		for _, off := range []int{s.Start, s.End} {
			if off < len(text) && !utf8.RuneStart(text[off]) {
				t.Errorf("%s: span %v of %s cuts a character", what, s, rel(path))
			}
		}
	}
	for _, d := range found {
		span("finding", d.Path, d.Span)
		if d.Span.Empty() {
			t.Errorf("%s at %s underlines nothing", d.Rule, rel(d.Path))
		}
		for _, r := range d.Related {
			span("related", r.Path, r.Span)
		}
		for _, f := range d.Fixes {
			for _, e := range f.Edits {
				span("edit of "+f.Title, e.Path, e.Span)
			}
		}
	}
	fixes := len(chosen(found))
	if fixes == 0 {
		return
	}
	readable(t, input, after, rules)
	for _, d := range found {
		for _, other := range d.Fixes[min(1, len(d.Fixes)):] {
			readable(t, input, apply(t, input, other), rules)
		}
	}
	left := check(t, after, rule, rules)
	if len(left) > len(found)-fixes {
		t.Errorf("%d findings, %d fixed, but %d are left:\n%s", len(found), fixes, len(left), render(after, left))
	}
}

// readable holds that all files can be read after fixes as well as before.
func readable(t *testing.T, input, after map[string]string, rules []*diagnostics.Rule) {
	t.Helper()
	before, now := snapshot(t, input, rules), snapshot(t, after, rules)
	for name := range after {
		path := root + "/" + name
		if fa := now.Facts(path); fa != nil && (before.Facts(path) == nil && len(fa.Problems) > 0 ||
			before.Facts(path) != nil && len(fa.Problems) > len(before.Facts(path).Problems)) {
			t.Errorf("after the fixes %s no longer parses: %v", name, fa.Problems)
		}
	}
	for name, text := range after {
		if lang := source.LangOf(name); lang.Host() {
			if n := broken(lang, text); n > broken(lang, input[name]) {
				t.Errorf("after the fixes %s is no longer %s: %d broken places", name, lang, n)
			}
		}
	}
}

// broken counts the places of a program where its grammar finds no sense.
func broken(lang source.Lang, text string) int {
	f := source.NewFile("/x", lang, []byte(text))
	var parsed *code.File
	if lang == source.Go {
		parsed, _ = golang.Parse(f)
	} else {
		parsed, _ = typescript.Parse(f)
	}
	if parsed == nil {
		return 0
	}
	return len(parsed.Broken)
}

// doc holds that the examples of the documentation are true.
func doc(t *testing.T, r *diagnostics.Rule, rules []*diagnostics.Rule) {
	if found := check(t, archive(r.Doc.Bad), r, rules); len(found) == 0 {
		t.Errorf("the bad example of %s is not reported", r.ID)
	}
	if found := check(t, archive(r.Doc.Good), r, rules); len(found) > 0 {
		t.Errorf("the good example of %s is reported:\n%s", r.ID, render(archive(r.Doc.Good), found))
	}
}

func archive(text string) map[string]string {
	files := map[string]string{}
	for _, f := range txtar.Parse([]byte(text)).Files {
		files[f.Name] = string(f.Data)
	}
	return files
}
