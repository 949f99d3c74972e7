package workspace

import (
	"slices"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// Query is a query of the program with its tables and columns resolved: what
// the embedded Query calls a table or column is the database's name, also
// where an ORM call names models and fields.
type Query struct {
	*query.Query
	Path string
	// Site is the call that executes it, Call its index in Facts.Calls; nil and
	// -1 in a SQL file.
	Site *facts.CallSite
	Call int
	// Database is the one it is sent to, nil if none is known.
	Database *Database
	// Catalog is the schema it sees. In a SQL file that is the database's with
	// the file's own changes before this statement; never nil, maybe empty.
	Catalog *schema.Catalog
	// Known holds, for each of Tables, the table of the catalog, nil where it
	// is not known, no base table, or hidden by a CTE.
	Known []*schema.Table
	// Models holds, for each of Tables, the ORM's model of it, nil if none.
	Models []*schema.Model
	// Outer is the query around a subquery; Inner are the subqueries, in order
	// of Query.Subqueries.
	Outer *Query
	Inner []*Query
}

// Walk calls f for q and every query inside it, outermost first.
func (q *Query) Walk(f func(*Query)) {
	f(q)
	for _, in := range q.Inner {
		in.Walk(f)
	}
}

// Queries are the queries of a file, in order; subqueries hang below them.
func (s *Snapshot) Queries(path string) []*Query {
	if f := s.files[path]; f == nil || f.src.Lang == source.Unknown {
		return nil
	}
	v := s.wholeView(path)
	v.bindQueries(s)
	return v.queries
}

// noTables is the catalog of a query whose database is not known.
var noTables = schema.NewBuilder(nil).Freeze()

// bindQueries resolves the queries of a file.
func (v *view) bindQueries(s *Snapshot) {
	v.queryOnce.Do(func() {
		if v.file.src.Lang == source.SQL {
			v.sqlQueries(s)
			return
		}
		if v.links == nil {
			return
		}
		v.byCall = map[int]*Query{}
		list := v.links.bound(v.file.src.Path)
		for k, i := range v.ordinals() {
			if k >= len(list) || list[k].candidate < 0 {
				continue
			}
			c := &v.fa.Calls[i]
			if list[k].candidate >= len(c.Candidates) {
				continue
			}
			q := v.hostQuery(s, c, &c.Candidates[list[k].candidate])
			q.Site, q.Call = c, i
			v.byCall[i] = q
			v.queries = append(v.queries, q)
		}
		if len(v.fa.Programs) > 0 {
			v.programQueries(s)
		}
	})
}

// speak gives a query the dialect of its database where its text does not tell one.
func (q *Query) speak(db *Database) {
	if db == nil || db.Dialect == query.Generic || q.Dialect != query.Generic {
		return
	}
	q.Walk(func(in *Query) {
		one := *in.Query
		one.Dialect = db.Dialect
		in.Query = &one
	})
}

// programQueries adds the SQL that a migration written as a program sends, as
// far as no call is known as its query.
func (v *view) programQueries(s *Snapshot) {
	r := v.script(s)
	if r.migration == nil {
		return
	}
	calls := v.queries
	for i := range v.fa.Statements {
		st := &v.fa.Statements[i]
		if r.catalogs[i] == nil || slices.ContainsFunc(calls, func(q *Query) bool { return q.Span.Overlaps(st.Span) }) {
			continue
		}
		v.statementQueries(s, st, r.database, r.catalogs[i])
	}
	slices.SortStableFunc(v.queries, func(a, b *Query) int { return a.Span.Start - b.Span.Start })
}

func (v *view) sqlQueries(s *Snapshot) {
	r := v.script(s)
	for i := range v.fa.Statements {
		catalog := r.catalogs[i]
		if catalog == nil {
			catalog = noTables
		}
		v.statementQueries(s, &v.fa.Statements[i], r.database, catalog)
	}
}

// statementQueries adds the queries of a statement that no call sends.
func (v *view) statementQueries(s *Snapshot, st *facts.Statement, db *Database, catalog *schema.Catalog) {
	b := &binder{snapshot: s, path: v.file.src.Path, db: db, catalog: catalog}
	for _, q := range st.Queries {
		out := b.bind(q, nil)
		out.Call = -1
		out.speak(db)
		v.queries = append(v.queries, out)
	}
}

// hostQuery resolves the query of a call.
func (v *view) hostQuery(s *Snapshot, c *facts.CallSite, k *facts.Candidate) *Query {
	p := v.file.src.Path
	models := make([]*schema.Model, len(k.Models))
	for i, ref := range k.Models {
		models[i] = s.modelOf(v.links.resolver, p, ref)
	}
	db := s.databaseFor(p, k.Query, models)
	b := &binder{snapshot: s, path: p, db: db, catalog: noTables}
	if db != nil {
		b.catalog = db.Catalog
	}
	return b.bind(k.Query, models)
}

// databaseFor is the database a query of a program goes to: that of its model,
// else the nearest that knows one of its tables, else the nearest. A file that
// lies in a project with a database of its own speaks to no other project's.
func (s *Snapshot) databaseFor(p string, q *query.Query, models []*schema.Model) *Database {
	l := s.schemaNow()
	list := s.nearest(p)
	for _, m := range models {
		if m == nil {
			continue
		}
		for _, d := range list {
			for _, of := range l.of[m] {
				if of == d {
					return d
				}
			}
		}
		if of := l.of[m]; len(of) > 0 {
			return of[0]
		}
	}
	var first *Database
	for _, d := range list {
		if !fits(d, q.Dialect) {
			continue
		}
		if first == nil {
			first = d
		}
		if d.knows(q) {
			return d
		}
		if isWithin(p, d.Dir) && d.Dir != s.rootOf(p) {
			break
		}
	}
	if first == nil || names(q) && q.Library == "prisma" && first.Model(q.Tables[0].Model) == nil && q.Tables[0].Model != "" {
		return nil
	}
	return first
}

// names reports whether a query names a table or model.
func names(q *query.Query) bool { return len(q.Tables) > 0 }

// knows reports whether the database has the first table or model that a query
// names, in itself or in a query inside.
func (d *Database) knows(q *query.Query) bool {
	found := false
	q.Walk(func(in *query.Query) {
		for _, t := range in.Tables {
			switch {
			case t.Kind != query.Base:
			case t.Name != "":
				found = found || d.Catalog.Table(schema.Name{Schema: t.Schema, Name: t.Name}) != nil
			case t.Model != "":
				found = found || d.Model(t.Model) != nil
			}
		}
	})
	return found
}
