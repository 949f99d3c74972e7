package migrations

import (
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// goose: NNN_name.sql with "-- +goose Up" and "-- +goose Down", each file in a
// transaction unless "-- +goose NO TRANSACTION" stands in it
// (pressly.github.io/goose, "SQL annotations").
var goose = layout{
	runner: "goose",
	find: func(w *world) (out []*History) {
		w.each(func(dir string, names []string) {
			if !w.has(dir, names, sqltext.Goose, sqltext.Up) {
				return
			}
			out = append(out, &History{Dir: dir, Migrations: w.versioned(dir, names, func(m *schema.Migration, s *sheet) {
				m.Up, m.Down = s.sections(sqltext.Goose, false)
				m.Tx = schema.TxFile
				if s.marked(sqltext.Goose, sqltext.NoTransaction) {
					m.Tx = schema.TxNone
				}
			})})
		})
		return out
	},
	write: func(p *planner) {
		text := ""
		if p.NoTx {
			text = "-- +goose NO TRANSACTION\n"
		}
		p.file(p.base()+".sql", text+"-- +goose Up\n"+enclosed(p.Up, "-- +goose ")+p.section("\n-- +goose Down\n"))
	},
}
