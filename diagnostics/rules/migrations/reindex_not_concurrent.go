package migrations

import (
	"fmt"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "reindex-not-concurrent", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "REINDEX without CONCURRENTLY stops all reads and writes of the table while the index is built.",
		Why: "Writers wait for the SHARE lock on the table. Readers wait as well: each index is locked ACCESS EXCLUSIVE while it is built anew, and to plan a " +
			"query the server opens all indexes of the table. REINDEX CONCURRENTLY (12 and later) keeps nobody waiting; it cannot run in a transaction.",
		Bad:       example("REINDEX TABLE orders;\n"),
		Good:      example("REINDEX TABLE CONCURRENTLY orders;\n"),
		FixSafety: "The same indexes are built. The fix is unsafe because the statement leaves the transaction: a build that fails leaves an INVALID index behind.",
		Refs:      []string{"PostgreSQL manual, REINDEX, Rebuilding Indexes Concurrently"},
	},
	Step: reindexNotConcurrent,
})

func reindexNotConcurrent(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.OtherDDL || s.Concurrently || !strings.HasPrefix(s.Action, "reindex ") {
		return
	}
	v, ok := judge(p, s, long)
	if !ok {
		return
	}
	object := strings.TrimPrefix(s.Action, "reindex ")
	name := s.Column
	if name == "" || object == "table" {
		name = v.Relation.String()
	}
	of := relation(v.Effect)
	if v.Object == "index" && len(v.also) > 0 {
		of = relation(v.also[0])
	}
	d := v.finding(p, s, "")
	d.Message = fmt.Sprintf("Reindexing %s `%s` keeps every read and write of %s waiting until it is done: "+
		"an index locked ACCESS EXCLUSIVE stops the planning of queries, too.", object, name, of)
	fix, ok := reindexConcurrently(p, s, object)
	report(p, d, fix, ok)
}

// reindexConcurrently is the fix for a statement that stands alone.
func reindexConcurrently(p *diagnostics.Pass, s *schema.Step, object string) (diagnostics.Fix, bool) {
	text := s.Stmt.In(p.File.Text)
	verb := len("reindex")
	at := strings.Index(strings.ToLower(text[min(verb, len(text)):]), object)
	if at < 0 || s.InTransaction || s.Conditional || p.Config.ServerVersion != 0 && p.Config.ServerVersion < 12 {
		return diagnostics.Fix{}, false
	}
	at += s.Stmt.Start + verb + len(object)
	insert := p.Edit(source.Span{Start: at, End: at}, " CONCURRENTLY")
	fix := diagnostics.Fix{Title: "Reindex with CONCURRENTLY"}
	if s.Migration == nil {
		fix.Edits = []diagnostics.FileEdit{insert}
		return fix, true
	}
	h := historyOf(p, s)
	if h == nil || !h.LeavesTransaction() || s.Migration.Statements != 1 {
		return diagnostics.Fix{}, false
	}
	return alone(p, s, h, fix, insert)
}
