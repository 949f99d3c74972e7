package migrations

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "test-on-prod-like-data", Category: diagnostics.Migration, Severity: diagnostics.Info, Optional: true, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "A migration blocks a table for as long as it has rows, and nobody says how many it has.",
		Why: "Whether a rewrite takes a second or an hour is a matter of size, which no file of the workspace tells. The server's estimate is one query away, " +
			"and a run on a copy of that size shows the rest. One finding a table and file; tables whose size stands in `tableSizes` of the configuration " +
			"are left alone. It speaks beside the rules that show the way without the lock, and is off by default.",
		Bad: example("ALTER TABLE orders ALTER COLUMN total TYPE double precision;\n"),
		Good: example("ALTER TABLE orders ALTER COLUMN total TYPE double precision;\n" +
			"-- dbwise.jsonc --\n{\"tableSizes\": {\"orders\": 2000}}\n"),
		FixSafety: "The fix writes the query into a comment that also silences the rule, to be completed by the number. It is unsafe because nobody forces you to look.",
		Refs:      []string{"PostgreSQL manual, 53.11 pg_class, reltuples"},
	},
	File: testOnProdLikeData,
})

func testOnProdLikeData(p *diagnostics.Pass) {
	if p.Snapshot.Migration(p.File.Path) == nil || describes(p, p.File.Path) {
		return
	}
	seen := map[schema.Name]bool{}
	for _, st := range p.Snapshot.Impacts(p.File.Path) {
		if st.Down || st.Unread || st.Fails {
			continue
		}
		for i := range st.Effects {
			e := &st.Effects[i]
			if _, told := p.Config.TableSizes[e.Relation.Name]; told || !long(e) || e.New || e.May || e.Object == "index" || seen[e.Relation] {
				continue
			}
			seen[e.Relation] = true
			d := diagnostics.Diagnostic{Span: firstLine(p.File, st.Span), Message: fmt.Sprintf(
				"How long this blocks `%s` depends on its rows, and nothing here says how many it has. Ask the server, and try the migration on a copy of that size: %s", e.Relation, sizeQuery(e.Relation))}
			report(p, d, notedSize(p, st.Span, e.Relation), p.File.Lang == source.SQL)
		}
	}
}

// sizeQuery asks for the server's estimate of a table's rows, which costs nothing.
func sizeQuery(t schema.Name) string {
	return "SELECT reltuples::bigint FROM pg_class WHERE oid = " + literal(qualified(t)) + "::regclass;"
}

// notedSize is the fix that writes the query above the statement.
func notedSize(p *diagnostics.Pass, stmt source.Span, t schema.Name) diagnostics.Fix {
	text := fmt.Sprintf("-- dbwise-ignore %s: rows of %s, by %s\n%s", p.Rule.ID, t, sizeQuery(t), indentOf(p.File, stmt.Start))
	return diagnostics.Fix{Title: fmt.Sprintf("Note the query for the size of `%s`", t), Safety: diagnostics.Unsafe,
		Edits: []diagnostics.FileEdit{p.Edit(source.Span{Start: stmt.Start, End: stmt.Start}, text)}}
}
