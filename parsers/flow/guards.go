package flow

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
)

// lookups are the methods by which the language's collections tell whether
// they hold something (MDN, Map and Set; pkg.go.dev/sync#Map).
var lookups = map[string]bool{"has": true, "get": true, "includes": true, "Load": true, "LoadOrStore": true}

// guarded reports whether a call runs only if a look-up of the element failed:
// in a memo or seen-set that the loop fills, or one that lives in an object.
func (u *unit) guarded(c *call) bool {
	if len(c.in) == 0 {
		return false
	}
	around := u.around(c)
	for _, g := range c.guards {
		if u.looksUp(g, c, around, 0) {
			return true
		}
	}
	return false
}

func (u *unit) looksUp(n *code.Node, c *call, around uint64, depth int) bool {
	found := false
	n.Walk(func(k *code.Node) bool {
		switch {
		case found || k.Kind == code.Func:
			return false
		case k.Kind == code.Index:
			found = u.isMemo(k.Kids[0], k.Kids[1].Span, c, around)
		case k.Kind == code.Call && k.Kids[0].Kind == code.Member && lookups[k.Kids[0].Text] && len(k.Kids) > 1 && k.Kids[1] != nil:
			found = u.isMemo(k.Kids[0].Kids[0], k.Kids[1].Span, c, around)
		case k.Kind == code.Ident && depth < maxAliases:
			v := u.varOf(k)
			if v < 0 {
				return true
			}
			for i := range u.vars[v].defs {
				d := &u.vars[v].defs[i]
				if d.kind == bind && d.value != nil && d.at <= k.Span.Start && depth < 2 {
					if l := unwrap(d.value); l != nil && (l.Kind == code.Index || l.Kind == code.Call) {
						found = found || u.looksUp(l, c, around, depth+1)
					}
				}
			}
		}
		return !found
	})
	return found
}

// isMemo reports whether coll, looked up by a key that depends on the element,
// is filled in the loop or belongs to an object.
func (u *unit) isMemo(coll *code.Node, key source.Span, c *call, around uint64) bool {
	loops, _ := u.union(u.mentions(key), c.fn)
	if loops&around == 0 {
		return false
	}
	root := unwrap(coll)
	for root != nil && root.Kind == code.Member {
		root = unwrap(root.Kids[0])
	}
	switch {
	case root == nil:
		return false
	case root.Kind == code.This:
		return true
	case root.Kind != code.Ident:
		return false
	}
	v := u.varOf(root)
	if v < 0 {
		return u.isGo // a variable of the package
	}
	if u.vars[v].param == receiverBit || u.vars[v].scope == 0 {
		return true
	}
	outermost := u.loops[c.in[0]].node.Span
	for i := range u.muts {
		if u.muts[i].v == v && outermost.Contains(u.muts[i].off) {
			return true
		}
	}
	return false
}
