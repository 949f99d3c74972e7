package migrations

import (
	"encoding/json"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/schema"
)

// modes sets the transactions of the histories whose projects say how they run
// their migrations: in a program, in a script of package.json, in a
// configuration of the tool. What a migration says of itself stays.
func (w *world) modes(found []*History) {
	for _, h := range found {
		usual, known := coded[h.Runner]
		if h.Runner == golangMigrate.runner {
			usual, known = schema.TxImplicit, true
		}
		if !known {
			continue
		}
		tx, ok := w.programMode(h)
		if !ok {
			tx, ok = w.scriptMode(h)
		}
		if !ok && h.Runner == "typeorm" && usual == schema.TxBatch && slices.ContainsFunc(h.Migrations, leaves) {
			tx, ok = schema.TxFile, true // TypeORM refuses a class that leaves the transaction of all
		}
		if !ok {
			continue
		}
		for i := range h.Migrations {
			m := &h.Migrations[i]
			if m.Tx == usual {
				m.Tx = tx
			}
			for j := range m.Parts {
				if m.Parts[j].Tx == usual {
					m.Parts[j].Tx = tx
				}
			}
		}
	}
}

func leaves(m schema.Migration) bool { return m.Tx == schema.TxNone }

// programMode is what the nearest program of the project says; nothing where
// two of them disagree.
func (w *world) programMode(h *History) (tx schema.Tx, ok bool) {
	if w.finder.Modes == nil {
		return 0, false
	}
	near := -1
	for _, p := range w.files {
		if testFile(p) {
			continue
		}
		for _, m := range w.finder.Modes(p) {
			if m.Runner != h.Runner || !within(h.Dir, w.project(path.Dir(p))) {
				continue
			}
			switch n := shared(path.Dir(p), h.Dir); {
			case n > near:
				near, tx, ok = n, m.Tx, true
			case n == near && m.Tx != tx:
				ok = false
			}
		}
	}
	return tx, ok
}

// project is the folder of the nearest package.json or go.mod, "" if there is none.
func (w *world) project(dir string) string {
	for at := dir; at != "/" && at != "."; at = path.Dir(at) {
		if w.here[path.Join(at, "package.json")] || w.here[path.Join(at, "go.mod")] {
			return at
		}
	}
	return ""
}

// shared is the number of folders two paths begin with.
func shared(a, b string) int {
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	return n
}

var (
	typeORMFlag = regexp.MustCompile(`migration:run.*\s(?:-t|--transaction)[ =](all|each|none)\b`)
	pgmFlag     = regexp.MustCompile(`node-pg-migrate.*\s--(?:no-single-transaction|single-transaction[ =]false)\b`)
)

// scriptMode is what the scripts of the nearest package.json say.
func (w *world) scriptMode(h *History) (schema.Tx, bool) {
	for at := h.Dir; at != "/" && at != "."; at = path.Dir(at) {
		p := path.Join(at, "package.json")
		if !w.here[p] {
			continue
		}
		var pkg struct{ Scripts map[string]string }
		if json.Unmarshal(w.read(p), &pkg) != nil {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(pkg.Scripts)) {
			script := pkg.Scripts[name]
			switch g := typeORMFlag.FindStringSubmatch(script); {
			case h.Runner == "typeorm" && g != nil:
				return map[string]schema.Tx{"all": schema.TxBatch, "each": schema.TxFile, "none": schema.TxNone}[g[1]], true
			case h.Runner == "node-pg-migrate" && pgmFlag.MatchString(script):
				return schema.TxFile, true
			}
		}
	}
	return 0, false
}
