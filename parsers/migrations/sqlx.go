package migrations

import (
	"path"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// sqlx: the Rust library; <version>_name.sql, or .up.sql and .down.sql pairs,
// in the folder migrations of a crate that depends on it. Each file runs in a
// transaction unless its first line is "-- no-transaction"; it then still is
// one query (launchbadge/sqlx, migrate).
var sqlx = layout{
	runner: "sqlx",
	find: func(w *world) (out []*History) {
		opt := func(m *schema.Migration) {
			m.Tx = schema.TxFile
			if w.sheet(m.Path).marked(sqltext.SQLx, sqltext.NoTransaction) {
				m.Tx = schema.TxImplicit
			}
		}
		out = w.pairs(func(dir string, _ []string) bool { return w.crate(dir, "sqlx") }, schema.TxFile)
		for _, h := range out {
			for i := range h.Migrations {
				opt(&h.Migrations[i])
			}
			w.claimed[h.Dir] = true
		}
		w.each(func(dir string, names []string) {
			if path.Base(dir) != "migrations" || !w.crate(dir, "sqlx") {
				return
			}
			h := &History{Dir: dir, Migrations: w.versioned(dir, names, func(m *schema.Migration, s *sheet) {
				m.Up = s.whole()
				opt(m)
			})}
			if len(h.Migrations) > 0 {
				out = append(out, h)
			}
		})
		return out
	},
	write: func(p *planner) {
		head := ""
		if p.NoTx {
			head = "-- no-transaction\n"
		}
		if !slices.ContainsFunc(p.h.Migrations, func(m schema.Migration) bool { return updown.MatchString(path.Base(m.Path)) }) {
			p.file(p.base()+".sql", head+p.Up)
			return
		}
		p.file(p.base()+".up.sql", head+p.Up)
		if p.reversible() {
			p.file(p.base()+".down.sql", head+p.Down)
		}
	},
	single: true,
}

// crate reports whether the nearest Cargo.toml above a folder, or one above
// that, names a dependency.
func (w *world) crate(dir, dependency string) bool {
	for at := dir; at != "/" && at != "."; at = path.Dir(at) {
		if p := path.Join(at, "Cargo.toml"); w.here[p] && strings.Contains(string(w.read(p)), dependency) {
			return true
		}
	}
	return false
}
