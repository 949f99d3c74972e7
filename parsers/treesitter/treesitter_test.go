package treesitter

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/dbwise/dbwise/parsers/source"
	sitter "github.com/smacker/go-tree-sitter"
	"pgregory.net/rapid"
)

const sample = `import { db } from "./db";

// Loads the users.
export async function load(ids: number[]) {
	for (const id of ids) {
		await db.users.find({ id, name: ` + "`x ${id}`" + ` });
	}
}

class Orders<T> extends Base {
	private total = 0;
	get size() { return this.total ?? 1; }
}
`

// big is a program of about n lines.
func big(n int) string {
	var b strings.Builder
	for i := 0; i < n/14; i++ {
		b.WriteString(strings.ReplaceAll(strings.ReplaceAll(sample, "load", fmt.Sprint("load", i)), "Orders", fmt.Sprint("Orders", i)))
	}
	return b.String()
}

func parse(t testing.TB, lang source.Lang, text string) *Tree {
	t.Helper()
	tree, err := Parse(lang, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tree.Close)
	return tree
}

// The flat list must be what the library's own nodes tell: this also guards
// the memory layouts that C and Go share.
func TestNodesAgreeWithLibrary(t *testing.T) {
	if size := reflect.TypeFor[sitter.Node]().Field(0).Type.Size(); size != 32 {
		t.Fatalf("a node value has %d bytes", size)
	}
	texts := map[source.Lang]string{
		source.TypeScript: sample, source.TSX: sample, source.JavaScript: "const a = () => <b c={d}>{e}</b>; f(",
		source.Go: "package a\n\nfunc (s *S) f(x int) (int, error) { for range x { go g( } }\n",
	}
	for lang, text := range texts {
		tree := parse(t, lang, text)
		nodes := tree.Nodes()
		at := 0
		var walk func(n *sitter.Node, parent int, field string)
		walk = func(n *sitter.Node, parent int, field string) {
			i := at
			at++
			r := nodes.Raw[i]
			if r.Start != n.StartByte() || r.End != n.EndByte() || r.Symbol != uint16(n.Symbol()) || int(r.Parent) != parent ||
				nodes.Kind(i) != n.Type() || nodes.Is(i, Named) != n.IsNamed() || nodes.Is(i, Broken) != n.HasError() ||
				nodes.Is(i, Missing) != n.IsMissing() || nodes.Is(i, Extra) != n.IsExtra() || r.Field != tree.grammar.Field(field) {
				t.Fatalf("%s: node %d is %+v, library says %s %d-%d field %q", lang, i, r, n.Type(), n.StartByte(), n.EndByte(), field)
			}
			k := nodes.First(i)
			for c := 0; c < int(n.ChildCount()); c++ {
				if k != at {
					t.Fatalf("%s: child %d of %d is %d, want %d", lang, c, i, k, at)
				}
				walk(n.Child(c), i, n.FieldNameForChild(c))
				k = nodes.Next(k)
			}
			if k >= 0 || int(r.Stop) != at {
				t.Fatalf("%s: children of %d end at %d, Stop is %d", lang, i, at, r.Stop)
			}
		}
		walk(tree.tree.RootNode(), -1, "")
		if at != len(nodes.Raw) {
			t.Fatalf("%s: %d nodes listed, %d in the tree", lang, len(nodes.Raw), at)
		}
	}
}

func TestLimits(t *testing.T) {
	if _, err := Parse(source.SQL, []byte("select 1")); err == nil {
		t.Error("SQL has no grammar here")
	}
	if _, err := Parse(source.Go, make([]byte, MaxBytes+1)); err == nil {
		t.Error("a text over the limit was parsed")
	}
	if _, err := ParseWithin(time.Microsecond, source.TypeScript, []byte(big(5000))); !errors.Is(err, sitter.ErrOperationLimit) {
		t.Errorf("5,000 lines in a microsecond: %v", err)
	}
	tree, err := ParseWithin(time.Minute, source.TypeScript, []byte(strings.Repeat("(", 100_000)+strings.Repeat(")", 100_000)))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(tree.Nodes().Raw); n < 200_000 {
		t.Errorf("%d nodes of 100,000 parentheses", n)
	}
	tree.Close()
	tree.Close()
}

func TestDiff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		gen := rapid.StringOfN(rapid.SampledFrom([]rune("aé€😀è")), 0, 12, -1)
		old, text := []byte(gen.Draw(t, "old")), []byte(gen.Draw(t, "new"))
		c := Diff(old, text)
		got, err := source.Apply(old, []source.Edit{{Span: c.Old, Text: c.New.In(text)}})
		if err != nil || string(got) != string(text) {
			t.Fatalf("%+v makes %q of %q, want %q (%v)", c, got, old, text, err)
		}
		if s := c.New.In(text); strings.ToValidUTF8(s, "!") != s || strings.ToValidUTF8(c.Old.In(old), "!") != c.Old.In(old) {
			t.Fatalf("%+v cuts a rune of %q or %q", c, old, text)
		}
	})
}

// Whatever was typed before, a text without errors is read as if it were new.
func TestUpdateEqualsParse(t *testing.T) {
	pieces := []string{"", "{", "}", "`", "\"", "x", " await y;\n", "(", ")", "${", "é", "\n", "=>"}
	rapid.Check(t, func(t *rapid.T) {
		d := NewDocument(source.TypeScript)
		defer d.Close()
		if rapid.Bool().Draw(t, "whole") {
			d.Whole = MaxBytes
		}
		text := []byte(sample)
		for range rapid.IntRange(1, 6).Draw(t, "edits") {
			got, err := d.Update(text)
			if err != nil {
				t.Fatal(err)
			}
			fresh, err := Parse(source.TypeScript, text)
			if err != nil {
				t.Fatal(err)
			}
			want := fresh.Nodes().Raw
			fresh.Close()
			if (d.Whole > 0 || want[0].Flags&Broken == 0) && !reflect.DeepEqual(got.Raw, want) {
				t.Fatalf("after an edit the tree of %q differs from a fresh one", text)
			}
			if rapid.IntRange(0, 3).Draw(t, "undo") == 0 {
				text = []byte(sample)
				continue
			}
			a := rapid.IntRange(0, len(text)).Draw(t, "at")
			b := min(len(text), a+rapid.SampledFrom([]int{0, 1, 5, 60}).Draw(t, "cut"))
			text = append(append(append([]byte{}, text[:a]...), rapid.SampledFrom(pieces).Draw(t, "piece")...), text[b:]...)
		}
	})
}

// Tree-sitter keeps the size of short tokens in a byte; an edit must tell the
// columns right, or a token that grows beyond makes all behind it misplaced.
func TestTokenGrows(t *testing.T) {
	for _, token := range []string{"x", "// x", "/* x */ x", "'x'", "  x"} {
		for size := 200; size < 270; size += 3 {
			d := NewDocument(source.TypeScript)
			text := "before();\n" + strings.Replace(token, "x", strings.Repeat("x", size), 1) + "\nafter(1);\n"
			for range 40 {
				got, err := d.Update([]byte(text))
				if err != nil {
					t.Fatal(err)
				}
				if want := parse(t, source.TypeScript, text).Nodes(); !reflect.DeepEqual(got.Raw, want.Raw) {
					t.Fatalf("%s of %d bytes: the tree differs from a fresh one", token, len(text)-22)
				}
				text = strings.Replace(text, "xx", "xxyy", 1)
			}
			d.Close()
		}
	}
}

func BenchmarkParse(b *testing.B) {
	text := []byte(big(10_000))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		tree, err := Parse(source.TypeScript, text)
		if err != nil {
			b.Fatal(err)
		}
		tree.Close()
	}
}

func BenchmarkNodes(b *testing.B) {
	tree := parse(b, source.TypeScript, big(10_000))
	nodes := 0
	for b.Loop() {
		nodes = len(tree.Nodes().Raw)
	}
	b.ReportMetric(float64(nodes), "nodes")
}

func BenchmarkCursorWalk(b *testing.B) {
	tree := parse(b, source.TypeScript, big(10_000))
	for b.Loop() {
		c := sitter.NewTreeCursor(tree.tree.RootNode())
		for depth := 0; depth >= 0; {
			c.CurrentNode().Symbol()
			if c.GoToFirstChild() {
				depth++
				continue
			}
			for depth >= 0 && !c.GoToNextSibling() {
				c.GoToParent()
				depth--
			}
		}
		c.Close()
	}
}
