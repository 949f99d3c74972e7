package migrations

import (
	"bytes"
	"path"

	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// tern: NNN_name.sql, what stands behind "---- create above / drop below ----"
// is down. Each file runs in a transaction unless it says
// "---- tern: disable-tx ----" (jackc/tern, README).
var tern = layout{
	runner: "tern",
	find: func(w *world) (out []*History) {
		w.each(func(dir string, names []string) {
			if !w.here[path.Join(dir, "tern.conf")] && !w.here[path.Join(path.Dir(dir), "tern.conf")] && !w.has(dir, names, sqltext.Tern, sqltext.Down) {
				return
			}
			out = append(out, &History{Dir: dir, Migrations: w.versioned(dir, names, func(m *schema.Migration, s *sheet) {
				m.Up, m.Down = s.sections(sqltext.Tern, true)
				m.Tx = schema.TxFile
				if bytes.Contains(s.text, []byte(ternNoTx)) {
					m.Tx = schema.TxNone
				}
			})})
		})
		return out
	},
	write: func(p *planner) {
		text := ""
		if p.NoTx {
			text = ternNoTx + "\n"
		}
		p.file(p.base()+".sql", text+p.Up+p.section("\n---- create above / drop below ----\n\n"))
	},
}

const ternNoTx = "---- tern: disable-tx ----"
