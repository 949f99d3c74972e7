package workspace

import (
	"slices"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/postgres"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// script is a SQL file replayed: its steps, and the schema each of its
// statements sees.
type script struct {
	steps []schema.Step
	// catalogs is the schema before each statement, nil for statements without
	// queries.
	catalogs []*schema.Catalog
	// impacts is what each statement does to a database in use, nil for those
	// outside all sections and in dialects whose effects are not known.
	impacts []*schema.Impact
	// down are the statements that undo, by index.
	down      map[int]bool
	migration *schema.Migration
	database  *Database
	// foreign: its dialect is not read.
	foreign bool
}

// Migration is what is known of a file as a migration, nil if it is none.
func (s *Snapshot) Migration(path string) *schema.Migration {
	if s.files[path] == nil {
		return nil
	}
	return s.view(path).script(s).migration
}

// Steps are the schema changes of a SQL file, in order, each with the schema
// around it. Statements outside of a migration's sections have none.
func (s *Snapshot) Steps(path string) []schema.Step {
	if s.files[path] == nil {
		return nil
	}
	return s.view(path).script(s).steps
}

// Foreign reports whether a SQL file is written for a database whose SQL is not
// read, so that its syntax says nothing.
func (s *Snapshot) Foreign(path string) bool {
	f := s.files[path]
	return f != nil && f.src.Lang == source.SQL && s.view(path).script(s).foreign
}

// StatementImpact is what one statement of a file does to a database in use.
type StatementImpact struct {
	*facts.Statement
	*schema.Impact
	Down bool
}

// Impacts are what the statements of a SQL file do, in order. Statements
// outside of a migration's sections have none.
func (s *Snapshot) Impacts(path string) []StatementImpact {
	f := s.files[path]
	if f == nil || f.src.Lang == source.Unknown {
		return nil
	}
	v := s.view(path)
	sc := v.script(s)
	var out []StatementImpact
	for i, impact := range sc.impacts {
		if impact != nil {
			st := &v.fa.Statements[i]
			out = append(out, StatementImpact{st, impact, sc.down[i]})
		}
	}
	return out
}

// replay runs through a SQL file: a migration where its history stands before
// it, any other file where its database stands in the end.
func (s *Snapshot) replay(path string, fa *facts.Facts) *script {
	l := s.schemaNow()
	out := &script{catalogs: make([]*schema.Catalog, len(fa.Statements)), impacts: make([]*schema.Impact, len(fa.Statements)), down: map[int]bool{}}
	r := &replayer{out: out, fa: fa, path: path, version: s.opts.ServerVersion}
	if at, ok := l.places[path]; ok {
		m := &at.history.Migrations[at.index]
		out.database = at.history.db
		if !at.history.Declarative {
			out.migration, r.migration = m, m
		}
		if s.indexed {
			r.builder = s.before(at.history, at.index)
			out.foreign = at.history.foreign(fa)
			if made := at.history.released(s).unreleased; made != nil {
				r.unreleased = made[at.index]
			}
			r.known = at.history.whole() && !out.foreign
		} else {
			r.builder = schema.NewBuilder(nil)
			r.known = at.index == 0 && len(at.history.Migrations) == 1 && at.history.Declarative
		}
		r.units(unitsOf(m, fa))
		if len(fa.Programs) == 0 {
			slices.SortStableFunc(out.steps, func(a, b schema.Step) int { return a.Stmt.Start - b.Stmt.Start })
		}
		return out
	}
	if fa.Lang.Host() || fa.Lang == source.Changelog {
		return out // not in any history
	}
	out.database = s.databaseOf(path, fa)
	out.foreign = foreign(fa.Dialect) || out.database != nil && foreign(out.database.Dialect)
	var from *schema.Catalog
	if out.database != nil {
		from, r.known = out.database.Catalog, out.database.Complete
	}
	r.builder = schema.NewBuilder(from)
	r.frozen = from
	r.connect()
	r.run(all(len(fa.Statements)), false)
	return out
}

// replayer applies the statements of one direction.
type replayer struct {
	out       *script
	fa        *facts.Facts
	path      string
	migration *schema.Migration
	builder   *schema.Builder
	// frozen is the builder's state if nothing changed since.
	frozen *schema.Catalog
	// born are the tables made in this run, and those that were unreleased
	// before it.
	born       map[string]bool
	unreleased map[schema.Name]bool
	// open: inside a transaction block of the file's own.
	open  bool
	known bool
	// session computes effects for a server of this version; nil for dialects
	// other than PostgreSQL.
	session *postgres.Session
	version int
}

// connect starts the session in which one direction of the file runs.
func (r *replayer) connect() {
	r.born = nil
	for n := range r.unreleased {
		r.bear(n.String())
	}
	if r.out.foreign {
		return
	}
	r.session = postgres.NewSession(r.builder, r.known, r.version)
	for n := range r.unreleased {
		r.session.Empty(n)
	}
	r.begin()
}

// next ends the transaction of one part of the file and begins that of the
// next; what was made is still as empty as it was.
func (r *replayer) next() {
	r.session.End()
	r.begin()
}

func (r *replayer) begin() {
	if m := r.migration; m != nil && (m.Tx == schema.TxFile || m.Tx == schema.TxBatch || m.Tx == schema.TxImplicit && m.Statements > 1) {
		r.session.Begin()
	}
}

// run applies statements, given by their indexes.
func (r *replayer) run(statements []int, down bool) {
	for _, i := range statements {
		st := &r.fa.Statements[i]
		if len(st.Queries) > 0 {
			if r.frozen == nil {
				r.frozen = r.builder.Freeze()
			}
			r.out.catalogs[i] = r.frozen
		}
		if r.session != nil {
			r.out.impacts[i] = r.session.Impact(st)
		}
		if down {
			r.out.down[i] = true
		}
		for j := range st.Changes {
			r.step(&st.Changes[j], down, r.out.impacts[i])
		}
		if st.Problem != nil && changes(st.Head) {
			r.known = false
		}
	}
}

// changes reports whether a statement with this head may change a schema.
func changes(head string) bool {
	for _, verb := range []string{"CREATE", "ALTER", "DROP", "DO", "RENAME", "CALL", "EXECUTE"} {
		if len(head) >= len(verb) && head[:len(verb)] == verb {
			return true
		}
	}
	return false
}

func (r *replayer) step(c *schema.Change, down bool, impact *schema.Impact) {
	st := schema.Step{Change: c, Path: r.path, Known: r.known, Down: down, Migration: r.migration, InTransaction: r.open, Impact: impact}
	st.Before, st.After = r.builder.Apply(c)
	switch c.Kind {
	case schema.Begin:
		r.open = true
	case schema.Commit, schema.Rollback:
		r.open = false
	case schema.SetParameter, schema.Truncate:
	default:
		r.frozen = nil
	}
	touched := st.Before
	if touched == nil {
		touched = st.After
	}
	name := c.Table.String()
	if touched != nil {
		name = touched.Name.String()
	}
	st.Born = r.born[name]
	switch {
	case c.Kind == schema.CreateTable && (st.Before == nil || st.Before != st.After):
		r.bear(name)
	case c.Kind == schema.RenameTable || c.Kind == schema.SetSchema:
		if st.Born && st.After != nil {
			r.bear(st.After.Name.String())
		}
	case c.Kind == schema.DropTable:
		delete(r.born, name)
	}
	r.out.steps = append(r.out.steps, st)
}

func (r *replayer) bear(name string) {
	if r.born == nil {
		r.born = map[string]bool{}
	}
	r.born[name] = true
}

// databaseOf is the database of a SQL file outside all histories: the nearest
// that knows the tables it names, else the nearest.
func (s *Snapshot) databaseOf(path string, fa *facts.Facts) *Database {
	list := s.nearest(path)
	if len(list) < 2 {
		if len(list) == 1 && fits(list[0], fa.Dialect) {
			return list[0]
		}
		return nil
	}
	for _, d := range list {
		if !fits(d, fa.Dialect) {
			continue
		}
		for i := range fa.Statements {
			for _, q := range fa.Statements[i].Queries {
				for _, t := range q.Tables {
					if t.Kind == query.Base && d.Catalog.Table(schema.Name{Schema: t.Schema, Name: t.Name}) != nil {
						return d
					}
				}
			}
		}
	}
	if fits(list[0], fa.Dialect) {
		return list[0]
	}
	return nil
}

// fits reports whether a text in dialect d may be meant for the database.
func fits(db *Database, d query.Dialect) bool {
	return d == query.Generic || db.Dialect == query.Generic || d == db.Dialect
}

// SchemaBefore is the schema that a file of a history starts from; empty for
// any other file.
func (s *Snapshot) SchemaBefore(path string) *schema.Catalog {
	at, ok := s.schemaNow().places[path]
	if !ok || !s.indexed {
		return noTables
	}
	return s.before(at.history, at.index).Freeze()
}
