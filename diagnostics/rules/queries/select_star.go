package queries

import (
	"fmt"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "select-star", Category: diagnostics.Style, Since: "0.1",
	Doc: diagnostics.Doc{
		Title: "SELECT * reads every column, whatever the caller needs.",
		Why: "Wide and out-of-line (TOASTed) values are fetched and sent for nothing, no index-only scan is possible, " +
			"and the result changes when a column is added or dropped: code that scans by position breaks. " +
			"The rule speaks where the query runs in code or a query file and its columns are known.",
		Bad: "-- migrations/1_init.up.sql --\nCREATE TABLE users (id bigint PRIMARY KEY, email text, bio text);\n" +
			"-- queries/users.sql --\nSELECT * FROM users WHERE id = $1;\n",
		Good: "-- migrations/1_init.up.sql --\nCREATE TABLE users (id bigint PRIMARY KEY, email text, bio text);\n" +
			"-- queries/users.sql --\nSELECT id, email FROM users WHERE id = $1;\n",
		FixSafety: "Listing the columns gives the same result today, in the same order; it is unsafe only because columns " +
			"that are added later no longer appear. It is offered where the whole table is known.",
		Refs: []string{"PostgreSQL manual, 11.9 Index-Only Scans and Covering Indexes", "PostgreSQL manual, 73.2 TOAST"},
	},
	Query: selectStar,
})

func selectStar(p *diagnostics.Pass, q *workspace.Query) {
	if q.Op != query.Select || q.SQL == "" || q.Unknown&(query.UnknownTable|query.UnknownColumns) != 0 || len(q.Stars) == 0 {
		return
	}
	switch p.Snapshot.Context(q.Path) {
	case source.Test, source.Seed, source.MigrationFile:
		return
	}
	if p.Snapshot.Migration(q.Path) != nil {
		return
	}
	for _, star := range q.Stars {
		tables := starred(q, star)
		if len(tables) == 0 {
			continue
		}
		list, names := columnList(q, star, tables)
		d := diagnostics.Diagnostic{Span: star.Span, Message: fmt.Sprintf(
			"`*` reads all %d columns of %s. Columns nobody needs are fetched and sent, and the result changes with the table.",
			strings.Count(list, ", ")+1, names)}
		if list, ok := inLiteral(q, p.File, star.Span, list); ok && star.Span.In(p.File.Text) == starText(star) {
			d.Fixes = []diagnostics.Fix{{Title: "List the columns of " + names, Safety: diagnostics.Unsafe,
				Edits: []diagnostics.FileEdit{p.Edit(star.Span, list)}}}
		}
		p.Report(d)
	}
}

// inLiteral writes SQL as it must stand in the literal around span: quotes
// that would end it are escaped. False if it cannot stand there.
func inLiteral(q *workspace.Query, f *source.File, span source.Span, sql string) (string, bool) {
	if !f.Lang.Host() || !strings.ContainsAny(sql, "\"'`\\") {
		return sql, true
	}
	if q.Site == nil || q.Site.Node == nil {
		return "", false
	}
	var quote byte
	q.Site.Node.Walk(func(n *code.Node) bool {
		if n.Kind == code.String && n.Span.Covers(span) {
			quote = f.Text[n.Span.Start]
		}
		return quote == 0
	})
	switch {
	case quote == 0 || strings.ContainsAny(sql, "`\\"):
		return "", false
	case quote == '`':
		return sql, true
	}
	return strings.ReplaceAll(sql, string(quote), "\\"+string(quote)), true
}

func starText(s query.Star) string {
	if s.Table != "" {
		return s.Table + ".*"
	}
	return "*"
}

// starred are the indexes of the tables a star stands for; nil unless all are
// wholly known.
func starred(q *workspace.Query, star query.Star) []int {
	var out []int
	for i, t := range q.Tables {
		if star.Table != "" && t.Label() != star.Table {
			continue
		}
		if t.Kind != query.Base || q.Known[i] == nil || q.Known[i].Open || len(q.Known[i].Columns) == 0 || q.Known[i].Kind == schema.View {
			return nil
		}
		out = append(out, i)
	}
	return out
}

// columnList writes the columns out, qualified as soon as there is more than
// one table, and names the tables.
func columnList(q *workspace.Query, star query.Star, tables []int) (list, names string) {
	var cols, labels []string
	for _, i := range tables {
		labels = append(labels, "`"+q.Known[i].Name.String()+"`")
		for _, c := range q.Known[i].Columns {
			name := sqltext.QuoteIdent(c.Name)
			if star.Table != "" || len(q.Tables) > 1 {
				name = sqltext.QuoteIdent(q.Tables[i].Label()) + "." + name
			}
			cols = append(cols, name)
		}
	}
	return strings.Join(cols, ", "), strings.Join(labels, ", ")
}
