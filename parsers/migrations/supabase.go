package migrations

import (
	"path"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

// supabase: supabase/migrations/<14 digits>_name.sql, up only. The statements
// of a file go as one pipeline, which is one transaction; what a pipeline
// refuses must stand alone (supabase/cli#5139, #6276).
var supabase = layout{
	runner: "supabase",
	find: func(w *world) (out []*History) {
		w.each(func(dir string, names []string) {
			if path.Base(dir) != "migrations" || path.Base(path.Dir(dir)) != "supabase" {
				return
			}
			h := &History{Dir: dir, Dialect: query.PostgreSQL, Migrations: w.versioned(dir, names, func(m *schema.Migration, s *sheet) {
				m.Up, m.Tx = s.whole(), schema.TxImplicit
			})}
			if len(h.Migrations) > 0 {
				out = append(out, h)
			}
		})
		return out
	},
	write:  func(p *planner) { p.file(p.base()+".sql", p.Up) },
	single: true,
}
