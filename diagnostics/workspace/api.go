package workspace

import (
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// Snapshot is the state of the workspace at one moment.
type Snapshot struct {
}

// File is the current text of a path, nil if the workspace has no such file.
func (s *Snapshot) File(path string) *source.File { return nil }

// Facts are the facts of a file, nil if there is no such file.
func (s *Snapshot) Facts(path string) *facts.Facts { return nil }

// Files lists all paths, sorted.
func (s *Snapshot) Files() []string { return nil }

// Roots are the folders of the workspace.
func (s *Snapshot) Roots() []string { return nil }

// Rel is a path relative to the root it lies in.
func (s *Snapshot) Rel(path string) string { return path }

// Context tells what a file is for.
func (s *Snapshot) Context(path string) source.Context { return source.App }

// Databases lists the databases, sorted by folder.
func (s *Snapshot) Databases() []*Database { return nil }

// Database is the one that a file's queries go to, nil if none is known.
func (s *Snapshot) Database(path string) *Database { return nil }

// Steps are the schema changes of a SQL file, in order, each with the schema
// around it.
func (s *Snapshot) Steps(path string) []schema.Step { return nil }

// Migration is what is known of a file as a migration, nil if it is none.
func (s *Snapshot) Migration(path string) *schema.Migration { return nil }

// Queries are the queries of a file, in order; subqueries hang below them.
func (s *Snapshot) Queries(path string) []*Query { return nil }

// Calls are the calls of a file that run queries, in order.
func (s *Snapshot) Calls(path string) []*Call { return nil }

// Summary are the queries a function may run, from inside the function: Params
// are its own parameters.
func (s *Snapshot) Summary(f FuncID) []Reach { return nil }

// References lists where a table of a database is named, or with a column name
// where that column is, sorted by place. Migrations are left out.
func (s *Snapshot) References(d *Database, t *schema.Table, column string) []Ref { return nil }

// Models lists the models that describe a table of a database.
func (s *Snapshot) Omitted() []Omitted { return nil }
