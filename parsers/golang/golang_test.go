package golang

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "accept the output as golden")

// Each archive in testdata holds Go files and, behind each, what it is read
// as: x.go and x.want.
func TestGolden(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no goldens: %v", err)
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
	want := map[string]string{}
	var out []txtar.File
	for _, f := range archive.Files {
		base, isWant := strings.CutSuffix(f.Name, ".want")
		switch {
		case isWant:
			want[base] = string(f.Data)
		case strings.HasSuffix(f.Name, ".go"):
			file := parse(t, f.Data)
			laws(t, file, f.Data)
			base = strings.TrimSuffix(f.Name, ".go")
			out = append(out, f, txtar.File{Name: base + ".want", Data: []byte(code.Dump(file))})
		default:
			t.Fatalf("%s has an unknown file %s", path, f.Name)
		}
	}
	for _, f := range out {
		base, isWant := strings.CutSuffix(f.Name, ".want")
		if isWant && !*update && cmp.Diff(want[base], string(f.Data)) != "" {
			t.Errorf("%s (-want +got):\n%s", base, cmp.Diff(want[base], string(f.Data)))
		}
	}
	if *update {
		archive.Files = out
		if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func parse(t testing.TB, text []byte) *code.File {
	t.Helper()
	file, err := Parse(source.NewFile("/a.go", source.Go, text))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// nodes are all nodes of a file, those in types included.
func nodes(file *code.File) []*code.Node {
	var out []*code.Node
	var types []*code.Type
	todo := file.Body
	for len(todo) > 0 || len(types) > 0 {
		for _, n := range todo {
			n.Walk(func(n *code.Node) bool {
				out = append(out, n)
				if n.Type != nil {
					types = append(types, n.Type)
				}
				types = append(types, n.Types...)
				return true
			})
		}
		todo = nil
		for _, t := range types {
			todo = append(todo, t.Fields...)
		}
		next := []*code.Type{}
		for _, t := range types {
			next = append(next, t.Args...)
			for _, part := range []*code.Type{t.Key, t.Elem} {
				if part != nil {
					next = append(next, part)
				}
			}
		}
		types = next
	}
	return out
}

// laws hold for every file, however broken.
func laws(t testing.TB, file *code.File, text []byte) {
	t.Helper()
	valid := utf8.Valid(text)
	check := func(what string, s source.Span) {
		if s.Start < 0 || s.End < s.Start || s.End > len(text) {
			t.Fatalf("%s: span %v leaves the text of %d bytes", what, s, len(text))
		}
		for _, at := range []int{s.Start, s.End} {
			if valid && at < len(text) && !utf8.RuneStart(text[at]) {
				t.Fatalf("%s: span %v cuts a rune", what, s)
			}
		}
	}
	for _, s := range file.Broken {
		check("broken", s)
	}
	for _, n := range nodes(file) {
		what := n.Kind.String() + " " + n.Text
		check(what, n.Span)
		check(what, n.Name)
		if name := n.Name.In(text); n.Name != (source.Span{}) && named[n.Kind] && name != n.Text && n.Frag == nil && !strings.ContainsAny(name, "\\\r\"`") {
			t.Fatalf("%s: its name reads %q", what, name)
		}
		if n.Frag != nil {
			fragmentLaws(t, n, text)
		}
		if n.Kind == code.Func && len(n.Kids) == 0 {
			t.Fatalf("%s: a function without a place for its body", what)
		}
	}
}

// named kinds are those whose Name is their Text.
var named = map[code.Kind]bool{
	code.Ident: true, code.Member: true, code.Pair: true, code.Func: true, code.Param: true, code.Class: true,
	code.Interface: true, code.Field: true, code.TypeAlias: true, code.Import: true, code.Break: true, code.Continue: true,
}

func fragmentLaws(t testing.TB, n *code.Node, text []byte) {
	t.Helper()
	at := 0
	for _, s := range n.Frag.Segs {
		if s.At != at || s.Host < n.Span.Start || s.Host+s.HostLen > n.Span.End {
			t.Fatalf("string %q: segment %+v is out of order or leaves %v", n.Frag.Text, s, n.Span)
		}
		if s.Len == s.HostLen && len(n.Kids) == 0 && text[s.Host] != '\\' && string(text[s.Host:s.Host+s.Len]) != n.Frag.Text[s.At:s.At+s.Len] {
			t.Fatalf("string %q: segment %+v stands for %q", n.Frag.Text, s, text[s.Host:s.Host+s.Len])
		}
		at += s.Len
	}
	if at != len(n.Frag.Text) || len(n.Kids) != len(n.Frag.Holes) {
		t.Fatalf("string %q: segments end at %d, %d holes for %d kids", n.Frag.Text, at, len(n.Frag.Holes), len(n.Kids))
	}
	for i, h := range n.Frag.Holes {
		if h.Host != n.Kids[i].Span || h.Span.In([]byte(n.Frag.Text)) != placeholder(h.Host.In(text)) {
			t.Fatalf("string %q: hole %+v for %v", n.Frag.Text, h, n.Kids[i])
		}
	}
	if written := n.Span.In(text); len(n.Frag.Holes) == 0 {
		if want, err := strconv.Unquote(written); err == nil && utf8.ValidString(written) && want != n.Text {
			t.Fatalf("string %s is read as %q", written, n.Text)
		}
	}
}
