package migrations

import (
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// rambler: "-- rambler up" and "-- rambler down" sections, each statement
// executed by itself (elwinar/rambler, README).
var rambler = layout{
	runner: "rambler",
	find: func(w *world) (out []*History) {
		w.each(func(dir string, names []string) {
			if !w.has(dir, names, sqltext.Rambler, sqltext.Up) {
				return
			}
			out = append(out, &History{Dir: dir, Migrations: w.versioned(dir, names, func(m *schema.Migration, s *sheet) {
				m.Up, m.Down = s.sections(sqltext.Rambler, false)
				m.Tx = schema.TxNone
			})})
		})
		return out
	},
	write: func(p *planner) {
		p.file(p.base()+".sql", "-- rambler up\n"+p.Up+p.section("\n-- rambler down\n"))
	},
}
