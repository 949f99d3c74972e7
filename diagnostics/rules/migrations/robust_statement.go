package migrations

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "robust-statement", Category: diagnostics.Migration, Severity: diagnostics.Info, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "A migration that runs outside a transaction cannot be run again after it failed half way.",
		Why: "Without a transaction the statements before the one that failed stay done, and on the next try they fail because what they make " +
			"is there already, or what they drop is gone. IF NOT EXISTS and IF EXISTS let the file be run again. Only files of several " +
			"statements outside a transaction are looked at; elsewhere the words only hide that a schema is not what it should be, and CREATE " +
			"INDEX CONCURRENTLY IF NOT EXISTS would keep an invalid index.",
		Bad: "-- db/migrations/00001_init.sql --\n-- +goose NO TRANSACTION\n-- +goose Up\nCREATE TABLE users (id bigint PRIMARY KEY);\n" +
			"CREATE TABLE orders (id bigint PRIMARY KEY);\n",
		Good: "-- db/migrations/00001_init.sql --\n-- +goose Up\nCREATE TABLE users (id bigint PRIMARY KEY);\n" +
			"CREATE TABLE orders (id bigint PRIMARY KEY);\n",
		FixSafety: "The fix inserts the words. It is unsafe: what is there already may not be what the statement would make.",
		Refs:      []string{"PostgreSQL manual, CREATE TABLE", "PostgreSQL manual, ALTER TABLE", "goose, SQL annotations"},
	},
	File: robustStatement,
})

func robustStatement(p *diagnostics.Pass) {
	m := p.Snapshot.Migration(p.File.Path)
	if m == nil || m.Tx != schema.TxNone || m.Statements < 2 || p.File.Lang != source.SQL {
		return
	}
	var edits []diagnostics.FileEdit
	var first source.Span
	steps := p.Snapshot.Steps(p.File.Path)
	last := 0
	for i := range steps {
		if steps[i].Kind == schema.Begin {
			return // it has a transaction of its own
		}
		if !steps[i].Down {
			last = max(last, steps[i].Stmt.Start)
		}
	}
	for i := range steps {
		s := &steps[i]
		// What fails last leaves nothing to be done again.
		if s.Down || s.Stmt.Start == last || s.Conditional || describes(p, s.Path) {
			continue
		}
		if at, text := robust(p, s); text != "" {
			if first.Empty() {
				first = oneLine(p.File, s.Span)
			}
			edits = append(edits, p.Edit(source.Span{Start: at, End: at}, text))
		}
	}
	if len(edits) == 0 {
		return
	}
	what := "This change fails"
	if len(edits) > 1 {
		what = fmt.Sprintf("This and %d more changes fail", len(edits)-1)
	}
	d := diagnostics.Diagnostic{Span: first, Message: what +
		" when the migration is run again: it runs outside a transaction, so what came before an error stays done."}
	d.Fixes = []diagnostics.Fix{{Title: "Insert IF EXISTS and IF NOT EXISTS", Edits: edits}}
	p.Report(d)
}

// robust is what to insert where, so that a statement can be run again; "" if
// it can already or there is no such form.
func robust(p *diagnostics.Pass, s *schema.Step) (int, string) {
	if s.IfExists || s.IfNotExists || s.Replace || s.Concurrently && s.Kind == schema.CreateIndex {
		return 0, ""
	}
	var behind []string
	text := " IF NOT EXISTS"
	span := s.Span
	switch s.Kind {
	case schema.CreateTable:
		behind, span = []string{"CREATE", "TABLE"}, s.Stmt
	case schema.CreateIndex:
		if s.Index == nil || s.Index.Name == "" {
			return 0, ""
		}
		behind, span = []string{"CREATE", "INDEX"}, s.Stmt
	case schema.AddColumn:
		behind = []string{"ADD", "COLUMN"}
	case schema.DropTable:
		behind, text, span = []string{"DROP", "TABLE"}, " IF EXISTS", s.Stmt
	case schema.DropIndex:
		behind, text, span = []string{"DROP", "INDEX", "CONCURRENTLY"}, " IF EXISTS", s.Stmt
	case schema.DropColumn:
		behind, text = []string{"DROP", "COLUMN"}, " IF EXISTS"
	case schema.DropConstraint:
		behind, text = []string{"DROP", "CONSTRAINT"}, " IF EXISTS"
	default:
		return 0, ""
	}
	if !leads(p, s) && span == s.Stmt {
		return 0, "" // DROP TABLE a, b
	}
	words := lexed(p, span)
	at := -1
	for i, w := range words {
		if i > 4 {
			break
		}
		if slices.Contains(behind, strings.ToUpper(w.text)) {
			at = w.end
		}
		if w.is(behind[1]) && (i+1 == len(words) || len(behind) < 3 || !words[i+1].is(behind[2])) {
			return w.end, text
		}
	}
	if len(behind) == 3 && at > 0 {
		return at, text
	}
	return 0, ""
}
