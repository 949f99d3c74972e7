package schema

import (
	"iter"
	"maps"
)

// tableMap holds tables by name so that a copy costs little: what changed since
// base was made stands in delta, a table that is gone as nil. Both are shared
// between copies; delta is copied before it changes if shared says so.
type tableMap struct {
	base, delta map[Name]*Table
	size        int
	shared      bool
}

// maxDelta is how many changes are kept beside base: what a copy costs at most,
// against making base anew once for as many changes.
const maxDelta = 64

func (m *tableMap) get(n Name) *Table {
	if t, ok := m.delta[n]; ok {
		return t
	}
	return m.base[n]
}

// set stores a table, or removes it if t is nil.
func (m *tableMap) set(n Name, t *Table) {
	had := m.get(n) != nil
	if m.shared || m.delta == nil {
		m.own()
	}
	m.delta[n] = t
	switch {
	case t != nil && !had:
		m.size++
	case t == nil && had:
		m.size--
	}
}

// own makes delta the map's alone.
func (m *tableMap) own() {
	m.shared = false
	if len(m.delta) < maxDelta {
		if m.delta = maps.Clone(m.delta); m.delta == nil {
			m.delta = map[Name]*Table{}
		}
		return
	}
	base := make(map[Name]*Table, m.size)
	for n, t := range m.all() {
		base[n] = t
	}
	m.base, m.delta, m.shared = base, map[Name]*Table{}, false
}

// copied is a copy; both go on by themselves.
func (m *tableMap) copied() tableMap {
	m.shared = true
	return *m
}

// all visits every table. The map must not be changed meanwhile.
func (m *tableMap) all() iter.Seq2[Name, *Table] {
	base, delta := m.base, m.delta
	return func(yield func(Name, *Table) bool) {
		for n, t := range delta {
			if t != nil && !yield(n, t) {
				return
			}
		}
		for n, t := range base {
			if _, changed := delta[n]; !changed && !yield(n, t) {
				return
			}
		}
	}
}

// held visits every table as it stands now, once; the map may be changed
// meanwhile.
func (m *tableMap) held() iter.Seq2[Name, *Table] {
	m.shared = true
	return m.all()
}
