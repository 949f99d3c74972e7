package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// module is the path of the module, top its folder.
const (
	module = "github.com/dbwise/dbwise"
	top    = "../.."
)

// floors are the floors of the house. A package may import packages of lower
// floors; a pattern that ends in /... also means the packages below.
var floors = [][]string{
	{"parsers/source", "parsers/sqltext", "parsers/query", "parsers/schema", "parsers/facts", "parsers/code", "parsers/golden"},
	{"parsers/postgres", "parsers/postgres/pgserver", "parsers/golang", "parsers/typescript", "parsers/treesitter", "parsers/orm", "parsers/prisma", "parsers/migrations", "parsers/flow", "parsers/programs", "parsers/changelog"},
	{"parsers", "diagnostics/workspace"},
	{"diagnostics", "diagnostics/git"},
	{"diagnostics/rules/...", "diagnostics/report", "diagnostics/rulestest/..."},
	{"lsp/..."},
	{"cmd/..."},
}

// ground is the floor whose packages build on each other; everywhere else a
// package may import one of its own floor only as beside says.
const ground = 0

var beside = map[string][]string{
	"parsers/golang":        {"parsers/treesitter"},
	"parsers/typescript":    {"parsers/treesitter"},
	"diagnostics/workspace": {"parsers"},
	"diagnostics/rules":     {"diagnostics/rules/..."},
	"lsp/...":               {"lsp/..."},
}

// only tells which packages may import a module; no other knows its types.
var only = map[string]string{
	"github.com/pganalyze/pg_query_go":  "parsers/postgres",
	"google.golang.org/protobuf":        "parsers/postgres",
	"github.com/smacker/go-tree-sitter": "parsers/treesitter",
	"go.lsp.dev":                        "lsp/...",
	"github.com/spf13/cobra":            "cmd/dbwise",
}

// pins are versions that other ones break.
var pins = []string{
	"go.lsp.dev/protocol v1.0.1", "go.lsp.dev/jsonrpc2 v1.0.1", "go.lsp.dev/uri v1.0.1", "github.com/pganalyze/pg_query_go/v5 v5.1.0",
}

// tops is all that may stand at the top of the repository, besides dotfiles.
var tops = []string{"cmd", "lsp", "diagnostics", "parsers", "editors", "go.mod", "go.sum", "README.md", "Makefile", "LICENSE", "CHANGELOG.md",
	"bin"} // bin is built and not part of the repository

// maxFile is the number of lines that a Go file may have.
const maxFile = 600

// world are calls whose answers lie outside of the program. Only what talks to
// the user may make them: floors from voices on.
var world = map[string]bool{"time.Now": true, "time.Since": true, "os.Getenv": true, "os.LookupEnv": true, "os.Environ": true, "os.Getwd": true, "os.Exit": true}

const voices = 5

// testOnly are packages that only tests import; they may ask the world.
var testOnly = []string{"parsers/postgres/pgserver", "parsers/golden"}

func within(pattern, pkg string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return pkg == base || strings.HasPrefix(pkg, base+"/")
	}
	return pkg == pattern
}

func anyWithin(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return within(p, pkg) })
}

func floorOf(pkg string) int {
	return slices.IndexFunc(floors, func(f []string) bool { return anyWithin(f, pkg) })
}

// goFile is a Go file of the module.
type goFile struct {
	name, pkg string // relative to the top
	test      bool
	lines     int
	tree      *ast.File
}

func goFiles(t *testing.T) []goFile {
	var out []goFile
	fset := token.NewFileSet()
	err := filepath.WalkDir(top, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := filepath.ToSlash(strings.TrimPrefix(p, top+string(filepath.Separator)))
		switch {
		case e.IsDir() && p != top && (strings.HasPrefix(e.Name(), ".") || e.Name() == "testdata" || e.Name() == "node_modules" || name == "editors"):
			return filepath.SkipDir
		case e.IsDir() || !strings.HasSuffix(name, ".go"):
			return nil
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		tree, err := parser.ParseFile(fset, p, text, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return err
		}
		out = append(out, goFile{name, path.Dir(name), strings.HasSuffix(name, "_test.go"), bytes.Count(text, []byte("\n")), tree})
		return nil
	})
	if err != nil || len(out) < 50 {
		t.Fatalf("%d Go files: %v", len(out), err)
	}
	return out
}

func TestFloors(t *testing.T) {
	for _, f := range goFiles(t) {
		floor := floorOf(f.pkg)
		if floor < 0 {
			t.Errorf("%s stands on no floor", f.name)
		}
		for _, spec := range f.tree.Imports {
			checkImport(t, f, floor, strings.Trim(spec.Path.Value, `"`))
		}
		if f.lines > maxFile {
			t.Errorf("%s has %d lines, more than %d", f.name, f.lines, maxFile)
		}
		checkDecls(t, f, floor)
	}
}

func checkImport(t *testing.T, f goFile, floor int, imported string) {
	for mod, pattern := range only {
		if (imported == mod || strings.HasPrefix(imported, mod+"/")) && !within(pattern, f.pkg) {
			t.Errorf("%s imports %s, which only %s may", f.name, imported, pattern)
		}
	}
	pkg, own := strings.CutPrefix(imported, module+"/")
	if !own {
		return
	}
	to := floorOf(pkg)
	if !f.test && anyWithin(testOnly, pkg) {
		t.Errorf("%s imports %s, which is for tests", f.name, pkg)
	}
	switch {
	case pkg == f.pkg: // its own external tests
	case to < floor:
	case f.test && to == floor:
	case to == floor && floor == ground:
	case to == floor && besides(f.pkg, pkg):
	case to > floor:
		t.Errorf("%s, on floor %d, imports %s, on floor %d", f.name, floor, pkg, to)
	default:
		t.Errorf("%s imports %s of its own floor", f.name, pkg)
	}
}

func besides(from, to string) bool {
	for pattern, patterns := range beside {
		if within(pattern, from) && anyWithin(patterns, to) {
			return true
		}
	}
	return false
}

// checkDecls finds functions named init, and below the voices calls to the
// world outside.
func checkDecls(t *testing.T, f goFile, floor int) {
	for _, d := range f.tree.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			t.Errorf("%s has an init function", f.name)
		}
	}
	if f.test || floor >= voices || anyWithin(testOnly, f.pkg) {
		return
	}
	ast.Inspect(f.tree, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && world[x.Name+"."+sel.Sel.Name] {
				t.Errorf("%s, below floor %d, uses %s.%s", f.name, voices, x.Name, sel.Sel.Name)
			}
		}
		return true
	})
}

func TestPins(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(top, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for _, pin := range pins {
		if !slices.Contains(strings.Split(strings.ReplaceAll(string(text), "\t", ""), "\n"), pin) {
			t.Errorf("go.mod does not have %s", pin)
		}
	}
}

func TestTopLevel(t *testing.T) {
	entries, err := os.ReadDir(top)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(tops, e.Name()) {
			t.Errorf("%s does not belong at the top", e.Name())
		}
	}
}
