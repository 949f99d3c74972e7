package workspace

import (
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/source"
)

// heirs finds what stands behind an interface or an abstract method: Go types
// by their method sets, script classes by what they say they implement or
// extend.
type heirs struct {
	// types are all Go types with methods; byMethod those that have a method.
	types    []*goType
	byMethod map[string][]*goType
	// children are the classes that name a type as base or interface.
	children map[*facts.Symbol][]val
}

// goType is a Go type with the methods of all files of its package.
type goType struct {
	at      string
	sym     *facts.Symbol
	methods map[string]methodAt
	test    bool
}

type methodAt struct {
	at string
	m  facts.Member
}

func newHeirs(r *resolver) *heirs {
	h := &heirs{byMethod: map[string][]*goType{}, children: map[*facts.Symbol][]val{}}
	for _, p := range r.snapshot.paths {
		fa := r.outlines[p]
		if fa == nil {
			continue
		}
		for _, name := range slices.Sorted(keysOf(fa.Outline.Symbols)) {
			s := fa.Outline.Symbols[name]
			switch {
			case s.Kind != facts.Class:
			case fa.Lang == source.Go:
				if !s.Span.Empty() {
					h.goType(r, p, fa, s)
				}
			default:
				h.class(r, p, s)
			}
		}
	}
	return h
}

// goType gathers the method set, embedded types included.
func (h *heirs) goType(r *resolver, p string, fa *facts.Facts, s *facts.Symbol) {
	r = r.limited()
	t := &goType{at: p, sym: s, methods: map[string]methodAt{}, test: r.isTest(p)}
	r.gather(t.methods, p, s, 0)
	if len(t.methods) == 0 {
		return
	}
	h.types = append(h.types, t)
	for name := range t.methods {
		h.byMethod[name] = append(h.byMethod[name], t)
	}
}

func (r *resolver) gather(into map[string]methodAt, at string, s *facts.Symbol, depth int) {
	if depth > 6 {
		return
	}
	fa := r.outlines[at]
	for _, p := range r.packages[packageKey(at, fa)] {
		other := r.outlines[p].Outline.Symbols[s.Name]
		if other == nil {
			continue
		}
		for name, m := range other.Members {
			if _, have := into[name]; m.Method && !have {
				into[name] = methodAt{p, m}
			}
		}
	}
	for _, base := range s.Bases {
		if b := r.resolve(at, base, 1); b.kind == symbolValue && r.lang(b.at) == source.Go {
			r.gather(into, b.at, b.sym, depth+1)
		}
	}
}

func (h *heirs) class(r *resolver, p string, s *facts.Symbol) {
	r = r.limited()
	for _, ref := range append(slices.Clip(s.Bases), s.Implements...) {
		if b := r.resolve(p, ref, 1); b.kind == symbolValue && b.sym != s {
			h.children[b.sym] = append(h.children[b.sym], val{kind: instance, at: p, sym: s})
		}
	}
}

func (r *resolver) isTest(p string) bool { return r.snapshot.Context(p) == source.Test }

type behindKey struct {
	owner *facts.Symbol
	name  string
}

// behind are the further functions that a call of a method may mean: what
// implements an interface, what overrides a method of a class; those of tests
// only where there are no others.
func (r *resolver) behind(v val) []FuncID {
	if v.owner == nil {
		return nil
	}
	key := behindKey{v.owner, v.name}
	if known, ok := r.behinds.Load(key); ok {
		return known.([]FuncID)
	}
	out := r.findBehind(v)
	r.behinds.Store(key, out)
	return out
}

func (r *resolver) findBehind(v val) []FuncID {
	r.heirsOnce.Do(func() { *r.heirs = *newHeirs(r) })
	r = r.limited()
	var out, tests []FuncID
	add := func(at string, fn int) {
		if fn < 0 {
			return
		}
		id := FuncID{at, fn}
		if slices.Contains(out, id) || slices.Contains(tests, id) {
			return
		}
		if r.isTest(at) {
			tests = append(tests, id)
		} else {
			out = append(out, id)
		}
	}
	if r.lang(v.at) == source.Go {
		if v.owner.Kind == facts.Interface {
			for _, t := range r.implementers(v.at, v.owner, v.name) {
				m := t.methods[v.name]
				add(m.at, m.m.Func)
			}
		}
	} else {
		r.below(v.owner, v.name, add, map[*facts.Symbol]bool{})
	}
	if len(out) == 0 {
		return tests
	}
	return out
}

// below visits the method of the classes under a type.
func (r *resolver) below(s *facts.Symbol, name string, add func(string, int), seen map[*facts.Symbol]bool) {
	if seen[s] || len(seen) > maxHeirs {
		return
	}
	seen[s] = true
	for _, c := range r.heirs.children[s] {
		if m, ok := c.sym.Members[name]; ok && m.Method && m.Func >= 0 {
			add(c.at, m.Func)
		}
		r.below(c.sym, name, add, seen)
	}
}

// maxHeirs bounds how many classes are looked at below one.
const maxHeirs = 400

// implementers are the Go types whose methods include all of an interface's,
// by name and number of parameters.
func (r *resolver) implementers(at string, iface *facts.Symbol, called string) []*goType {
	want := map[string]methodAt{}
	r.wants(want, at, iface, 0)
	if len(want) == 0 {
		return nil
	}
	var out []*goType
	for _, t := range r.heirs.byMethod[called] {
		all := true
		for name, m := range want {
			have, ok := t.methods[name]
			if !ok || have.m.Arity != m.m.Arity {
				all = false
				break
			}
		}
		if all {
			out = append(out, t)
		}
	}
	return out
}

func (r *resolver) wants(into map[string]methodAt, at string, s *facts.Symbol, depth int) {
	if depth > 6 {
		return
	}
	for name, m := range s.Members {
		if m.Method && !strings.Contains(name, ".") {
			into[name] = methodAt{at, m}
		}
	}
	for _, base := range s.Bases {
		if b := r.resolve(at, base, 1); b.kind == symbolValue && b.sym.Kind == facts.Interface {
			r.wants(into, b.at, b.sym, depth+1)
		}
	}
}
