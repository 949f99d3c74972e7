package workspace

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dbwise/dbwise/parsers/source"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"
)

// archive are the workspace files of a golden.
func archive(t testing.TB, name string) map[string][]byte {
	t.Helper()
	a, err := txtar.ParseFile("testdata/" + name + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range a.Files {
		if printers[f.Name] == nil {
			files[f.Name] = f.Data
		}
	}
	return files
}

// lay writes files below a new folder.
func lay(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := filepath.ToSlash(t.TempDir())
	for name, text := range files {
		put(t, dir, name, text)
	}
	return dir
}

func put(t testing.TB, dir, name, text string) {
	t.Helper()
	p := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func everything(s *Snapshot) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(printers)) {
		b.WriteString(name + "\n" + printers[name](s))
	}
	return b.String()
}

// TestEditsEqualFresh holds that a snapshot reached by edits tells what one
// made anew of the same texts tells.
func TestEditsEqualFresh(t *testing.T) {
	pieces := []string{"", " ", "\n", "}", "(", ";", "id", "await ", "// x\n", "-- x\n", "export const z = 1;\n",
		"ALTER TABLE users ADD COLUMN z int;\n", "DROP TABLE orders;", "func Z() {}\n", "@@index([id])\n", "prisma.user.count();"}
	names := []string{"demo", "links-ts", "links-go", "models", "gorm", "monorepo", "programs"}
	bases := map[string]map[string][]byte{}
	for _, n := range names {
		bases[n] = archive(t, n)
	}
	rapid.Check(t, func(t *rapid.T) {
		files := maps.Clone(bases[rapid.SampledFrom(names).Draw(t, "workspace")])
		paths := slices.Sorted(maps.Keys(files))
		s := NewStore(Options{})
		for name, text := range files {
			s.disk["/w/"+name] = s.state("/w/"+name, text)
		}
		s.roots, s.indexed = []string{"/w"}, true
		s.publish(true)
		for range rapid.IntRange(1, 4).Draw(t, "edits") {
			name := rapid.SampledFrom(paths).Draw(t, "file")
			if source.LangOf(name) == source.Unknown {
				continue
			}
			text := files[name]
			a := rapid.IntRange(0, len(text)).Draw(t, "at")
			b := min(len(text), a+rapid.SampledFrom([]int{0, 0, 1, 5, 40}).Draw(t, "cut"))
			piece := rapid.SampledFrom(pieces).Draw(t, "piece")
			files[name] = append(append(append([]byte{}, text[:a]...), piece...), text[b:]...)
			snap := s.Edit(source.NewFile("/w/"+name, source.LangOf(name), files[name]))
			if rapid.Bool().Draw(t, "look") {
				snap.Calls("/w/" + name)
			}
		}
		got, want := everything(s.Snapshot()), everything(Of(Options{}, "/w", files))
		if got != want {
			t.Fatalf("-fresh +edited:\n%s", cmp.Diff(want, got))
		}
	})
}

// TestSharing holds that an edit nobody else can see keeps what was derived.
func TestSharing(t *testing.T) {
	s := NewStore(Options{})
	for name, text := range archive(t, "demo") {
		s.disk["/w/"+name] = s.state("/w/"+name, text)
	}
	s.roots, s.indexed = []string{"/w"}, true
	before := s.publish(true)
	p, other := "/w/storefront/src/cart.ts", "/w/storefront/src/reviews.ts"
	before.Calls(p)
	before.Calls(other)
	edit := func(from, to string) *Snapshot {
		text := strings.Replace(string(s.Snapshot().File(p).Text), from, to, 1)
		return s.Edit(source.NewFile(p, source.TypeScript, []byte(text)))
	}
	after := edit("What the cart page shows", "What the page of the cart shows")
	if after.linksNow() != before.linksNow() || after.schemaNow() != before.schemaNow() {
		t.Error("a comment made the workspace be derived anew")
	}
	if after.view(other) != before.view(other) {
		t.Error("a comment made another file be seen anew")
	}
	if after.view(p) == before.view(p) {
		t.Error("the edited file was not seen anew")
	}
	after = edit("const lines", "await prisma.cart.count(); const lines")
	if after.linksNow() == before.linksNow() {
		t.Error("a new call was not linked")
	}
	if after.linksNow().resolver != before.linksNow().resolver {
		t.Error("a new call made names be resolved anew")
	}
	after = edit("export async function cartTotal", "export async function total")
	if after.linksNow().resolver == before.linksNow().resolver {
		t.Error("a new name was not resolved")
	}
}

// TestConcurrent reads snapshots while edits are made.
func TestConcurrent(t *testing.T) {
	s := NewStore(Options{FactsBytes: 1 << 14})
	for name, text := range archive(t, "demo") {
		s.disk["/w/"+name] = s.state("/w/"+name, text)
	}
	s.roots, s.indexed = []string{"/w"}, true
	s.publish(true)
	p := "/w/storefront/src/cart.ts"
	text := string(s.Snapshot().File(p).Text)
	want := everything(s.Snapshot())
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 5 {
				everything(s.Snapshot())
			}
		}()
	}
	for i := range 30 {
		s.Edit(source.NewFile(p, source.TypeScript, []byte(fmt.Sprintf("%s// %d\n", text, i))))
	}
	wg.Wait()
	s.Edit(source.NewFile(p, source.TypeScript, []byte(text)))
	if got := everything(s.Snapshot()); got != want {
		t.Errorf("after edits back and forth:\n%s", cmp.Diff(want, got))
	}
}

// TestLoad reads a folder, keeps to what git ignores, and follows the disk.
func TestLoad(t *testing.T) {
	dir := lay(t, map[string]string{
		".gitignore":               "ignored/\n*.gen.ts\n!keep.gen.ts\n/top.ts\n",
		"src/.gitignore":           "local.ts\n",
		"src/a.ts":                 "export const a = 1;",
		"src/local.ts":             "",
		"src/top.ts":               "",
		"top.ts":                   "",
		"x.gen.ts":                 "",
		"keep.gen.ts":              "",
		"ignored/a.ts":             "",
		"node_modules/x/index.js":  "",
		"vendor/x/x.go":            "package x",
		"dist/out.js":              "",
		"internal/build/build.go":  "package build",
		".hidden/a.ts":             "",
		"min.js":                   strings.Repeat("a", 20000),
		"binary.sql":               "a\x00b",
		"README.md":                "",
		"go.mod":                   "module x",
		"migrations/01_a.up.sql":   "CREATE TABLE users (id int);",
		"migrations/01_a.down.sql": "DROP TABLE users;",
		"big.ts":                   strings.Repeat("// x\n", 300_000),
	})
	if err := os.Symlink(dir, filepath.Join(dir, "src", "loop")); err != nil {
		t.Fatal(err)
	}
	s := NewStore(Options{})
	done := 0
	var mu sync.Mutex
	snap, err := s.Load(context.Background(), []string{dir}, func(int, int) { mu.Lock(); done++; mu.Unlock() })
	if err != nil {
		t.Fatal(err)
	}
	if done == 0 {
		t.Error("no progress was told")
	}
	rel := func(snap *Snapshot) string {
		var out []string
		for _, p := range snap.Files() {
			out = append(out, snap.Rel(p))
		}
		return strings.Join(out, " ")
	}
	want := "go.mod internal/build/build.go keep.gen.ts migrations/01_a.down.sql migrations/01_a.up.sql src/a.ts src/top.ts"
	if got := rel(snap); got != want {
		t.Errorf("files\n got %s\nwant %s", got, want)
	}
	var left []string
	for _, o := range snap.Omitted() {
		left = append(left, snap.Rel(o.Path)+": "+o.Reason)
	}
	if d := cmp.Diff([]string{"big.ts: too large", "binary.sql: binary", "dist: build output", "ignored: in .gitignore", "min.js: minified",
		"node_modules: dependencies", "src/local.ts: in .gitignore", "top.ts: in .gitignore", "vendor: dependencies", "x.gen.ts: in .gitignore"}, left); d != "" {
		t.Errorf("omitted (-want +got):\n%s", d)
	}

	put(t, dir, "src/b.ts", "export const b = 1;")
	put(t, dir, "x.gen.ts", "changed")
	put(t, dir, "migrations/02_b.up.sql", "CREATE TABLE orders (id int);")
	snap = s.Reload(dir+"/src/b.ts", dir+"/x.gen.ts", dir+"/migrations")
	if got := rel(snap); !strings.Contains(got, "src/b.ts") || strings.Contains(got, "x.gen.ts") || !strings.Contains(got, "02_b") {
		t.Errorf("after new files: %s", got)
	}
	if n := len(snap.Databases()[0].Catalog.Tables()); n != 2 {
		t.Errorf("%d tables after a new migration, want 2", n)
	}
	if err := os.Rename(dir+"/src", dir+"/lib"); err != nil {
		t.Fatal(err)
	}
	if got := rel(s.Reload(dir+"/src", dir+"/lib")); strings.Contains(got, "src/") || !strings.Contains(got, "lib/a.ts") {
		t.Errorf("after a rename: %s", got)
	}
}

// TestOverlay holds that open documents win over the disk until they are closed.
func TestOverlay(t *testing.T) {
	dir := lay(t, map[string]string{"migrations/01_a.up.sql": "CREATE TABLE users (id int);"})
	s := NewStore(Options{})
	p := dir + "/migrations/01_a.up.sql"
	tables := func(snap *Snapshot) int { return snap.Databases()[0].Catalog.Len() }
	s.Edit(source.NewFile(p, source.SQL, []byte("CREATE TABLE a (id int); CREATE TABLE b (id int);")))
	if got := s.Snapshot().Databases(); len(got) != 0 {
		t.Errorf("databases before the workspace was read: %v", got)
	}
	if steps := s.Snapshot().Steps(p); len(steps) != 2 || steps[0].Migration == nil || steps[0].Known {
		t.Errorf("steps before the workspace was read: %+v", steps)
	}
	snap, err := s.Load(context.Background(), []string{dir}, nil)
	if err != nil || tables(snap) != 2 {
		t.Fatalf("the open document does not win: %v", err)
	}
	put(t, dir, "migrations/01_a.up.sql", "SELECT 1;")
	if snap = s.Reload(p); tables(snap) != 2 {
		t.Error("the disk wins over the open document")
	}
	if snap = s.CloseDocument(p); tables(snap) != 0 {
		t.Error("the closed document still wins")
	}
	snap = s.Edit(source.NewFile("untitled:1", source.SQL, []byte("SELECT 1")))
	if len(snap.Queries("untitled:1")) != 1 {
		t.Error("a document without a file has no queries")
	}
	if snap = s.CloseDocument("untitled:1"); snap.File("untitled:1") != nil {
		t.Error("a closed document without a file is still there")
	}
}

// TestCancel holds that a load that was cancelled leaves the store as it was,
// and ends soon.
func TestCancel(t *testing.T) {
	dir := t.TempDir()
	synthetic(t, dir, 60)
	s := NewStore(Options{})
	ctx, cancel := context.WithCancel(context.Background())
	once := sync.Once{}
	start := time.Now()
	_, err := s.Load(ctx, []string{dir}, func(int, int) { once.Do(cancel) })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("took %v to end", d)
	}
	if s.Snapshot().Indexed() || len(s.Snapshot().Files()) != 0 {
		t.Error("a cancelled load left something")
	}
	cancel()
}

// TestMultiRoot holds that each root keeps its own database.
func TestMultiRoot(t *testing.T) {
	a := lay(t, map[string]string{"migrations/01_a.up.sql": "CREATE TABLE users (id int);", "q.sql": "SELECT id FROM users;"})
	b := lay(t, map[string]string{"migrations/01_a.up.sql": "CREATE TABLE users (name text);", "q.sql": "SELECT name FROM users;"})
	s := NewStore(Options{})
	snap, err := s.Load(context.Background(), []string{a, b}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for root, column := range map[string]string{a: "id", b: "name"} {
		q := snap.Queries(root + "/q.sql")[0]
		if q.Database == nil || q.Database.Dir != root || q.Known[0].Column(column) == nil {
			t.Errorf("query of %s goes to %v", root, q.Database)
		}
	}
}

// TestCircles holds that files that lead to each other in circles, with more
// ways than could be gone, are read in a moment.
func TestCircles(t *testing.T) {
	files := map[string][]byte{}
	const n = 14
	for i := range n {
		var b strings.Builder
		for j := range n {
			fmt.Fprintf(&b, "export * from './m%d';\nexport { x%d } from './m%d';\n", j, (i+j)%n, j)
			fmt.Fprintf(&b, "import { A%d } from './m%d';\n", (i+j)%n, j)
		}
		fmt.Fprintf(&b, "export interface A%d extends ", i)
		for j := range n {
			fmt.Fprintf(&b, "A%d, ", (i+j+1)%n)
		}
		fmt.Fprintf(&b, "A0 { f%d(): A%d }\nexport class C%d extends A%d implements A0, A1 { m(a: A%d) { return a.g().h.i(this.f%d()); } }\n", i, i, i, (i+1)%n, i, i)
		fmt.Fprintf(&b, "export const x%d = remember(() => y%d);\nconst y%d = remember(() => x%d);\nfunction remember(f) { return x%d(f).y%d.z(); }\n", i, i, i, (i+1)%n, i, i)
		files[fmt.Sprintf("m%d.ts", i)] = []byte(b.String())
	}
	start := time.Now()
	everything(Of(Options{}, "/w", files))
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("took %v", d)
	}
}
