package migrations

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

// prisma: migrations/<14 digits>_name/migration.sql, up only, with
// migration_lock.toml beside the folders. A file is one query, hence an
// implicit transaction when it has more than one statement (prisma/prisma#14456).
var prisma = layout{
	runner: "prisma",
	find: func(w *world) (out []*History) {
		byDir := map[string]*History{}
		w.each(func(dir string, names []string) {
			parent := path.Dir(dir)
			g := numbered.FindStringSubmatch(path.Base(dir))
			if g == nil || !slices.Contains(names, "migration.sql") || w.here[path.Join(dir, "snapshot.json")] { // drizzle's
				return
			}
			lock := path.Join(parent, "migration_lock.toml")
			if !w.here[lock] && (path.Base(parent) != "migrations" || len(g[1]) < 8) {
				return
			}
			h := byDir[parent]
			if h == nil {
				h = &History{Dir: parent, Dialect: lockedDialect(w.read(lock))}
				byDir[parent] = h
				out = append(out, h)
			}
			m := schema.Migration{Path: path.Join(dir, "migration.sql"), Version: g[1], Name: g[2], Tx: schema.TxImplicit}
			m.Up = w.sheet(m.Path).whole()
			h.Migrations = append(h.Migrations, m)
		})
		for _, h := range out {
			slices.SortStableFunc(h.Migrations, func(a, b schema.Migration) int { return strings.Compare(a.Path, b.Path) })
		}
		return out
	},
	write:  func(p *planner) { p.file(p.base()+"/migration.sql", p.Up) },
	single: true,
}

var provider = regexp.MustCompile(`(?m)^\s*provider\s*=\s*"([^"]+)"`)

func lockedDialect(text []byte) query.Dialect {
	if g := provider.FindSubmatch(text); g != nil {
		return dialectOf(string(g[1]))
	}
	return query.Generic
}

// dialectOf is the dialect by the names that configuration files use.
func dialectOf(name string) query.Dialect {
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "postgresql", "postgres", "pg", "pgx", "pgx5", "cockroachdb", "cockroach", "redshift":
		return query.PostgreSQL
	case "mysql", "mariadb", "singlestore":
		return query.MySQL
	case "sqlite", "sqlite3", "turso", "libsql":
		return query.SQLite
	case "mongodb":
		return query.MongoDB
	}
	return query.Generic
}
