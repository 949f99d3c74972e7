package migrations

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

// included joins the change logs of Liquibase that another includes to one
// history, in the order in which they run; includeAll goes by name (Liquibase
// documentation, "include", "includeAll").
func (w *world) included(found []*History) []*History {
	place, under := w.masters()
	byDir := map[string]*History{}
	var out []*History
	for _, h := range found {
		if h.Runner != liquibase.runner || !slices.ContainsFunc(h.Migrations, func(m schema.Migration) bool { return w.isProgram(m.Path) }) {
			out = append(out, h)
			continue
		}
		for _, m := range h.Migrations {
			dir := h.Dir
			if master := under[m.Path]; master != "" {
				dir = path.Dir(master)
			}
			to := byDir[dir]
			if to == nil {
				to = &History{Runner: h.Runner, Dir: dir, Dialect: w.javaDriver(dir)}
				byDir[dir] = to
				out = append(out, to)
			}
			to.Migrations = append(to.Migrations, m)
		}
	}
	for _, h := range byDir {
		slices.SortStableFunc(h.Migrations, func(a, b schema.Migration) int {
			if x, y := place[a.Path], place[b.Path]; x != 0 && y != 0 {
				return x - y
			}
			return 0
		})
	}
	for _, h := range out {
		if byDir[h.Dir] == h {
			if h.Dialect == query.Generic {
				h.Dialect = w.spokenBy(h, under)
			}
			w.finish(h)
		}
	}
	return out
}

var dbmsList = regexp.MustCompile(`\bdbms\s*[=:]\s*["']?([\w, ]+)`)

// spokenBy is the database that the change logs of a history are spoken for:
// their properties and changesets may be for some databases only.
func (w *world) spokenBy(h *History, under map[string]string) query.Dialect {
	var lists []string
	for _, p := range w.files {
		if (under[p] == "" || path.Dir(under[p]) != h.Dir) && path.Dir(p) != h.Dir || !w.isProgram(p) {
			continue
		}
		for _, g := range dbmsList.FindAllSubmatch(w.read(p), -1) {
			lists = append(lists, string(g[1]))
		}
	}
	return spoken(lists)
}

// masters numbers the change logs in the order in which those that nobody
// includes lead to them, and says which of these does.
func (w *world) masters() (place map[string]int, under map[string]string) {
	place, under = map[string]int{}, map[string]string{}
	if w.finder.Includes == nil {
		return place, under
	}
	includes, inner := map[string][]string{}, map[string]bool{}
	for _, p := range w.files {
		if !w.isProgram(p) {
			continue
		}
		for _, in := range w.finder.Includes(p) {
			for _, q := range w.changelogs(p, in) {
				includes[p] = append(includes[p], q)
				inner[q] = true
			}
		}
	}
	for _, p := range w.files {
		if len(includes[p]) > 0 && !inner[p] {
			w.lead(p, p, includes, place, under)
		}
	}
	return place, under
}

// lead numbers what a change log leads to, each once.
func (w *world) lead(p, master string, includes map[string][]string, place map[string]int, under map[string]string) {
	if place[p] != 0 {
		return
	}
	place[p], under[p] = len(place)+1, master
	for _, q := range includes[p] {
		w.lead(q, master, includes, place, under)
	}
}

// changelogs are the files that an include means: a path below the change log's
// own folder, or one that ends so.
func (w *world) changelogs(from, in string) (out []string) {
	in = strings.TrimPrefix(strings.TrimPrefix(in, "classpath:"), "/")
	folder := strings.HasSuffix(in, "/")
	want := path.Clean(in)
	fits := func(p string) bool {
		return p == path.Join(path.Dir(from), want) || strings.HasSuffix(p, "/"+want)
	}
	for _, p := range w.files {
		if p != from && w.isProgram(p) && (!folder && fits(p) || folder && fits(path.Dir(p))) {
			out = append(out, p)
		}
	}
	if !folder && len(out) > 1 { // the nearest of those that end so
		slices.SortStableFunc(out, func(a, b string) int {
			return shared(path.Dir(b), path.Dir(from)) - shared(path.Dir(a), path.Dir(from))
		})
		out = out[:1]
	}
	return out
}
