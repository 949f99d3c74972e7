package code

import (
	"fmt"
	"strings"

	"github.com/dbwise/dbwise/parsers/source"
)

// Ref says symbolically where a value comes from: a symbol of a module, and
// the steps that lead from it to the value. It is what one file can know; the
// workspace resolves it against the outlines of all files. The zero Ref is
// "not known", and nobody speaks about it.
//
//	const db = new PrismaClient()             @prisma/client PrismaClient inst
//	this.users.find(id)     (class Orders)    . Orders inst .users .find
//	rows, err := s.db.Query(q) (s *Store)     . Store inst .db .Query () result(0)
type Ref struct {
	// Module is the import path as written; "." is this file, for Go this package.
	Module string
	// Name is the module's symbol: an export, "default", or "*" for the
	// module itself.
	Name  string
	Steps []Step
}

// StepOp is one way to get from a value to another.
type StepOp uint8

// The steps.
const (
	// Get: member Name of the value.
	Get StepOp = iota
	// Called: the result of calling it.
	Called
	// Inst: a value of this class or type.
	Inst
	// Elem: an element of it when iterated or indexed.
	Elem
	// Awaited: what the promise gives.
	Awaited
	// Result: the N-th of several results.
	Result
	// Callback: parameter M of the function passed as argument N to the call
	// of it; stands in place of Called.
	Callback
	// Listed: a collection of it, which Elem takes back: User[] is User inst listed.
	Listed
	// Promised: a promise of it, which Awaited takes back.
	Promised
)

// Step is one step of a Ref.
type Step struct {
	Op   StepOp
	Name string
	N, M int
}

// Known reports whether the origin of the value is known at all.
func (r Ref) Known() bool { return r.Name != "" }

// Then is r with more steps; r itself is not changed. An unknown stays unknown.
// The result is canonical: a member of a module is its symbol, a module needs
// no awaiting, Elem takes back Listed and Awaited takes back Promised.
func (r Ref) Then(steps ...Step) Ref {
	if !r.Known() || len(steps) == 0 {
		return r
	}
	out := make([]Step, len(r.Steps), len(r.Steps)+len(steps))
	copy(out, r.Steps)
	for _, s := range steps {
		n := len(out)
		switch {
		case n == 0 && r.Name == "*" && s.Op == Get:
			r.Name = s.Name
		case n == 0 && r.Name == "*" && s.Op == Awaited:
		case n > 0 && (s.Op == Elem && out[n-1].Op == Listed || s.Op == Awaited && out[n-1].Op == Promised):
			out = out[:n-1]
		default:
			out = append(out, s)
		}
	}
	r.Steps = out
	return r
}

// Dot is the member name of r.
func (r Ref) Dot(name string) Ref { return r.Then(Step{Op: Get, Name: name}) }

func (s Step) String() string {
	switch s.Op {
	case Get:
		return "." + s.Name
	case Called:
		return "()"
	case Inst:
		return "inst"
	case Elem:
		return "[]"
	case Awaited:
		return "await"
	case Result:
		return fmt.Sprintf("result(%d)", s.N)
	case Listed:
		return "listed"
	case Promised:
		return "promised"
	default:
		return fmt.Sprintf("callback(%d,%d)", s.N, s.M)
	}
}

// String is a form for goldens and maps: module, name and steps.
func (r Ref) String() string {
	if !r.Known() {
		return "?"
	}
	var b strings.Builder
	b.WriteString(r.Module + " " + r.Name)
	for _, s := range r.Steps {
		b.WriteString(" " + s.String())
	}
	return b.String()
}

// Link is one member access or call of a chain such as
// db.Where("id = ?", id).First(&u).
type Link struct {
	// Name is the member; "" for calling the root itself.
	Name string
	// Called says that the member is called, with Args. A tagged template is
	// a call with one String argument and Tagged set.
	Called, Tagged bool
	Args           []*Node
	// Types are written type arguments.
	Types []*Type
	// Span covers the chain up to here, NameSpan the member's name.
	Span, NameSpan source.Span
}

// Chain is an outermost chain of member accesses and calls that ends in a call.
type Chain struct {
	// Root is the expression the chain starts at and Ref its origin. The
	// steps of Ref belong to Root; Links follow.
	Root *Node
	Ref  Ref
	// Links are in the order they are applied; the last one is called.
	Links []Link
	Node  *Node
	// Awaited: the value is awaited here. Consumed: awaited, returned,
	// chained with then, passed on, or gathered.
	Awaited, Consumed bool
	// Prefix is how many of the Links stand in the initial values of variables
	// and not at the place of the chain: 1 at q.Find(&x) after q := db.Where(c).
	Prefix int
	// Extended: a variable on the way is assigned again from itself, as in
	// `if c { q = q.Where(d) }`, so there may be further links: further
	// conditions, an order, a limit.
	Extended bool
}

// Env is what a reader of expressions may ask about the place of a chain.
type Env interface {
	// Value follows identifiers that are bound once to their value, strips
	// parentheses and assertions, and gives n itself when it leads nowhere. A
	// variable whose members are assigned (`where.email = x`, m["a"] = x) or
	// that grows (push, append) leads nowhere: its literal is not all of it.
	Value(n *Node) *Node
	// Ref is the origin of an expression's value.
	Ref(n *Node) Ref
	// TypeRef is the origin of a written type, as a value of it (… inst).
	TypeRef(t *Type) Ref
	// String is the text of an expression built from literals, with holes
	// for the rest: a literal, a constant, a concatenation, Sprintf. Nil if
	// it is no string that can be read.
	String(n *Node) *source.Fragment
	// File is the file around.
	File() *File
}
