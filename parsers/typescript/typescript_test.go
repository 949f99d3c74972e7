package typescript

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "accept what the goldens give")

// inputs are the files of the goldens that are code, by archive and name.
func inputs(t testing.TB) map[string]*source.File {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	out := map[string]*source.File{}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if lang := source.LangOf(f.Name); lang.Script() {
				out[filepath.Base(path)+"/"+f.Name] = source.NewFile("/app/"+f.Name, lang, f.Data)
			}
		}
	}
	return out
}

func parse(t testing.TB, f *source.File) *code.File {
	t.Helper()
	file, err := Parse(f)
	if err != nil {
		t.Fatalf("%s: %v", f.Path, err)
	}
	return file
}

// A golden holds files of code, each with its dump in a file NAME.want behind it.
func TestGoldens(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) { golden(t, path) })
	}
}

func golden(t *testing.T, path string) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wants := map[string]string{}
	for _, f := range archive.Files {
		wants[f.Name] = string(f.Data)
	}
	got := &txtar.Archive{Comment: archive.Comment}
	for _, f := range archive.Files {
		lang := source.LangOf(f.Name)
		if !lang.Script() {
			continue
		}
		dump := code.Dump(parse(t, source.NewFile("/app/"+f.Name, lang, f.Data)))
		if diff := cmp.Diff(wants[f.Name+".want"], dump); diff != "" && !*update {
			t.Errorf("%s (-want +got):\n%s", f.Name, diff)
		}
		got.Files = append(got.Files, f, txtar.File{Name: f.Name + ".want", Data: []byte(dump)})
	}
	if *update {
		if err := os.WriteFile(path, txtar.Format(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLawsOfGoldens(t *testing.T) {
	for name, f := range inputs(t) {
		for _, broken := range lawless(parse(t, f), f.Text) {
			t.Errorf("%s: %s", name, broken)
		}
	}
}

// lawless lists what in a file breaks the laws of package code.
func lawless(file *code.File, text []byte) []string {
	l := laws{text: text}
	for _, s := range file.Broken {
		l.span("broken", s)
	}
	for _, n := range file.Body {
		n.Walk(l.node)
	}
	return l.broken
}

type laws struct {
	text   []byte
	broken []string
}

func (l *laws) fail(n *code.Node, why string) bool {
	l.broken = append(l.broken, why+": "+n.Kind.String()+" "+n.Text+" "+n.Span.In(l.text))
	return false
}

func (l *laws) span(what string, s source.Span) {
	edge := func(off int) bool { return off == len(l.text) || utf8.RuneStart(l.text[off]) || !utf8.Valid(l.text) }
	if s.Start < 0 || s.End < s.Start || s.End > len(l.text) || !edge(s.Start) || !edge(s.End) {
		l.broken = append(l.broken, what+" leaves the text or cuts a rune")
	}
}

// absent are the kinds whose kids may be nil, as package code says.
var absent = map[code.Kind]bool{
	code.Func: true, code.Var: true, code.ArrayPattern: true, code.If: true, code.For: true,
	code.Switch: true, code.Try: true, code.Field: true, code.While: true,
}

func (l *laws) node(n *code.Node) bool {
	if len(l.broken) > 10 {
		return false
	}
	l.span(n.Kind.String(), n.Span)
	l.span(n.Kind.String()+" name", n.Name)
	if n.Name != (source.Span{}) && !n.Span.Covers(n.Name) {
		return l.fail(n, "name stands outside")
	}
	name := n.Name.In(l.text)
	switch n.Kind {
	case code.Ident, code.Number, code.Bool, code.This:
		written := n.Span.In(l.text)
		odd := n.Text == "*" || strings.HasPrefix(written, "\"") || strings.HasPrefix(written, "'") // export { "odd name" }
		if n.Text != written && !odd && n.Kind != code.Number {
			return l.fail(n, "text is not what is written")
		}
	case code.Member, code.Func, code.Param, code.Class, code.Interface, code.Field, code.Enum, code.TypeAlias:
		quoted := strings.HasPrefix(name, "\"") || strings.HasPrefix(name, "'") || strings.HasPrefix(name, "[")
		if n.Text != name && !quoted {
			return l.fail(n, "name is not the text")
		}
	case code.String:
		l.fragment(n)
	}
	for _, k := range n.Kids {
		if k == nil && !absent[n.Kind] {
			return l.fail(n, "has a nil kid")
		}
		if k != nil && !n.Span.Covers(k.Span) {
			return l.fail(k, "stands outside its parent")
		}
	}
	return true
}

func (l *laws) fragment(n *code.Node) {
	if n.Frag == nil || len(n.Frag.Holes) != len(n.Kids) || len(n.Kids) == 0 && n.Text != n.Frag.Text {
		l.fail(n, "fragment and kids differ")
		return
	}
	at := 0
	for _, s := range n.Frag.Segs {
		host := source.Span{Start: s.Host, End: s.Host + s.HostLen}
		if s.At != at || !n.Span.Covers(host) {
			l.fail(n, "a piece is out of place")
			return
		}
		at += s.Len
		if s.Len == s.HostLen && host.In(l.text) != n.Frag.Text[s.At:at] {
			l.fail(n, "a piece differs from the host")
		}
	}
	if at != len(n.Frag.Text) {
		l.fail(n, "text without a piece")
	}
	for i, h := range n.Frag.Holes {
		if h.Host != n.Kids[i].Span || h.Span.Start < 0 || h.Span.End > at {
			l.fail(n, "a hole is not its expression")
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, in := range inputs(f) {
		f.Add(in.Text, uint8(len(in.Lang)))
		f.Add(in.Text[:len(in.Text)*2/3], uint8(len(in.Lang)+1))
	}
	langs := []source.Lang{source.TypeScript, source.TSX, source.JavaScript}
	f.Fuzz(func(t *testing.T, text []byte, lang uint8) {
		in := source.NewFile("/app/a", langs[int(lang)%len(langs)], text)
		file, err := Parse(in)
		if err != nil {
			return
		}
		for _, broken := range lawless(file, text) {
			t.Error(broken)
		}
		code.DumpSpans(file)
	})
}
