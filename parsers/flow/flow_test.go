package flow_test

import (
	"flag"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/flow"
	"github.com/dbwise/dbwise/parsers/golang"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/typescript"
)

var update = flag.Bool("update", false, "accept the output as golden")

// parsers are the languages the goldens are written in.
var parsers = map[source.Lang]func(*source.File) (*code.File, error){
	source.Go: golang.Parse, source.TypeScript: typescript.Parse, source.TSX: typescript.Parse, source.JavaScript: typescript.Parse,
}

// Each archive in testdata holds program files and, behind each, its facts.
// Sections say what is shown: loops and calls, or the outline too.
func TestGolden(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, p := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(p), ".txtar"), func(t *testing.T) { golden(t, p) })
	}
}

func golden(t *testing.T, p string) {
	archive, err := txtar.ParseFile(p)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, f := range archive.Files {
		want[f.Name] = string(f.Data)
	}
	var out []txtar.File
	for _, f := range archive.Files {
		if strings.HasSuffix(f.Name, ".want") {
			continue
		}
		lang := source.LangOf(f.Name)
		if parsers[lang] == nil {
			t.Fatalf("%s has an unknown file %s", p, f.Name)
		}
		got := show(t, f, strings.HasPrefix(path.Base(f.Name), "outline"))
		out = append(out, f, txtar.File{Name: f.Name + ".want", Data: []byte(got)})
		if diff := cmp.Diff(want[f.Name+".want"], got); diff != "" && !*update {
			t.Errorf("%s (-want +got):\n%s", f.Name, diff)
		}
	}
	if *update {
		archive.Files = out
		if err := os.WriteFile(p, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func show(t *testing.T, f txtar.File, outline bool) string {
	got := extract(t, f.Name, f.Data)
	laws(t, got, len(f.Data))
	text := got.Dump(f.Data)
	if i := strings.Index(text, "\noutline"); !outline && i >= 0 {
		loose := strings.Index(text, "\nloose")
		rest := ""
		if loose >= 0 {
			rest = text[loose+1:]
		}
		text = text[:i+1] + rest
	}
	if strings.HasPrefix(text, "func file()\nfunc") {
		return text[len("func file()\n"):]
	}
	return text
}

func extract(t testing.TB, name string, text []byte) *facts.Facts {
	lang := source.LangOf(name)
	src := source.NewFile("/app/"+name, lang, text)
	file, err := parsers[lang](src)
	if err != nil {
		t.Fatal(err)
	}
	return flow.Extract(file, []facts.Reader{fake}, flow.Options{Source: src, ParseSQL: parseSQL})
}

func parseSQL(f *source.Fragment, d query.Dialect) []*query.Query {
	return []*query.Query{{Op: query.Command, Dialect: d, Library: "sql", Method: strings.Join(strings.Fields(f.Text), " ")}}
}

// fake is a library with one kind of handle: what is called before the
// executing method builds, a member without a call is a table.
var fake = facts.Reader{
	Library: "fake",
	Handles: []facts.Handle{{Kind: "db", Methods: map[string]bool{
		"Find": true, "First": true, "Exec": true, "Query": true, "find": true, "run": true, "query": true, "where": true, "": true,
	}}},
	Read: func(_ string, c *code.Chain, env code.Env) (facts.Reading, bool) {
		q := &query.Query{Op: query.Select, Span: c.Node.Span}
		for i, l := range c.Links {
			switch {
			case !l.Called && i == 0:
				q.Tables = append(q.Tables, query.Table{Name: l.Name})
			case !l.Called:
				return facts.Reading{}, false
			case l.Name == "" && !l.Tagged:
				return facts.Reading{}, false
			case l.Name == "Model" || l.Name == "Where" || l.Name == "where" || l.Name == "select":
				q.Columns = append(q.Columns, query.Column{Name: l.Name})
			case i != len(c.Links)-1:
				return facts.Reading{}, false
			default:
				q.Method = l.Name
				if len(l.Args) > 0 {
					if f := env.String(l.Args[0]); f != nil {
						q.Tables = append(q.Tables, query.Table{Name: "`" + f.Text + "`"})
					}
				}
			}
		}
		if q.Method == "" && !c.Consumed {
			return facts.Reading{}, false
		}
		if c.Extended {
			q.Unknown = query.UnknownWhere
		}
		return facts.Reading{Query: q}, true
	},
}

// laws hold for the facts of every file.
func laws(t *testing.T, f *facts.Facts, size int) {
	inside := func(what string, s source.Span) {
		if s.Start < 0 || s.End < s.Start || s.End > size {
			t.Errorf("%s has the span %v outside of %d bytes", what, s, size)
		}
	}
	for i, l := range f.Loops {
		inside("loop", l.Span)
		inside("loop head", l.Head)
		inside("loop body", l.Body)
		if !l.Span.Covers(l.Head) || l.Parent >= i || l.OverCall >= len(f.Calls) || l.Func >= len(f.Funcs) {
			t.Errorf("loop %d is out of shape: %+v", i, l)
		}
	}
	for _, c := range f.Calls {
		inside("call", c.Span)
		inside("call name", c.NameSpan)
		inside("statement", c.Stmt)
		var around facts.Deps
		for fn := c.Func; fn >= 0; fn = f.Funcs[fn].Parent {
			for i, l := range f.Loops {
				if l.Span.Covers(c.Span) {
					around |= facts.Dep(i)
				}
			}
		}
		if c.Loops&^around != 0 {
			t.Errorf("call %s depends on loops that are not around it", c.Name)
		}
		for _, a := range c.Args {
			inside("argument", a.Span)
		}
	}
}
