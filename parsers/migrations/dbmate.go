package migrations

import (
	"path"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// dbmate: "-- migrate:up" and "-- migrate:down" sections, ordered by file name;
// "transaction:false" behind the marker opts out, but several statements still
// go as one query (amacneil/dbmate#126).
var dbmate = layout{
	runner: "dbmate",
	find: func(w *world) (out []*History) {
		w.each(func(dir string, names []string) {
			if !w.has(dir, names, sqltext.Dbmate, sqltext.Up) {
				return
			}
			h := &History{Dir: dir, Migrations: w.versioned(dir, names, func(m *schema.Migration, s *sheet) {
				m.Up, m.Down = s.sections(sqltext.Dbmate, false)
				m.Tx = schema.TxFile
				if slices.ContainsFunc(s.markers, func(k sqltext.Marker) bool {
					return k.Tool == sqltext.Dbmate && k.Kind == sqltext.Up && strings.Contains(k.Args, "transaction:false")
				}) {
					m.Tx = schema.TxImplicit
				}
			})}
			slices.SortStableFunc(h.Migrations, func(a, b schema.Migration) int {
				return strings.Compare(path.Base(a.Path), path.Base(b.Path))
			})
			out = append(out, h)
		})
		return out
	},
	write: func(p *planner) {
		option := ""
		if p.NoTx {
			option = " transaction:false"
		}
		p.file(p.base()+".sql", "-- migrate:up"+option+"\n"+p.Up+"\n-- migrate:down"+option+"\n"+p.Down)
	},
	single: true,
}
