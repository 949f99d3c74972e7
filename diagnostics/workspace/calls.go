package workspace

import (
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/source"
)

// Calls are the calls of a file that run queries, in order.
func (s *Snapshot) Calls(path string) []*Call {
	f := s.files[path]
	if f == nil || !f.src.Lang.Host() {
		return nil
	}
	v := s.wholeView(path)
	v.bindQueries(s)
	v.callOnce.Do(func() { v.bindCalls(s) })
	return v.calls
}

func (v *view) bindCalls(s *Snapshot) {
	p := v.file.src.Path
	list := v.links.bound(p)
	for k, i := range v.ordinals() {
		if k >= len(list) {
			break
		}
		c := &v.fa.Calls[i]
		call := &Call{Path: p, Index: i, Site: c, Query: v.byCall[i], Targets: list[k].targets}
		for _, e := range reaches(callID{p, k}, c, &list[k], v.links.graph.summary) {
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
