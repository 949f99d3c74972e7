package parsers

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/golden"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"
)

// TestGolden prints the facts of each file of the archives in testdata.
func TestGolden(t *testing.T) {
	golden.Run(t, "testdata", func(_ *testing.T, a *txtar.Archive) string {
		var b strings.Builder
		for _, f := range a.Files {
			fmt.Fprintf(&b, "%s\n%s", f.Name, render(extract(f.Name, f.Data), f.Data))
		}
		return b.String()
	})
}

func extract(name string, text []byte) *facts.Facts {
	return Extract(context.Background(), source.NewFile(name, source.LangOf(name), text), Options{})
}

func render(fa *facts.Facts, text []byte) string {
	var b strings.Builder
	at := func(s source.Span) string { return fmt.Sprintf("%d-%d %q", s.Start, s.End, s.In(text)) }
	if fa.Dialect != query.Generic {
		fmt.Fprintf(&b, "  dialect %s\n", fa.Dialect)
	}
	for _, st := range fa.Statements {
		fmt.Fprintf(&b, "  statement %s %s\n", st.Head, at(st.Span))
		for _, q := range st.Queries {
			fmt.Fprintf(&b, "    query %s\n", at(q.Span))
			b.WriteString(indented(q.Dump()))
		}
		for _, c := range st.Changes {
			fmt.Fprintf(&b, "    change %s\n", at(c.NameSpan))
			b.WriteString(indented(c.Dump()))
		}
	}
	for _, c := range fa.Calls {
		for _, k := range c.Candidates {
			fmt.Fprintf(&b, "  call %s %s %s\n", k.Library, k.Kind, at(c.NameSpan))
			b.WriteString(indented(k.Query.Dump()))
		}
	}
	for _, q := range fa.Loose {
		fmt.Fprintf(&b, "  loose %s\n", at(q.Span))
	}
	for _, m := range fa.Models {
		fmt.Fprintf(&b, "  model %s %s\n", m.Name, m.Table.Name)
	}
	for _, ig := range fa.Ignores {
		fmt.Fprintf(&b, "  ignore %v %q file:%v %s covers %s\n", ig.Rules, ig.Reason, ig.WholeFile, at(ig.Span), at(ig.Covers))
	}
	for _, p := range fa.Problems {
		fmt.Fprintf(&b, "  problem %d %s %s\n", p.Kind, p.Message, at(p.Span))
	}
	return b.String()
}

func indented(s string) string {
	return "      " + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n      ") + "\n"
}

// TestSessionEqualsExtract holds that reading a document edit by edit gives
// what reading it anew gives.
func TestSessionEqualsExtract(t *testing.T) {
	var texts []txtar.File
	archives, _ := filepath.Glob("testdata/*.txtar")
	for _, path := range archives {
		a, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.Files {
			if source.LangOf(f.Name) != source.Unknown {
				texts = append(texts, f)
			}
		}
	}
	pieces := []string{"", "", ";", "'", "$$", "\n", "-- dbwise-ignore x: y\n", "SELECT 1;", "é", "(", "`", "/*", "DELIMITER //\n", "ENGINE=x"}
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.SampledFrom(texts).Draw(t, "file")
		text := f.Data
		s := NewSession(Options{})
		defer s.Close()
		for range rapid.IntRange(1, 6).Draw(t, "edits") {
			file := source.NewFile(f.Name, source.LangOf(f.Name), text)
			got, want := s.Extract(context.Background(), file), extract(f.Name, text)
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("after the edit to %q:\n%s", text, cmp.Diff(render(want, text), render(got, text)))
			}
			a := rapid.IntRange(0, len(text)).Draw(t, "at")
			b := min(len(text), a+rapid.SampledFrom([]int{0, 0, 1, 5, 40}).Draw(t, "cut"))
			piece := rapid.SampledFrom(pieces).Draw(t, "piece")
			text = append(append(append([]byte{}, text[:a]...), piece...), text[b:]...)
		}
	})
}

// TestCancelled holds that nothing half read is given.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if fa := Extract(ctx, source.NewFile("a.sql", source.SQL, []byte("SELECT 1")), Options{}); fa != nil {
		t.Errorf("facts after cancellation: %v", fa)
	}
}

// FuzzExtract holds that no text of any language crashes, and that spans lie
// inside it.
func FuzzExtract(f *testing.F) {
	f.Add(0, []byte("SELECT * FROM users WHERE id = $1;"))
	f.Add(1, []byte("for (const u of us) { await db.query(`select ${u}`) }"))
	f.Add(2, []byte("package a\nfunc f() { db.Query(\"select 1\") }"))
	f.Add(3, []byte("model User { id Int @id }"))
	langs := []source.Lang{source.SQL, source.TypeScript, source.Go, source.Prisma, source.TSX, source.JavaScript}
	f.Fuzz(func(t *testing.T, lang int, text []byte) {
		if len(text) > 1<<14 {
			return
		}
		file := source.NewFile("f", langs[(lang&0xff)%len(langs)], text)
		fa := Extract(context.Background(), file, Options{})
		all := source.Span{Start: 0, End: len(text)}
		for _, st := range fa.Statements {
			for _, q := range st.Queries {
				if !all.Covers(q.Span) || !all.Covers(q.Head) {
					t.Fatalf("query %v %v outside the text of %d bytes", q.Span, q.Head, len(text))
				}
			}
		}
		for _, c := range fa.Calls {
			if !all.Covers(c.Span) {
				t.Fatalf("call %v outside the text of %d bytes", c.Span, len(text))
			}
		}
	})
}

// BenchmarkSQLEdit is one key stroke in the middle of a SQL file of 10,000 lines.
func BenchmarkSQLEdit(b *testing.B) {
	var sb strings.Builder
	for i := range 2500 {
		fmt.Fprintf(&sb, "-- %d\nSELECT u.id, u.email FROM users u JOIN orders o ON o.user_id = u.id\nWHERE u.email = 'a%d' AND o.total > %d\nORDER BY o.created_at DESC;\n", i, i, i)
	}
	text := []byte(sb.String())
	s := NewSession(Options{})
	s.Extract(context.Background(), source.NewFile("a.sql", source.SQL, text))
	at := len(text) / 2
	for i := 0; b.Loop(); i++ {
		next := append(append(append([]byte{}, text[:at]...), []byte(fmt.Sprintf("/* %d */", i))...), text[at:]...)
		s.Extract(context.Background(), source.NewFile("a.sql", source.SQL, next))
	}
}
