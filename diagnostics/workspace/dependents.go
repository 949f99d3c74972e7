package workspace

import (
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// Dependent is an object of the schema, made by a migration before, whose
// definition names a table or column.
type Dependent struct {
	source.Location
	// Object is "view", "materialized view", "function" or "procedure".
	Object string
	Name   schema.Name
}

// Bound reports whether the server itself keeps the object from losing what it
// names: a view is stored by what it refers to, the body of a routine as text
// (PostgreSQL manual, 5.14 "Dependency Tracking").
func (d *Dependent) Bound() bool { return d.Object == "view" || d.Object == "materialized view" }

// Dependents lists the views and routines that name a table, or with a column
// name that column, be it as a field of NEW or OLD in a function that a trigger
// of the table calls, and that stand just before the step: those of the
// migrations before it and of the statements above it. Nil for steps of files
// that are no migration.
func (s *Snapshot) Dependents(st *schema.Step, t *schema.Table, column string) []Dependent {
	at, ok := s.schemaNow().places[st.Path]
	if !ok || t == nil || at.history.db == nil {
		return nil
	}
	key := mentionKey{at.history.db, strings.ToLower(t.Name.Name), strings.ToLower(column)}
	alive, triggers := map[string][]Dependent{}, newFired(key)
	born := s.bornAt(at.history, t.Column(column))
	for _, i := range s.definers(at.history) {
		if i > at.index {
			break
		}
		m := &at.history.Migrations[i]
		fa, v := s.known(m.Path), s.view(m.Path)
		v.namesOnce.Do(func() { v.mention(s) })
		for j := range fa.Statements {
			stmt := &fa.Statements[j]
			if covered(m.Up, stmt.Span) && (m.Path != st.Path || stmt.Span.Start < st.Stmt.Start || remakes(stmt)) {
				v.define(stmt, key, t.Name.Schema, born.before(i, stmt.Span.Start), alive)
				if column != "" {
					triggers.follow(v, stmt)
				}
			}
		}
	}
	var out []Dependent
	for _, list := range alive {
		out = append(out, list...)
	}
	out = append(out, triggers.dependents(out)...)
	slices.SortFunc(out, func(a, b Dependent) int {
		if a.Path != b.Path {
			return strings.Compare(a.Path, b.Path)
		}
		return a.Span.Start - b.Span.Start
	})
	return out
}

// definers are the migrations, in order, that make or take away views, routines
// or triggers. Snapshots that share a history agree on them: what a file changes
// is part of what the history was made from.
func (s *Snapshot) definers(h *history) []int {
	h.definersOnce.Do(func() {
		for i := range h.Migrations {
			if m := &h.Migrations[i]; m.Up != nil && slices.ContainsFunc(s.known(m.Path).Statements, defines) {
				h.definers = append(h.definers, i)
			}
		}
	})
	return h.definers
}

// defines reports whether a statement makes or takes away views, routines or
// triggers.
func defines(st facts.Statement) bool {
	return slices.ContainsFunc(st.Changes, func(c schema.Change) bool {
		return c.Kind == schema.CreateView || c.Kind == schema.DropView || c.Routine != nil || c.MakesTrigger() ||
			c.Kind == schema.OtherDDL && strings.HasPrefix(c.Action, "drop ")
	})
}

// birth is where in a history a column comes from.
type birth struct{ index, start int }

func (b birth) before(index, start int) bool {
	return b.index < index || b.index == index && b.start < start
}

// bornAt is where a column comes from, before everything if that is not known.
func (s *Snapshot) bornAt(h *history, c *schema.Column) birth {
	if c != nil {
		if at, ok := s.schemaNow().places[c.Origin.Path]; ok && at.history == h {
			return birth{at.index, c.Origin.Span.Start}
		}
	}
	return birth{-1, 0}
}

// remakes reports whether a statement makes or takes away a routine.
func remakes(st *facts.Statement) bool {
	return slices.ContainsFunc(st.Changes, func(c schema.Change) bool {
		return c.Routine != nil || c.DropsRoutine()
	})
}

// define follows one statement: what it makes and names, what it takes away.
// in is the schema of the table; older tells that the column was there before it.
func (v *view) define(st *facts.Statement, key mentionKey, in string, older bool, alive map[string][]Dependent) {
	for i := range st.Changes {
		c := &st.Changes[i]
		switch {
		case c.Kind == schema.CreateView:
			alive["view "+c.Table.String()] = v.named(st, key, in, older, Dependent{Object: c.Object, Name: c.Table})
		case c.Kind == schema.DropView:
			delete(alive, "view "+c.Table.String())
		case c.Routine != nil:
			name := "routine " + c.Routine.Name.String()
			d := Dependent{Object: c.Object, Name: c.Routine.Name}
			alive[name] = v.named(st, key, in, older, d)
		case c.DropsRoutine():
			delete(alive, "routine "+c.Other.String())
		}
	}
}

// named are the places of a statement that name the key; of a view, a star
// over the table stands for all columns that the table had then.
func (v *view) named(st *facts.Statement, key mentionKey, in string, older bool, d Dependent) []Dependent {
	refs := v.names.of(key, in)
	if len(refs) == 0 && key.column != "" && d.Bound() && older {
		for _, r := range v.names.of(mentionKey{key.db, key.table, ""}, in) {
			if r.Query != nil && starred(r) {
				refs = append(refs, r)
			}
		}
	}
	for _, r := range refs {
		if st.Span.Covers(r.Span) {
			d.Location = r.Location
			return []Dependent{d}
		}
	}
	return nil
}

// starred reports whether a star of the query covers the table named at r.
func starred(r Ref) bool {
	return slices.ContainsFunc(r.Query.Stars, func(star query.Star) bool {
		return star.Table == "" || slices.ContainsFunc(r.Query.Tables, func(t query.Table) bool {
			return t.Span == r.Span && strings.EqualFold(t.Label(), star.Table)
		})
	})
}
