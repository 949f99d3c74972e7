package migrations

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/schema"
)

// golangMigrate: NNN_name.up.sql beside NNN_name.down.sql. There is no
// transaction of its own, but a file is one query, hence one implicit
// transaction as soon as it has two statements (golang-migrate#284).
var golangMigrate = layout{
	runner: "golang-migrate",
	find:   func(w *world) []*History { return w.pairs(nil, schema.TxImplicit) },
	write:  pairOfFiles,
	single: true,
}

// bun: the same names; .tx.up.sql runs in a transaction, and what "--bun:split"
// separates is sent one by one (uptrace/bun, "Migrations").
var bun = layout{
	runner: "bun",
	find: func(w *world) []*History {
		out := w.pairs(func(dir string, names []string) bool {
			return slices.ContainsFunc(names, bunTx.MatchString) || slices.ContainsFunc(names, func(n string) bool {
				return bytes.Contains(w.sheet(path.Join(dir, n)).text, bunSplit)
			})
		}, schema.TxImplicit)
		for _, h := range out {
			for i := range h.Migrations {
				if m := &h.Migrations[i]; m.Tx == schema.TxImplicit && w.split(m.Path) {
					m.Tx = schema.TxNone
				}
			}
		}
		return out
	},
	write:  pairOfFiles,
	single: true,
}

var bunSplit = []byte("--bun:split")

// split reports whether marks of bun stand between all statements of a file.
func (w *world) split(p string) bool {
	s := w.sheet(p)
	list := s.statements()
	for i := 1; i < len(list); i++ {
		if !bytes.Contains(s.text[list[i-1].Span.End:list[i].Span.Start], bunSplit) {
			return false
		}
	}
	return len(list) > 1
}

var (
	updown = regexp.MustCompile(`^(\d+)[_.-](.*?)(\.tx)?\.(up|down)\.sql$`)
	bunTx  = regexp.MustCompile(`\.tx\.(up|down)\.sql$`)
)

// pairs finds the folders with files that are told apart as up and down by
// their names; only those want accepts, if it is not nil.
func (w *world) pairs(want func(dir string, names []string) bool, tx schema.Tx) (out []*History) {
	w.each(func(dir string, names []string) {
		if !slices.ContainsFunc(names, isUp) || want != nil && !want(dir, names) {
			return
		}
		h := &History{Dir: dir}
		for _, n := range names {
			g := updown.FindStringSubmatch(n)
			if g == nil {
				continue
			}
			m := schema.Migration{Path: path.Join(dir, n), Version: g[1], Name: g[2], Tx: tx}
			if g[3] != "" {
				m.Tx = schema.TxFile
			}
			direct(&m, w.sheet(m.Path), g[4] == "down")
			h.Migrations = append(h.Migrations, m)
		}
		sortPairs(h.Migrations)
		out = append(out, h)
	})
	return out
}

func isUp(name string) bool {
	if !strings.HasSuffix(name, ".up.sql") { // the expression is dear, and every edit asks for every file
		return false
	}
	g := updown.FindStringSubmatch(name)
	return g != nil && g[4] == "up"
}

// direct gives a file its one direction.
func direct(m *schema.Migration, s *sheet, down bool) {
	if down {
		m.Down = s.whole()
	} else {
		m.Up = s.whole()
	}
}

// sortPairs orders by number, the up file before its down file.
func sortPairs(list []schema.Migration) {
	slices.SortStableFunc(list, func(a, b schema.Migration) int {
		if n := byNumber(a.Version, b.Version); n != 0 {
			return n
		}
		return len(a.Down) - len(b.Down)
	})
}

func pairOfFiles(p *planner) {
	p.file(p.base()+".up.sql", p.Up)
	if p.reversible() {
		p.file(p.base()+".down.sql", p.Down)
	}
}
