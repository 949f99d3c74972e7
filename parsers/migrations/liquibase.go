package migrations

import (
	"path"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// liquibase: "--liquibase formatted sql" files of changesets, each in a
// transaction unless it says runInTransaction:false. Rollbacks are comments.
// The order is the change log's; by file name, as includeAll has it.
var liquibase = layout{
	runner: "liquibase",
	find: func(w *world) (out []*History) {
		w.each(func(dir string, names []string) {
			h := &History{Dir: dir}
			for _, n := range names {
				s := w.sheet(path.Join(dir, n))
				if !s.marked(sqltext.Liquibase, sqltext.Header) {
					continue
				}
				m := schema.Migration{Path: path.Join(dir, n), Up: s.whole(), Tx: schema.TxFile}
				m.Version, m.Name = splitName(n)
				if outside(s) {
					m.Tx = schema.TxNone
				}
				h.Migrations = append(h.Migrations, m)
			}
			if len(h.Migrations) > 0 {
				out = append(out, h)
			}
		})
		return out
	},
	write: func(p *planner) {
		option := ""
		if p.NoTx {
			option = " runInTransaction:false"
		}
		text := "--liquibase formatted sql\n\n--changeset dbwise:" + p.Name + option + "\n" + p.Up
		for _, line := range strings.Split(strings.TrimSpace(p.Down), "\n") {
			if line != "" {
				text += "--rollback " + line + "\n"
			}
		}
		p.file(p.base()+".sql", text)
	},
}

// outside reports whether every changeset leaves the transaction.
func outside(s *sheet) bool {
	sets := 0
	in := slices.ContainsFunc(s.markers, func(m sqltext.Marker) bool {
		if m.Kind != sqltext.Changeset {
			return false
		}
		sets++
		return !strings.Contains(m.Args, "runInTransaction:false")
	})
	return sets > 0 && !in
}
