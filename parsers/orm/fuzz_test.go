package orm

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/dbwise/dbwise/parsers/flow"
	"github.com/dbwise/dbwise/parsers/golang"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/typescript"
)

// readAll reads a text with every library, whatever it is, and holds the laws
// of places for every candidate, real or not.
func readAll(t *testing.T, name string, text []byte) {
	src := source.NewFile(name, source.LangOf(name), text)
	parse := typescript.Parse
	if src.Lang == source.Go {
		parse = golang.Parse
	}
	file, err := parse(src)
	if err != nil {
		return
	}
	x := flow.Extract(file, Readers(parseSQL), flow.Options{Source: src})
	for _, c := range x.Calls {
		for _, cand := range c.Candidates {
			checkSpans(t, cand.Query, src)
			cand.Query.Dump()
		}
	}
	for _, m := range Models(file) {
		checkModel(t, m, src)
	}
}

func goldenFiles(f func(name string, text []byte)) {
	paths, _ := filepath.Glob("testdata/*.txtar")
	for _, p := range paths {
		a, err := txtar.ParseFile(p)
		if err != nil {
			continue
		}
		for _, x := range a.Files {
			if source.LangOf(x.Name).Host() {
				f(x.Name, x.Data)
			}
		}
	}
}

// While it is typed, a file ends anywhere.
func TestHalfTyped(t *testing.T) {
	goldenFiles(func(name string, text []byte) {
		for end := 0; end < len(text); end += 97 {
			readAll(t, name, text[:end])
		}
	})
}

// Every method is called with arguments it does not expect.
func TestOddArguments(t *testing.T) {
	args := []string{"", "x", "...x", "nil", "1, 2, 3", `""`, "x, y, z, u", "{}", "[]", "&x, ...y", "f()", "T{}, []T{}, map[string]any{}", "func() {}", "`${a}`", "-1", "&T{A: 1}, `?`"}
	for _, l := range All() {
		for _, h := range l.Handles {
			var script, program strings.Builder
			program.WriteString("package p\nfunc f() {\n")
			for m := range h.Methods {
				for _, a := range args {
					call := "h." + m
					if m == "" {
						call = "h"
					}
					script.WriteString("await " + call + "(" + a + ");\nawait h.model." + m + "(" + a + ");\nh.sub(" + a + ")." + m + "(" + a + ");\n")
					program.WriteString(call + "(" + a + ")\nh.Model(" + a + ").Where(" + a + ").Order(" + a + ").Joins(" + a + ").Preload(" + a + ").Clauses(" + a + ")." + m + "(" + a + ")\n")
				}
			}
			program.WriteString("}\n")
			readAll(t, "odd.ts", []byte(script.String()))
			readAll(t, "odd.go", []byte(program.String()))
		}
	}
}

func FuzzRead(f *testing.F) {
	goldenFiles(func(name string, text []byte) { f.Add(source.LangOf(name) == source.Go, text) })
	f.Fuzz(func(t *testing.T, isGo bool, text []byte) {
		name := "a.ts"
		if isGo {
			name = "a.go"
		}
		readAll(t, name, text)
	})
}
