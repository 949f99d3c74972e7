package workspace

import (
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/dbwise/dbwise/parsers"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// grouping finds out which histories and models describe the same database.
type grouping struct {
	snapshot *Snapshot
	layer    *schemaLayer
	drafts   []*draft
}

// draft is a database under construction.
type draft struct {
	db      *Database
	history *history
	root    string
	// tables are the names that the history makes.
	tables *schema.Catalog
	models []*schema.Model
	prisma bool
	// dumps hold what the history should make, where it does not tell.
	dumps []*history
}

func (g *grouping) build() {
	for _, h := range g.layer.histories {
		if h.Dump || h.Declarative && h.Runner == "sqlc" && g.shadowed(h) {
			continue
		}
		d := &draft{db: &Database{Dir: projectDir(h.Dir, h.root), Dialect: h.Dialect}, history: h, root: h.root, tables: h.final}
		if !h.Declarative {
			d.db.History = h.History
		}
		h.db = d.db
		g.drafts = append(g.drafts, d)
	}
	g.dumps()
	g.prisma()
	g.gorm()
	for _, d := range g.drafts {
		g.finish(d)
		g.layer.databases = append(g.layer.databases, d.db)
	}
	sort.SliceStable(g.layer.databases, func(i, j int) bool { return g.layer.databases[i].Dir < g.layer.databases[j].Dir })
}

// dumps adds dumps to the nearest history that does not tell the whole schema.
func (g *grouping) dumps() {
	for _, h := range g.layer.histories {
		if !h.Dump {
			continue
		}
		var best *draft
		for _, d := range g.drafts {
			if d.root == h.root && d.history != nil && (best == nil || common(h.Dir+"/x", d.history.Dir) > common(h.Dir+"/x", best.history.Dir)) {
				best = d
			}
		}
		if best == nil {
			continue
		}
		h.db = best.db
		if !best.history.whole() && h.unread == 0 {
			best.dumps = append(best.dumps, h)
		}
	}
}

// shadowed reports whether schema files that sqlc reads describe the tables of
// a history again.
func (g *grouping) shadowed(h *history) bool {
	return slices.ContainsFunc(g.layer.histories, func(o *history) bool {
		return o != h && !o.Declarative && o.root == h.root && overlap(o.final, h.final.Tables()) > h.final.Len()/2
	})
}

func overlap(c *schema.Catalog, tables []*schema.Table) int {
	n := 0
	for _, t := range tables {
		if c.Table(t.Name) != nil {
			n++
		}
	}
	return n
}

// innerDirs are folders inside a project whose names say nothing about it.
var innerDirs = map[string]bool{
	"migrations": true, "migration": true, "migrate": true, "db": true, "database": true, "databases": true, "sql": true, "prisma": true,
	"drizzle": true, "supabase": true, "schema": true, "schemas": true, "postgres": true, "postgresql": true, "pg": true, "mysql": true,
	"sqlite": true, "sqlite3": true, "resources": true, "main": true, "src": true, "internal": true, "pkg": true, "ent": true, "store": true,
	"storage": true, "versions": true, "scripts": true, "data": true, "repository": true, "models": true, "model": true, "lib": true,
}

// projectDir is the folder of the project around a folder of migrations.
func projectDir(dir, root string) string {
	for dir != root && dir != "/" && dir != "." && innerDirs[strings.ToLower(path.Base(dir))] {
		dir = path.Dir(dir)
	}
	return dir
}

// finish settles the dialect and merges the models into the catalog.
func (g *grouping) finish(d *draft) {
	db := d.db
	g.dialect(d)
	sql := d.history != nil && d.history.whole() && len(d.history.Migrations) > 0
	b := schema.NewBuilder(d.tables)
	for _, h := range d.dumps {
		for _, t := range h.final.Tables() {
			b.Merge(&schema.Model{Table: t}, false)
		}
	}
	for _, m := range d.models {
		b.Merge(m, sql && m.Library == "prisma")
	}
	db.Models = d.models
	db.Catalog = b.Freeze()
	db.Complete = sql && d.history.Runner != "schema" || d.history == nil && d.prisma
	db.byModel = map[string]*schema.Model{}
	for _, m := range d.models {
		for _, name := range []string{m.Accessor, m.Name} {
			if _, taken := db.byModel[name]; !taken && name != "" {
				db.byModel[name] = m
			}
		}
	}
}

// dialect is what a configuration said, else what the files show, else what
// the programs around import; SQL that could be read is PostgreSQL.
func (g *grouping) dialect(d *draft) {
	db, s := d.db, g.snapshot
	if db.Dialect != query.Generic {
		return
	}
	if db.Dialect = s.opts.Dialect; db.Dialect != query.Generic {
		return
	}
	if d.history != nil {
		for _, m := range d.history.Migrations {
			if fa := s.known(m.Path); fa.Dialect != query.Generic {
				db.Dialect = fa.Dialect
				return
			}
		}
	}
	if db.Dialect = s.imported(db.Dir); db.Dialect == query.Generic && d.history != nil && d.tables.Len() > 0 {
		db.Dialect = query.PostgreSQL
	}
}

// imported is the only dialect whose drivers the programs below a folder
// import; Generic if there are several or none.
func (s *Snapshot) imported(dir string) query.Dialect {
	found := query.Generic
	for _, p := range s.paths {
		if !isWithin(p, dir) || !s.files[p].src.Lang.Host() || s.Context(p) == source.Test {
			continue
		}
		for _, m := range s.known(p).Outline.Imports {
			d := driverDialect(m)
			if d == query.Generic || d == found {
				continue
			}
			if found != query.Generic {
				return query.Generic
			}
			found = d
		}
	}
	return found
}

// common is the number of bytes of the folders that two paths share.
func common(a, b string) int {
	n := 0
	for i := 0; i < len(a) && i < len(b) && a[i] == b[i]; i++ {
		if a[i] == '/' {
			n = i + 1
		}
	}
	if len(a) > len(b) && strings.HasPrefix(a, b) && a[len(b)] == '/' {
		return len(b) + 1
	}
	return n
}

// nearest lists the databases of a file's root, the nearest first; those of
// other roots only where its own has none.
func (s *Snapshot) nearest(p string) []*Database {
	l := s.schemaNow()
	root := s.rootOf(p)
	type near struct {
		db    *Database
		score int
	}
	var all []near
	for _, d := range l.databases {
		if s.rootOf(d.Dir+"/x") != root {
			continue
		}
		n := common(p, d.Dir)
		if d.History != nil {
			n = max(n, common(p, d.History.Dir))
		}
		all = append(all, near{d, 2*n + pick(d.Dialect == query.PostgreSQL)})
	}
	if said := parsers.FolderDialect(s.Rel(p)); said != query.Generic {
		same := slices.DeleteFunc(slices.Clone(all), func(n near) bool { return n.db.Dialect != said })
		if len(same) > 0 {
			all = same
		}
	}
	if len(all) == 0 && len(l.databases) == 1 {
		return l.databases
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].score > all[j].score })
	out := make([]*Database, len(all))
	for i, n := range all {
		out[i] = n.db
	}
	return out
}

func pick(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Databases lists the databases, sorted by folder.
func (s *Snapshot) Databases() []*Database { return s.schemaNow().databases }

// Database is the one that a file's queries go to, nil if none is known.
func (s *Snapshot) Database(p string) *Database {
	if at, ok := s.schemaNow().places[p]; ok && at.history.db != nil {
		return at.history.db
	}
	list := s.nearest(p)
	for _, d := range list {
		if slices.ContainsFunc(d.Models, func(m *schema.Model) bool { return m.Path == p }) {
			return d
		}
	}
	if len(list) > 0 {
		return list[0]
	}
	return nil
}

// moduleDir is the folder of the nearest go.mod above a file, its root if
// there is none.
func (s *Snapshot) moduleDir(p string) string {
	root := s.rootOf(p)
	for dir := path.Dir(p); isWithin(dir, root) && dir != "/" && dir != "."; dir = path.Dir(dir) {
		if s.files[dir+"/go.mod"] != nil {
			return dir
		}
		if dir == root {
			break
		}
	}
	return root
}
