package workspace

import (
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// Ref is a place that names a table or a column.
type Ref struct {
	source.Location
	// Query names it; nil for a model's declaration or a mention in SQL that no
	// known call sends.
	Query *Query
	// Model declares it.
	Model *schema.Model
	// Loose: it stands in a text that looks like SQL, no known call sends it.
	Loose bool
}

// mentions are the places of one file that name tables and columns.
type mentions map[mentionKey][]Ref

// mentionKey names a table, and with column a column of it, in lower case. Of a
// table that no catalog has the schema counts where the place names one.
type mentionKey struct {
	db            *Database
	table, column string
}

// of are the places that name a key's table, or one of that schema.
func (n mentions) of(k mentionKey, schema string) []Ref {
	if schema == "" {
		schema = "public"
	}
	refs := n[k]
	k.table = strings.ToLower(schema) + "." + k.table
	if more := n[k]; len(more) > 0 {
		return slices.Concat(refs, more)
	}
	return refs
}

// References lists where a table of a database is named, or with a column name
// where that column is, sorted by place. Names that the catalog does not hold
// (any more) are found as well. Migrations and schema files are left out.
func (s *Snapshot) References(d *Database, t *schema.Table, column string) []Ref {
	if t == nil {
		return nil
	}
	key := mentionKey{d, strings.ToLower(t.Name.Name), strings.ToLower(column)}
	var out []Ref
	for _, p := range s.outsideNow() {
		v := s.view(p)
		v.namesOnce.Do(func() { v.mention(s) })
		out = append(out, v.names.of(key, t.Name.Schema)...)
	}
	slices.SortStableFunc(out, func(a, b Ref) int {
		if a.Path != b.Path {
			return strings.Compare(a.Path, b.Path)
		}
		return a.Span.Start - b.Span.Start
	})
	return out
}

// outsideNow are the files that are no part of a history, in order.
func (s *Snapshot) outsideNow() []string {
	s.outsideOnce.Do(func() {
		for _, p := range s.paths {
			if _, migration := s.schemaNow().places[p]; !migration && s.files[p].src.Lang != source.Unknown {
				s.outside = append(s.outside, p)
			}
		}
	})
	return s.outside
}

// mention collects the names of a file.
func (v *view) mention(s *Snapshot) {
	v.names = mentions{}
	v.bindQueries(s)
	for _, q := range v.queries {
		q.Walk(func(in *Query) { v.names.query(in, false) })
	}
	for _, q := range v.fa.Loose {
		db := s.databaseFor(v.file.src.Path, q, nil)
		if db == nil {
			continue
		}
		b := &binder{snapshot: s, path: v.file.src.Path, db: db, catalog: db.Catalog}
		b.bind(q, nil).Walk(func(in *Query) { v.names.query(in, true) })
	}
	for _, m := range v.fa.Models {
		v.names.model(s, m, v.file.src.Path)
	}
}

func (n mentions) query(q *Query, loose bool) {
	if q.Database == nil {
		return
	}
	ref := func(span source.Span) Ref {
		r := Ref{Location: source.Location{Path: q.Path, Span: span}, Query: q, Loose: loose}
		if loose {
			r.Query = nil
		}
		return r
	}
	for i, t := range q.Tables {
		if name := q.tableName(i); name != "" && !t.Span.Empty() {
			n.add(mentionKey{q.Database, name, ""}, ref(t.Span))
		}
	}
	for _, c := range q.Refs {
		if c.Span.Empty() || c.Name == "" {
			continue
		}
		level, owners := q.owners(c)
		for _, i := range owners {
			if name := level.tableName(i); name != "" {
				n.add(mentionKey{q.Database, name, strings.ToLower(c.Name)}, ref(c.Span))
			}
		}
	}
}

func (n mentions) add(k mentionKey, r Ref) {
	for _, have := range n[k] {
		if have.Location == r.Location {
			return
		}
	}
	n[k] = append(n[k], r)
}

// tableName is the lower-case name of a table of the level, with its schema if
// that is written and no catalog has the table, "" if it is no base table.
func (q *Query) tableName(i int) string {
	t := q.Tables[i]
	if k := q.Known[i]; k != nil {
		return strings.ToLower(k.Name.Name)
	}
	if t.Kind != query.Base {
		return ""
	}
	if t.Schema != "" {
		return strings.ToLower(t.Schema + "." + t.Name)
	}
	return strings.ToLower(t.Name)
}

// owners are the tables that a column may belong to, and the level they stand
// at: the one it names, the one that has it, or, if none has, all.
func (q *Query) owners(c query.Column) (*Query, []int) {
	for level := q; level != nil; level = level.Outer {
		if i := level.TableOf(c); i >= 0 {
			return level, []int{i}
		}
		if c.Table == "" {
			break
		}
	}
	if c.Table != "" {
		return q, nil
	}
	var out []int
	for i := range q.Tables {
		if k := q.Known[i]; k == nil || k.Column(c.Name) != nil {
			out = append(out, i)
		}
	}
	if len(out) == 0 {
		for i := range q.Tables {
			out = append(out, i)
		}
	}
	return q, out
}

// model adds a model's declaration and those of its fields.
func (n mentions) model(s *Snapshot, m *schema.Model, path string) {
	l := s.schemaNow()
	merged := l.models[declared{m.Path, m.Name}]
	if merged == nil {
		return
	}
	for _, d := range l.of[merged] {
		table := strings.ToLower(merged.Table.Name.Name)
		if k := d.Catalog.Table(merged.Table.Name); k != nil {
			table = strings.ToLower(k.Name.Name)
		}
		n.add(mentionKey{d, table, ""}, Ref{Location: source.Location{Path: path, Span: m.NameSpan}, Model: merged})
		for _, f := range m.Fields {
			if f.Column != "" {
				n.add(mentionKey{d, table, strings.ToLower(f.Column)}, Ref{Location: source.Location{Path: path, Span: f.Span}, Model: merged})
			}
		}
	}
}
