package indexes

import (
	"fmt"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

const initSQL = "-- migrations/000001_init.up.sql --\n" +
	"CREATE TABLE customers (id bigint PRIMARY KEY, email text UNIQUE);\n" +
	"CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id) ON DELETE CASCADE, placed_at timestamptz);\n"

var _ = set.Add(&diagnostics.Rule{
	ID: "missing-index", Category: diagnostics.Performance, Since: "0.1",
	Doc: diagnostics.Doc{
		Title: "A query searches a table by columns that no index starts with.",
		Why: "Without an index whose first columns are compared with values, the whole table is read for every execution " +
			"(sequential scan), and the cost grows with the table. " +
			"The rule asks all indexes of the schema that migrations and models describe: primary keys, unique constraints and any " +
			"left prefix count. It is silent about columns with few values, about conditions it cannot see whole, about OR and expressions, " +
			"and about tests, seeds and migrations. Sorting or a range alone is information. Foreign keys have a rule of their own, fk-without-index.",
		Bad: initSQL + "-- queries/orders.sql --\nSELECT id FROM orders WHERE customer_id = $1 ORDER BY placed_at DESC LIMIT 20;\n",
		Good: initSQL + "-- migrations/000002_index.up.sql --\nCREATE INDEX CONCURRENTLY orders_customer_id_placed_at_idx ON orders (customer_id, placed_at);\n" +
			"-- queries/orders.sql --\nSELECT id FROM orders WHERE customer_id = $1 ORDER BY placed_at DESC LIMIT 20;\n",
		FixSafety: "The index is written where the project declares its schema: a new migration of its own runner, an `@@index` in " +
			"schema.prisma, or a GORM tag. Results do not change; it is unsafe because an index costs space and slows writes, which is for " +
			"you to judge.",
		Refs: []string{"PostgreSQL manual, 11.3 Multicolumn Indexes", "PostgreSQL manual, 11.4 Indexes and ORDER BY"},
	},
	File: missingIndex,
})

// finding is one missing index with everything in the file that asks for it.
type finding struct {
	d    diagnostics.Diagnostic
	more []source.Span
}

func missingIndex(p *diagnostics.Pass) {
	found := map[string]*finding{}
	var order []string
	add := func(key string, d diagnostics.Diagnostic) {
		if f := found[key]; f != nil {
			f.more = append(f.more, d.Span)
			if d.Severity > f.d.Severity {
				f.d.Severity, f.d.Message = d.Severity, d.Message
			}
			return
		}
		found[key] = &finding{d: d}
		order = append(order, key)
	}
	if c := p.Snapshot.Context(p.File.Path); c == source.App && p.Snapshot.Migration(p.File.Path) == nil {
		for _, q := range p.Snapshot.Queries(p.File.Path) {
			q.Walk(func(q *workspace.Query) { queryNeeds(p, q, add) })
		}
	}
	for _, key := range order {
		f := found[key]
		for _, at := range f.more {
			f.d.Related = append(f.d.Related, diagnostics.Related{
				Location: source.Location{Path: p.File.Path, Span: at}, Message: "the same index is missing here"})
		}
		p.Report(f.d)
	}
}

func queryNeeds(p *diagnostics.Pass, q *workspace.Query, add func(string, diagnostics.Diagnostic)) {
	if q.Database == nil || q.Database.Dialect == query.MongoDB || q.Op != query.Select && q.Op != query.Update && q.Op != query.Delete {
		return
	}
	for _, a := range accesses(q) {
		if p.Config.Small(a.table.Name.Name) || a.vague && len(a.selective) == 0 || autoIndexed(q.Database, a) {
			continue
		}
		answer := a.table.Serves(a.Access)
		if answer.Filter || answer.Unique || elsewhere(a) {
			continue
		}
		cols, why, level := wanted(a, answer)
		if len(cols) == 0 {
			continue
		}
		at := a.at
		if at == (source.Span{}) {
			at = q.Head
		}
		d := diagnostics.Diagnostic{Span: at, Severity: level, Message: fmt.Sprintf(
			"%s, and no index starts with %s: the whole table is read each time (sequential scan).", why, startsWith(cols[0].Column))}
		if fix, ok := writeIndex(p, q.Database, a.table, cols); ok {
			d.Fixes = []diagnostics.Fix{fix}
		}
		add(a.table.Name.String()+"\x00"+columnsOf(cols), d)
	}
}

// elsewhere reports whether an index serves the access once another table of
// the query gives a value for a column.
func elsewhere(a *access) bool {
	for _, c := range a.via {
		with := a.Access
		with.Equal = append(with.Equal[:len(with.Equal):len(with.Equal)], c)
		if a.table.Serves(with).Filter {
			return true
		}
	}
	return false
}

func startsWith(col string) string { return "`" + col + "`" }

// autoIndexed: MySQL indexes the referencing columns of a foreign key by
// itself (MySQL manual, FOREIGN KEY Constraints, "Conditions and Restrictions").
func autoIndexed(db *workspace.Database, a *access) bool {
	if db.Dialect != query.MySQL {
		return false
	}
	for _, fk := range a.table.ForeignKeys() {
		for _, c := range append(append([]string(nil), a.Equal...), a.In...) {
			if len(fk.Columns) > 0 && fk.Columns[0] == c {
				return true
			}
		}
	}
	return false
}

// wanted is the index an access asks for: equality columns, then the order if
// only the first rows are read, then one range (equality, sort, range).
func wanted(a *access, answer schema.Answer) (cols []schema.IndexPart, why string, level diagnostics.Severity) {
	name := "`" + a.table.Name.String() + "`"
	eq := keyColumns(a)
	switch {
	case len(eq) > 0:
		level = diagnostics.Warning
		why = fmt.Sprintf("%s is searched by %s", name, list(eq))
		if a.joined {
			why = fmt.Sprintf("%s is looked up by %s for each joined row", name, list(eq))
		}
	case len(a.Equal)+len(a.In)+len(a.Null) > 0 || a.vague:
		return nil, "", 0
	case len(a.Range) > 0:
		level, why = diagnostics.Info, fmt.Sprintf("%s is searched by a range of `%s`", name, a.Range[0])
	case len(a.Sort) > 0 && a.Limit && !answer.Order:
		level, why = diagnostics.Info, fmt.Sprintf("The first rows of %s in the order of `%s` are read", name, a.Sort[0].Column)
	default:
		return nil, "", 0
	}
	for _, c := range eq {
		cols = append(cols, schema.IndexPart{Column: c})
	}
	used := map[string]bool{}
	for _, c := range eq {
		used[c] = true
	}
	if len(a.Sort) > 0 && len(a.In) == 0 && len(a.Null) == 0 && (a.Limit || len(a.Range) == 0) {
		cols = append(cols, sortParts(a.Sort, used)...)
	}
	for _, c := range a.Range {
		if !used[c] {
			cols = append(cols, schema.IndexPart{Column: c})
			break
		}
	}
	return cols, why, level
}

// keyColumns are the equality columns worth being keys: the selective ones, foreign keys first.
func keyColumns(a *access) []string {
	var out []string
	seen := map[string]bool{}
	for _, pool := range [][]string{a.Equal, a.In} {
		for _, c := range pool {
			if a.selective[c] && !seen[c] {
				seen[c] = true
				out = append(out, c)
			}
		}
	}
	if len(out) > 3 {
		out = out[:3]
	}
	return out
}

// sortParts are the sort keys as index parts. One direction needs none
// written: the index is read backwards.
func sortParts(keys []schema.SortKey, used map[string]bool) []schema.IndexPart {
	mixed := false
	for _, k := range keys {
		mixed = mixed || k.Desc != keys[0].Desc || k.Nulls != ""
	}
	var out []schema.IndexPart
	for _, k := range keys {
		if used[k.Column] {
			continue
		}
		used[k.Column] = true
		part := schema.IndexPart{Column: k.Column}
		if mixed {
			part.Desc, part.Nulls = k.Desc, k.Nulls
		}
		out = append(out, part)
	}
	return out
}

func list(cols []string) string { return "`" + strings.Join(cols, "`, `") + "`" }

func columnsOf(parts []schema.IndexPart) string {
	var out []string
	for _, p := range parts {
		out = append(out, p.Column)
	}
	return strings.Join(out, ",")
}
