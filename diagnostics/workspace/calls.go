package workspace

import (
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/source"
)

// Call is a call that executes a query or leads to a function of the project.
type Call struct {
	Path string
	// Index is its place in Facts.Calls, Site the call there.
	Index int
	Site  *facts.CallSite
	// Query is the query it executes itself, nil if it executes none.
	Query *Query
	// Targets are the project's functions it may call, several behind an
	// interface.
	Targets []FuncID
	// Reaches are the queries that run because of it, at most maxReaches.
	Reaches []Reach
}

// FuncID names a function of a file by its index in Facts.Funcs.
type FuncID struct {
	Path  string
	Index int
}

// Reach is one query that a call runs, itself or through functions.
type Reach struct {
	Query *Query
	// Loops and Params are what the query's values depend on, in terms of the
	// call asked about: loops of its file, parameters of the function around.
	// Params of the whole chain are mapped down to it.
	Loops, Params facts.Deps
	// List: where it depends on them, it gets a list made from them.
	List bool
	// Looped: a function on the way runs it in a loop over data of its own.
	Looped bool
	// Guarded and Last: on the way it runs only if a look-up failed, or ends
	// the loop.
	Guarded, Last bool
	// Partial: it lies behind an interface of which only some implementations
	// run a query.
	Partial bool
	// Via are the calls on the way, from inside the function called down to
	// the one that executes; empty if the call executes the query itself.
	Via []Hop
}

// Hop is one call on the way to a query.
type Hop struct {
	// Func is the function the call stands in, Name its name with its type.
	Func FuncID
	Name string
	// Site is the call's place.
	Site source.Location
}

// Calls are the calls of a file that run queries, in order.
func (s *Snapshot) Calls(path string) []*Call {
	f := s.files[path]
	if f == nil || !f.src.Lang.Host() {
		return nil
	}
	v := s.wholeView(path)
	v.bindQueries(s)
	v.callLock.Lock()
	defer v.callLock.Unlock()
	if v.through == nil || !s.holds(v.through) {
		v.bindCalls(s)
	}
	return v.calls
}

// holds reports whether files have the texts they had.
func (s *Snapshot) holds(files map[string]*fileState) bool {
	for p, f := range files {
		if s.files[p] != f {
			return false
		}
	}
	return true
}

func (v *view) bindCalls(s *Snapshot) {
	p := v.file.src.Path
	list := v.links.bound(p)
	v.calls, v.through = nil, map[string]*fileState{}
	for k, i := range v.ordinals() {
		if k >= len(list) {
			break
		}
		c := &v.fa.Calls[i]
		call := &Call{Path: p, Index: i, Site: c, Query: v.byCall[i], Targets: list[k].targets}
		for _, e := range reaches(callID{p, k}, c, &list[k], v.links.graph.summary) {
			for _, id := range append(e.via[:len(e.via):len(e.via)], e.site) {
				v.through[id.path] = s.files[id.path]
			}
			if q := s.queryAt(v, e.site); q != nil {
				call.Reaches = append(call.Reaches, s.reach(e, q))
			}
		}
		if len(call.Reaches) > 0 {
			v.calls = append(v.calls, call)
		}
	}
}

// Summary are the queries a function may run, seen from inside it: Params are
// its own parameters.
func (s *Snapshot) Summary(f FuncID) []Reach {
	if file := s.files[f.Path]; file == nil || !file.src.Lang.Host() {
		return nil
	}
	var out []Reach
	for _, e := range s.linksNow().graph.summary(f) {
		if q := s.queryAt(nil, e.site); q != nil {
			r := s.reach(reached{entry: e}, q)
			out = append(out, r)
		}
	}
	return out
}

// queryAt is the query that a call executes; from is a view at hand.
func (s *Snapshot) queryAt(from *view, id callID) *Query {
	v := from
	if v == nil || v.file.src.Path != id.path {
		if s.files[id.path] == nil {
			return nil
		}
		v = s.view(id.path)
		v.bindQueries(s)
	}
	if at := v.ordinals(); id.ordinal < len(at) {
		return v.byCall[at[id.ordinal]]
	}
	return nil
}

// reach turns an entry into places of the current texts. The first call on the
// way is the one asked about and no part of Via.
func (s *Snapshot) reach(e reached, q *Query) Reach {
	r := Reach{Query: q, Loops: e.loops, Params: e.params, List: e.list, Looped: e.looped, Guarded: e.guarded, Last: e.last, Partial: e.partial}
	way := append(e.via[:len(e.via):len(e.via)], e.site)
	for i, id := range way {
		if i == 0 && len(e.via) > 0 {
			continue
		}
		if len(e.via) == 0 {
			break
		}
		if h, ok := s.hop(id); ok {
			r.Via = append(r.Via, h)
		}
	}
	return r
}

// hop is the place of a call.
func (s *Snapshot) hop(id callID) (Hop, bool) {
	fa := s.known(id.path)
	if fa == nil {
		return Hop{}, false
	}
	at := ordinals(fa)
	if id.ordinal >= len(at) {
		return Hop{}, false
	}
	c := &fa.Calls[at[id.ordinal]]
	h := Hop{Func: FuncID{id.path, c.Func}, Site: source.Location{Path: id.path, Span: c.NameSpan}}
	if c.Func >= 0 && c.Func < len(fa.Funcs) {
		h.Name = funcName(&fa.Funcs[c.Func])
	}
	return h, true
}

func funcName(f *facts.Func) string {
	if f.Type != "" && f.Name != "" {
		return f.Type + "." + f.Name
	}
	return f.Name
}
