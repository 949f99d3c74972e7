// Package migrations knows how the tools that apply SQL files lay them out:
// which files belong to which tool, in what order it applies them, what of a
// file is up and what is down, whether a transaction surrounds it, and how the
// next file is named and written.
//
// It reads names and texts, never a disk or a clock, and imports floor 0 only.
//
//	for _, h := range migrations.Discover(paths, read) {
//		fmt.Println(h.Runner, h.Dir, len(h.Migrations))
//	}
package migrations

import (
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

// History is one folder of migrations, or the schema files of one project.
type History struct {
	// Runner is the tool: "golang-migrate", "goose", "dbmate", "flyway",
	// "prisma", "drizzle", "supabase", "atlas", "sql-migrate", "tern", "sqlx",
	// "diesel", "sqitch", "node-pg-migrate", "plain"; "sqlc" and "schema" for
	// files that describe a schema and are not applied one after the other.
	Runner string
	// Dir is the folder of the files.
	Dir string
	// Dialect as the tool's configuration says; Generic if it does not.
	Dialect query.Dialect
	// Migrations are the files in the order they are applied, a down file
	// right behind its up file.
	Migrations []schema.Migration
	// Declarative says that the files describe the wanted schema: nobody runs
	// them against a database that is in use.
	Declarative bool
}

// NewFile is a file to be made.
type NewFile struct{ Path, Text string }

// Change is what a new migration is to do.
type Change struct {
	// Name is what it is called, in lower case with underscores.
	Name string
	// Up and Down are SQL with its semicolons; Down may be empty.
	Up, Down string
	// NoTx says that no transaction may surround it (CONCURRENTLY).
	NoTx bool
}
