package migrations

import (
	"path"
	"regexp"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

// prisma: migrations/<14 digits>_name/migration.sql, up only, with
// migration_lock.toml beside the folders. A file is one query, hence an
// implicit transaction when it has more than one statement (prisma/prisma#14456).
var prisma = layout{
	runner: "prisma",
	find: func(w *world) []*History {
		lock := func(dir string) string { return path.Join(path.Dir(dir), "migration_lock.toml") }
		return w.folders(schema.TxImplicit, func(dir, version string) bool {
			return !w.here[path.Join(dir, "snapshot.json")] && // drizzle's
				(w.here[lock(dir)] || path.Base(path.Dir(dir)) == "migrations" && len(version) >= 8)
		}, func(dir string) query.Dialect { return lockedDialect(w.read(lock(dir))) })
	},
	write:  func(p *planner) { p.file(p.base()+"/migration.sql", p.Up) },
	single: true,
}

var provider = regexp.MustCompile(`(?m)^\s*provider\s*=\s*"([^"]+)"`)

func lockedDialect(text []byte) query.Dialect {
	if g := provider.FindSubmatch(text); g != nil {
		return query.DialectNamed(string(g[1]))
	}
	return query.Generic
}
