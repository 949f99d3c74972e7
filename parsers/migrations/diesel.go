package migrations

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/schema"
)

// diesel: migrations/<version>_name/up.sql and down.sql. Each runs in a
// transaction unless metadata.toml beside it says run_in_transaction = false;
// it then still is one query (diesel.rs, "diesel_migrations").
var diesel = layout{
	runner: "diesel",
	find: func(w *world) (out []*History) {
		byDir := map[string]*History{}
		w.each(func(dir string, names []string) {
			g := dieselName.FindStringSubmatch(path.Base(dir))
			if g == nil || !slices.Contains(names, "up.sql") {
				return
			}
			parent := path.Dir(dir)
			h := byDir[parent]
			if h == nil {
				h = &History{Dir: parent}
				byDir[parent] = h
				out = append(out, h)
			}
			tx := schema.TxFile
			if strings.Contains(strings.ReplaceAll(string(w.read(path.Join(dir, "metadata.toml"))), " ", ""), "run_in_transaction=false") {
				tx = schema.TxImplicit
			}
			for _, n := range []string{"up.sql", "down.sql"} {
				if !slices.Contains(names, n) {
					continue
				}
				m := schema.Migration{Path: path.Join(dir, n), Version: g[1], Name: g[2], Tx: tx}
				direct(&m, w.sheet(m.Path), n == "down.sql")
				h.Migrations = append(h.Migrations, m)
			}
		})
		for _, h := range out {
			slices.SortStableFunc(h.Migrations, func(a, b schema.Migration) int {
				if a.Version != b.Version {
					return strings.Compare(strings.ReplaceAll(a.Version, "-", ""), strings.ReplaceAll(b.Version, "-", ""))
				}
				return len(a.Down) - len(b.Down)
			})
		}
		return out
	},
	write: func(p *planner) {
		p.file(p.base()+"/up.sql", p.Up)
		if p.Down == "" { // an empty file is an error, and so is one of comments alone (diesel-rs/diesel#714)
			p.Down = "-- Nothing to undo.\nSELECT 1;\n"
		}
		p.file(p.base()+"/down.sql", p.Down)
		if p.NoTx {
			p.file(p.base()+"/metadata.toml", "run_in_transaction = false\n")
		}
	},
	single: true,
}

var dieselName = regexp.MustCompile(`^(\d[\d-]*)_(.+)$`)
