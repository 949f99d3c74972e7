package workspace

import (
	"slices"
	"sync"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/query"
)

// The bounds of summaries.
const (
	// maxReaches is how many queries are kept of one function.
	maxReaches = 8
	// maxChain is how many calls lead to a query at most.
	maxChain = 6
)

// callID names a call by its ordinal in its file.
type callID struct {
	path    string
	ordinal int
}

// entry is one query that a function may run.
type entry struct {
	// site executes it; via are the calls on the way, the function's own first.
	site callID
	via  []callID
	// params are the function's parameters that the query depends on.
	params                               facts.Deps
	list, looped, guarded, last, partial bool
}

// node is one function in the graph of calls.
type node struct {
	id    FuncID
	calls []nodeCall
	// Tarjan's numbers, 0 for unvisited.
	index, low int
	onStack    bool
}

type nodeCall struct {
	id    callID
	site  *facts.CallSite
	bound *bound
	// looped: it stands in a loop over data.
	looped bool
}

// graph summarizes functions when they are asked for: callees first, functions
// that call each other together until nothing changes.
type graph struct {
	layer *linkLayer

	mu    sync.Mutex // guards what follows
	nodes map[FuncID]*node
	// built are the files whose functions are nodes.
	built map[string]bool
	out   map[FuncID][]entry
	count int
	stack []*node
}

// summary is what a function may run.
func (g *graph) summary(id FuncID) []entry {
	g.mu.Lock()
	defer g.mu.Unlock()
	if n := g.node(id); n != nil && n.index == 0 {
		g.visit(n)
	}
	return g.out[id]
}

// node is the node of a function, nil if it calls nothing of interest.
func (g *graph) node(id FuncID) *node {
	if !g.built[id.Path] {
		g.built[id.Path] = true
		if f := g.layer.files[id.Path]; f != nil {
			g.file(f)
		}
	}
	return g.nodes[id]
}

// file makes the nodes of a file.
func (g *graph) file(f *linkedFile) {
	r := g.layer.resolver
	fa, list := f.fa, f.bind(r)
	for k, i := range ordinals(fa) {
		if k >= len(list) || list[k].candidate < 0 && len(list[k].targets) == 0 {
			continue
		}
		c := &fa.Calls[i]
		if c.Func < 0 || c.Func >= len(fa.Funcs) || fa.Funcs[c.Func].Broken {
			continue
		}
		id := FuncID{f.path, c.Func}
		n := g.nodes[id]
		if n == nil {
			n = &node{id: id}
			g.nodes[id] = n
		}
		looped := slices.ContainsFunc(c.In, func(l int) bool {
			kind := r.loopKind(f.path, &fa.Loops[l])
			return kind == facts.Each || kind == facts.Counted
		})
		n.calls = append(n.calls, nodeCall{callID{f.path, k}, c, &list[k], looped})
	}
}

// frame is a function whose callees are being visited.
type frame struct {
	n            *node
	call, target int
}

// visit is Tarjan's algorithm with a stack of its own: chains of calls may be
// as long as the program.
func (g *graph) visit(root *node) {
	frames := []frame{{n: root}}
	g.open(root)
	for len(frames) > 0 {
		f := &frames[len(frames)-1]
		next := g.callee(f)
		if next != nil {
			if next.index == 0 {
				g.open(next)
				frames = append(frames, frame{n: next})
			} else if next.onStack {
				f.n.low = min(f.n.low, next.index)
			}
			continue
		}
		n := f.n
		frames = frames[:len(frames)-1]
		if len(frames) > 0 {
			up := frames[len(frames)-1].n
			up.low = min(up.low, n.low)
		}
		if n.low == n.index {
			g.component(n)
		}
	}
}

func (g *graph) open(n *node) {
	g.count++
	n.index, n.low, n.onStack = g.count, g.count, true
	g.stack = append(g.stack, n)
}

// callee is the next function that a frame's function calls, nil at the end.
func (g *graph) callee(f *frame) *node {
	for f.call < len(f.n.calls) {
		targets := f.n.calls[f.call].bound.targets
		if f.target < len(targets) {
			f.target++
			if n := g.node(targets[f.target-1]); n != nil {
				return n
			}
			continue
		}
		f.call, f.target = f.call+1, 0
	}
	return nil
}

// component pops the functions that call each other around n and summarizes
// them.
func (g *graph) component(n *node) {
	at := slices.Index(g.stack, n)
	members := slices.Clone(g.stack[at:])
	g.stack = g.stack[:at]
	for _, m := range members {
		m.onStack = false
	}
	for range maxChain {
		changed := false
		for _, m := range members {
			list := g.joined(m)
			if len(list) != len(g.out[m.id]) || !slices.EqualFunc(list, g.out[m.id], entry.equal) {
				g.out[m.id], changed = list, true
			}
		}
		if !changed {
			return
		}
	}
}

func (e entry) equal(o entry) bool {
	return e.site == o.site && e.params == o.params && e.looped == o.looped && e.partial == o.partial && len(e.via) == len(o.via)
}

// joined joins what the calls of a function run.
func (g *graph) joined(n *node) []entry {
	var out []entry
	for i := range n.calls {
		c := &n.calls[i]
		for _, e := range reaches(c.id, c.site, c.bound, g.known) {
			e.entry.looped = e.entry.looped || c.looped
			out = keep(out, e.entry)
		}
	}
	return out
}

// known is what is known of a function so far; the lock is held.
func (g *graph) known(id FuncID) []entry { return g.out[id] }

// keep adds an entry unless its query is there already by a way that is no
// longer and depends on no less. Of too many the longest ways go.
func keep(list []entry, e entry) []entry {
	for i, have := range list {
		if have.site != e.site {
			continue
		}
		have.params |= e.params
		have.looped = have.looped || e.looped
		have.partial = have.partial && e.partial
		if len(e.via) < len(have.via) {
			have.via, have.list, have.guarded, have.last = e.via, e.list, e.guarded, e.last
		}
		list[i] = have
		return list
	}
	if len(list) < maxReaches {
		return append(list, e)
	}
	worst := 0
	for i := range list {
		if rank(list[i]) > rank(list[worst]) {
			worst = i
		}
	}
	if rank(e) < rank(list[worst]) {
		list[worst] = e
	}
	return list
}

// rank is lower for what is worth more to know: depends on something, is near.
func rank(e entry) int {
	n := len(e.via)
	if e.params == 0 {
		n += maxChain
	}
	return n
}

// reached is an entry seen from a call: its parameters are those of the
// function around the call, its loops those of the file.
type reached struct {
	entry
	loops facts.Deps
}

// reaches are the queries that a call runs.
func reaches(id callID, c *facts.CallSite, b *bound, summary func(FuncID) []entry) []reached {
	if b.candidate >= 0 && b.candidate < len(c.Candidates) {
		list := onlyLists(c) && takesList(c.Candidates[b.candidate].Query)
		return []reached{{entry{site: id, params: c.Params, list: list, guarded: c.Guarded, last: c.Last}, c.Loops}}
	}
	var out []reached
	silent := 0
	for _, t := range b.targets {
		list := summary(t)
		if len(list) == 0 {
			silent++
		}
		for _, e := range list {
			if len(e.via) >= maxChain {
				continue
			}
			out = append(out, through(id, c, e))
		}
	}
	if b.dispatched && silent > 0 {
		for i := range out {
			out[i].partial = true
		}
	}
	return out
}

// onlyLists reports whether whatever depends on a loop or parameter is handed
// over as a list.
func onlyLists(c *facts.CallSite) bool {
	lists := false
	for _, a := range c.Args {
		if a.Loops|a.Params == 0 {
			continue
		}
		if !a.List {
			return false
		}
		lists = true
	}
	return lists
}

// takesList reports whether a query does its work for a list of any length: it
// compares with one, or inserts one. The values of a SQL text always come as a
// list and say nothing.
func takesList(q *query.Query) bool {
	if q.Op == query.Insert && (q.SQL == "" || q.Rows == 0) {
		return true
	}
	found := false
	query.Filters(q.Where, func(p query.Predicate, _ bool) {
		found = found || p.Operand.Kind == query.List && (p.Operand.Open || len(p.Operand.Items) > 1)
	})
	return found
}

// through is an entry of the called function seen from the call: where the
// query depends on a parameter, it depends on what the argument depends on.
func through(id callID, c *facts.CallSite, e entry) reached {
	out := reached{entry: e}
	out.via = append([]callID{id}, e.via...)
	out.params, out.list = 0, e.list
	out.guarded, out.last = e.guarded || c.Guarded, e.last || c.Last
	var argLoops, argParams facts.Deps
	lists, plain := false, false
	for i, a := range c.Args {
		argLoops |= a.Loops
		argParams |= a.Params
		if !e.params.Has(i) || i >= facts.Receiver {
			continue
		}
		out.loops |= a.Loops
		out.params |= a.Params
		if a.Loops|a.Params != 0 {
			lists, plain = lists || a.List, plain || !a.List
		}
	}
	out.list = e.list && lists && !plain
	if e.params.Has(facts.Receiver) {
		out.loops |= c.Loops &^ argLoops
		out.params |= c.Params &^ argParams
	}
	for i := len(c.Args); spread(c) && i < facts.Receiver; i++ {
		if e.params.Has(i) {
			out.loops |= c.Loops
			out.params |= c.Params
		}
	}
	return out
}

// spread reports whether arguments may stand for parameters behind them.
func spread(c *facts.CallSite) bool {
	return len(c.Args) > 0 && c.Args[len(c.Args)-1].List
}
