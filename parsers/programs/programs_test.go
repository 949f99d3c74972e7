package programs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/golang"
	"github.com/dbwise/dbwise/parsers/golden"
	"github.com/dbwise/dbwise/parsers/orm"
	"github.com/dbwise/dbwise/parsers/postgres"
	"github.com/dbwise/dbwise/parsers/programs"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/typescript"
	"golang.org/x/tools/txtar"
)

// TestGolden prints the migrations and statements of the programs in testdata:
// each with the SQL it sends and the place it stands at.
func TestGolden(t *testing.T) {
	golden.Run(t, "testdata", func(t *testing.T, a *txtar.Archive) string {
		var b strings.Builder
		for _, f := range a.Files {
			b.WriteString(f.Name + "\n")
			render(t, &b, f.Name, f.Data)
		}
		return b.String()
	})
}

func read(t *testing.T, name string, text []byte) ([]facts.Program, []facts.Statement) {
	f := source.NewFile(name, source.LangOf(name), text)
	var file *code.File
	var err error
	if f.Lang == source.Go {
		file, err = golang.Parse(f)
	} else {
		file, err = typescript.Parse(f)
	}
	if err != nil {
		t.Fatal(err)
	}
	return programs.Read(file, parse, orm.Structs)
}

func parse(sql string) facts.Statement {
	p := postgres.Parse(sql)
	st := facts.Statement{Queries: p.Queries, Changes: p.Changes}
	if p.Problem != nil {
		st.Problem = &facts.Problem{Message: p.Problem.Message, Span: p.Problem.Span}
	}
	return st
}

func render(t *testing.T, b *strings.Builder, name string, text []byte) {
	list, statements := read(t, name, text)
	for _, m := range list {
		fmt.Fprintf(b, "  %s %q %q statements:%d", m.Runner, m.Version, m.Name, m.Statements)
		if m.NoTx {
			b.WriteString(" no-transaction")
		}
		if m.Partial {
			b.WriteString(" partial")
		}
		if m.Down == nil {
			b.WriteString(" no-down")
		}
		b.WriteString("\n")
	}
	for _, st := range statements {
		fmt.Fprintf(b, "    %s\n      at %s\n", oneLine(st.SQL), oneLine(st.Span.In(text)))
		if st.Problem != nil {
			fmt.Fprintf(b, "      problem %s\n", st.Problem.Message)
		}
		for _, c := range st.Changes {
			fmt.Fprintf(b, "      %s: %s\n", oneLine(c.Dump()), oneLine(c.NameSpan.In(text)))
		}
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
