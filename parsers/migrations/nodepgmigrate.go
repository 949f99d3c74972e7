package migrations

import (
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// nodePgMigrate: .sql files with "-- Up Migration" and "-- Down Migration". All
// pending files share one transaction, which a SQL file cannot leave
// (salsita/node-pg-migrate#915 asked for it and was closed).
var nodePgMigrate = layout{
	runner: "node-pg-migrate",
	find: func(w *world) (out []*History) {
		w.each(func(dir string, names []string) {
			if !w.has(dir, names, sqltext.NodePgMigrate, sqltext.Up) {
				return
			}
			out = append(out, &History{Dir: dir, Migrations: w.versioned(dir, names, func(m *schema.Migration, s *sheet) {
				m.Up, m.Down = s.sections(sqltext.NodePgMigrate, true)
				m.Tx = schema.TxBatch
			})})
		})
		return out
	},
	write: func(p *planner) {
		p.file(p.base()+".sql", "-- Up Migration\n"+p.Up+"\n-- Down Migration\n"+p.Down)
	},
	alwaysTx: true,
}
