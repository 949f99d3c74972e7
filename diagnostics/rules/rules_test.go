package rules_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/diagnostics/rules"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write RULES.md")

// RULES.md is printed from the rules; it must not grow stale.
func TestRulesFile(t *testing.T) {
	var b strings.Builder
	b.WriteString("<!-- Written by go test ./diagnostics/rules -update; do not edit. -->\n\n# Rules\n")
	for _, r := range rules.All() {
		b.WriteString("\n" + r.Markdown())
	}
	if *update {
		if err := os.WriteFile("RULES.md", []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile("RULES.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b.String(), string(have)); diff != "" {
		t.Errorf("RULES.md is stale, run go test ./diagnostics/rules -update:\n%s", diff)
	}
}

func TestIDsAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range rules.All() {
		for _, id := range append([]string{r.ID}, r.Aliases...) {
			if seen[id] {
				t.Errorf("%s names two rules", id)
			}
			seen[id] = true
		}
	}
}
