package flow

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
)

// chunkModules are libraries with a function that cuts a list into lists, by
// the function's name.
var chunkModules = map[string]string{
	"slices": "Chunk", "github.com/samber/lo": "Chunk", "lodash": "chunk", "lodash-es": "chunk", "lodash/chunk": "default",
	"lodash.chunk": "default", "es-toolkit": "chunk", "remeda": "chunk", "radash": "cluster", "ramda": "splitEvery",
	"underscore": "chunk",
}

// isChunks reports whether n is a list of lists cut from a longer one: by a
// library made for it, or by a function called so whose pieces are used as lists.
func (u *unit) isChunks(n *code.Node, l *loop) bool {
	if n.Kind != code.Call {
		return false
	}
	root, links := spine(n)
	last := links[len(links)-1]
	name := last.name
	if name == "" && root.Kind == code.Ident {
		name = root.Text
	}
	if r := u.ref(n.Kids[0]); r.Known() {
		if want, ok := chunkModules[r.Module]; ok {
			return r.Name == want && len(r.Steps) == 0 || r.Name == "default" && len(r.Steps) == 1 && r.Steps[0].Name == want
		}
	}
	lower := strings.ToLower(name)
	if !strings.Contains(lower, "chunk") && !strings.Contains(lower, "batch") {
		return false
	}
	for _, v := range l.elems {
		// With a size beside the list, f(xs, 100), an element nobody looks
		// into is a part of the list.
		if u.usedAsList(v, l.body) || len(n.Args()) > 1 && !u.lookedInto(v, l.body) {
			return true
		}
	}
	return false
}

// lookedInto reports whether body reads a member of v.
func (u *unit) lookedInto(v int32, body *code.Node) bool {
	found, name := false, u.vars[v].name
	body.Walk(func(n *code.Node) bool {
		if n.Kind == code.Member {
			k := strip(n.Kids[0])
			found = found || k != nil && k.Kind == code.Ident && k.Text == name
		}
		return !found
	})
	return found
}

// usedAsList reports whether body iterates, measures, slices or spreads v.
func (u *unit) usedAsList(v int32, body *code.Node) bool {
	found, name := false, u.vars[v].name
	is := func(n *code.Node) bool { n = strip(n); return n != nil && n.Kind == code.Ident && n.Text == name }
	body.Walk(func(n *code.Node) bool {
		switch n.Kind {
		case code.ForEach:
			found = found || is(kid(n, 1))
		case code.Spread, code.Slice:
			found = found || is(n.Kids[0])
		case code.Member:
			_, iterates := arrayMethods[n.Text]
			found = found || is(n.Kids[0]) && (iterates || n.Text == "length")
		case code.Call:
			found = found || u.isGo && n.Kids[0].Kind == code.Ident && n.Kids[0].Text == "len" && is(kid(n, 1))
		}
		return !found
	})
	return found
}

// resultOf is the call whose result is iterated: directly, awaited, through a
// variable, or filtered and mapped.
func (u *unit) resultOf(n *code.Node) int32 {
	for range maxAliases {
		n = unwrap(n)
		if n == nil {
			return none
		}
		switch n.Kind {
		case code.Call, code.Tagged:
			if id, ok := u.callOf[n]; ok && u.calls[id].loop < 0 && u.sameSizeOf(n) == nil {
				return id
			}
			if n = u.sameSizeOf(n); n == nil {
				return none
			}
		case code.Member:
			if n.Text != "rows" {
				return none
			}
			n = n.Kids[0]
		case code.Ident:
			v := u.varOf(n)
			if v < 0 {
				return none
			}
			d := u.resultDef(v, n.Span.Start)
			if d == nil {
				return none
			}
			n = d.value
			if d.cb != nil {
				n = d.cb.then
			}
		default:
			return none
		}
	}
	return none
}

func (u *unit) sameSizeOf(n *code.Node) *code.Node {
	if n.Kind != code.Call {
		return nil
	}
	return u.sameSize(n)
}

// resultDef is the last definition of v before off if it is the whole result
// of a call, or what a call was given the address of.
func (u *unit) resultDef(v int32, off int) *def {
	var d *def
	for i := range u.vars[v].defs {
		k := &u.vars[v].defs[i]
		if k.at <= off && k.value != nil && k.kind != update && (d == nil || k.at >= d.at) {
			d = k
		}
	}
	switch {
	case d == nil:
		return nil
	case d.kind == out || d.cb != nil && d.cb.then != nil && len(d.path) == 0:
		return d
	case d.cb != nil || d.kind == element:
		return nil
	case len(d.path) == 0:
		return d
	case len(d.path) == 1 && (d.path[0].Op == code.Result && d.path[0].N == 0 || d.path[0].Name == "rows"):
		return d
	}
	return nil
}
