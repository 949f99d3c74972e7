package migrations

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/parsers/golden"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"golang.org/x/tools/txtar"
)

// TestGolden prints the histories of each workspace in testdata and the
// migrations that would be added to it.
func TestGolden(t *testing.T) {
	golden.Run(t, "testdata", func(_ *testing.T, a *txtar.Archive) string {
		paths, texts := workspace(a)
		return render(texts, Discover(paths, func(p string) []byte { return texts[p] }))
	})
}

// workspace are the files of an archive as they lie below /w.
func workspace(a *txtar.Archive) (paths []string, texts map[string][]byte) {
	texts = map[string][]byte{}
	for _, f := range a.Files {
		if f.Name != "want" {
			paths = append(paths, "/w/"+f.Name)
			texts["/w/"+f.Name] = f.Data
		}
	}
	return paths, texts
}

var txNames = [...]string{"unknown", "none", "implicit", "file", "batch"}

func render(texts map[string][]byte, found []History) string {
	var b strings.Builder
	for i := range found {
		h := &found[i]
		fmt.Fprintf(&b, "%s %s", h.Runner, h.Dir)
		for _, f := range []struct {
			on   bool
			word string
		}{{h.Dialect != "", string(h.Dialect)}, {h.Declarative, "declarative"}, {h.Dump, "dump"}, {h.Partial, "partial"}} {
			if f.on {
				b.WriteString(" " + f.word)
			}
		}
		b.WriteString("\n")
		for _, m := range h.Migrations {
			fmt.Fprintf(&b, "  %d %s %q %q tx:%s statements:%d up:%s down:%s\n", m.Seq, strings.TrimPrefix(m.Path, h.Dir+"/"),
				m.Version, m.Name, txNames[m.Tx], m.Statements, section(texts[m.Path], m.Up), section(texts[m.Path], m.Down))
		}
		for _, m := range h.Migrations {
			for _, p := range m.Parts {
				fmt.Fprintf(&b, "  part %s %q tx:%s statements:%d up:%s down:%s\n", strings.TrimPrefix(m.Path, h.Dir+"/"), p.Name, txNames[p.Tx],
					p.Statements, section(texts[m.Path], p.Up), section(texts[m.Path], p.Down))
			}
		}
		for _, c := range []Change{
			{Name: "add_users_email_idx", Up: "CREATE INDEX users_email_idx ON users (email);", Down: "DROP INDEX users_email_idx;"},
			{Name: "two_indexes", Up: "CREATE INDEX CONCURRENTLY a ON users (a);\nCREATE INDEX CONCURRENTLY b ON users (b);\n",
				Down: "DROP INDEX CONCURRENTLY b;\nDROP INDEX CONCURRENTLY a;\n", NoTx: true},
		} {
			renderPlan(&b, h, c, texts)
		}
	}
	return b.String()
}

func renderPlan(b *strings.Builder, h *History, c Change, texts map[string][]byte) {
	plan, ok := h.New(c)
	fmt.Fprintf(b, "  new %s: %v\n", c.Name, ok)
	for _, f := range plan.Create {
		fmt.Fprintf(b, "    create %s\n%s", f.Path, indented(f.Text))
	}
	for _, e := range plan.Edits {
		out, err := source.Apply(texts[e.Path], []source.Edit{e.Edit})
		if err != nil {
			out = []byte(err.Error())
		}
		fmt.Fprintf(b, "    edited %s\n%s", e.Path, indented(string(out)))
	}
}

func indented(text string) string {
	var b strings.Builder
	for _, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		b.WriteString("      |" + line + "\n")
	}
	return b.String()
}

// section prints the statements' first words in the spans.
func section(text []byte, spans []source.Span) string {
	if spans == nil {
		return "-"
	}
	var parts []string
	for _, s := range spans {
		words := strings.Fields(s.In(text))
		if len(words) > 3 {
			words = append(words[:3], "…")
		}
		parts = append(parts, strings.Join(words, " "))
	}
	return "[" + strings.Join(parts, "; ") + "]"
}

func TestFollowing(t *testing.T) {
	for _, c := range []struct{ version, want string }{
		{"0009", "0010"}, {"9", "10"}, {"99", "100"}, {"20240131235959", "20240201000000"}, {"20241231", "20250101"},
		{"2024-01-01-000000", "2024-01-01-000001"}, {"1.2", "1.3"}, {"2_09", "2_10"}, {"1700000000", "1700000001"},
		{"1700000000123", "1700000001123"}, {"99999999", "100000000"}, {"00000000000001", "00000000000002"},
	} {
		if got := following(c.version, 1); got != c.want {
			t.Errorf("following(%q) = %q, want %q", c.version, got, c.want)
		}
	}
}

// TestNewSortsLast holds that what New plans is read as the newest migration.
func TestNewSortsLast(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		paths, texts := workspace(a)
		read := func(p string) []byte { return texts[p] }
		for _, h := range Discover(paths, read) {
			plan, ok := h.New(Change{Name: "zzz_newest", Up: "CREATE INDEX zzz ON users (zzz);", Down: "DROP INDEX zzz;"})
			if !ok {
				continue
			}
			for _, e := range plan.Edits {
				if texts[e.Path], err = source.Apply(texts[e.Path], []source.Edit{e.Edit}); err != nil {
					t.Fatal(err)
				}
			}
			for _, f := range plan.Create {
				paths = append(paths, f.Path)
				texts[f.Path] = []byte(f.Text)
			}
			for _, again := range Discover(paths, read) {
				if again.Dir == h.Dir && again.Runner == h.Runner {
					checkNewest(t, file, again, plan)
				}
			}
		}
	}
}

func checkNewest(t *testing.T, file string, h History, plan Plan) {
	t.Helper()
	var ups []schema.Migration
	for _, m := range h.Migrations {
		if m.Up != nil && (m.Version != "" || h.Runner == "plain") {
			ups = append(ups, m)
		}
	}
	if len(ups) == 0 || ups[len(ups)-1].Path != plan.Create[0].Path {
		t.Errorf("%s: the migration planned, %s, is not the last of %v", file, plan.Create[0].Path, ups)
	}
}
