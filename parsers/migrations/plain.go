package migrations

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/schema"
)

// plain: a folder of numbered SQL files whose tool nobody can tell, or one that
// is called migrations. Ordered by number, then by name; nothing is known about
// transactions.
var plain = layout{
	runner: "plain",
	find: func(w *world) (out []*History) {
		out = w.releases()
		w.each(func(dir string, names []string) {
			if !w.isForced(dir) && !w.plainFolder(dir, names) {
				return
			}
			out = append(out, &History{Dir: dir, Migrations: w.plainFiles(dir, names), Declarative: strings.Contains(dir, "initdb")})
		})
		return out
	},
	write: func(p *planner) {
		if p.h.Declarative {
			return
		}
		up, down := "", ""
		for _, m := range p.h.Migrations {
			if m.Down == nil {
				continue
			}
			if g := downSuffix(m.Path); g != "" {
				down = g
				up = strings.NewReplacer("down", "up", "rollback", "").Replace(g)
			}
		}
		if down == "" {
			p.file(p.base()+".sql", p.Up)
			return
		}
		for _, m := range p.h.Migrations {
			if m.Up != nil && !strings.HasSuffix(m.Path, up) {
				up = ".sql"
			}
		}
		p.file(p.base()+up, p.Up)
		p.file(p.base()+down, p.Down)
	},
}

// plainFiles are the migrations of one folder, in order.
func (w *world) plainFiles(dir string, names []string) []schema.Migration {
	var out []schema.Migration
	for _, n := range names {
		m := schema.Migration{Path: path.Join(dir, n)}
		down := downSuffix(n)
		m.Version, m.Name = splitName(strings.TrimSuffix(strings.TrimSuffix(n, down), ".sql"))
		direct(&m, w.sheet(m.Path), down != "")
		out = append(out, m)
	}
	sortByVersion(out)
	slices.SortStableFunc(out, func(a, b schema.Migration) int {
		if a.Version != b.Version || a.Version == "" {
			return 0
		}
		return len(a.Down) - len(b.Down)
	})
	return out
}

var releaseName = regexp.MustCompile(`^[vV]?\d+(\.\d+)*$`)

// releases finds histories with a folder of numbered files for each release:
// 0.9/01__a.sql, 0.10/01__b.sql.
func (w *world) releases() (out []*History) {
	byParent := map[string][]string{}
	var parents []string
	w.each(func(dir string, names []string) {
		if !releaseName.MatchString(path.Base(dir)) || !slices.ContainsFunc(names, numbered.MatchString) {
			return
		}
		parent := path.Dir(dir)
		if byParent[parent] == nil {
			parents = append(parents, parent)
		}
		byParent[parent] = append(byParent[parent], dir)
	})
	for _, parent := range parents {
		dirs := byParent[parent]
		if len(dirs) < 2 {
			continue
		}
		slices.SortStableFunc(dirs, func(a, b string) int {
			return CompareVersions(strings.TrimLeft(path.Base(a), "vV"), strings.TrimLeft(path.Base(b), "vV"))
		})
		h := &History{Dir: parent}
		for _, dir := range dirs {
			h.Migrations = append(h.Migrations, w.plainFiles(dir, w.dirs[dir])...)
			w.claimed[dir] = true
		}
		out = append(out, h)
	}
	return out
}

// downSuffix is the end of a name that tells an undo file, "_down.sql"; "" if
// it tells none.
func downSuffix(name string) string {
	for _, word := range []string{"down.sql", "rollback.sql"} {
		if at := len(name) - len(word) - 1; at >= 0 && strings.HasSuffix(name, word) && strings.IndexByte("._-", name[at]) >= 0 {
			return name[at:]
		}
	}
	return ""
}

// plainFolder tells a history from a folder that merely holds SQL: by its name,
// or by two numbered files of which one makes a table.
func (w *world) plainFolder(dir string, names []string) bool {
	numberedFiles, makes := 0, false
	for _, n := range names {
		if numbered.MatchString(n) {
			numberedFiles++
			makes = makes || bytes.Contains(bytes.ToUpper(w.read(path.Join(dir, n))), []byte("CREATE TABLE"))
		}
	}
	switch strings.ToLower(path.Base(dir)) {
	case "migrations", "migration", "migrate", "changes", "changelog":
		return numberedFiles > 0 || path.Base(dir) == "migrations"
	}
	return numberedFiles >= 2 && makes
}
