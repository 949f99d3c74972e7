package nplusone

import (
	"fmt"
	"sort"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

const prismaSchema = "-- prisma/schema.prisma --\ndatasource db {\n  provider = \"postgresql\"\n}\n\nmodel User {\n  id   String @id\n  name String\n}\n"

var _ = set.Add(&diagnostics.Rule{
	ID: "n-plus-one", Category: diagnostics.Performance, Since: "0.1",
	Doc: diagnostics.Doc{
		Title: "A query runs once for each element of a list.",
		Why: "Each run is a round trip and a statement of its own, so the time grows with the list: one page of a hundred rows " +
			"sends a hundred and one statements. Running them at the same time does not help: it takes a hundred connections instead. " +
			"The rule speaks when the call is proved to execute a query, in the loop itself or through functions it calls, and when " +
			"one of its values depends on the element. What the query does is not always known, when its text is put together at run time: " +
			"then it is information. It is silent about chunks, pages, retries, polling and constant lists. In tests, seeds, " +
			"scripts and migrations it is a hint, and so is a concurrent Prisma findUnique, which Prisma batches by itself.",
		Bad: prismaSchema + "-- users.ts --\nimport { PrismaClient } from '@prisma/client';\n\nconst prisma = new PrismaClient();\n\n" +
			"export async function names(ids: string[]) {\n  const out: string[] = [];\n  for (const id of ids) {\n" +
			"    const user = await prisma.user.findUnique({ where: { id } });\n    if (user) out.push(user.name);\n  }\n  return out;\n}\n",
		Good: prismaSchema + "-- users.ts --\nimport { PrismaClient } from '@prisma/client';\n\nconst prisma = new PrismaClient();\n\n" +
			"export async function names(ids: string[]) {\n  const users = await prisma.user.findMany({ where: { id: { in: ids } } });\n" +
			"  return users.map((user) => user.name);\n}\n",
		FixSafety: "The fixes read all rows before the loop, or write them all behind it. They are unsafe: the loop no longer sees " +
			"what it wrote itself in between, and one failing row fails the whole statement.",
		Refs: []string{"Prisma documentation, Query optimization", "GORM documentation, Preloading (Eager Loading)"},
	},
	File: nPlusOne,
})

// hit is one query that runs per element of a loop.
type hit struct {
	call  *workspace.Call
	reach workspace.Reach
}

func nPlusOne(p *diagnostics.Pass) {
	byLoop := map[int][]hit{}
	for _, c := range p.Snapshot.Calls(p.File.Path) {
		if p.Facts.Funcs[c.Site.Func].Broken || c.Site.Last {
			continue
		}
		for _, r := range c.Reaches {
			if loop, ok := loopOf(p.Facts, c.Site, r); ok {
				byLoop[loop] = append(byLoop[loop], hit{c, r})
				break
			}
		}
	}
	loops := make([]int, 0, len(byLoop))
	for l := range byLoop {
		loops = append(loops, l)
	}
	sort.Ints(loops)
	for _, l := range loops {
		hits := byLoop[l]
		sort.SliceStable(hits, func(i, j int) bool { return hits[i].call.Site.Span.Start < hits[j].call.Site.Span.Start })
		report(p, l, hits)
	}
}

// loopOf is the innermost loop over data whose element a query depends on.
func loopOf(fa *facts.Facts, s *facts.CallSite, r workspace.Reach) (int, bool) {
	if r.Last || r.List || r.Query == nil {
		return 0, false
	}
	switch r.Query.Op {
	case query.DDL, query.Command:
		return 0, false
	case query.UnknownOp:
		if maintenance(r.Query.SQL) {
			return 0, false
		}
	}
	for i := len(s.In) - 1; i >= 0; i-- {
		l := s.In[i]
		if !r.Loops.Has(l) {
			continue
		}
		switch fa.Loops[l].Kind {
		case facts.Each, facts.Counted, facts.Rows:
			return l, true
		case facts.Chunked:
			return 0, false
		}
	}
	return 0, false
}

// maintenance reports whether SQL that was not understood starts with a word
// of no query, such as OPTIMIZE or PRAGMA.
func maintenance(sql string) bool {
	for _, t := range sqltext.Lex(sql) {
		if t.Kind != sqltext.Word {
			if t.Kind == sqltext.LineComment || t.Kind == sqltext.BlockComment {
				continue
			}
			return false
		}
		switch strings.ToUpper(t.In(sql)) {
		case "SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "WITH", "VALUES", "CALL", "UPSERT":
			return false
		}
		return true
	}
	return false
}

func report(p *diagnostics.Pass, loop int, hits []hit) {
	l, first := &p.Facts.Loops[loop], hits[0]
	d := diagnostics.Diagnostic{Span: first.call.Site.Span, Severity: severity(p, l, hits), Message: message(l, first)}
	if len(hits) > 1 {
		d.Message += fmt.Sprintf(" The loop holds %d such calls.", len(hits))
	}
	d.Related = append(d.Related, diagnostics.Related{
		Location: source.Location{Path: p.File.Path, Span: l.Head}, Message: "the loop"})
	for i, hop := range first.reach.Via {
		what := "`" + hop.Name + "` passes the call on here"
		if i == len(first.reach.Via)-1 {
			what = "`" + hop.Name + "` sends the query here"
		}
		d.Related = append(d.Related, diagnostics.Related{Location: hop.Site, Message: what})
	}
	for _, h := range hits[1:] {
		d.Related = append(d.Related, diagnostics.Related{Location: source.Location{Path: p.File.Path, Span: h.call.Site.Span},
			Message: sentence(h.reach.Query) + " here too"})
	}
	for _, h := range hits {
		if fix, ok := rewrite(p, l, h); ok {
			d.Fixes = append(d.Fixes, fix)
			break
		}
	}
	p.Report(d)
}

func message(l *facts.Loop, h hit) string {
	var b strings.Builder
	b.WriteString(sentence(h.reach.Query))
	if l.Kind == facts.Rows {
		b.WriteString(" once for each row of the cursor")
	} else {
		b.WriteString(" once for each")
		if l.Var != "" && !strings.ContainsAny(l.Var, "\n{[") {
			fmt.Fprintf(&b, " `%s`", l.Var)
		} else {
			b.WriteString(" element")
		}
		if l.Over != "" {
			fmt.Fprintf(&b, " of `%s`", l.Over)
		}
	}
	if n := len(h.reach.Via); n > 0 {
		fmt.Fprintf(&b, ", through `%s`", h.reach.Via[0].Name)
	}
	switch {
	case h.reach.Looped:
		b.WriteString(", in a further loop there: the statements multiply.")
	case l.Concurrent:
		b.WriteString(": as many statements as elements, all at the same time, each with a round trip and a connection of its own.")
	default:
		b.WriteString(": as many statements as elements, each waiting for a round trip.")
	}
	return b.String()
}

// sentence is the beginning of a message: table, operation and key.
func sentence(q *workspace.Query) string {
	table := "The query"
	if len(q.Tables) > 0 {
		t := q.Tables[0]
		switch {
		case len(q.Known) > 0 && q.Known[0] != nil:
			table = "`" + q.Known[0].Name.String() + "`"
		case t.Name != "":
			table = "`" + t.Name + "`"
		case t.Model != "":
			table = "`" + t.Model + "`"
		}
	}
	verb := "runs"
	switch {
	case table == "The query":
		return "The query runs"
	case q.Op == query.Select && counts(q):
		verb = "is counted"
	case q.Op == query.Select:
		verb = "is read"
	case q.Op == query.Insert:
		verb = "gets a row"
	case q.Op == query.Update:
		verb = "is updated"
	case q.Op == query.Delete:
		verb = "is deleted from"
	default:
		verb = "is queried"
	}
	if key := keyOf(q); key != "" && q.Op != query.Insert {
		return fmt.Sprintf("%s %s by `%s`", table, verb, key)
	}
	return table + " " + verb
}

// counts reports whether a query counts rows, as far as it says so.
func counts(q *workspace.Query) bool {
	return q.Aggregates && (strings.EqualFold(q.Method, "count") || strings.Contains(strings.ToLower(q.SQL), "count("))
}

// keyOf is the first column that is compared for equality.
func keyOf(q *workspace.Query) string {
	for _, c := range q.Where {
		if c.Op == query.Eq && c.Column.Name != "" && c.Operand.Kind != query.ColumnRef {
			return c.Column.Name
		}
	}
	return ""
}

func severity(p *diagnostics.Pass, l *facts.Loop, hits []hit) diagnostics.Severity {
	if p.Snapshot.Context(p.File.Path) != source.App {
		return diagnostics.Hint
	}
	level := diagnostics.Hint
	for _, h := range hits {
		one := diagnostics.Warning
		switch {
		case sameTick(l, h):
			one = diagnostics.Hint
		case h.call.Site.Guarded || h.reach.Guarded || h.reach.Partial, h.reach.Query.Op == query.UnknownOp:
			one = diagnostics.Info
		}
		level = max(level, one)
	}
	return level
}

// sameTick reports whether Prisma's own loader makes one statement of the
// calls: findUnique calls issued in one tick (Prisma documentation, "Query
// optimization", Solving the n+1 problem).
func sameTick(l *facts.Loop, h hit) bool {
	q := h.call.Query
	return q != nil && l.Concurrent && q.Library == "prisma" && (q.Method == "findUnique" || q.Method == "findUniqueOrThrow")
}
