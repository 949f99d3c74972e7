package postgres

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/dbwise/dbwise/parsers/sqltext"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// TestGolden reads every archive of testdata: a comment, then one SQL file
// whose statements are dumped into the file `want`.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no goldens:", err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) { golden(t, path) })
	}
}

func golden(t *testing.T, path string) {
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	a := txtar.Parse(raw)
	var in, want []byte
	for _, f := range a.Files {
		switch f.Name {
		case "in.sql":
			in = f.Data
		case "want":
			want = f.Data
		}
	}
	got := dumpAll(t, in)
	if *update {
		a.Files = []txtar.File{{Name: "in.sql", Data: in}, {Name: "want", Data: []byte(got)}}
		if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != string(want) {
		t.Errorf("%s (run with -update to accept)\n--- got\n%s--- want\n%s", path, got, want)
	}
}

func dumpAll(t *testing.T, sql []byte) string {
	var b strings.Builder
	for _, st := range sqltext.Split(sql) {
		text := strings.TrimSpace(st.Span.In(sql))
		if text == "" {
			continue
		}
		fmt.Fprintf(&b, "# %s\n", strings.Join(strings.Fields(text), " "))
		s := Parse(text)
		b.WriteString(dump(s, text))
		laws(t, text, s)
		b.WriteString("\n")
	}
	return b.String()
}

func dump(s *Statement, text string) string {
	var b strings.Builder
	if p := s.Problem; p != nil {
		fmt.Fprintf(&b, "problem %v: %s at %q\n", p.Kind, p.Message, p.Span.In([]byte(text)))
	}
	for _, q := range s.Queries {
		b.WriteString(q.Dump())
	}
	for _, c := range s.Changes {
		fmt.Fprintf(&b, "%s", c.Dump())
		fmt.Fprintf(&b, "  @ %q on %q\n", strings.Join(strings.Fields(c.Span.In([]byte(text))), " "), c.NameSpan.In([]byte(text)))
	}
	for _, y := range s.Bodies {
		fmt.Fprintf(&b, "body %s escaped=%v %d bytes\n", y.Language, y.Escaped, y.Span.Len())
	}
	return b.String()
}
