package golang

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
)

// The standard library, read by go/parser and by us, must have the same
// functions, calls, conversions, strings and statements at the same places.
// DBWISE_STD names further packages, comma separated ("all" is every one).
func TestStandardLibrary(t *testing.T) {
	root := filepath.Join(runtime.GOROOT(), "src")
	packages := []string{"net/http", "database/sql", "go/types", "slices", "encoding/json", "text/template"}
	if more := os.Getenv("DBWISE_STD"); more == "all" {
		packages = nil
		_ = filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
			switch {
			case err != nil || !d.IsDir():
			case d.Name() == "testdata":
				return filepath.SkipDir
			default:
				packages = append(packages, strings.TrimPrefix(path, root))
			}
			return nil
		})
	} else if more != "" {
		packages = strings.Split(more, ",")
	}
	files, counts := 0, map[string]int{}
	for _, p := range packages {
		paths, err := filepath.Glob(filepath.Join(root, p, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				continue // a folder of that name
			}
			files++
			compare(t, path, text, counts)
		}
	}
	if files == 0 || counts["broken"]*1000 > files {
		t.Errorf("%d of %d files in %s are broken", counts["broken"], files, root)
	}
	t.Logf("%d files: %v", files, counts)
}

func compare(t *testing.T, path string, text []byte, counts map[string]int) {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, path, text, parser.SkipObjectResolution)
	if err != nil || len(text) > 1<<20 {
		return
	}
	file := parse(t, text)
	laws(t, file, text)
	if len(file.Broken) > 0 {
		counts["broken"]++
		t.Logf("%s: broken at %v", path, file.Broken)
		return
	}
	if file.Package != tree.Name.Name || file.Generated != ast.IsGenerated(reparse(fset, path, text)) {
		t.Errorf("%s: package %s, generated %v", path, file.Package, file.Generated)
	}
	got, want := ours(file, text), theirs(tree, fset, text)
	for _, kind := range kindsOf(got, want) {
		counts[kind] += len(want[kind])
		if !slices.Equal(got[kind], want[kind]) {
			t.Errorf("%s: %s differ: %s", path, kind, firstDifference(got[kind], want[kind], text))
		}
	}
}

func reparse(fset *token.FileSet, path string, text []byte) *ast.File {
	f, _ := parser.ParseFile(fset, path, text, parser.ParseComments|parser.SkipObjectResolution|parser.PackageClauseOnly)
	return f
}

// sighting is something at a place, described by a text.
type sighting struct {
	start, end int
	text       string
}

type sightings map[string][]sighting

func (s sightings) add(kind string, start, end int, text string) {
	s[kind] = append(s[kind], sighting{start, end, text})
}

func (s sightings) sort() sightings {
	for kind, list := range s {
		slices.SortFunc(list, func(a, b sighting) int {
			return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end), cmp.Compare(a.text, b.text))
		})
		s[kind] = slices.Compact(list)
	}
	return s
}

func kindsOf(a, b sightings) []string {
	var kinds []string
	for k := range a {
		kinds = append(kinds, k)
	}
	for k := range b {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

func firstDifference(got, want []sighting, text []byte) string {
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(want) || i < len(got) && got[i].start < want[i].start:
			return fmt.Sprintf("only ours %+v %.80q", got[i], text[got[i].start:got[i].end])
		case i >= len(got) || want[i].start < got[i].start:
			return fmt.Sprintf("only theirs %+v %.80q", want[i], text[want[i].start:want[i].end])
		case got[i] != want[i]:
			return fmt.Sprintf("ours %+v, theirs %+v", got[i], want[i])
		}
	}
	return ""
}

var statementKinds = map[code.Kind]string{
	code.ForEach: "range", code.For: "for", code.While: "for", code.If: "if", code.Switch: "switch",
	code.Return: "return", code.GoStmt: "go", code.Defer: "defer", code.IncDec: "incdec",
	code.Slice: "slice", code.Spread: "spread",
}

func ours(file *code.File, text []byte) sightings {
	s := sightings{}
	for _, n := range nodes(file) {
		start, end := n.Span.Start, n.Span.End
		switch n.Kind {
		case code.Func:
			s.add("func", start, end, n.Text+"/"+strconv.Itoa(len(n.Params())))
		case code.Call:
			s.add("call", start, end, strconv.Itoa(len(n.Args())+typeArgs(n)))
		case code.Assert:
			if n.Kids[0].Span != n.Span { // not the variable of a type switch
				s.add("assert", start, end, "")
			}
		case code.String:
			s.add("string", start, end, n.Frag.Text)
		case code.Import:
			s.add("import", start, end, n.Text)
		case code.Class, code.Interface, code.TypeAlias:
			s.add("type", n.Name.Start, n.Name.End, n.Kind.String())
		case code.Field:
			s.add("field", n.Span.Start, n.Span.End, n.Text)
		default:
			if kind := statementKinds[n.Kind]; kind != "" {
				s.add(kind, start, end, "")
			}
		}
	}
	return s.sort()
}

// typeArgs are the types among the arguments of new(T) and make(T, n).
func typeArgs(n *code.Node) int {
	if f := n.Kids[0]; f.Kind == code.Ident && (f.Text == "new" || f.Text == "make") {
		return len(n.Types)
	}
	return 0
}

type astReader struct {
	sightings
	fset *token.FileSet
	text []byte
}

func theirs(tree *ast.File, fset *token.FileSet, text []byte) sightings {
	r := astReader{sightings{}, fset, text}
	ast.Inspect(tree, r.visit)
	return r.sort()
}

func (r astReader) at(kind string, n ast.Node, text string) {
	r.add(kind, r.fset.Position(n.Pos()).Offset, r.fset.Position(n.End()).Offset, text)
}

func (r astReader) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncDecl:
		r.at("func", &ast.FuncDecl{Name: n.Name, Type: n.Type, Body: n.Body}, n.Name.Name+"/"+arity(n.Type.Params))
	case *ast.FuncLit:
		r.at("func", n, "/"+arity(n.Type.Params))
	case *ast.CallExpr:
		if isConversion(n) {
			r.at("assert", n, "")
		} else {
			r.at("call", n, strconv.Itoa(len(n.Args)))
		}
		if n.Ellipsis.IsValid() {
			last := n.Args[len(n.Args)-1]
			r.add("spread", r.fset.Position(last.Pos()).Offset, r.fset.Position(n.Ellipsis).Offset+3, "")
		}
	case *ast.TypeAssertExpr:
		if n.Type != nil {
			r.at("assert", n, "")
		}
	case *ast.ArrayType:
		ast.Inspect(n.Elt, r.visit)
		return false
	case *ast.ImportSpec, *ast.TypeSpec, *ast.InterfaceType:
		return r.declaration(n)
	case *ast.StructType:
		r.fields(n)
	case *ast.KeyValueExpr:
		if p := r.fold(n.Key); p != nil && p.holes == nil && p.text != "" {
			ast.Inspect(n.Value, r.visit)
			return false
		}
	case *ast.BasicLit, *ast.BinaryExpr:
		if p := r.fold(n.(ast.Expr)); p != nil {
			r.at("string", n, p.text)
			for _, h := range p.holes {
				ast.Inspect(h, r.visit)
			}
			return false
		}
	default:
		r.statement(n)
	}
	return true
}

// declaration visits what has parts that are visited in a way of their own.
func (r astReader) declaration(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.ImportSpec:
		path, _ := strconv.Unquote(n.Path.Value)
		start := n.Path.Pos()
		if n.Name != nil {
			start = n.Name.Pos()
		}
		r.add("import", r.fset.Position(start).Offset, r.fset.Position(n.Path.End()).Offset, path)
	case *ast.TypeSpec:
		kind := "typealias"
		switch n.Type.(type) {
		case *ast.StructType:
			kind = "class"
		case *ast.InterfaceType:
			kind = "interface"
		}
		r.at("type", n.Name, kind)
		if t, ok := n.Type.(*ast.InterfaceType); ok {
			r.methods(t, "func")
		} else {
			ast.Inspect(n.Type, r.visit)
		}
	case *ast.InterfaceType:
		r.methods(n, "field")
	}
	return false
}

func (r astReader) statement(n ast.Node) {
	switch n := n.(type) {
	case *ast.RangeStmt:
		r.at("range", n, "")
	case *ast.ForStmt:
		r.at("for", n, "")
	case *ast.IfStmt:
		r.at("if", n, "")
	case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
		r.at("switch", n, "")
	case *ast.ReturnStmt:
		r.at("return", n, "")
	case *ast.GoStmt:
		r.at("go", n, "")
	case *ast.DeferStmt:
		r.at("defer", n, "")
	case *ast.IncDecStmt:
		r.at("incdec", n, "")
	case *ast.SliceExpr:
		r.at("slice", n, "")
	}
}

func (r astReader) methods(t *ast.InterfaceType, kind string) {
	for _, m := range t.Methods.List {
		for _, name := range m.Names {
			text := name.Name
			if kind == "func" {
				text += "/" + arity(m.Type.(*ast.FuncType).Params)
			}
			r.add(kind, r.fset.Position(name.Pos()).Offset, r.fset.Position(m.End()).Offset, text)
		}
		if len(m.Names) == 0 || kind == "func" {
			ast.Inspect(m.Type, r.visit)
		}
	}
}

func (r astReader) fields(t *ast.StructType) {
	for _, f := range t.Fields.List {
		if len(f.Names) == 0 {
			r.at("field", f, "")
		}
		for _, name := range f.Names {
			r.at("field", f, name.Name)
		}
	}
}

func arity(list *ast.FieldList) string { return strconv.Itoa(list.NumFields()) }

// isConversion is the rule of conversionType and of the grammar, told by go/ast.
func isConversion(call *ast.CallExpr) bool {
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.ArrayType, *ast.MapType, *ast.ChanType, *ast.FuncType, *ast.InterfaceType, *ast.StructType:
		return true
	case *ast.Ident:
		return predeclared[f.Name] && len(call.Args) == 1
	case *ast.StarExpr:
		switch x := ast.Unparen(f.X).(type) {
		case *ast.SelectorExpr:
			_, ok := x.X.(*ast.Ident)
			return ok && len(call.Args) == 1
		case *ast.Ident, *ast.IndexExpr, *ast.IndexListExpr, *ast.ArrayType, *ast.MapType, *ast.ChanType, *ast.FuncType,
			*ast.StructType, *ast.InterfaceType:
			return len(call.Args) == 1
		}
	}
	return false
}

// folded is a concatenation with holes.
type folded struct {
	text  string
	holes []ast.Expr
}

// fold reads e as a string, nil if it is none for certain.
func (r astReader) fold(e ast.Expr) *folded {
	parts := operands(e, nil)
	p, ok := &folded{}, false
	for _, o := range parts {
		if lit, is := o.(*ast.BasicLit); is && lit.Kind == token.STRING {
			text, _ := strconv.Unquote(lit.Value)
			p.text, ok = p.text+text, true
			continue
		}
		p.text += placeholder(source.Span{Start: r.fset.Position(o.Pos()).Offset, End: r.fset.Position(o.End()).Offset}.In(r.text))
		p.holes = append(p.holes, o)
	}
	if !ok {
		return nil
	}
	return p
}

func operands(e ast.Expr, dst []ast.Expr) []ast.Expr {
	e = ast.Unparen(e)
	if b, ok := e.(*ast.BinaryExpr); ok && b.Op == token.ADD {
		return operands(b.Y, operands(b.X, dst))
	}
	return append(dst, e)
}
