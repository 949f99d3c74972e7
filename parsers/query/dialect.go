package query

import "strings"

// databases are the dialects of databases by their own names.
var databases = map[string]Dialect{
	"postgresql": PostgreSQL, "postgres": PostgreSQL, "pg": PostgreSQL, "pgsql": PostgreSQL,
	"mysql": MySQL, "mariadb": MySQL,
	"sqlite": SQLite, "sqlite3": SQLite,
	"mongodb": MongoDB,
	"mssql":   Unread, "sqlserver": Unread, "tsql": Unread, "oracle": Unread, "db2": Unread, "h2": Unread, "hsqldb": Unread,
	"clickhouse": Unread, "snowflake": Unread, "bigquery": Unread, "cassandra": Unread, "spanner": Unread,
}

// kin are drivers, and databases that speak the dialect of another but lock in
// their own way.
var kin = map[string]Dialect{
	"pgx": PostgreSQL, "pgx5": PostgreSQL, "cockroachdb": PostgreSQL, "cockroach": PostgreSQL, "redshift": PostgreSQL,
	"singlestore": MySQL, "turso": SQLite, "libsql": SQLite,
}

// DatabaseNamed is the dialect of the database of that name, as a folder for it
// is called: what is written for CockroachDB beside PostgreSQL is not for
// PostgreSQL. Generic if nobody knows the name.
func DatabaseNamed(name string) Dialect { return databases[strings.ToLower(strings.TrimSpace(name))] }

// DialectNamed is the dialect that a configuration means by a name: of a
// database, of its kin or of a driver. Generic if nobody knows the name.
func DialectNamed(name string) Dialect {
	if d := DatabaseNamed(name); d != Generic {
		return d
	}
	return kin[strings.ToLower(strings.TrimSpace(name))]
}
