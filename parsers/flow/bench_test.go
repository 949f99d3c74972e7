package flow_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/flow"
	"github.com/dbwise/dbwise/parsers/source"
)

// goBlock is 25 lines of a service, as dense with calls as such code gets.
const goBlock = `
func (s *Store) Load%[1]d(ctx context.Context, ids []int64, name string) ([]User, error) {
	var users []User
	if err := s.db.Where("name = ?", name).Find(&users).Error; err != nil {
		return nil, fmt.Errorf("load users: %%w", err)
	}
	seen := map[int64]bool{}
	for i, u := range users {
		if seen[u.ID] {
			continue
		}
		seen[u.ID] = true
		orders, err := s.orders.ByUser(ctx, u.ID, Options{Limit: 10, Offset: i})
		if err != nil {
			return nil, fmt.Errorf("load orders of %%d: %%w", u.ID, err)
		}
		for _, o := range orders {
			total := o.Price * o.Count
			s.cache.Set(fmt.Sprintf("%%d-%%d", u.ID, o.ID), total)
			s.log.Info("order", "id", o.ID, "total", total)
		}
		rows = append(rows, Row{u.Name, len(orders)})
	}
	return users, nil
}
`

// BenchmarkGo reads a file of 10,000 lines.
func BenchmarkGo(b *testing.B) {
	var text strings.Builder
	text.WriteString("package users\n\nimport (\n\t\"context\"\n\t\"fmt\"\n)\n")
	for i := 0; strings.Count(text.String(), "\n") < 10_000; i++ {
		fmt.Fprintf(&text, goBlock, i)
	}
	benchmark(b, "users.go", text.String())
}

func benchmark(b *testing.B, name, text string) {
	src := source.NewFile("/app/"+name, source.LangOf(name), []byte(text))
	file, err := parsers[src.Lang](src)
	if err != nil {
		b.Fatal(err)
	}
	nodes := 0
	for _, n := range file.Body {
		n.Walk(func(*code.Node) bool { nodes++; return true })
	}
	b.ReportAllocs()
	b.ResetTimer()
	var f *facts.Facts
	for b.Loop() {
		f = flow.Extract(file, []facts.Reader{fake}, flow.Options{Source: src, ParseSQL: parseSQL})
	}
	b.ReportMetric(float64(len(f.Calls)), "calls")
	b.ReportMetric(float64(nodes), "nodes")
}

// tsBlock is 24 lines of a service.
const tsBlock = `
export async function load%[1]d(db: PrismaClient, ids: number[], name: string): Promise<Row[]> {
  const users = await db.user.findMany({ where: { name, active: true }, include: { team: true } });
  const seen = new Set<number>();
  const rows: Row[] = [];
  for (const user of users) {
    if (seen.has(user.id)) continue;
    seen.add(user.id);
    const orders = await db.order.findMany({ where: { userId: user.id, state: "open" }, take: 10 });
    if (!orders.length) {
      logger.warn("no orders", { user: user.id, name: user.name });
      continue;
    }
    const totals = orders.map((order) => {
      const total = order.price * order.count;
      return { id: order.id, total, label: ` + "`${user.name} ${order.id}`" + ` };
    });
    rows.push({ name: user.name, totals, count: orders.length });
  }
  await Promise.all(rows.map(async (row) => {
    await db.row.update({ where: { id: row.id }, data: { count: row.count } });
  }));
  return rows;
}
`

// BenchmarkTypeScript reads a file of 10,000 lines.
func BenchmarkTypeScript(b *testing.B) {
	var text strings.Builder
	text.WriteString("import { PrismaClient } from \"@prisma/client\";\nimport { logger } from \"./logger\";\n")
	for i := 0; strings.Count(text.String(), "\n") < 10_000; i++ {
		fmt.Fprintf(&text, tsBlock, i)
	}
	benchmark(b, "users.ts", text.String())
}
