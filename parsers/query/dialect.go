package query

import "strings"

// dialects are the databases by the names that configurations, drivers and
// folders give them. What only speaks the dialect of another is that.
var dialects = map[string]Dialect{
	"postgresql": PostgreSQL, "postgres": PostgreSQL, "pg": PostgreSQL, "pgsql": PostgreSQL, "pgx": PostgreSQL, "pgx5": PostgreSQL,
	"cockroachdb": PostgreSQL, "cockroach": PostgreSQL, "redshift": PostgreSQL,
	"mysql": MySQL, "mariadb": MySQL, "singlestore": MySQL,
	"sqlite": SQLite, "sqlite3": SQLite, "turso": SQLite, "libsql": SQLite,
	"mongodb": MongoDB,
	"mssql":   Unread, "sqlserver": Unread, "tsql": Unread, "oracle": Unread, "db2": Unread, "h2": Unread, "hsqldb": Unread,
	"clickhouse": Unread, "snowflake": Unread, "bigquery": Unread, "cassandra": Unread, "spanner": Unread,
}

// DialectNamed is the dialect of a database by its name; Generic if nobody knows
// the name.
func DialectNamed(name string) Dialect { return dialects[strings.ToLower(strings.TrimSpace(name))] }
