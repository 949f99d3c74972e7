package main

import (
	"go/ast"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/diagnostics/rules"
)

// unfinished marks work that was left for later; such a note belongs into an
// issue.
var unfinished = regexp.MustCompile(`\b(TODO|FIXME|XXX)\b`)

func TestNothingUnfinished(t *testing.T) {
	for _, f := range goFiles(t) {
		for _, group := range f.tree.Comments {
			if mark := unfinished.FindString(group.Text()); mark != "" && !f.test {
				t.Errorf("%s has a comment with %s", f.name, mark)
			}
		}
		if f.test {
			checkSkips(t, f)
		}
	}
}

// checkSkips finds tests that leave themselves out: a test that does not run
// holds nothing.
func checkSkips(t *testing.T, f goFile) {
	ast.Inspect(f.tree, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			x, ok := sel.X.(*ast.Ident)
			if ok && (x.Name == "t" || x.Name == "b") && (sel.Sel.Name == "Skip" || sel.Sel.Name == "Skipf" || sel.Sel.Name == "SkipNow") {
				t.Errorf("%s skips a test", f.name)
			}
		}
		return true
	})
}

// TestEveryRuleIsHeld: a rule is documented and has a golden, and its family
// runs them through rulestest, which holds all else.
func TestEveryRuleIsHeld(t *testing.T) {
	const families = "diagnostics/rules"
	for _, r := range rules.All() {
		if err := r.Validate(); err != nil {
			t.Error(err)
		}
		goldens, err := filepath.Glob(filepath.Join(top, families, "*", "testdata", r.ID+".txtar"))
		if err != nil || len(goldens) != 1 {
			t.Errorf("rule %s has %d goldens of its name, want one: %v", r.ID, len(goldens), err)
		}
	}
	held := map[string]bool{}
	for _, f := range goFiles(t) {
		if path.Dir(f.pkg) != families {
			continue
		}
		held[f.pkg] = held[f.pkg] || f.test && imports(f, module+"/diagnostics/rulestest")
	}
	for family, ok := range held {
		if !ok {
			t.Errorf("no test of %s uses rulestest", family)
		}
	}
	// Goldens of no rule are found by rulestest, folders of no Go file here.
	dirs, err := os.ReadDir(filepath.Join(top, families))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		if _, known := held[families+"/"+d.Name()]; d.IsDir() && d.Name() != "testdata" && !known {
			t.Errorf("%s/%s is no family", families, d.Name())
		}
	}
}

func imports(f goFile, pkg string) bool {
	for _, spec := range f.tree.Imports {
		if strings.Trim(spec.Path.Value, `"`) == pkg {
			return true
		}
	}
	return false
}
