package code

import "github.com/dbwise/dbwise/parsers/source"

// Shift is n with everything below it delta bytes further on: a deep copy, or
// n itself if delta is 0. It is iterative: depth costs no stack.
func (n *Node) Shift(delta int) *Node {
	if n == nil || delta == 0 {
		return n
	}
	s := shifter{delta: delta}
	root := s.node(n)
	for len(s.kids) > 0 {
		kids := s.kids[len(s.kids)-1]
		s.kids = s.kids[:len(s.kids)-1]
		for i, k := range kids {
			if k != nil {
				kids[i] = s.node(k)
			}
		}
	}
	return root
}

// shifter holds the lists of children that are copied but still hold the old nodes.
type shifter struct {
	delta int
	kids  [][]*Node
}

func (s *shifter) node(n *Node) *Node {
	c := new(Node)
	*c = *n
	c.Span = c.Span.Shift(s.delta)
	if c.Name != (source.Span{}) {
		c.Name = c.Name.Shift(s.delta)
	}
	c.Kids = s.list(n.Kids)
	c.Type = s.typ(n.Type)
	c.Types = s.types(n.Types)
	c.Frag = shiftFrag(n.Frag, s.delta)
	return c
}

func (s *shifter) list(kids []*Node) []*Node {
	if len(kids) == 0 {
		return kids
	}
	kids = append(make([]*Node, 0, len(kids)), kids...)
	s.kids = append(s.kids, kids)
	return kids
}

// typ recurses: the readers limit the depth of types.
func (s *shifter) typ(t *Type) *Type {
	if t == nil {
		return nil
	}
	c := new(Type)
	*c = *t
	if c.Span != (source.Span{}) {
		c.Span = c.Span.Shift(s.delta)
	}
	c.Args = s.types(t.Args)
	c.Key, c.Elem = s.typ(t.Key), s.typ(t.Elem)
	c.Fields = s.list(t.Fields)
	return c
}

func (s *shifter) types(ts []*Type) []*Type {
	if len(ts) == 0 {
		return ts
	}
	out := make([]*Type, len(ts))
	for i, t := range ts {
		out[i] = s.typ(t)
	}
	return out
}

func shiftFrag(f *source.Fragment, delta int) *source.Fragment {
	if f == nil {
		return nil
	}
	c := &source.Fragment{Text: f.Text, Segs: append([]source.Seg(nil), f.Segs...), Holes: append([]source.Hole(nil), f.Holes...)}
	for i := range c.Segs {
		c.Segs[i].Host += delta
	}
	for i := range c.Holes {
		c.Holes[i].Host = c.Holes[i].Host.Shift(delta)
	}
	return c
}
