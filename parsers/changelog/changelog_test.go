package changelog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/parsers/changelog"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/golden"
	"github.com/dbwise/dbwise/parsers/postgres"
	"github.com/dbwise/dbwise/parsers/source"
	"golang.org/x/tools/txtar"
)

// TestGolden prints the changesets and statements of the change logs in
// testdata: each with the SQL it sends and the place it stands at.
func TestGolden(t *testing.T) {
	golden.Run(t, "testdata", func(_ *testing.T, a *txtar.Archive) string {
		var b strings.Builder
		for _, f := range a.Files {
			fmt.Fprintf(&b, "%s\n", f.Name)
			render(&b, source.NewFile(f.Name, source.LangOf(f.Name), f.Data))
		}
		return b.String()
	})
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
