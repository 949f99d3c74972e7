package migrations

import (
	"bytes"
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"go.yaml.in/yaml/v3"
)

// sqlcBlock is one entry of sqlc.yaml: "packages" of version 1, "sql" of 2.
type sqlcBlock struct {
	Engine string
	Schema any
}

type sqlcConfig struct {
	Packages []sqlcBlock
	SQL      []sqlcBlock `yaml:"sql" json:"sql"`
}

// sqlc reads the configurations of sqlc: the folders they name as schema are
// histories if a tool was found there, which learn their dialect, and plain
// schema files otherwise (docs.sqlc.dev, "Configuration file").
func (w *world) sqlc(found []*History) []*History {
	for _, p := range w.files {
		var conf sqlcConfig
		switch path.Base(p) {
		case "sqlc.yaml", "sqlc.yml":
			if yaml.Unmarshal(w.read(p), &conf) != nil {
				continue
			}
		case "sqlc.json":
			if json.Unmarshal(w.read(p), &conf) != nil {
				continue
			}
		default:
			continue
		}
		for _, b := range append(conf.Packages, conf.SQL...) {
			files := w.named(path.Dir(p), b.Schema)
			found = w.described(found, files, query.DialectNamed(b.Engine), path.Dir(p))
		}
	}
	return found
}

// named are the SQL files that a schema setting means: a path or a list of
// paths of files, folders or globs.
func (w *world) named(dir string, setting any) []string {
	var paths []string
	switch v := setting.(type) {
	case string:
		paths = []string{v}
	case []any:
		for _, one := range v {
			if s, ok := one.(string); ok {
				paths = append(paths, s)
			}
		}
	}
	var out []string
	for _, p := range paths {
		p = path.Join(dir, p)
		for _, f := range w.files {
			match := f == p || path.Dir(f) == p
			if !match && strings.ContainsAny(p, "*?[{") {
				match, _ = doublestar.Match(p, f)
			}
			if match && isSQL(f) && !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	return out
}

// described adds schema files, or tells the histories they lie in their dialect.
func (w *world) described(found []*History, files []string, d query.Dialect, dir string) []*History {
	h := &History{Runner: "sqlc", Dir: dir, Dialect: d, Declarative: true}
	for _, f := range files {
		if i := slices.IndexFunc(found, func(h *History) bool { return holds(h, f) }); i >= 0 {
			if found[i].Dialect == query.Generic {
				found[i].Dialect = d
			}
			continue
		}
		s := w.sheet(f)
		h.Migrations = append(h.Migrations, schema.Migration{Path: f, Name: path.Base(f), Up: s.whole()})
	}
	if len(h.Migrations) == 0 {
		return found
	}
	w.finish(h)
	return append(found, h)
}

func holds(h *History, file string) bool {
	return slices.ContainsFunc(h.Migrations, func(m schema.Migration) bool { return m.Path == file })
}

// schemaNames are what files that hold a whole schema are called, best first.
var schemaNames = []string{"schema.sql", "structure.sql", "schema.pg.sql", "ddl.sql", "tables.sql", "create_tables.sql", "database.sql", "db.sql", "init.sql", "setup.sql"}

// dumpNames are what the whole schema beside its migrations is called.
var dumpNames = []string{"schema.sql", "structure.sql", "latest.sql", "schema.pg.sql"}

// schemaFiles are the files that describe a schema where no history does: one
// with such a name, else all that make tables. Where a history stands above,
// beside or below, they are dumps.
func (w *world) schemaFiles(found []*History) []*History {
	var named, making, dumps []string
	held := map[string]bool{}
	for _, h := range found {
		for i := range h.Migrations {
			held[h.Migrations[i].Path] = true
		}
	}
	for _, dir := range w.order {
		beside := w.claimed[dir] || slices.ContainsFunc(found, func(h *History) bool { return near(h.Dir, dir) })
		for _, n := range w.dirs[dir] {
			p, low := path.Join(dir, n), strings.ToLower(n)
			switch {
			case w.claimed[dir] && held[p]:
			case !bytes.Contains(bytes.ToUpper(w.read(p)), []byte("CREATE TABLE")):
			case beside && slices.Contains(dumpNames, low):
				dumps = append(dumps, p)
			case beside:
			case slices.Contains(schemaNames, low):
				named = append(named, p)
			default:
				making = append(making, p)
			}
		}
	}
	if len(named) == 0 {
		named = making
	}
	return append(w.declared(named, false), w.declared(dumps, true)...)
}

// declared makes histories of files that describe a schema, one a folder.
func (w *world) declared(files []string, dump bool) []*History {
	byDir := map[string]*History{}
	var out []*History
	for _, p := range files {
		h := byDir[path.Dir(p)]
		if h == nil {
			h = &History{Runner: "schema", Dir: path.Dir(p), Declarative: true, Dump: dump}
			byDir[h.Dir] = h
			out = append(out, h)
		}
		h.Migrations = append(h.Migrations, schema.Migration{Path: p, Name: path.Base(p), Up: w.sheet(p).whole()})
	}
	for _, h := range out {
		w.finish(h)
	}
	return out
}

// near reports whether a history's project reaches into a folder: one of them
// lies below the other, or both below the folder that holds the history's.
func near(history, dir string) bool {
	return within(history, dir) || within(dir, history) || within(dir, path.Dir(history))
}
