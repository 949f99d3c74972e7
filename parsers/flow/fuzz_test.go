package flow_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/flow"
	"github.com/dbwise/dbwise/parsers/source"
)

// FuzzExtract holds that no text, in whatever language it is read, makes
// Extract panic or give spans outside of it.
func FuzzExtract(f *testing.F) {
	paths, _ := filepath.Glob("testdata/*.txtar")
	for _, p := range paths {
		archive, err := txtar.ParseFile(p)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if lang := source.LangOf(file.Name); lang.Host() {
				f.Add(string(lang), file.Data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, lang string, text []byte) {
		parse := parsers[source.Lang(lang)]
		if parse == nil {
			return
		}
		src := source.NewFile("/app/x", source.Lang(lang), text)
		file, err := parse(src)
		if err != nil {
			return
		}
		got := flow.Extract(file, []facts.Reader{fake}, flow.Options{Source: src, ParseSQL: parseSQL})
		laws(t, got, len(text))
		got.Dump(text)
	})
}

// TestDeep holds that nesting and repetition far beyond what people write are
// read in little time, and lose nothing beside them.
func TestDeep(t *testing.T) {
	many := 20_000
	for name, text := range map[string]string{
		"chain.ts":   "a" + strings.Repeat("\n.b()", many),
		"sum.ts":     "f(" + strings.Repeat("a +\n", many) + "a)",
		"calls.ts":   strings.Repeat("f(\n", 2000) + strings.Repeat(")", 2000),
		"arrays.ts":  "x = " + strings.Repeat("[\n", 2000) + strings.Repeat("]", 2000),
		"blocks.ts":  strings.Repeat("for (const a of b) {\n", 2000) + strings.Repeat("}", 2000),
		"arrows.ts":  strings.Repeat("x.map(a =>\n", 1500) + "1" + strings.Repeat(")", 1500),
		"elses.ts":   "if (a) {}" + strings.Repeat(" else if (a) { f(a) }\n", 3000),
		"alias.ts":   "const a0 = a1;" + strings.Repeat("const a1 = a0 + a0;\n", 300),
		"double.ts":  doubling(300),
		"queue.ts":   strings.Repeat("while (q.length) { const x = q.shift(); f(x) }\n", 2000),
		"guards.ts":  "for (const a of b) {" + strings.Repeat("if (m[a]) continue; f(a);\n", 5000) + "}",
		"assigns.ts": "let q = f();" + strings.Repeat("q = q.g(); h(q);\n", 5000),
		"if.go":      "package p\nfunc f() {" + strings.Repeat("if a {", 3000) + strings.Repeat("}", 3000) + "}",
		"sum.go":     "package p\nvar x = f(" + strings.Repeat("a +\n", many) + "a)",
		"chain.go":   "package p\nvar x = a" + strings.Repeat(".\nb()", many),
		"defs.go":    "package p\nfunc f(xs []int) {for _, x := range xs {" + strings.Repeat("x, y = g(y), h(x)\n", 5000) + "}}",
	} {
		t.Run(name, func(t *testing.T) {
			text := []byte(text + "\n")
			src := source.NewFile("/app/"+name, source.LangOf(name), text)
			file, err := parsers[src.Lang](src)
			if err != nil {
				t.Log(err)
				return
			}
			start := time.Now()
			got := flow.Extract(file, []facts.Reader{fake}, flow.Options{Source: src, ParseSQL: parseSQL})
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("took %v", took)
			} else if testing.Verbose() {
				t.Logf("%s: %d calls in %v", name, len(got.Calls), took)
			}
			laws(t, got, len(text))
		})
	}
}

func doubling(n int) string {
	var b strings.Builder
	b.WriteString("const s0 = `SELECT`;\n")
	for i := 1; i < n; i++ {
		b.WriteString("const s" + strconv.Itoa(i) + " = `${s" + strconv.Itoa(i-1) + "} ${s" + strconv.Itoa(i-1) + "}`;\n")
	}
	b.WriteString("import { db } from './db';\ndb.query(s" + strconv.Itoa(n-1) + ")\n")
	return b.String()
}

// TestOwnCode reads the files of this repository: real programs, of which
// nothing may be called from outside its spans.
func TestOwnCode(t *testing.T) {
	err := filepath.WalkDir("../..", func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git") {
			return filepath.SkipDir
		}
		lang := source.LangOf(p)
		if d.IsDir() || !lang.Host() {
			return nil
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return nil
		}
		src := source.NewFile(p, lang, text)
		file, err := parsers[lang](src)
		if err != nil {
			return nil
		}
		laws(t, flow.Extract(file, []facts.Reader{fake}, flow.Options{Source: src, ParseSQL: parseSQL}), len(text))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
