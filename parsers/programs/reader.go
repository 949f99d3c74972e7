package programs

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// reader runs through one direction of a migration in the order in which the
// program does.
type reader struct {
	file   *code.File
	parse  Parse
	models Models
	// model reads the structs of the file, those known once; nil until one is
	// asked for.
	model  func(class *code.Node, library string) (*schema.Model, map[string]string)
	known  map[source.Span]tagged
	runner *runner
	prog   *facts.Program
	out    []facts.Statement
	// spans are the places the statements of this direction stand in.
	spans []source.Span
	down  bool
	// maybe counts the branches and loops around; guarded those that ask
	// whether something exists already.
	maybe, guarded int
	// deep bounds recursion, steps all work: constant loops can be nested.
	deep, steps int
	// calling are the helpers being read.
	calling []*code.Node
}

// Bounds of one file: nested calls and blocks, nodes looked at, statements.
const (
	maxDeep       = 200
	maxSteps      = 200_000
	maxStatements = 5000
)

// partial says that the program does what is not told.
func (r *reader) partial() { r.prog.Partial = true }

// room reports whether another statement may be added.
func (r *reader) room() bool {
	if len(r.out) >= maxStatements {
		r.partial()
		return false
	}
	return true
}

// stands adds a place outside of the function itself.
func (r *reader) stands(at source.Span) {
	for _, have := range r.spans {
		if have.Covers(at) {
			return
		}
	}
	r.spans = append(r.spans, at)
}

// add takes over a statement, which may not be reached where the program asks
// first.
func (r *reader) add(st facts.Statement) {
	for i := range st.Changes {
		switch c := &st.Changes[i]; {
		case r.guarded > 0:
			c.Guard()
		case r.maybe > 0:
			c.Conditional = true
		}
	}
	r.out = append(r.out, st)
}

// body runs through a function.
func (r *reader) body(f *code.Node, s *scope) {
	for _, p := range f.Params() {
		if p.Text == "" && len(p.Kids) > 0 { // up({ context: queryInterface })
			r.pattern(p.Kids[0], s)
		}
	}
	r.walk(f.Body(), s)
}

// pattern finds the handle in what umzug hands to a migration.
func (r *reader) pattern(n *code.Node, s *scope) {
	if n.Kind != code.ObjectPattern {
		return
	}
	for _, p := range n.Kids {
		if p == nil || p.Kind != code.Pair || len(p.Kids) == 0 || p.Kids[0] == nil {
			continue
		}
		switch target := p.Kids[0]; {
		case target.Kind == code.Ident && contextKeys[p.Text]:
			s.handles[target.Text] = true
		case target.Kind == code.ObjectPattern && contextKeys[p.Text]:
			r.pattern(target, s)
		}
	}
}

var contextKeys = map[string]bool{"context": true, "queryInterface": true}

// walk runs through a statement or expression.
func (r *reader) walk(n *code.Node, s *scope) {
	if n == nil {
		return
	}
	r.steps++
	if r.steps > maxSteps || r.deep >= maxDeep {
		r.partial()
		return
	}
	r.deep++
	defer func() { r.deep-- }()
	switch n.Kind {
	case code.Func:
		if n.Text != "" {
			s.vars[n.Text] = n
		}
	case code.Class, code.Interface, code.TypeAlias, code.Enum, code.Import:
	case code.Var:
		r.variable(n, s)
	case code.Assign:
		r.walk(n.Kids[1], s)
		if n.Kids[0] != nil && n.Kids[0].Kind == code.Ident {
			value := n.Kids[1]
			if n.Text != "=" || r.maybe > 0 {
				value = nil
			}
			r.bindName(n.Kids[0].Text, value, s)
		}
	case code.If:
		r.branch(n, s)
	case code.Cond:
		r.walk(n.Kids[0], s)
		r.branches(r.asks(n.Kids[0], s), s, n.Kids[1:]...)
	case code.Binary:
		r.walk(n.Kids[0], s)
		if n.Text == "&&" || n.Text == "||" || n.Text == "??" {
			r.branches(r.asks(n.Kids[0], s), s, n.Kids[1])
		} else {
			r.walk(n.Kids[1], s)
		}
	case code.Switch:
		r.walk(n.Kids[0], s)
		r.branches(false, s, n.Kids[1:]...)
	case code.ForEach:
		r.walk(n.Kids[1], s)
		r.each(n.Kids[0], n.Kids[1], s, func(s *scope) { r.walk(n.Kids[2], s) })
	case code.For, code.While, code.DoWhile:
		r.branches(false, s, n.Kids...)
	case code.Try:
		r.walk(n.Kids[0], s)
		r.branches(false, s, n.Kids[1])
		r.walk(n.Kids[2], s)
	case code.Call, code.Tagged:
		r.call(n, s)
	default:
		for _, k := range n.Kids {
			r.walk(k, s)
		}
	}
}

// variable declares a variable: a value, or the way to another handle.
func (r *reader) variable(n *code.Node, s *scope) {
	target, value := n.Kids[0], n.Kids[1]
	if v := strip(value); v != nil && (v.Kind == code.Member || v.Kind == code.Call || v.Kind == code.Tagged) {
		if c := r.chainOf(v, s); c != nil {
			whole := *c
			if r.chain(c) {
				if target != nil && target.Kind == code.ArrayPattern && target.Is(code.Tuple) && len(target.Kids) > 0 {
					target = target.Kids[0]
				}
				r.alias(target, &whole, s)
				return
			}
			r.bind(target, value, s)
			return
		}
	}
	if value != nil && value.Kind != code.Func {
		r.walk(value, s)
	}
	r.bind(target, value, s)
}

// branch runs through an if.
func (r *reader) branch(n *code.Node, s *scope) {
	if len(n.Kids) > 3 {
		r.walk(n.Kids[3], s)
	}
	r.walk(n.Kids[0], s)
	r.branches(r.asks(n.Kids[0], s), s, n.Kids[1:min(3, len(n.Kids))]...)
}

// branches runs through what may not be reached.
func (r *reader) branches(asked bool, s *scope, nodes ...*code.Node) {
	counter := &r.maybe
	if asked {
		counter = &r.guarded
	}
	*counter++
	for _, n := range nodes {
		r.walk(n, s)
	}
	*counter--
}

// asks reports whether a condition asks the database what exists.
func (r *reader) asks(cond *code.Node, s *scope) bool {
	found := false
	budget := 200
	cond.Walk(func(n *code.Node) bool {
		budget--
		switch n.Kind {
		case code.Member:
			found = found || asking(n.Text)
		case code.Ident:
			v := strip(s.vars[n.Text])
			if v != nil && v.Kind == code.Call && v.Kids[0].Kind == code.Member {
				found = found || asking(v.Kids[0].Text)
			}
			if c := s.aliases[n.Text]; c != nil {
				found = found || asking(c.links[len(c.links)-1].name)
			}
		}
		return !found && budget > 0
	})
	return found
}

func asking(method string) bool {
	m := strings.ToLower(method)
	return strings.HasPrefix(m, "has") && len(m) > 3 || strings.Contains(m, "exists") || m == "describetable" || m == "showindex" ||
		m == "gettable" || m == "getindexes" || m == "getforeignkeyreferencesfortable"
}

// each runs through the body of a loop, once for each element that is written
// out.
func (r *reader) each(target, list *code.Node, s *scope, body func(*scope)) {
	v := r.resolve(list, s)
	if v == nil || v.Kind != code.Array || len(v.Kids) > maxUnrolled {
		r.bind(target, nil, s)
		r.maybe++
		body(s)
		r.maybe--
		return
	}
	if target != nil && target.Kind == code.ArrayPattern && target.Is(code.Tuple) && len(target.Kids) > 1 {
		target = target.Kids[1] // for _, x := range
	}
	for _, e := range v.Kids {
		if e != nil && e.Kind == code.Spread {
			e = nil
		}
		r.bind(target, e, s)
		body(s)
	}
}

// maxUnrolled bounds the lists whose loops are run through element by element.
const maxUnrolled = 100

// call runs through a call: of a handle, of a helper, of a list's method, or of
// anything that is handed functions.
func (r *reader) call(n *code.Node, s *scope) {
	if c := r.chainOf(n, s); c != nil {
		r.chain(c)
		return
	}
	c := flatten(n)
	if c == nil || len(c.links) == 0 {
		return
	}
	c.scope = s
	if r.runner.other != nil && r.runner.other(r, c) {
		return
	}
	last := &c.links[len(c.links)-1]
	if last.name == "forEach" || last.name == "map" || last.name == "flatMap" {
		if f := function(r.file, last.arg(0)); f != nil {
			list := n.Kids[0].Kids[0]
			r.walk(list, s)
			var target *code.Node
			if p := f.Params(); len(p) > 0 {
				target = paramTarget(p[0])
			}
			r.each(target, list, s, func(s *scope) { r.walk(f.Body(), s) })
			return
		}
	}
	if f := r.helper(c, s); f != nil {
		r.enter(f, last.args, s)
		return
	}
	for _, l := range c.links {
		for _, a := range l.args {
			if s.isHandle(a) {
				r.partial()
			}
			r.argument(a, s)
		}
	}
	if c.root.Kind != code.Ident && c.root.Kind != code.This {
		r.walk(c.root, s)
	}
}

// paramTarget is a parameter as the target of a declaration.
func paramTarget(p *code.Node) *code.Node {
	if p.Text == "" && len(p.Kids) > 0 {
		return p.Kids[0]
	}
	return &code.Node{Kind: code.Ident, Text: p.Text, Span: p.Span}
}

// argument runs through what is handed to a function nobody knows: functions
// are called.
func (r *reader) argument(a *code.Node, s *scope) {
	if a = strip(a); a == nil {
		return
	}
	if a.Kind == code.Func {
		r.callback(a, s, nil)
		return
	}
	r.walk(a, s)
}

// callback runs through a function literal; handles are the indexes of its
// parameters that are handles.
func (r *reader) callback(f *code.Node, s *scope, handles []int) {
	if f = function(r.file, f); f == nil || f.Body() == nil {
		return
	}
	in := s.inner()
	for i, p := range f.Params() {
		r.bind(paramTarget(p), nil, in)
		for _, h := range handles {
			if h == i && p.Text != "" {
				in.handles[p.Text] = true
			}
		}
	}
	r.walk(f.Body(), in)
}

// helper is the function of this file that a call calls.
func (r *reader) helper(c *chain, s *scope) *code.Node {
	if c.root.Kind == code.This && len(c.links) == 1 {
		return method(s.class, c.links[0].name)
	}
	if c.root.Kind != code.Ident || len(c.links) != 1 || c.links[0].name != "" {
		return nil
	}
	if v, ok := s.vars[c.root.Text]; ok {
		if v != nil && v.Kind == code.Func {
			return v
		}
		return nil
	}
	return function(r.file, c.root)
}

// method is a method of a class, also one that is a field with a function.
func method(class *code.Node, name string) *code.Node {
	if class == nil {
		return nil
	}
	for _, k := range class.Kids {
		switch {
		case k == nil || k.Text != name:
		case k.Kind == code.Func && k.Body() != nil:
			return k
		case k.Kind == code.Field && len(k.Kids) > 0 && k.Kids[0] != nil && k.Kids[0].Kind == code.Func:
			return k.Kids[0]
		}
	}
	return nil
}

// enter runs through a helper as if it stood here.
func (r *reader) enter(f *code.Node, args []*code.Node, s *scope) {
	for _, c := range r.calling {
		if c == f {
			r.partial()
			return
		}
	}
	if f.Body() == nil {
		return
	}
	in := &scope{vars: map[string]*code.Node{}, handles: map[string]bool{}, this: s.this, class: s.class}
	for i, p := range f.Params() {
		var a *code.Node
		if i < len(args) {
			a = args[i]
		}
		switch {
		case a != nil && s.isHandle(a) && p.Text != "":
			in.handles[p.Text] = true
		case a != nil && strip(a).Kind == code.Ident && s.aliases[strip(a).Text] != nil && p.Text != "":
			r.alias(paramTarget(p), s.aliases[strip(a).Text], in)
		default:
			if v := r.resolve(a, s); v != nil {
				a = v
			} else if len(p.Kids) > 0 && a == nil {
				a = p.Kids[0]
			} else {
				a = nil
			}
			r.bind(paramTarget(p), a, in)
		}
	}
	r.stands(f.Span)
	r.calling = append(r.calling, f)
	r.walk(f.Body(), in)
	r.calling = r.calling[:len(r.calling)-1]
}

// chain hands a chain to the runner and runs through what follows with then.
// It reports whether the chain does nothing but lead to another handle.
func (r *reader) chain(c *chain) (passive bool) {
	rest := c.links
	for i, l := range c.links {
		if l.called && promise[l.name] {
			c.links, rest = c.links[:i:i], c.links[i:]
			break
		}
		rest = nil
	}
	if len(c.links) > 0 && !r.runner.call(r, c) {
		r.partial()
	}
	for _, l := range rest {
		if l.name == "catch" {
			r.maybe++
		}
		for _, a := range l.args {
			r.argument(a, c.scope)
		}
		if l.name == "catch" {
			r.maybe--
		}
	}
	return c.passive && len(rest) == 0
}

var promise = map[string]bool{"then": true, "catch": true, "finally": true}

// marker adds a statement that the program makes with a call: BEGIN, COMMIT.
func (r *reader) marker(kind schema.Kind, head string, at source.Span) {
	r.add(facts.Statement{Span: at, Full: at, Head: head, Built: true, SQL: head,
		Changes: []schema.Change{{Kind: kind, Action: strings.ToLower(head), Span: at, NameSpan: at, Stmt: at}}})
}

// transaction runs through a function that a call runs in a transaction of its
// own; handles are the indexes of its parameters that are handles.
func (r *reader) transaction(l *link, f *code.Node, s *scope, handles ...int) {
	r.marker(schema.Begin, "BEGIN", l.nameSpan)
	r.callback(f, s, handles)
	r.marker(schema.Commit, "COMMIT", l.nameSpan)
}
