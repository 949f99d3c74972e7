package workspace

import (
	"context"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/source"
)

// linkLayer is how the program files hang together: which call is which query,
// and which function it leads to. Calls are named by their ordinal among those
// that other files can observe, which does not change while the layer lives.
//
// A layer is cheap to make: files are bound, and functions summarized, when
// they are first asked for. While no file declares other names than before, the
// next layer takes over what was bound.
type linkLayer struct {
	sum, symbols sum
	resolver     *resolver
	// files are all program files.
	files map[string]*linkedFile
	graph *graph
}

// linkedFile is a program file and, once it was asked for, what its calls mean.
type linkedFile struct {
	path string
	sum  sum
	fa   *facts.Facts
	once sync.Once
	list []bound
}

// bound is what one call means.
type bound struct {
	// candidate is the index of the query it executes, -1 if it executes none.
	candidate int
	targets   []FuncID
	// dispatched: the targets are implementations of which one runs.
	dispatched bool
}

// bound lists the calls of a file by ordinal.
func (l *linkLayer) bound(p string) []bound {
	f := l.files[p]
	if f == nil {
		return nil
	}
	return f.bind(l.resolver)
}

func (f *linkedFile) bind(r *resolver) []bound {
	f.once.Do(func() { f.list = r.bindFile(f.path, f.fa) })
	return f.list
}

// observable reports whether other files can observe a call; package flow
// leaves the same calls out of the digest.
func observable(c *facts.CallSite) bool {
	return c.Callee.Known() || c.Target >= 0 || len(c.Candidates) > 0
}

// ordinals are the indexes of the observable calls.
func ordinals(fa *facts.Facts) []int {
	var out []int
	for i := range fa.Calls {
		if observable(&fa.Calls[i]) {
			out = append(out, i)
		}
	}
	return out
}

// linksNow is the link layer of the snapshot.
func (s *Snapshot) linksNow() *linkLayer {
	s.linksOnce.Do(func() {
		total, symbols := s.linkTotals()
		s.shared.mu.Lock()
		last := s.shared.links
		s.shared.mu.Unlock()
		if last != nil && last.sum == total {
			s.links = last
			return
		}
		s.links = s.buildLinks(last, symbols)
		s.links.sum, s.links.symbols = total, symbols
		s.shared.mu.Lock()
		s.shared.links = s.links
		maps.DeleteFunc(s.shared.views, func(_ string, v *view) bool { return v.links != nil && v.links != s.links })
		s.shared.mu.Unlock()
	})
	return s.links
}

// linkTotals identify what all program files show to each other, and what of
// it are names alone.
func (s *Snapshot) linkTotals() (total, symbols sum) {
	total, symbols = sum{1, uint64(len(s.roots))}, sum{2, uint64(len(s.roots))}
	both := func(o sum) {
		total.add(o)
		symbols.add(o)
	}
	for p, f := range s.files {
		switch {
		case f.src.Lang.Host():
			r := f.known(context.Background())
			total.add(r.links)
			symbols.add(r.symbols)
		case IsConfig(p):
			both(sumOf([]byte(p), f.src.Hash[:]))
		case f.src.Lang == source.Prisma:
			for _, g := range f.prismaSchema().Generators {
				both(sumOf([]byte(p), []byte(g.Output)))
			}
		}
	}
	return total, symbols
}

func (s *Snapshot) buildLinks(last *linkLayer, symbols sum) *linkLayer {
	l := &linkLayer{files: make(map[string]*linkedFile, len(s.files))}
	same := last != nil && last.symbols == symbols
	for p, f := range s.files {
		if !f.src.Lang.Host() {
			continue
		}
		r := f.known(context.Background())
		if same && last.files[p] != nil && last.files[p].sum == r.links {
			l.files[p] = last.files[p]
			continue
		}
		l.files[p] = &linkedFile{path: p, sum: r.links, fa: r.fa}
	}
	if same {
		l.resolver = last.resolver
	} else {
		l.resolver = s.newResolver()
	}
	l.graph = &graph{layer: l, nodes: map[FuncID]*node{}, built: map[string]bool{}, out: map[FuncID][]entry{}}
	return l
}

func (s *Snapshot) newResolver() *resolver {
	r := &resolver{snapshot: s, modules: newModules(s), outlines: map[string]*facts.Facts{}, packages: map[string][]string{},
		clients: s.clients(), behinds: &sync.Map{}, heirsOnce: &sync.Once{}, heirs: &heirs{}}
	for _, p := range s.paths {
		if !s.files[p].src.Lang.Host() {
			continue
		}
		fa := s.known(p)
		r.outlines[p] = fa
		if fa.Lang == source.Go {
			k := packageKey(p, fa)
			r.packages[k] = append(r.packages[k], p)
		}
	}
	return r
}

// clients are the folders into which Prisma clients are generated.
func (s *Snapshot) clients() []string {
	var out []string
	for _, p := range s.paths {
		if s.files[p].src.Lang != source.Prisma {
			continue
		}
		for _, g := range s.files[p].prismaSchema().Generators {
			if g.Output != "" {
				out = append(out, path.Join(path.Dir(p), g.Output))
			}
		}
	}
	return out
}

// bindFile finds out what the calls of a file mean. A mistake of ours about
// one file costs that file its links.
func (r *resolver) bindFile(p string, fa *facts.Facts) (out []bound) {
	defer func() {
		if recover() != nil {
			out = nil
		}
	}()
	for i := range fa.Calls {
		if c := &fa.Calls[i]; observable(c) {
			out = append(out, r.bind(p, c))
		}
	}
	return out
}

// bind follows a call's origin step by step: where a candidate assumes a
// handle it is checked, and the function at its end is the target.
func (r *resolver) bind(p string, c *facts.CallSite) bound {
	r = r.limited()
	b := bound{candidate: -1}
	if len(c.Candidates) > 0 {
		b.candidate = r.candidate(p, c)
	}
	if b.candidate >= 0 {
		return b
	}
	add := func(v val) {
		if v.kind != function {
			return
		}
		n := len(b.targets)
		if v.fn >= 0 && r.hasBody(v) {
			b.targets = appendNew(b.targets, FuncID{v.at, v.fn})
		}
		for _, id := range r.behind(v) {
			b.targets = appendNew(b.targets, id)
		}
		b.dispatched = b.dispatched || len(b.targets) > n+1
	}
	if c.Callee.Known() {
		v := r.start(p, c.Callee, 0)
		// Calls on the way are call sites of their own, or were made where the
		// receiver's variable got its value.
		for _, s := range c.Callee.Steps {
			if v = r.step(v, s, 1); v.kind == nothing {
				break
			}
		}
		add(v)
	}
	if len(b.targets) == 0 && c.Target >= 0 {
		b.targets = append(b.targets, FuncID{p, c.Target})
	}
	return b
}

// hasBody tells a method from the declaration of an abstract one.
func (r *resolver) hasBody(v val) bool {
	if v.owner == nil || r.lang(v.at) == source.Go {
		return true
	}
	fa, f := r.outlines[v.at], r.snapshot.files[v.at]
	if v.fn >= len(fa.Funcs) {
		return false
	}
	text := fa.Funcs[v.fn].Span.In(f.src.Text)
	return strings.Contains(text, "{") || strings.Contains(text, "=>")
}

func appendNew(list []FuncID, id FuncID) []FuncID {
	if slices.Contains(list, id) {
		return list
	}
	return append(list, id)
}
