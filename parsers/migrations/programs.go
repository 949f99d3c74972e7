package migrations

import (
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// coded are the tools whose migrations are programs, with the transaction they
// run in unless the program says otherwise:
//
//   - typeorm runs all pending ones in one (manual, "Running migrations":
//     --transaction all); a class that leaves it needs the mode "each"
//   - mikro-orm likewise (allOrNothing), kysely and node-pg-migrate too
//     (--no-single-transaction)
//   - knex and goose wrap each, Liquibase each changeset
//   - sequelize, bun and gormigrate (UseTransaction is false) wrap none
var coded = map[string]schema.Tx{
	"typeorm": schema.TxBatch, "mikro-orm": schema.TxBatch, "kysely": schema.TxBatch, "node-pg-migrate": schema.TxBatch,
	"knex": schema.TxFile, "goose": schema.TxFile,
	"liquibase": schema.TxFile,
	"sequelize": schema.TxNone, "bun": schema.TxNone, "gormigrate": schema.TxNone,
}

// byShape are the tools that tell their migrations by the folder alone, so that
// the folder or the name must look like theirs.
var byShape = map[string]bool{"knex": true, "kysely": true, "node-pg-migrate": true, "sequelize": true}

// programsIn are the programs of each folder that may be migrations, by folder.
func (w *world) programsIn() (dirs []string, byDir map[string][]string) {
	byDir = map[string][]string{}
	if w.finder.Programs == nil {
		return nil, byDir
	}
	root := commonDir(w.files)
	for _, p := range w.files {
		dir := path.Dir(p)
		list := w.finder.Programs(p)
		if len(list) == 0 || w.excluded(strings.TrimPrefix(dir, root)) && !w.isForced(dir) || testFile(p) {
			continue
		}
		if byShape[list[0].Runner] && !w.isForced(dir) && !numberedProgram.MatchString(path.Base(p)) && !strings.Contains(strings.ToLower(path.Base(dir)), "migration") {
			continue
		}
		if byDir[dir] == nil {
			dirs = append(dirs, dir)
		}
		byDir[dir] = append(byDir[dir], p)
	}
	return dirs, byDir
}

var numberedProgram = regexp.MustCompile(`^(\d+|V\d+__|Migration\d+)`)

func testFile(p string) bool {
	base := path.Base(p)
	return strings.HasSuffix(base, "_test.go") || strings.Contains(base, ".test.") || strings.Contains(base, ".spec.") || strings.HasSuffix(base, ".d.ts")
}

// programHistories adds the histories written as programs, and programs to the
// histories of SQL files beside which they stand.
func (w *world) programHistories(found []*History) []*History {
	dirs, byDir := w.programsIn()
	for _, dir := range dirs {
		byRunner := map[string][]schema.Migration{}
		var runners []string
		for _, p := range byDir[dir] {
			m := w.programMigration(p)
			if byRunner[m.Runner] == nil {
				runners = append(runners, m.Runner)
			}
			byRunner[m.Runner] = append(byRunner[m.Runner], m)
		}
		for _, runner := range runners {
			list := byRunner[runner]
			i := slices.IndexFunc(found, func(h *History) bool { return h.Dir == dir && h.Runner == runner })
			if i >= 0 {
				found[i].Migrations = append(found[i].Migrations, list...)
				sortCoded(found[i].Migrations)
				w.finish(found[i])
				continue
			}
			h := &History{Runner: runner, Dir: dir, Migrations: list, Dialect: w.driver(dir)}
			sortCoded(h.Migrations)
			found = append(found, h)
			if runner != liquibase.runner {
				w.finish(h)
			}
		}
	}
	return w.included(found)
}

// programMigration is one file; the programs in it run in the order of their
// versions.
func (w *world) programMigration(p string) schema.Migration {
	list := w.finder.Programs(p)
	var parts []schema.Part
	for i := range list {
		one := &list[i]
		part := schema.Part{Name: one.Version, Up: one.Up, Down: one.Down, Statements: one.Statements, Program: i, Apart: true, Tx: coded[one.Runner]}
		if one.Runner == liquibase.runner { // in the order of the file, most often one release
			part.Name, part.Apart = one.Name, false
		}
		if one.NoTx {
			part.Tx = schema.TxNone
		}
		parts = append(parts, part)
	}
	if list[0].Runner != liquibase.runner {
		slices.SortStableFunc(parts, func(a, b schema.Part) int { return byNumber(a.Name, b.Name) })
	}
	first := &list[parts[0].Program]
	m := schema.Migration{Path: p, Runner: first.Runner}
	m.Version, m.Name = nameOfProgram(p)
	if first.Version != "" && first.Runner == "typeorm" {
		m.Version, m.Name = first.Version, first.Name
	}
	together(&m, parts)
	return m
}

// together makes a file out of its parts: its transaction is theirs if they
// agree.
func together(m *schema.Migration, parts []schema.Part) {
	for i := range parts {
		p := &parts[i]
		m.Up = append(m.Up, p.Up...)
		m.Down = append(m.Down, p.Down...)
		m.Statements += p.Statements
		switch {
		case i == 0:
			m.Tx = p.Tx
		case m.Tx != p.Tx:
			m.Tx = schema.TxUnknown
		}
	}
	if len(parts) > 1 {
		m.Parts = parts
	}
}

// nameOfProgram takes the name of a file apart: its digits and the rest.
func nameOfProgram(p string) (version, name string) {
	base := path.Base(p)
	base = strings.TrimSuffix(base, path.Ext(base))
	if g := isoStamp.FindStringSubmatch(base); g != nil {
		return onlyDigits(g[1]), g[2]
	}
	trimmed := strings.TrimPrefix(base, "Migration")
	digits := len(trimmed) - len(strings.TrimLeft(trimmed, "0123456789"))
	if digits == 0 {
		return "", base
	}
	return trimmed[:digits], strings.TrimLeft(trimmed[digits:], "_-.")
}

// isoStamp is a time as 20240131T235959123Z or 2024.01.31T23.59.59 writes it.
var isoStamp = regexp.MustCompile(`^(\d{4}[.-]?\d\d[.-]?\d\dT\d\d[.-]?\d\d(?:[.-]?\d\d(?:[.]?\d{3})?)?)Z?[_.-]*(.*)$`)

// sortCoded orders by the number of the version; what has none stands by name.
func sortCoded(list []schema.Migration) {
	slices.SortStableFunc(list, func(a, b schema.Migration) int {
		if a.Version == "" || b.Version == "" {
			return strings.Compare(path.Base(a.Path), path.Base(b.Path))
		}
		n := byNumber(a.Version, b.Version)
		if len(a.Version) != len(b.Version) && dated(a.Version) && dated(b.Version) {
			n = strings.Compare(a.Version, b.Version) // to the minute and to the second
		}
		if n != 0 {
			return n
		}
		return strings.Compare(path.Base(a.Path), path.Base(b.Path))
	})
}

// drivers are the packages that speak to one kind of database.
var drivers = map[string]query.Dialect{"pg": query.PostgreSQL, "postgres": query.PostgreSQL, "pg-promise": query.PostgreSQL,
	"@mikro-orm/postgresql": query.PostgreSQL, "@neondatabase/serverless": query.PostgreSQL,
	"mysql": query.MySQL, "mysql2": query.MySQL, "mariadb": query.MySQL, "@mikro-orm/mysql": query.MySQL, "@mikro-orm/mariadb": query.MySQL,
	"sqlite3": query.SQLite, "better-sqlite3": query.SQLite, "@mikro-orm/sqlite": query.SQLite}

// named are the databases whose names a folder of migrations may carry, as
// migrations-sqlite does.
var named = []struct {
	word    string
	dialect query.Dialect
}{{"sqlite", query.SQLite}, {"mysql", query.MySQL}, {"mariadb", query.MySQL}, {"postgres", query.PostgreSQL}}

// driver is the database that the folder is named after, else the one that the
// nearest package.json names a driver of. One of SQLite beside another is for
// tests.
func (w *world) driver(dir string) query.Dialect {
	for _, n := range named {
		if strings.Contains(strings.ToLower(path.Base(dir)), n.word) {
			return n.dialect
		}
	}
	for at := dir; at != "/" && at != "."; at = path.Dir(at) {
		p := path.Join(at, "package.json")
		if !w.here[p] {
			continue
		}
		var pkg struct{ Dependencies, DevDependencies map[string]any }
		if json.Unmarshal(w.read(p), &pkg) != nil {
			continue
		}
		have := map[query.Dialect]bool{}
		for name, d := range drivers {
			_, ok := pkg.Dependencies[name]
			_, dev := pkg.DevDependencies[name]
			if ok || dev {
				have[d] = true
			}
		}
		if len(have) > 1 {
			delete(have, query.SQLite)
		}
		switch {
		case len(have) > 1:
			return query.Generic
		case len(have) == 1:
			for d := range have {
				return d
			}
		}
	}
	return query.Generic
}

// isProgram reports whether a migration is no SQL file.
func (w *world) isProgram(p string) bool {
	lang := source.LangOf(p)
	return lang.Host() || lang == source.Changelog
}

// dated reports whether a version writes a date, to whatever unit.
func dated(version string) bool { return len(version) != 10 && len(version) != 13 && isTime(version) }
