package programs

import (
	"slices"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
)

// chain is what is done with a handle: knex.schema.createTable("users", f).
type chain struct {
	root  *code.Node
	links []link
	// node is the outermost call, scope where it stands.
	node  *code.Node
	scope *scope
	// passive is set by a runner that found only the way to another handle.
	passive bool
}

// link is one member access or call of a chain.
type link struct {
	name           string
	called, tagged bool
	args           []*code.Node
	span, nameSpan source.Span
}

// arg is the i-th argument, nil if there is none.
func (l *link) arg(i int) *code.Node {
	if i < len(l.args) {
		return l.args[i]
	}
	return nil
}

// flatten takes a chain apart, as far as it is one of members and calls.
func flatten(n *code.Node) *chain {
	c := &chain{node: n}
	for range maxLinks {
		n = strip(n)
		switch {
		case n == nil:
			return nil
		case n.Kind == code.Member && len(n.Kids) > 0:
			c.links = append(c.links, link{name: n.Text, span: n.Span, nameSpan: n.Name})
			n = n.Kids[0]
			continue
		case (n.Kind == code.Call || n.Kind == code.Tagged) && len(n.Kids) > 0 && n.Kids[0] != nil:
			l := link{called: true, tagged: n.Kind == code.Tagged, args: n.Kids[1:], span: n.Span, nameSpan: n.Kids[0].Span}
			n = n.Kids[0]
			if n.Kind == code.Member && len(n.Kids) > 0 {
				l.name, l.nameSpan, n = n.Text, n.Name, n.Kids[0]
			}
			c.links = append(c.links, l)
			if l.name != "" {
				continue
			}
		}
		break
	}
	c.root = n
	slices.Reverse(c.links)
	return c
}

// maxLinks bounds the links of one chain.
const maxLinks = 4000

// scope is what the names of a function mean.
type scope struct {
	// vars are values, nil for what is not known.
	vars map[string]*code.Node
	// handles are names of what speaks to the database; aliases are the way
	// from a handle to what a name stands for.
	handles map[string]bool
	aliases map[string]*chain
	// this: the object itself is the handle.
	this bool
	// class is the class around, for its methods.
	class *code.Node
}

// inner is a scope that sees this one.
func (s *scope) inner() *scope {
	n := &scope{vars: make(map[string]*code.Node, len(s.vars)), handles: make(map[string]bool, len(s.handles)), this: s.this, class: s.class,
		aliases: make(map[string]*chain, len(s.aliases))}
	for k, v := range s.vars {
		n.vars[k] = v
	}
	for k, v := range s.handles {
		n.handles[k] = v
	}
	for k, v := range s.aliases {
		n.aliases[k] = v
	}
	return n
}

// surround gives the scope of a function the variables of the functions around
// it that are declared before it.
func (s *scope) surround(f *code.File, at source.Span) {
	list := f.Body
	for depth := range maxDeep {
		var inner *code.Node
		for _, k := range list {
			switch {
			case k == nil:
			case depth > 0 && k.Kind == code.Var && len(k.Kids) > 1 && k.Kids[0] != nil && k.Kids[0].Kind == code.Ident && k.Span.End <= at.Start:
				s.vars[k.Kids[0].Text] = k.Kids[1]
			case k.Span.Covers(at) && k.Span != at:
				inner = k
			}
		}
		if inner == nil {
			return
		}
		list = inner.Kids
	}
}

// isHandle reports whether an expression is a handle itself.
func (s *scope) isHandle(n *code.Node) bool {
	n = strip(n)
	if n == nil {
		return false
	}
	return n.Kind == code.Ident && s.handles[n.Text] || n.Kind == code.This && n.Text == "this" && s.this
}

// bind gives the targets of a declaration their values; value is nil if it is
// not known.
func (r *reader) bind(target, value *code.Node, s *scope) {
	if target == nil {
		return
	}
	switch target.Kind {
	case code.Ident:
		r.bindName(target.Text, value, s)
	case code.Assign: // a default value
		if len(target.Kids) > 1 && value == nil {
			r.bind(target.Kids[0], nil, s)
		} else if len(target.Kids) > 0 {
			r.bind(target.Kids[0], value, s)
		}
	case code.ObjectPattern:
		from := r.resolve(value, s)
		for _, p := range target.Kids {
			if p == nil || p.Kind != code.Pair || len(p.Kids) == 0 {
				continue
			}
			if s.isHandle(value) { // const { schema } = knex
				r.alias(p.Kids[0], &chain{root: strip(value), links: []link{{name: p.Text, span: p.Span, nameSpan: p.Name}}, node: p}, s)
				continue
			}
			r.bind(p.Kids[0], from.Get(p.Text), s)
		}
	case code.ArrayPattern:
		from := r.resolve(value, s)
		for i, k := range target.Kids {
			var v *code.Node
			switch {
			case from != nil && from.Kind == code.Array && i < len(from.Kids):
				v = from.Kids[i]
			case target.Is(code.Tuple) && i == 0: // the first of several results
				v = value
			}
			r.bind(k, v, s)
		}
	}
}

func (r *reader) bindName(name string, value *code.Node, s *scope) {
	delete(s.handles, name)
	delete(s.aliases, name)
	if s.isHandle(value) {
		s.handles[name] = true
		return
	}
	s.vars[name] = value
}

// alias lets a name stand for what a chain leads to.
func (r *reader) alias(target *code.Node, c *chain, s *scope) {
	if target == nil || target.Kind != code.Ident {
		return
	}
	delete(s.handles, target.Text)
	delete(s.vars, target.Text)
	if s.aliases == nil {
		s.aliases = map[string]*chain{}
	}
	s.aliases[target.Text] = c
}

// chainOf is the chain of an expression if it starts at a handle.
func (r *reader) chainOf(n *code.Node, s *scope) *chain {
	c := flatten(n)
	if c == nil || c.root == nil {
		return nil
	}
	c.scope = s
	if c.root.Kind == code.Ident {
		if a := s.aliases[c.root.Text]; a != nil {
			return &chain{root: a.root, links: append(slices.Clip(a.links), c.links...), node: n, scope: s}
		}
	}
	if !s.isHandle(c.root) || len(c.links) == 0 {
		return nil
	}
	return c
}

// resolve follows names and members of literals to what they are; nil if that
// is not known.
func (r *reader) resolve(n *code.Node, s *scope) *code.Node {
	for range maxResolve {
		n = strip(n)
		if n == nil {
			return nil
		}
		switch n.Kind {
		case code.Ident:
			v, ok := s.vars[n.Text]
			if !ok {
				v = r.constant(n.Text)
			}
			n = v
		case code.Member:
			o := r.literal(n.Kids[0], s)
			switch {
			case o == nil:
				return nil
			case o.Kind == code.Object:
				n = o.Get(n.Text)
			case o.Kind == code.Enum:
				p := o.Pair(n.Text)
				if p == nil || len(p.Kids) == 0 {
					return nil
				}
				n = p.Kids[0]
			default:
				return nil
			}
		default:
			return n
		}
	}
	return nil
}

// literal is the object or enum before a dot.
func (r *reader) literal(n *code.Node, s *scope) *code.Node {
	if r.deep >= maxResolve {
		return nil
	}
	r.deep++
	defer func() { r.deep-- }()
	if n = strip(n); n != nil && n.Kind == code.Ident {
		if _, local := s.vars[n.Text]; !local {
			for _, k := range r.file.Body {
				if k.Kind == code.Enum && k.Text == n.Text {
					return k
				}
			}
		}
	}
	return r.resolve(n, s)
}

// constant is the value of a top-level name that is never assigned again.
func (r *reader) constant(name string) *code.Node {
	v := topLevel(r.file, name)
	if v == nil || v.Kind == code.Func {
		return v
	}
	for _, n := range r.file.Body {
		if n.Kind == code.Var && n.Kids[0] != nil && n.Kids[0].Text == name && n.Text != "const" && !isGo(r.file.Lang) {
			return nil
		}
	}
	return v
}

const maxResolve = 20
