package migrations

import (
	"path"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// sqlMigrate: "-- +migrate Up" and "-- +migrate Down" sections with the option
// notransaction; files are ordered by their leading number, then by name
// (rubenv/sql-migrate, README and sqlparse).
var sqlMigrate = layout{
	runner: "sql-migrate",
	find: func(w *world) (out []*History) {
		w.each(func(dir string, names []string) {
			if !w.has(dir, names, sqltext.SQLMigrate, sqltext.Up) {
				return
			}
			h := &History{Dir: dir}
			for _, n := range names {
				m := schema.Migration{Path: path.Join(dir, n)}
				m.Version, m.Name = splitName(n)
				s := w.sheet(m.Path)
				m.Up, m.Down = s.sections(sqltext.SQLMigrate, false)
				if m.Up == nil && m.Down == nil {
					continue
				}
				m.Tx = schema.TxFile
				if slices.ContainsFunc(s.markers, func(k sqltext.Marker) bool {
					return k.Tool == sqltext.SQLMigrate && k.Kind == sqltext.Up && strings.Contains(k.Args, "notransaction")
				}) {
					m.Tx = schema.TxNone
				}
				h.Migrations = append(h.Migrations, m)
			}
			sortByVersion(h.Migrations)
			out = append(out, h)
		})
		return out
	},
	write: func(p *planner) {
		option := ""
		if p.NoTx {
			option = " notransaction"
		}
		p.file(p.base()+".sql", "-- +migrate Up"+option+"\n"+enclosed(p.Up, "-- +migrate ")+p.section("\n-- +migrate Down"+option+"\n"))
	},
}

// splitName cuts a file name into its version, which may be missing, and the rest.
func splitName(name string) (version, rest string) {
	stem := strings.TrimSuffix(name, ".sql")
	if g := numbered.FindStringSubmatch(stem); g != nil {
		return g[1], g[2]
	}
	if strings.Trim(stem, "0123456789") == "" {
		return stem, ""
	}
	return "", stem
}

// sortByVersion orders by number, files without one behind, then by name.
func sortByVersion(list []schema.Migration) {
	slices.SortStableFunc(list, func(a, b schema.Migration) int {
		switch {
		case a.Version == "" && b.Version != "":
			return 1
		case a.Version != "" && b.Version == "":
			return -1
		}
		if n := byNumber(a.Version, b.Version); n != 0 {
			return n
		}
		return strings.Compare(a.Path, b.Path)
	})
}
