package typescript

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// service is one part of a long program; %d makes its names differ.
const service = `
import { Injectable } from "@nestjs/common";

/** Loads orders. */
@Injectable()
export class Orders%[1]d extends Base<Order> {
	constructor(private readonly db: PrismaClient, private readonly log: Logger) {
		super();
	}

	async find(ids: number[], { page = 1, size }: Paging = {}): Promise<Order[]> {
		const out: Order[] = [];
		for (const id of ids) {
			const order = await this.db.order.findUnique({ where: { id }, include: { lines: true, user: { select: { name: true } } } });
			if (order && order.total > %[1]d) {
				out.push({ ...order, total: order.total * 2, label: ` + "`order ${order.id} of ${page}`" + ` });
			}
		}
		const rows = await this.db.$queryRaw` + "`select * from orders where id = ${ids[0]} and total > ${size ?? 10}`" + `;
		this.log.info("read " + rows.length + " rows\n", { rows });
		return out.concat(rows.map((r) => ({ ...r, id: Number(r.id) })));
	}

	get size(): number {
		return this.total ?? 0;
	}
}

export const handler%[1]d = async (req: Request, res: Response, next: NextFunction) => {
	try {
		switch (req.query.kind) {
			case "all":
				res.json(await new Orders%[1]d(db, log).find(req.body.ids as number[]));
				break;
			default:
				res.status(404).send({ error: 'it\'s missing' });
		}
	} catch (e) {
		next(e);
	}
};

export interface Row%[1]d { id: number; name?: string; lines: Array<{ sku: string; count: number }> }
type Key%[1]d = keyof Row%[1]d | "total" | null;
`

const component = `
export function OrderList({ orders, onSelect, isLoading, ...props }: { orders: Order[]; onSelect?: (id: number) => void; isLoading?: boolean } & ListProps) {
	const { data: totals, refresh } = useTotals({ ids: orders.map(order => order.id) }, { page: 1, size: 20, cached: false });
	const [search, setSearch] = useState<string>(props?.search);
	return (
		<List {...props} onSearch={value => { setSearch(value); refresh({ search: value, page: 1 }); }} isEmpty={orders.length === 0}>
			{orders.filter(({ label }) => label.includes(search)).map(order => <Row key={order.id} onClick={() => onSelect?.(order.id)}>{totals[order.id]}</Row>)}
		</List>
	);
}
`

// program has at least n lines.
func program(n int) []byte {
	var b strings.Builder
	for i, lines := 0, 0; lines < n; i++ {
		part := fmt.Sprintf(service, i)
		b.WriteString(part)
		lines += strings.Count(part, "\n")
	}
	return []byte(b.String())
}

func typed(text []byte) *source.File { return source.NewFile("/app/a.ts", source.TypeScript, text) }

func read(t testing.TB, d *Document, text []byte) *code.File {
	t.Helper()
	f, err := d.Update(typed(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Whatever is typed, an open document reads as if it were opened anew; when it
// is long, once it has no errors.
func TestUpdateEqualsParse(t *testing.T) {
	start := append(program(60), component...)
	file := func(text []byte) *source.File { return source.NewFile("/app/a.tsx", source.TSX, text) }
	rapid.Check(t, func(t *rapid.T) {
		d := NewDocument()
		if long := rapid.Bool().Draw(t, "long"); long {
			d.whole = 0
		}
		defer d.Close()
		text := start
		if _, err := d.Update(file(text)); err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 6).Draw(t, "edits") {
			text = edit(t, text, start)
			got, err := d.Update(file(text))
			if err != nil {
				t.Fatal(err)
			}
			want, err := Parse(file(text))
			if err != nil {
				t.Fatal(err)
			}
			if (len(want.Broken) == 0 || d.whole > 0) && !reflect.DeepEqual(got, want) {
				t.Fatalf("broken %v: (-want +got)\n%s", want.Broken, cmp.Diff(code.DumpSpans(want), code.DumpSpans(got)))
			}
		}
	})
}

// edit changes some of text, or undoes everything: then what was read while
// the text was broken must not shine through.
func edit(t *rapid.T, text, start []byte) []byte {
	pieces := []string{"", "x", " await y;\n", "(a)", "foo.bar(1)", "\n", "=> 1", "é", "`s ${q}`", "{ a: 1 }", "{", "}", "`", "(", ")", "/*", "*/", "'"}
	if rapid.IntRange(0, 3).Draw(t, "undo") == 0 {
		return start
	}
	a := rapid.IntRange(0, len(text)).Draw(t, "at")
	b := min(len(text), a+rapid.SampledFrom([]int{0, 0, 1, 3, 20, 300}).Draw(t, "cut"))
	piece := rapid.SampledFrom(pieces).Draw(t, "piece")
	return append(append(append([]byte{}, text[:a]...), piece...), text[b:]...)
}

func BenchmarkParse(b *testing.B) {
	f := typed(program(10_000))
	b.SetBytes(int64(len(f.Text)))
	b.ReportAllocs()
	for b.Loop() {
		parse(b, f)
	}
}

// A text further down reads as the same nodes, shifted.
func TestShift(t *testing.T) {
	for name, f := range inputs(t) {
		before := "// a comment before\n\n"
		want := parse(t, source.NewFile(f.Path, f.Lang, append([]byte(before), f.Text...)))
		for i, n := range parse(t, f).Body {
			if got := n.Shift(len(before)); !reflect.DeepEqual(got, want.Body[i]) {
				t.Errorf("%s: (-want +got)\n%s", name, cmp.Diff(want.Body[i], got))
			}
		}
	}
}

// BenchmarkEdit types and removes one character in the middle of 10,000 lines.
func BenchmarkEdit(b *testing.B) { benchmarkEdit(b, "x") }

// BenchmarkBrokenEdit types and removes what leaves the statement broken.
func BenchmarkBrokenEdit(b *testing.B) { benchmarkEdit(b, "..") }

func benchmarkEdit(b *testing.B, piece string) {
	text := program(10_000)
	at := strings.Index(string(text[len(text)/2:]), "order.total") + len(text)/2
	typed := append(append(append([]byte{}, text[:at]...), piece...), text[at:]...)
	d := NewDocument()
	defer d.Close()
	read(b, d, text)
	b.ReportAllocs()
	versions := [2][]byte{typed, text}
	for i := 0; b.Loop(); i++ {
		read(b, d, versions[i%2])
	}
}
