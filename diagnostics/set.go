package diagnostics

import "sort"

// Set collects the rules of one family. Rule files add to it while the
// package is initialised; afterwards it is only read.
type Set struct{ list []*Rule }

// Add adds a rule and panics on a broken or duplicate declaration: that is a
// mistake of ours, found by the first test.
func (s *Set) Add(r *Rule) *Rule {
	if err := r.Validate(); err != nil {
		panic(err)
	}
	for _, have := range s.list {
		if have.ID == r.ID {
			panic("two rules are called " + r.ID)
		}
	}
	s.list = append(s.list, r)
	return r
}

// All is a copy of the set, sorted by id.
func (s *Set) All() []*Rule {
	out := append([]*Rule(nil), s.list...)
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}
