package workspace

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/parsers/source"
)

// synthetic writes a workspace of about n files below dir: services in
// TypeScript that call each other and Prisma, Go packages, migrations and a
// schema of 200 tables.
func synthetic(tb testing.TB, dir string, n int) {
	tb.Helper()
	write := func(name, text string) {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	var schema strings.Builder
	schema.WriteString("datasource db {\n  provider = \"postgresql\"\n}\n")
	for i := range 200 {
		fmt.Fprintf(&schema, "model Table%d {\n  id Int @id\n  email String @unique\n  ownerId Int @map(\"owner_id\")\n  created DateTime\n  @@index([ownerId])\n  @@map(\"table_%d\")\n}\n", i, i)
		write(fmt.Sprintf("prisma/migrations/20240101%06d_t%d/migration.sql", i, i),
			fmt.Sprintf("CREATE TABLE table_%d (id int PRIMARY KEY, email text UNIQUE, owner_id int NOT NULL, created timestamp);\nCREATE INDEX table_%d_owner_id_idx ON table_%d (owner_id);\n", i, i, i))
	}
	write("prisma/schema.prisma", schema.String())
	write("prisma/migrations/migration_lock.toml", "provider = \"postgresql\"\n")
	write("package.json", `{"name":"app"}`)
	write("tsconfig.json", `{"compilerOptions":{"paths":{"@/*":["./src/*"]}}}`)
	write("src/db.ts", "import { PrismaClient } from '@prisma/client';\nexport const prisma = new PrismaClient();\n")
	write("go/go.mod", "module example.com/app\n\ngo 1.24\n")
	ts, gof := n*6/10, n*3/10
	for i := range ts {
		write(fmt.Sprintf("src/mod%d/service%d.ts", i%50, i), service(i, ts))
	}
	for i := range gof {
		write(fmt.Sprintf("go/pkg%d/store%d.go", i/5, i), goStore(i))
	}
}

func service(i, n int) string {
	next := min(i-i%12+(i+1)%12, n-1) // a dozen services call each other in a ring
	var b strings.Builder
	fmt.Fprintf(&b, "import { prisma } from '@/db';\nimport { Service%d } from '../mod%d/service%d.js';\n\n", next, next%50, next)
	fmt.Fprintf(&b, "export class Service%d {\n  constructor(private readonly next: Service%d) {}\n", i, next)
	for k := range 8 {
		t := (i + k) % 200
		fmt.Fprintf(&b, `
  async load%d(ids: number[], options: { deep: boolean }) {
    const out = [];
    for (const id of ids) {
      const row = await prisma.table%d.findUnique({ where: { id }, include: { owner: true } });
      if (!row) continue;
      out.push({ id: row.id, name: row.email.toLowerCase(), total: row.ownerId * %d });
    }
    if (options.deep) await this.next.load%d(ids.map((x) => x + 1), options);
    return out.filter((o) => o.total > 10).sort((a, b) => a.total - b.total);
  }
`, k, t, k, (k+1)%8)
	}
	b.WriteString("}\n")
	return b.String()
}

func goStore(i int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "package pkg%d\n\nimport (\n\t\"context\"\n\t\"database/sql\"\n)\n\ntype Store%d struct{ db *sql.DB }\n", i/5, i)
	for k := range 6 {
		fmt.Fprintf(&b, `
func (s *Store%d) Load%d(ctx context.Context, ids []int) error {
	for _, id := range ids {
		var email string
		if err := s.db.QueryRowContext(ctx, "SELECT email FROM table_%d WHERE owner_id = $1 AND id = $2", id, %d).Scan(&email); err != nil {
			return err
		}
	}
	return nil
}
`, i, k, (i+k)%200, k)
	}
	return b.String()
}

// BenchmarkCold reads a workspace of 3,000 files and answers the first
// question about one of them.
func BenchmarkCold(b *testing.B) {
	dir := b.TempDir()
	synthetic(b, dir, 3000)
	for b.Loop() {
		s := NewStore(Options{})
		snap, err := s.Load(context.Background(), []string{dir}, nil)
		if err != nil {
			b.Fatal(err)
		}
		snap.Calls(snap.Files()[len(snap.Files())/2])
	}
}

// loaded is a store with the synthetic workspace, linked.
func loaded(b *testing.B) (*Store, string) {
	dir := b.TempDir()
	synthetic(b, dir, 3000)
	s := NewStore(Options{})
	snap, err := s.Load(context.Background(), []string{dir}, nil)
	if err != nil {
		b.Fatal(err)
	}
	snap.linksNow()
	return s, filepath.ToSlash(dir)
}

// benchmarkEdit types into a file and asks for all that rules ask for.
func benchmarkEdit(b *testing.B, name string, edit func(text string, i int) string) {
	s, dir := loaded(b)
	p := dir + "/" + name
	text := string(s.Snapshot().File(p).Text)
	for i := 0; b.Loop(); i++ {
		snap := s.Edit(source.NewFile(p, source.LangOf(p), []byte(edit(text, i))))
		snap.Facts(p)
		snap.Queries(p)
		snap.Calls(p)
		snap.Steps(p)
	}
}

// BenchmarkEditBody changes what no other file can see.
func BenchmarkEditBody(b *testing.B) {
	benchmarkEdit(b, "src/mod7/service7.ts", func(text string, i int) string {
		return strings.Replace(text, "o.total > 10", fmt.Sprintf("o.total > %d", i), 1)
	})
}

// BenchmarkEditOutline adds a function, which links everything anew.
func BenchmarkEditOutline(b *testing.B) {
	benchmarkEdit(b, "src/mod7/service7.ts", func(text string, i int) string {
		return text + fmt.Sprintf("export async function f%d() { return prisma.table1.count(); }\n", i)
	})
}

// BenchmarkEditMigration changes the last migration.
func BenchmarkEditMigration(b *testing.B) {
	benchmarkEdit(b, "prisma/migrations/20240101000199_t199/migration.sql", func(text string, i int) string {
		return text + fmt.Sprintf("ALTER TABLE table_199 ADD COLUMN c%d int;\n", i)
	})
}
