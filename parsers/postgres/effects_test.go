package postgres_test

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/tools/txtar"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/golden"
	"github.com/dbwise/dbwise/parsers/postgres"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// TestEffects reads every archive of testdata/effects. Its comment may say
// `version N`, and `schema unknown`. schema.sql is what stands before; in.sql
// runs in one session, and `want` is what each of its statements does.
func TestEffects(t *testing.T) {
	golden.Run(t, "testdata/effects", func(t *testing.T, a *txtar.Archive) string {
		text := map[string]string{}
		for _, f := range a.Files {
			text[f.Name] = string(f.Data)
		}
		version := 0
		for line := range strings.Lines(string(a.Comment)) {
			if v, ok := strings.CutPrefix(strings.TrimSpace(line), "version "); ok {
				var err error
				if version, err = strconv.Atoi(v); err != nil {
					t.Fatal(err)
				}
			}
		}
		return impacts(text["schema.sql"], text["in.sql"], !strings.Contains(string(a.Comment), "schema unknown"), version)
	})
}

// statements are those of one SQL text.
func statements(sql string) []facts.Statement {
	var out []facts.Statement
	for _, piece := range sqltext.Split([]byte(sql)) {
		if piece.Kind != sqltext.SQL || piece.Span.Empty() {
			continue
		}
		parsed := postgres.Parse(piece.Span.In([]byte(sql)))
		st := facts.Statement{Span: piece.Span, Full: piece.Full, Head: piece.Head, Queries: parsed.Queries}
		st.Changes = append(st.Changes, parsed.Changes...)
		if p := parsed.Problem; p != nil {
			st.Problem = &facts.Problem{Kind: facts.ProblemKind(p.Kind), Message: p.Message}
		}
		out = append(out, st)
	}
	return out
}

// impacts tells what the statements of in do to the schema that before makes.
func impacts(before, in string, known bool, version int) string {
	b := schema.NewBuilder(nil)
	apply := func(st *facts.Statement) {
		for i := range st.Changes {
			b.Apply(&st.Changes[i])
		}
	}
	first := statements(before)
	for i := range first {
		apply(&first[i])
	}
	b.EndSession()
	s := postgres.NewSession(b, known, version)
	var out strings.Builder
	list := statements(in)
	for i := range list {
		st := &list[i]
		fmt.Fprintf(&out, "# %s\n%s\n", strings.Join(strings.Fields(st.Span.In([]byte(in))), " "), tell(s.Impact(st)))
		apply(st)
	}
	return out.String()
}

// tell is an impact as the goldens show it.
func tell(i *schema.Impact) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", i.Class)
	for _, e := range i.Effects {
		fmt.Fprintf(&b, "  %s %s: %s, blocks %s", e.Object, e.Relation, e.Lock, e.Blocks)
		if e.Long() {
			fmt.Fprintf(&b, ", %s", e.Work)
		}
		if e.Why != "" {
			fmt.Fprintf(&b, " because %s", e.Why)
		}
		for word, on := range map[string]bool{", new": e.New, ", may": e.May && !e.New} {
			if on {
				b.WriteString(word)
			}
		}
		b.WriteString("\n")
		losses(&b, "    ", e.Lost)
	}
	losses(&b, "  ", i.Lost)
	if i.Carried != nil {
		fmt.Fprintf(&b, "  while %s on %s is held\n", i.Carried.Lock, i.Carried.Relation)
	}
	if i.Timeout {
		b.WriteString("  with lock_timeout\n")
	}
	if i.Fails || i.NoTransaction {
		fmt.Fprintf(&b, "  fails=%v no transaction=%v %s\n", i.Fails, i.NoTransaction, i.Refusal)
	}
	if i.Unread {
		b.WriteString("  unread\n")
	}
	return b.String()
}

func losses(b *strings.Builder, indent string, list []schema.Loss) {
	for _, l := range list {
		fmt.Fprintf(b, "%sloses %s %s", indent, l.Kind, l.Name)
		if l.Column != "" {
			fmt.Fprintf(b, ".%s", l.Column)
		}
		if l.Renamed != "" {
			fmt.Fprintf(b, ", now %s", l.Renamed)
		}
		b.WriteString("\n")
	}
}

// FuzzImpact: whatever the schema and the statements, on every version, known
// or not, no panic, and every impact keeps the laws of its class.
func FuzzImpact(f *testing.F) {
	files, err := filepath.Glob("testdata/effects/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range files {
		a, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(a.Files[0].Data), string(a.Files[1].Data), true, 15)
		f.Add("", string(a.Files[1].Data), false, 11)
		f.Add(string(a.Files[1].Data), string(a.Files[0].Data), true, 18)
	}
	f.Fuzz(func(t *testing.T, before, in string, known bool, version int) {
		if len(before)+len(in) > 8192 || !utf8.ValidString(before) || !utf8.ValidString(in) {
			return
		}
		impacts(before, in, known, version)
	})
}
