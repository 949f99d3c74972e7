package workspace

import (
	"slices"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// Unit is what a tool runs at once: a migration, or one of those that a file
// holds. Statements are given by their indexes in the facts of the file.
type Unit struct {
	Migration *schema.Migration
	Up, Down  []int
	// Partial: it is a program that does more than its statements tell.
	Partial bool
	// apart: released by itself.
	apart bool
}

// Units are the migrations of a file of a history, in the order in which they
// run; nothing for any other file.
func (s *Snapshot) Units(path string) []Unit {
	at, ok := s.schemaNow().places[path]
	if !ok || at.history.Declarative || s.files[path] == nil {
		return nil
	}
	return unitsOf(&at.history.Migrations[at.index], s.known(path))
}

// Sections are the places of both directions.
func (u *Unit) Sections() []source.Span { return slices.Concat(u.Migration.Up, u.Migration.Down) }

// unitsOf takes a file of a history apart, in the order in which its parts run.
func unitsOf(m *schema.Migration, fa *facts.Facts) []Unit {
	if len(m.Parts) == 0 {
		return []Unit{unitOf(m, fa, 0)}
	}
	out := make([]Unit, 0, len(m.Parts))
	for i := range m.Parts {
		u := unitOf(m.Of(&m.Parts[i]), fa, m.Parts[i].Program)
		u.apart = m.Parts[i].Apart
		out = append(out, u)
	}
	return out
}

// unitOf finds the statements of one migration. Those of a program are told by
// their place in the list, since two programs may share the helper in whose
// text they stand.
func unitOf(m *schema.Migration, fa *facts.Facts, program int) Unit {
	u := Unit{Migration: m}
	if program < len(fa.Programs) {
		p := &fa.Programs[program]
		u.Partial = p.Partial || p.DownPartial
		for i := p.First; i < p.End && i < len(fa.Statements); i++ {
			if i < p.First+p.Statements {
				u.Up = append(u.Up, i)
			} else {
				u.Down = append(u.Down, i)
			}
		}
		return u
	}
	for i := range fa.Statements {
		switch span := fa.Statements[i].Span; {
		case covered(m.Up, span):
			u.Up = append(u.Up, i)
		case covered(m.Down, span):
			u.Down = append(u.Down, i)
		}
	}
	return u
}

// all are the first n indexes.
func all(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// units replays the ways up in order, then the ways down from the last to the
// first, each in a session of its own.
func (r *replayer) units(list []Unit) {
	file := r.migration
	enter := func(u *Unit) {
		if file != nil {
			r.migration = u.Migration
		}
		r.open = false
	}
	for i := range list {
		u := &list[i]
		enter(u)
		if i == 0 || u.apart || r.session == nil {
			r.connect()
		} else {
			r.next()
		}
		r.run(u.Up, false)
		r.builder.EndSession()
	}
	for _, u := range slices.Backward(list) {
		enter(&u)
		r.connect()
		r.run(u.Down, true)
		r.builder.EndSession()
	}
}
