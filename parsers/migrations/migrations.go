// Package migrations knows how the tools that apply SQL files lay them out:
// which files belong to which tool, in what order it applies them, what of a
// file is up and what is down, whether a transaction surrounds it, and how the
// next file is named and written.
//
// One tool is one file, which registers a layout. The package reads names and
// texts, never a disk or a clock, and imports floor 0 only.
//
//	for _, h := range migrations.Discover(paths, read) {
//		fmt.Println(h.Runner, h.Dir, len(h.Migrations))
//	}
package migrations

import (
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// History is one folder of migrations, or the schema files of one project.
type History struct {
	// Runner is the tool: "golang-migrate", "bun", "goose", "dbmate", "flyway",
	// "prisma", "drizzle", "supabase", "atlas", "sql-migrate", "tern", "sqlx",
	// "diesel", "sqitch", "node-pg-migrate", "liquibase", "rambler",
	// "refinery", "plain";
	// "sqlc" and "schema" for files that describe a schema and are not applied
	// one after the other.
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
	// Dump says that the files stand beside a history and hold what it makes:
	// of use only where that cannot be read.
	Dump bool
	// Partial says that migrations written as programs stand among the files,
	// which nobody reads.
	Partial bool

	// sum and journal are files that list the migrations and must be told of a
	// new one: atlas.sum, drizzle's journal, sqitch.plan.
	sum, journal *listing
	// names are the file names of the folder, so that a new one is none of them.
	names map[string]bool
}

// listing is a file beside the migrations.
type listing struct {
	path string
	text []byte
	// files are the texts of the migrations it lists, by path, where its form
	// depends on them.
	files map[string][]byte
}

// layout is what one tool's folders look like.
type layout struct {
	runner string
	// find gives the histories of the tool among the folders nobody claimed yet.
	find func(w *world) []*History
	// write plans a new migration.
	write func(p *planner)
	// single: outside a transaction a file may hold but one statement.
	single bool
	// alwaysTx: no SQL file can leave the transaction.
	alwaysTx bool
}

// layouts are asked in this order: what says its tool by itself comes before
// what is told from names alone.
var layouts = []*layout{&prisma, &drizzle, &supabase, &sqitch, &goose, &dbmate, &sqlMigrate, &tern, &nodePgMigrate,
	&liquibase, &rambler, &flyway, &refinery, &diesel, &sqlx, &bun, &golangMigrate, &atlas, &plain}

// Discover finds the histories among the files of a workspace, sorted by
// folder. read gives the text of a file, nil if there is none. Files below
// folders are read as migrations whatever they look like.
func Discover(files []string, read func(path string) []byte, folders ...string) []History {
	var f Finder
	return f.Discover(files, read, folders...)
}

// Plan is what makes a new migration: files to be made and, where the tool
// keeps a list, edits of it.
type Plan struct {
	Create []NewFile
	Edits  []Edit
}

// NewFile is a file to be made.
type NewFile struct{ Path, Text string }

// Edit is an edit of a file of the workspace.
type Edit struct {
	Path string
	source.Edit
}

// Change is what a new migration is to do.
type Change struct {
	// Name is what it is called, in lower case with underscores.
	Name string
	// Up and Down are SQL with its semicolons; Down may be empty.
	Up, Down string
	// NoTx says that no transaction may surround it (CONCURRENTLY).
	NoTx bool
}
