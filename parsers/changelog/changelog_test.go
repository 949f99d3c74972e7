package changelog_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/parsers/changelog"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/postgres"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the wanted output")

// TestGolden prints the changesets and statements of the change logs in
// testdata: each with the SQL it sends and the place it stands at.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { check(t, file) })
	}
}

func check(t *testing.T, file string) {
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	want := -1
	for i, f := range a.Files {
		if f.Name == "want" {
			want = i
			continue
		}
		fmt.Fprintf(&got, "%s\n", f.Name)
		render(&got, source.NewFile(f.Name, source.LangOf(f.Name), f.Data))
	}
	if want < 0 {
		a.Files, want = append(a.Files, txtar.File{Name: "want"}), len(a.Files)
	}
	if *update {
		a.Files[want].Data = []byte(got.String())
		if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(string(a.Files[want].Data), got.String()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func parse(sql string) facts.Statement {
	p := postgres.Parse(sql)
	st := facts.Statement{Queries: p.Queries, Changes: p.Changes}
	if p.Problem != nil {
		st.Problem = &facts.Problem{Message: p.Problem.Message, Span: p.Problem.Span}
	}
	return st
}

func render(b *strings.Builder, f *source.File) {
	list, statements, includes := changelog.Read(f, parse)
	for _, in := range includes {
		fmt.Fprintf(b, "  include %s\n", in)
	}
	for _, p := range list {
		fmt.Fprintf(b, "  %s statements:%d", p.Name, p.Statements)
		for _, word := range []struct {
			on   bool
			text string
		}{{p.NoTx, "no-transaction"}, {p.Partial, "partial"}, {p.DownPartial, "down-partial"}, {p.Down == nil, "no-down"}} {
			if word.on {
				b.WriteString(" " + word.text)
			}
		}
		b.WriteString("\n")
		for i, st := range statements[p.First:p.End] {
			word := "up"
			if i >= p.Statements {
				word = "down"
			}
			fmt.Fprintf(b, "    %s: %s\n      at %s\n", word, oneLine(st.SQL), oneLine(st.Span.In(f.Text)))
			for _, c := range st.Changes {
				fmt.Fprintf(b, "      %s: %s\n", oneLine(c.Dump()), oneLine(c.NameSpan.In(f.Text)))
			}
		}
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// FuzzRead holds that no text makes Read panic or point outside of it.
func FuzzRead(f *testing.F) {
	f.Add("<databaseChangeLog><changeSet id='1' author='a'><sql>SELECT 1</sql></changeSet></databaseChangeLog>", true)
	f.Add("databaseChangeLog:\n- changeSet:\n    id: 1\n    changes:\n    - dropTable: {tableName: users}\n", false)
	f.Fuzz(func(t *testing.T, text string, isXML bool) {
		name := "changelog.yaml"
		if isXML {
			name = "changelog.xml"
		}
		file := source.NewFile(name, source.Changelog, []byte(text))
		_, list, _ := changelog.Read(file, func(string) facts.Statement { return facts.Statement{} })
		for _, st := range list {
			if st.Span.Start < 0 || st.Span.End > len(text) || st.Span.Start > st.Span.End {
				t.Fatalf("%v outside of %d bytes", st.Span, len(text))
			}
		}
	})
}
