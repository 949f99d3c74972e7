package migrations

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// drizzle: NNNN_name.sql in the order of meta/_journal.json, up only. All
// pending files run in one transaction (drizzle-team/drizzle-orm#860).
var drizzle = layout{
	runner: "drizzle",
	find: func(w *world) (out []*History) {
		w.each(func(dir string, names []string) {
			p := path.Join(dir, "meta/_journal.json")
			if !w.here[p] {
				return
			}
			text := w.read(p)
			var j struct {
				Dialect string
				Entries []struct{ Tag string }
			}
			if json.Unmarshal(text, &j) != nil {
				return
			}
			h := &History{Dir: dir, Dialect: query.DialectNamed(j.Dialect), journal: &listing{path: p, text: text}}
			for _, e := range j.Entries {
				file := path.Join(dir, e.Tag+".sql")
				if !w.here[file] {
					continue
				}
				m := schema.Migration{Path: file, Tx: schema.TxBatch, Up: w.sheet(file).whole()}
				m.Version, m.Name = splitName(e.Tag + ".sql")
				h.Migrations = append(h.Migrations, m)
			}
			if len(h.Migrations) > 0 {
				out = append(out, h)
			}
		})
		return append(out, w.drizzleFolders()...)
	},
	write: func(p *planner) {
		text := p.Up
		if stmts := sqltext.Split([]byte(p.Up)); len(stmts) > 1 {
			var parts []string
			for _, s := range stmts {
				parts = append(parts, strings.TrimSpace(s.Full.In([]byte(p.Up))))
			}
			text = strings.Join(parts, "\n--> statement-breakpoint\n") + "\n"
		}
		if p.journal() {
			p.file(p.base()+".sql", text)
		}
	},
	alwaysTx: true,
}

// journal adds the new migration to the journal: its place in line and a time
// one millisecond behind the last entry's. It fails if the journal's text is
// not as drizzle-kit writes it.
func (p *planner) journal() bool {
	j := p.h.journal
	var doc struct {
		Entries []struct {
			Idx     int
			Version string
			When    int64
		}
	}
	if j == nil || json.Unmarshal(j.text, &doc) != nil || len(doc.Entries) == 0 {
		return false
	}
	end := strings.LastIndexByte(string(j.text), ']')
	if end < 0 {
		return false
	}
	at := end
	for at > 0 && strings.IndexByte(" \t\r\n", j.text[at-1]) >= 0 {
		at--
	}
	last, planned := doc.Entries[len(doc.Entries)-1], len(p.plan.Edits)
	entry := fmt.Sprintf(",\n    {\n      \"idx\": %d,\n      \"version\": %q,\n      \"when\": %d,\n      \"tag\": %q,\n      \"breakpoints\": true\n    }",
		last.Idx+1+planned, last.Version, last.When+1+int64(planned), p.base())
	p.plan.Edits = append(p.plan.Edits, Edit{Path: j.path, Edit: source.Edit{Span: source.Span{Start: at, End: at}, Text: entry}})
	return true
}

// drizzleFolders finds <time>_name/migration.sql with a snapshot.json beside, as
// version 1 lays them out.
func (w *world) drizzleFolders() []*History {
	snapshot := func(dir string) string { return path.Join(dir, "snapshot.json") }
	return w.folders(schema.TxBatch, func(dir, _ string) bool { return w.here[snapshot(dir)] }, func(dir string) query.Dialect {
		var s struct{ Dialect string }
		_ = json.Unmarshal(w.read(snapshot(dir)), &s) // a dialect nobody knows is Generic
		return query.DialectNamed(s.Dialect)
	})
}
