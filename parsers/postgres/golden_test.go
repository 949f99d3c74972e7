package postgres

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/dbwise/dbwise/parsers/golden"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// TestGolden reads every archive of testdata: a comment, then one SQL file
// whose statements are dumped.
func TestGolden(t *testing.T) {
	golden.Run(t, "testdata", func(t *testing.T, a *txtar.Archive) string { return dumpAll(t, a.Files[0].Data) })
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
