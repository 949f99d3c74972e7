package rules_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/rules"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/source"
	"golang.org/x/tools/txtar"
)

const root = "/workspace"

// around is what stands around the file under test: something to look up in.
var around = map[string]string{
	"go.mod":                        "module shop\n\ngo 1.26\n",
	"migrations/000001_init.up.sql": "CREATE TABLE users (id bigint PRIMARY KEY, email text, team_id bigint REFERENCES users (id) ON DELETE CASCADE);\n",
	"prisma/schema.prisma":          "datasource db {\n  provider = \"postgresql\"\n}\n\nmodel User {\n  id String @id\n  name String\n}\n",
	"src/db.ts":                     "import { PrismaClient } from '@prisma/client';\nexport const prisma = new PrismaClient();\n",
	"queries/users.sql":             "SELECT * FROM users WHERE email = $1;\n",
}

var places = []string{"src/a.ts", "src/a.tsx", "src/a.js", "a.go", "migrations/000002_a.up.sql", "queries/a.sql", "prisma/a.prisma"}

// seeds are the files of all goldens of the rules and of the demo: real enough
// to be cut anywhere.
func seeds(f *testing.F) map[string][]string {
	byExt := map[string][]string{}
	add := func(name, text string) { byExt[filepath.Ext(name)] = append(byExt[filepath.Ext(name)], text) }
	goldens, err := filepath.Glob("*/testdata/*.txtar")
	if err != nil || len(goldens) == 0 {
		f.Fatal("no goldens to start from")
	}
	for _, g := range goldens {
		ar, err := txtar.ParseFile(g)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range ar.Files {
			add(file.Name, string(file.Data))
		}
	}
	err = filepath.WalkDir("../../editors/demo", func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(p)
		add(p, string(text))
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	return byExt
}

// FuzzPipeline puts a text, cut at a place, through everything from the grammar
// to the fixes: nothing panics, no rule is muted, all spans lie in their text
// on rune bounds, and fixes can be applied.
func FuzzPipeline(f *testing.F) {
	for i, p := range places {
		for _, text := range seeds(f)[filepath.Ext(p)] {
			f.Add(uint8(i), uint16(len(text)), text)
			f.Add(uint8(i), uint16(len(text)/2), text)
		}
	}
	f.Fuzz(func(t *testing.T, place uint8, cut uint16, text string) {
		text = text[:min(int(cut), len(text))]
		files := map[string][]byte{places[int(place)%len(places)]: []byte(text)}
		for name, body := range around {
			files[name] = []byte(body)
		}
		snap := workspace.Of(workspace.Options{}, root, files)
		log := &muted{t: t}
		runner := &diagnostics.Runner{Rules: rules.All(), Log: log.logger()}
		found, err := runner.All(context.Background(), snap, &diagnostics.Config{Dir: root}, snap.Files(), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range found {
			inside(t, snap, d.Path, d.Span)
			for _, r := range d.Related {
				inside(t, snap, r.Path, r.Span)
			}
			for _, fix := range d.Fixes {
				applies(t, snap, fix)
			}
		}
	})
}

func inside(t *testing.T, snap *workspace.Snapshot, path string, s source.Span) {
	f := snap.File(path)
	if f == nil || s.Start < 0 || s.End < s.Start || s.End > len(f.Text) {
		t.Fatalf("span %v lies outside %s", s, path)
	}
	for _, off := range []int{s.Start, s.End} {
		if off < len(f.Text) && !utf8.RuneStart(f.Text[off]) && utf8.Valid(f.Text) {
			t.Fatalf("span %v of %s cuts a character", s, path)
		}
	}
}

func applies(t *testing.T, snap *workspace.Snapshot, fix diagnostics.Fix) {
	byFile := map[string][]source.Edit{}
	for _, e := range fix.Edits {
		if f := snap.File(e.Path); f == nil || f.Hash != e.Hash {
			t.Fatalf("fix %q edits a text that is not there: %s", fix.Title, e.Path)
		}
		byFile[e.Path] = append(byFile[e.Path], e.Edit)
	}
	for path, edits := range byFile {
		if _, err := source.Apply(snap.File(path).Text, edits); err != nil {
			t.Fatalf("fix %q of %s: %v", fix.Title, path, err)
		}
	}
}

// bigSQL is a script of about 10,000 lines: tables, indexes, queries.
func bigSQL() string {
	var b strings.Builder
	for i := range 500 {
		fmt.Fprintf(&b, `CREATE TABLE t%d (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id bigint NOT NULL REFERENCES t%d (id),
    name text NOT NULL,
    status text NOT NULL DEFAULT 'new',
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX t%d_owner_idx ON t%d (owner_id, created_at);

SELECT a.id, a.name, count(*) AS n
FROM t%d a
JOIN t%d b ON b.owner_id = a.id
WHERE a.status = 'new'
    AND b.name = $1
GROUP BY a.id, a.name
ORDER BY n DESC
LIMIT 20;
UPDATE t%d SET status = 'done' WHERE id = $1;
`, i, max(0, i-1), i, i, i, i, i)
		b.WriteString("\n")
	}
	return b.String()
}

func bigTS() string {
	var b strings.Builder
	b.WriteString("import { prisma } from './db';\n")
	for i := range 400 {
		fmt.Fprintf(&b, `
export class Service%d {
  private cache = new Map<string, string>();

  async load(ids: string[]): Promise<string[]> {
    const out: string[] = [];
    for (const id of ids) {
      if (this.cache.has(id)) continue;
      const user = await prisma.user.findUnique({ where: { id } });
      if (!user) {
        console.warn(`+"`missing ${id} in %d`"+`);
        continue;
      }
      out.push(user.name ?? 'x');
    }
    return out.filter((name) => name !== '' && name.length > %d);
  }

  async list(page: number) {
    const rows = await prisma.user.findMany({ where: { name: { contains: 'a' } }, take: 20, skip: page * 20 });
    return rows.map(({ id, name }) => ({ id, name, page }));
  }
}
`, i, i, i%7)
	}
	return b.String()
}

// BenchmarkEdit is one typed character in a file of 10,000 lines, from the
// text to its findings.
func BenchmarkEdit(b *testing.B) {
	for name, text := range map[string]string{"queries/big.sql": bigSQL(), "src/big.ts": bigTS()} {
		b.Run(filepath.Ext(name)[1:], func(b *testing.B) {
			path := root + "/" + name
			store := workspace.NewStore(workspace.Options{})
			for other, body := range around {
				p := root + "/" + other
				store.Edit(source.NewFile(p, source.LangOf(p), []byte(body)))
			}
			runner, cfg := &diagnostics.Runner{Rules: rules.All()}, &diagnostics.Config{Dir: root}
			edit := func(i int) {
				at := len(text) / 2
				for text[at] != ' ' {
					at++
				}
				now := text
				if i%2 == 1 {
					now = text[:at] + "x" + text[at:]
				}
				snap := store.Edit(source.NewFile(path, source.LangOf(path), []byte(now)))
				if _, err := runner.File(context.Background(), snap, cfg, path); err != nil {
					b.Fatal(err)
				}
			}
			edit(0)
			b.ResetTimer()
			for i := range b.N {
				edit(i + 1)
			}
		})
	}
}
