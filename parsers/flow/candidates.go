package flow

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/source"
)

// question is one reader with one kind of handle.
type question struct {
	reader *facts.Reader
	kind   string
	order  int
}

// readerSet finds what to ask about a chain by the methods it calls.
type readerSet struct{ byMethod map[string][]question }

func newReaderSet(readers []facts.Reader, lang source.Lang) *readerSet {
	s := &readerSet{byMethod: map[string][]question{}}
	order := 0
	for i := range readers {
		r := &readers[i]
		if r.Reads != nil && !r.Reads(lang) {
			continue
		}
		for _, h := range r.Handles {
			for m, yes := range h.Methods {
				if yes {
					s.byMethod[m] = append(s.byMethod[m], question{r, h.Kind, order})
				}
			}
			order++
		}
	}
	return s
}

// of lists what to ask about links, each once, in the order of the readers.
func (s *readerSet) of(links []link) []question {
	var out []question
	for i := range links {
		if !links[i].called() {
			continue
		}
		for _, q := range s.byMethod[links[i].name] {
			at := len(out)
			for at > 0 && out[at-1].order > q.order {
				at--
			}
			if at > 0 && out[at-1].order == q.order {
				continue
			}
			out = append(out, question{})
			copy(out[at+1:], out[at:])
			out[at] = q
		}
	}
	return out
}

// maxCuts is at how many places a chain is cut at most.
const maxCuts = 16

// candidates asks the readers what c would execute, for every place where its
// chain could leave a handle. It tells the callee that they count steps of.
func (u *unit) candidates(c *call, set *readerSet) ([]facts.Candidate, code.Ref) {
	questions := set.of(c.links)
	if len(questions) == 0 {
		return nil, code.Ref{}
	}
	at := u.expand(c)
	if !at.ref.Known() {
		return nil, code.Ref{}
	}
	last := c.links[len(c.links)-1].node
	chain := code.Chain{Node: last, Extended: at.extended, Awaited: c.use.awaited, Consumed: c.use.consumed || u.isGo}
	if c.use.bind >= 0 {
		chain.Awaited = chain.Awaited || u.vars[c.use.bind].awaited
		chain.Consumed = chain.Consumed || u.vars[c.use.bind].consumed
	}
	links := at.links
	bare := make([]code.Link, len(links))
	for i := range links {
		bare[i] = links[i].full()
	}
	var out []facts.Candidate
	e := env{u}
	for k := 0; k < len(links) && k < maxCuts; k++ {
		ref := at.ref.Then(u.linkSteps(links[:k], true)...)
		chain.Ref, chain.Links = ref, bare[k:]
		chain.Prefix = max(0, at.prefix-k)
		chain.Root = at.root
		if k > 0 && links[k-1].node != nil {
			chain.Root = links[k-1].node
		}
		for _, q := range questions {
			mark := len(u.seen)
			reading, ok := q.reader.Read(q.kind, &chain, e)
			if !ok || reading.Query == nil {
				u.seen = u.seen[:mark]
				continue
			}
			steps := len(ref.Steps)
			if ref.Name == "*" && steps == 0 {
				steps = -1
			}
			out = append(out, facts.Candidate{
				Library: q.reader.Library, At: steps, Kind: q.kind, Query: reading.Query, Models: reading.Models,
			})
		}
	}
	return out, at.ref.Then(u.linkSteps(links, false)...)
}

// expansion is a chain that starts where its variables were first bound.
type expansion struct {
	root     *code.Node
	ref      code.Ref
	links    []link
	prefix   int
	extended bool
}

// expand follows the variable a chain starts at to the chain it was bound to:
// q.Find(&x) after q := db.Where(c) is db.Where(c).Find(&x). Members that the
// origin of the root ends in become links too, so that a chain can be cut there.
func (u *unit) expand(c *call) expansion {
	x := expansion{root: c.root, links: c.links}
	for range maxAliases {
		value, extended := u.builder(x.root)
		if value == nil {
			break
		}
		root, links := spine(value)
		if len(links)+len(x.links) > maxDepth {
			break
		}
		// require("m") is known as a whole, not what it starts at.
		if !u.ref(root).Known() && u.ref(x.root).Known() {
			break
		}
		x.extended = x.extended || extended
		x.prefix += len(links)
		x.links = append(links, x.links...)
		x.root = root
	}
	return u.unfold(x)
}

// builder is the value of the variable n, if that is a chain which stands for
// it: not awaited, not one of several results, without a declared type.
func (u *unit) builder(n *code.Node) (value *code.Node, extended bool) {
	v := u.varOf(n)
	if v < 0 || u.vars[v].typ != nil {
		return nil, false
	}
	if k := u.vars[v].kind; k != localVar {
		return nil, false
	}
	d := u.reaching(v, n.Span.Start)
	if first := u.extendedFrom(v); first != nil {
		d, extended = first, true
	}
	if d == nil || d.kind != bind || d.value == nil || len(d.path) > 0 || d.cb != nil {
		return nil, false
	}
	value = strip(d.value)
	switch value.Kind {
	case code.Ident:
		if u.varOf(value) == v {
			return nil, false
		}
		return value, extended
	case code.Call, code.Tagged, code.Member:
		return value, extended
	}
	return nil, false
}

// extendedFrom is the first definition of a variable all of whose others
// extend it: q of `q := db.Model(m); if c { q = q.Where(d) }`.
func (u *unit) extendedFrom(v int32) *def {
	var first *def
	extends := false
	for i := range u.vars[v].defs {
		switch d := &u.vars[v].defs[i]; d.kind {
		case extend:
			extends = true
		case bind:
			if first != nil {
				return nil
			}
			first = d
		default:
			return nil
		}
	}
	if !extends {
		return nil
	}
	return first
}

// unfold turns the last members of the root's origin into links: the handle of
// `const { user } = prisma` stands before .user.
func (u *unit) unfold(x expansion) expansion {
	r := u.ref(x.root)
	x.ref = r
	n := len(r.Steps)
	for n > 0 && r.Steps[n-1].Op == code.Get {
		n--
	}
	if x.root.Kind != code.Ident || n == len(r.Steps) {
		return x
	}
	var links []link
	for _, s := range r.Steps[n:] {
		links = append(links, link{name: s.Name, node: x.root})
	}
	x.ref, x.links, x.prefix = r, append(links, x.links...), x.prefix+len(links)
	x.ref.Steps = r.Steps[:n:n]
	return x
}
