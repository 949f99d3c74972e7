package workspace

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/query"
)

// drivers are modules that speak to one kind of database.
var drivers = map[string]query.Dialect{
	"github.com/lib/pq": query.PostgreSQL, "gorm.io/driver/postgres": query.PostgreSQL, "pg": query.PostgreSQL, "postgres": query.PostgreSQL,
	"pg-promise": query.PostgreSQL, "slonik": query.PostgreSQL, "@neondatabase/serverless": query.PostgreSQL, "@vercel/postgres": query.PostgreSQL,
	"drizzle-orm/pg-core": query.PostgreSQL, "drizzle-orm/node-postgres": query.PostgreSQL, "drizzle-orm/postgres-js": query.PostgreSQL,
	"github.com/go-sql-driver/mysql": query.MySQL, "gorm.io/driver/mysql": query.MySQL, "mysql": query.MySQL, "mysql2": query.MySQL,
	"mysql2/promise": query.MySQL, "drizzle-orm/mysql-core": query.MySQL, "drizzle-orm/mysql2": query.MySQL,
	"github.com/mattn/go-sqlite3": query.SQLite, "modernc.org/sqlite": query.SQLite, "gorm.io/driver/sqlite": query.SQLite,
	"github.com/glebarez/sqlite": query.SQLite, "better-sqlite3": query.SQLite, "sqlite3": query.SQLite, "bun:sqlite": query.SQLite,
	"drizzle-orm/sqlite-core": query.SQLite, "drizzle-orm/better-sqlite3": query.SQLite,
}

// driverDialect is the kind of database a module speaks to, Generic if none.
func driverDialect(module string) query.Dialect {
	if d, ok := drivers[module]; ok {
		return d
	}
	if strings.HasPrefix(module, "github.com/jackc/pgx/") || strings.HasPrefix(module, "github.com/jackc/pgconn") {
		return query.PostgreSQL
	}
	return query.Generic
}
