package golang

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"
)

// samples are the Go files of the goldens and two of the standard library.
func samples(t testing.TB) [][]byte {
	t.Helper()
	var out [][]byte
	paths, _ := filepath.Glob("testdata/*.txtar")
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if strings.HasSuffix(f.Name, ".go") {
				out = append(out, f.Data)
			}
		}
	}
	for _, name := range []string{"database/sql/ctxutil.go", "text/template/helper.go"} {
		text, err := os.ReadFile(filepath.Join(runtime.GOROOT(), "src", name))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, text)
	}
	return out
}

// Whatever is typed, the document reads as if it were opened anew.
func TestUpdateEqualsParse(t *testing.T) {
	texts := samples(t)
	pieces := []string{
		"", "", "\n", " ", "{", "}", "(", ")", "`", "\"", "x", "é", "// ", "/*", "*/", ".", ", y", " + z", " + \"s\"",
		"new(", "new(1)", "i, j := 1, 2\n", "func f() {\n", "for _, v := range xs {\n", "\treturn err\n}\n", "case 1:\n", ":= ", "\\",
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom(texts).Draw(t, "text")
		doc := NewDocument()
		defer doc.Close()
		checkUpdate(t, doc, text)
		for range rapid.IntRange(1, 5).Draw(t, "edits") {
			a := rapid.IntRange(0, len(text)).Draw(t, "at")
			b := min(len(text), a+rapid.SampledFrom([]int{0, 0, 0, 1, 2, 10, 200}).Draw(t, "cut"))
			piece := rapid.SampledFrom(pieces).Draw(t, "piece")
			if from := rapid.IntRange(-3, len(text)).Draw(t, "copy"); from >= 0 && piece == "" {
				piece = string(text[from:min(len(text), from+300)])
			}
			text = bytes.Join([][]byte{text[:a], []byte(piece), text[b:]}, nil)
			checkUpdate(t, doc, text)
		}
	})
}

func checkUpdate(t *rapid.T, doc *Document, text []byte) {
	f := source.NewFile("/a.go", source.Go, text)
	got, err := doc.Update(f)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Parse(f)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("after an edit (-parsed +updated):\n%s\n%s", cmp.Diff(code.DumpSpans(want), code.DumpSpans(got)), text)
	}
}

// What an edit does not touch is not converted again.
func TestUpdateKeeps(t *testing.T) {
	text := program(400)
	doc := NewDocument()
	defer doc.Close()
	before, err := doc.Update(source.NewFile("/a.go", source.Go, text))
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(text, []byte("func Load5("))
	text = bytes.Join([][]byte{text[:at], []byte("\n// more\n"), text[at:]}, nil)
	after, err := doc.Update(source.NewFile("/a.go", source.Go, text))
	if err != nil {
		t.Fatal(err)
	}
	same := 0
	for i := range min(len(before.Body), len(after.Body)) {
		if before.Body[i] == after.Body[i] {
			same++
		}
	}
	if same != 5 {
		t.Errorf("%d declarations before the edit were kept, want 5", same)
	}
	laws(t, after, text)
}

func FuzzConvert(f *testing.F) {
	for _, text := range samples(f) {
		f.Add(text, 0)
		f.Add(text, len(text)/2)
	}
	f.Add([]byte("package p\nvar x = new(\"\\"), 3)
	f.Add([]byte("\xff\x00`\r\n"), 0)
	f.Fuzz(func(t *testing.T, text []byte, cut int) {
		if len(text) > 1<<15 {
			return
		}
		if cut > 0 && cut < len(text) {
			text = text[:cut]
		}
		file, err := Parse(source.NewFile("/a.go", source.Go, text))
		if err != nil {
			return
		}
		laws(t, file, text)
		code.Dump(file)
	})
}

// Every truncation of real files is read without a panic.
func TestTruncated(t *testing.T) {
	for _, text := range samples(t) {
		for n := 0; n < len(text); n += 1 + len(text)/97 {
			laws(t, parse(t, text[:n]), text[:n])
		}
	}
}

// Deep, long and large texts neither crash nor hang, and facts beside them stay.
func TestExtremes(t *testing.T) {
	deep := func(open, inside, close string) string {
		return strings.Repeat(open, 5000) + inside + strings.Repeat(close, 5000)
	}
	cases := map[string]string{
		"parentheses": "x := " + deep("(", "1", ")"),
		"blocks":      deep("{", "x()", "}"),
		"calls":       "x" + strings.Repeat(".y(1)", 5000),
		"arguments":   deep("f(", "1", ")"),
		"else":        "if a {}" + strings.Repeat(" else if b {}", 5000),
		"sum":         "x := 1" + strings.Repeat(" + y", 5000),
		"strings":     "x := \"a\"" + strings.Repeat(" + y + \"b\"", 5000),
		"literals":    "x := T" + deep("{", "1", "}"),
		"types":       "var x " + strings.Repeat("[]", 5000) + "int",
		"functions":   "var x " + deep("func(", "int", ")"),
		"escapes":     "x := \"" + strings.Repeat(`\x41`, 100_000) + "\"",
		"unary":       "x := " + strings.Repeat("!", 5000) + "y",
		"closures":    deep("func() {", "x()", "}()\n"),
	}
	for name, body := range cases {
		t.Run(name, func(t *testing.T) {
			text := []byte("package p\n\nfunc before() { a() }\n\nfunc deep() {\n" + body + "\n}\n\nfunc behind() { b() }\n")
			file := parse(t, text)
			laws(t, file, text)
			code.Dump(file)
			if n := len(file.Body); n != 3 || file.Body[0].Is(code.Broken) || file.Body[2].Text != "behind" || file.Body[2].Is(code.Broken) {
				t.Errorf("%d declarations, broken %v", n, file.Broken)
			}
		})
	}
	if _, err := Parse(source.NewFile("/a.go", source.Go, make([]byte, 2<<20))); err == nil {
		t.Error("a file of 2 MiB was read")
	}
}

// program is a source file of about n lines.
func program(n int) []byte {
	var b bytes.Buffer
	b.WriteString("package shop\n\nimport (\n\t\"context\"\n\t\"database/sql\"\n)\n\n")
	for i := 0; i < n/25; i++ {
		fmt.Fprintf(&b, `// Load%[1]d reads the orders of some users.
func Load%[1]d(ctx context.Context, db *sql.DB, ids []int64) ([]*Order, error) {
	var out []*Order
	for _, id := range ids {
		rows, err := db.QueryContext(ctx, "SELECT id, total, note FROM orders "+
			"WHERE user_id = $1 AND state = 'open' ORDER BY id", id)
		if err != nil {
			return nil, fmt.Errorf("load orders of %%d: %%w", id, err)
		}
		for rows.Next() {
			o := &Order{UserID: id, Tags: map[string]string{"a": "b"}}
			if err := rows.Scan(&o.ID, &o.Total, &o.Note); err != nil {
				rows.Close()
				return nil, err
			}
			out = append(out, o)
		}
		if err := rows.Close(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

`, i)
	}
	return b.Bytes()
}

func BenchmarkParse(b *testing.B) {
	f := source.NewFile("/a.go", source.Go, program(10_000))
	b.SetBytes(int64(len(f.Text)))
	for b.Loop() {
		if _, err := Parse(f); err != nil {
			b.Fatal(err)
		}
	}
}

// One character typed in the middle of 10,000 lines.
func BenchmarkUpdate(b *testing.B) { benchmarkUpdate(b, "x") }

// The same where every other version is broken.
func BenchmarkUpdateBroken(b *testing.B) { benchmarkUpdate(b, "{") }

func benchmarkUpdate(b *testing.B, typed string) {
	text := program(10_000)
	at := bytes.Index(text, []byte("func Load200(")) + 300
	other := bytes.Join([][]byte{text[:at], []byte(typed), text[at:]}, nil)
	files := []*source.File{source.NewFile("/a.go", source.Go, text), source.NewFile("/a.go", source.Go, other)}
	doc := NewDocument()
	defer doc.Close()
	if _, err := doc.Update(files[1]); err != nil {
		b.Fatal(err)
	}
	i := 0
	for b.Loop() {
		if _, err := doc.Update(files[i%2]); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

// A case that an error tears out of its switch is read again once it is back.
func TestUpdateAfterError(t *testing.T) {
	body := strings.Repeat("\t\tcall(\"with some text\", and, arguments)\n", 10)
	text := "package p\n\nfunc f() {\n\tswitch x {\n\tcase 1:\n" + body + "\tcase 2:\n" + body + "\tcase 3:\n" + body
	doc := NewDocument()
	defer doc.Close()
	for _, step := range []string{"\t}\n}\n", "\n", "\n\n\t}\n}\n", "\n\n\t\n", "\n\n\t}\n}\n"} {
		f := source.NewFile("/a.go", source.Go, []byte(text+step))
		got, err := doc.Update(f)
		if err != nil {
			t.Fatal(err)
		}
		if want := parse(t, f.Text); !reflect.DeepEqual(got, want) {
			t.Errorf("after an edit (-parsed +updated):\n%s", cmp.Diff(code.DumpSpans(want), code.DumpSpans(got)))
		}
	}
}
