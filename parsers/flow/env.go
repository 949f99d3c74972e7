package flow

import (
	"github.com/dbwise/dbwise/parsers/code"
)

// env answers what readers ask about expressions.
type env struct{ *unit }

var _ code.Env = env{}

// File is the file around.
func (e env) File() *code.File { return e.file }

// Ref is the origin of an expression's value.
func (e env) Ref(n *code.Node) code.Ref { return e.ref(n) }

// TypeRef is the origin of a written type, as a value of it.
func (e env) TypeRef(t *code.Type) code.Ref { return e.typeRef(t) }

// Value follows identifiers to the value they have here.
func (e env) Value(n *code.Node) *code.Node { return e.value(n) }

// maxAliases is how many variables are followed from one to the next.
const maxAliases = 16

// value follows variables to their value as long as it is certain. A literal
// that is extended later gets a spread, so that it counts as open.
func (u *unit) value(n *code.Node) *code.Node {
	at := n
	for range maxAliases {
		at = strip(at)
		if at == nil {
			return n
		}
		if at.Kind == code.Member {
			next := u.property(at, 0)
			if next == nil {
				return at
			}
			at = next
			continue
		}
		v := u.varOf(at)
		if v < 0 {
			return at
		}
		d := u.reaching(v, at.Span.Start)
		if d == nil || d.value == nil || d.kind != bind || d.cb != nil {
			return at
		}
		next := d.value
		if len(d.path) > 0 {
			inner, rest := u.descend(d.value, d.path)
			if inner == nil || len(rest) > 0 {
				return at
			}
			next = inner
		}
		if k := strip(next).Kind; k == code.Object || k == code.Array {
			return u.opened(strip(next), v, at)
		}
		at = next
	}
	return at
}

// opened is literal, with a spread of use behind its kids if variable v, which
// holds it, is changed somewhere.
func (u *unit) opened(literal *code.Node, v int32, use *code.Node) *code.Node {
	if n, ok := u.open[literal]; ok {
		return n
	}
	result := literal
	for i := range u.muts {
		if u.muts[i].v == v {
			n := *literal
			n.Kids = append(literal.Kids[:len(literal.Kids):len(literal.Kids)],
				&code.Node{Kind: code.Spread, Span: use.Span, Kids: []*code.Node{use}})
			result = &n
			u.extended[result] = true
			break
		}
	}
	u.open[literal] = result
	return result
}

// reaching is the definition a variable has for certain at off, nil if it may
// be one of several.
func (u *unit) reaching(v int32, off int) *def {
	x := &u.vars[v]
	if len(x.defs) == 0 {
		return nil
	}
	if len(x.defs) == 1 {
		return &x.defs[0]
	}
	best := -1
	for i := range x.defs {
		if d := &x.defs[i]; d.at <= off && (best < 0 || d.at >= x.defs[best].at) {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	d := &x.defs[best]
	if s := u.scopes[d.scope].span; d.scope != 0 && (off < s.Start || off >= s.End) {
		return nil
	}
	if u.functionScope(u.scopeAt(off)) != u.functionScope(d.scope) {
		return nil
	}
	for i := range x.defs {
		if i != best && x.defs[i].at > off && u.loopCarries(d.at, x.defs[i].at, off) {
			return nil
		}
	}
	return d
}

// loopCarries reports whether a loop around both later and off, but not first,
// brings the value set at later back to off.
func (u *unit) loopCarries(first, later, off int) bool {
	for i := range u.loops {
		s := u.loops[i].node.Span
		if s.Contains(off) && s.Contains(later) && !s.Contains(first) {
			return true
		}
	}
	return false
}
