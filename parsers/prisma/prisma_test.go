package prisma

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/dbwise/dbwise/parsers/golden"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// Each archive holds .prisma files and want: what Parse tells about each, and,
// if there are several, what Link makes of all of them.
func TestGoldens(t *testing.T) {
	golden.Run(t, "testdata", func(t *testing.T, a *txtar.Archive) string {
		var each, linked strings.Builder
		var all []*schema.Model
		mode := ""
		for _, f := range a.Files {
			s := Parse(f.Name, f.Data)
			checkSpans(t, s, f.Data)
			all, mode = append(all, s.Models...), mode+s.RelationMode
			each.WriteString(dump(s, f.Data))
		}
		if len(a.Files) == 1 {
			return each.String()
		}
		for _, m := range Link(Link(all, mode), mode) {
			linked.WriteString(dumpModel(m))
		}
		return linked.String()
	})
}

func dump(s *Schema, text []byte) string {
	var b strings.Builder
	fmt.Fprintf(&b, "provider %q dialect %q relationMode %q\n", s.Provider, s.Dialect, s.RelationMode)
	for _, g := range s.Generators {
		fmt.Fprintf(&b, "generator %s %s output %q\n", g.Name, g.Provider, g.Output)
	}
	for _, e := range s.Enums {
		fmt.Fprintf(&b, "enum %s %s %s\n", e.Name, e.Type, strings.Join(e.Values, ","))
	}
	for _, m := range s.Models {
		b.WriteString(dumpModel(m))
	}
	lines := source.NewLineIndex(text)
	for _, p := range s.Problems {
		line, col := lines.Position(p.Span.Start)
		fmt.Fprintf(&b, "problem %d:%d %s\n", line+1, col+1, p.Message)
	}
	return b.String()
}

func dumpModel(m *schema.Model) string {
	var b strings.Builder
	fmt.Fprintf(&b, "model %s accessor %q\n", m.Name, m.Accessor)
	for _, line := range strings.SplitAfter(m.Table.Dump(), "\n") {
		if line != "" {
			b.WriteString("  " + line)
		}
	}
	for _, r := range m.Relations {
		fmt.Fprintf(&b, "    relation %s %s -> %s", r.Field, r.Name, r.Model)
		if r.Many {
			b.WriteString(" many")
		}
		if r.Inverse {
			fmt.Fprintf(&b, " inverse %v <- %v", r.KeyColumns, r.ForeignColumns)
		} else {
			fmt.Fprintf(&b, " %v -> %v", r.Columns, r.RefColumns)
		}
		if r.Through != "" {
			b.WriteString(" through " + r.Through)
		}
		b.WriteByte('\n')
	}
	for _, name := range slices.Sorted(maps.Keys(m.Keys)) {
		fmt.Fprintf(&b, "    key %s %v\n", name, m.Keys[name])
	}
	return b.String()
}

// checkSpans holds the laws of places: inside the text, the body between the
// braces, a field's name at its start, an insertion place on its line.
func checkSpans(t *testing.T, s *Schema, text []byte) {
	t.Helper()
	whole := source.Span{End: len(text)}
	inside := func(what string, x source.Span) {
		if x.Start > x.End || !whole.Covers(x) {
			t.Errorf("%s: span %v outside of %v", what, x, whole)
		}
	}
	for _, p := range s.Problems {
		inside("problem", p.Span)
	}
	for _, m := range s.Models {
		inside(m.Name, m.Span)
		inside(m.Name, m.Body)
		if m.Accessor != "" && (!m.Span.Covers(m.Body) || m.NameSpan.In(text) != m.Name) {
			t.Errorf("model %s: body %v in %v, name %q", m.Name, m.Body, m.Span, m.NameSpan.In(text))
		}
		for name, f := range m.Fields {
			inside(name, f.Span)
			if !strings.HasPrefix(f.Span.In(text), name) || !f.Span.Contains(f.End) {
				t.Errorf("field %s: span %q, end %d", name, f.Span.In(text), f.End)
			}
		}
		for _, x := range m.Table.Indexes {
			inside(x.Name, x.Origin.Span)
		}
	}
}

func FuzzParse(f *testing.F) {
	paths, _ := filepath.Glob("testdata/*.txtar")
	for _, path := range paths {
		if a, err := txtar.ParseFile(path); err == nil {
			for _, x := range a.Files {
				f.Add(x.Data)
			}
		}
	}
	f.Add([]byte("model A { b C[] @relation(fields: [x, references: [y) \n @@index([a(sort: "))
	f.Add([]byte(strings.Repeat("model A { a Int @default([", 50)))
	f.Fuzz(func(t *testing.T, text []byte) {
		s := Parse("schema.prisma", text)
		checkSpans(t, s, text)
		Link(s.Models, s.RelationMode)
	})
}
