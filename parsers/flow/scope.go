package flow

import (
	"sort"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
)

// scope is a stretch of text in which names are declared. Scope 0 is the file.
type scope struct {
	span   source.Span
	parent int32
	// function scopes take TypeScript's var; class is set for a class body.
	function bool
	class    *code.Node
	// first and last begin and end the list of its variables, count long.
	first, last, count int32
	names              map[string]int32 // once there are many
}

// manyNames is the number of names from which on a scope keeps a map.
const manyNames = 24

// varKind is what a name stands for.
type varKind uint8

const (
	localVar varKind = iota
	paramVar
	importVar
	funcVar
	classVar
	typeVar // interface, alias: a later value of the same name wins
	enumVar
	genericVar // a type parameter
)

// variable is a declared name.
type variable struct {
	name  string
	kind  varKind
	scope int32
	// from is the offset from which on the name is visible; scripts hoist.
	from int
	// typ is the declared type of the whole variable.
	typ  *code.Type
	node *code.Node
	defs []def

	// next is the next variable of the scope.
	next int32
	// owner is the named function it belongs to; param its parameter, or none.
	owner int32
	param int32
	fn    int32 // the function it is, or none
	// uses of a value that was bound before it was awaited.
	awaited, consumed, gathered bool

	// state of ref: 0 not asked, 1 being computed, 2 known, as that of an
	// import is from the start.
	state uint8
	ref   code.Ref

	// window: it holds several elements of a list at once.
	window bool

	loops, params uint64 // dependence, loops relative to the owner's base
}

// defKind is how a variable gets a value.
type defKind uint8

const (
	// bind gives it the value of an expression.
	bind defKind = iota
	// update changes it from itself in a way that is not followed: +=, ++.
	update
	// extend assigns it a chain that starts at itself.
	extend
	// out hands its address to a call.
	out
	// element binds it to what a loop or callback hands over.
	element
)

// def is one assignment.
type def struct {
	kind defKind
	// value is the expression, nil if there is none; path leads from it to the
	// variable. typ is the declared type of the value that path starts at.
	value *code.Node
	path  []code.Step
	typ   *code.Type
	// cb says whose callback's parameter it is.
	cb *callback
	// at is the end of the assignment, scope the block it stands in.
	at    int
	scope int32
}

// callback is how a function is passed to a call.
type callback struct {
	call *code.Node // the Call
	arg  int
	// param is the parameter in question.
	param int
	// over is the collection if it is called per element, then the receiver of
	// a promise's then.
	over, then *code.Node
	// now: it is the function that call calls, where it is written.
	now bool
}

func (u *unit) newScope(n *code.Node, span source.Span, parent int32) int32 {
	id := int32(len(u.scopes))
	u.scopes = append(u.scopes, scope{span: span, parent: parent, first: none, last: none})
	if n != nil {
		u.scopeOf[n] = id
	}
	return id
}

// add declares a name, or gives the variable that has it already.
func (u *unit) add(sc int32, name string, kind varKind, from int, n *code.Node) int32 {
	if name == "" || name == "_" && u.isGo {
		return none
	}
	if v := u.inScope(sc, name); v >= 0 {
		if have := &u.vars[v]; have.kind == typeVar && kind != typeVar {
			have.kind, have.node = kind, n
		}
		return v
	}
	v := int32(len(u.vars))
	u.vars = append(u.vars, variable{name: name, kind: kind, scope: sc, from: from, node: n, next: none, param: none, fn: none})
	s := &u.scopes[sc]
	if s.last >= 0 {
		u.vars[s.last].next = v
	} else {
		s.first = v
	}
	s.last = v
	switch s.count++; {
	case s.names != nil:
		s.names[name] = v
	case s.count > manyNames:
		s.names = make(map[string]int32, 2*manyNames)
		for w := s.first; w >= 0; w = u.vars[w].next {
			s.names[u.vars[w].name] = w
		}
	}
	return v
}

// defineVar adds a definition to a variable. Most have one, which is cut from a
// larger piece of memory.
func (u *unit) defineVar(v int32, d def) {
	x := &u.vars[v]
	if x.defs == nil {
		if len(u.defs) == cap(u.defs) {
			u.defs = make([]def, 0, 256)
		}
		n := len(u.defs)
		u.defs = append(u.defs, d)
		x.defs = u.defs[n : n+1 : n+1]
		return
	}
	x.defs = append(x.defs, d)
}

func (u *unit) inScope(sc int32, name string) int32 {
	s := &u.scopes[sc]
	if s.names != nil {
		if v, ok := s.names[name]; ok {
			return v
		}
		return none
	}
	for v := s.first; v >= 0; v = u.vars[v].next {
		if u.vars[v].name == name {
			return v
		}
	}
	return none
}

// lookup finds the variable a name means at off within scope sc.
func (u *unit) lookup(sc int32, name string, off int) int32 {
	for ; sc >= 0; sc = u.scopes[sc].parent {
		if v := u.inScope(sc, name); v >= 0 && u.vars[v].from <= off {
			return v
		}
	}
	return none
}

// scopeAt is the innermost scope around off. Scopes are sorted by their start,
// outer ones first, once they are all declared.
func (u *unit) scopeAt(off int) int32 {
	i := sort.Search(len(u.scopes), func(i int) bool { return u.scopes[i].span.Start > off }) - 1
	if i < 0 {
		return 0
	}
	sc := int32(i)
	for sc > 0 && u.scopes[sc].span.End <= off {
		sc = u.scopes[sc].parent
	}
	return sc
}

// varOf is the variable an Ident means, none if it is not declared here.
func (u *unit) varOf(n *code.Node) int32 {
	if n == nil || n.Kind != code.Ident {
		return none
	}
	return u.lookup(u.scopeAt(n.Span.Start), n.Text, n.Span.Start)
}

// functionScope is the scope that takes a var declared in sc.
func (u *unit) functionScope(sc int32) int32 {
	for sc > 0 && !u.scopes[sc].function {
		sc = u.scopes[sc].parent
	}
	return sc
}

// classAt is the class around off, nil if there is none.
func (u *unit) classAt(off int) *code.Node {
	for sc := u.scopeAt(off); sc >= 0; sc = u.scopes[sc].parent {
		if c := u.scopes[sc].class; c != nil {
			return c
		}
	}
	return nil
}
