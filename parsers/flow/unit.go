package flow

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/source"
)

// unit is one file while it is read. Everything in it refers to each other by
// index, so the tables can grow while they are walked.
type unit struct {
	file *code.File
	text []byte
	// isGo tells Go from scripts: visibility of names, unknown names, results.
	isGo bool

	scopes  []scope
	scopeOf map[*code.Node]int32
	vars    []variable
	funcs   []function
	defs    []def // where the next first definitions go
	loops   []loop
	calls   []call
	// occs are the mentions of variables, by place.
	occs []occurrence
	// muts are the places where what a variable holds is changed.
	muts []mutation
	// strings are literals that look like SQL.
	strings []*code.Node
	// fields are assignments to this.x.
	fields []assignment
	// required are the modules of require and import calls.
	required []string
	// callOf finds the call of a Call node, callbacks how a Func is passed on.
	callOf map[*code.Node]int32
	// tupleOf finds the first variable of Go's `a, err := f()`.
	tupleOf map[*code.Node]int32
	// funcOf finds the function of a Func node.
	funcOf map[*code.Node]int32

	// open caches literals with what shows that they are extended later, which
	// extended tells of those that are.
	open     map[*code.Node]*code.Node
	extended map[*code.Node]bool
	// args is where the next arguments go.
	args []facts.Arg
	// steps is room for the steps of a chain.
	steps []code.Step
	// pieces counts what the text being read is put together from.
	pieces int
	// seen are the String nodes that a reader asked for.
	seen []*code.Node
}

// assignment is `this.x = value` in a method of class.
type assignment struct {
	target, value *code.Node
	class         *code.Node
}

// occurrence is one mention of a variable; thisVar stands for `this`.
type occurrence struct {
	off int
	v   int32
}

const (
	none    = -1
	thisVar = -2
)

// mutation is a change of what variable v holds, by the values under node.
type mutation struct {
	v    int32
	node *code.Node
	off  int
	// method is the method that makes the change, "" for an assignment.
	method bool
}

func newUnit(file *code.File, opts Options) *unit {
	u := &unit{
		file: file, isGo: file.Lang == source.Go,
		scopeOf: map[*code.Node]int32{}, callOf: map[*code.Node]int32{},
		funcOf: map[*code.Node]int32{}, tupleOf: map[*code.Node]int32{}, open: map[*code.Node]*code.Node{}, extended: map[*code.Node]bool{},
	}
	if opts.Source != nil {
		u.text = opts.Source.Text
	}
	return u
}

// whole is a span that covers the file.
func (u *unit) whole() source.Span {
	s := source.Span{End: len(u.text)}
	for _, n := range u.file.Body {
		if n != nil {
			s = s.Union(n.Span)
		}
	}
	return s
}

// mentions are the occurrences within s, as a range of occs.
func (u *unit) mentions(s source.Span) []occurrence {
	from := firstOcc(u.occs, s.Start)
	to := from
	for near := from + 8; to < near && to < len(u.occs) && u.occs[to].off < s.End; {
		to++
	}
	if to == from+8 {
		to += firstOcc(u.occs[to:], s.End)
	}
	return u.occs[from:to]
}

// firstOcc is the index of the first occurrence at off or behind.
func firstOcc(occs []occurrence, off int) int {
	lo, hi := 0, len(occs)
	for lo < hi {
		if mid := int(uint(lo+hi) >> 1); occs[mid].off < off {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// strip removes what does not change which value it is: assertions, await is kept.
func strip(n *code.Node) *code.Node {
	for n != nil && n.Kind == code.Assert {
		n = n.Kids[0]
	}
	return n
}

// unwrap removes assertions, awaits, addresses and dereferences.
func unwrap(n *code.Node) *code.Node {
	for n != nil {
		switch {
		case n.Kind == code.Assert, n.Kind == code.Await,
			n.Kind == code.Unary && (n.Text == "&" || n.Text == "*"):
			n = n.Kids[0]
		default:
			return n
		}
	}
	return nil
}

// kid is the i-th kid, nil if there is none.
func kid(n *code.Node, i int) *code.Node {
	if n == nil || i >= len(n.Kids) {
		return nil
	}
	return n.Kids[i]
}
