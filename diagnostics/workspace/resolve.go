package workspace

import (
	"path"
	"strings"
	"sync"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/source"
)

// valueKind is what is known of a value.
type valueKind uint8

const (
	// nothing is known.
	nothing valueKind = iota
	// external: a value of a library, by its origin there.
	external
	// module: a file's exports, a Go package.
	module
	// symbol: a class, type or variable itself.
	symbolValue
	// instance of a class, an interface, or a type.
	instance
	// function that can be called: a declared one or a method.
	function
	// result: what a function gives, before it is known which of several.
	result
	// listed and promised wrap another value.
	listed
	promised
)

// val is a value, as the resolver sees it. Which fields it uses depends on its
// kind.
type val struct {
	kind valueKind
	// ref is the origin of an external value.
	ref code.Ref
	// at is the file whose words the rest speaks in; of a module, the module.
	at string
	// sym is the symbol of symbolValue and instance; prefix is the path of
	// keys taken into an object literal so far.
	sym    *facts.Symbol
	prefix string
	// fn is the function called, -1 if it has no body there; owner and name
	// are its type and name where it is a method of an interface or class.
	fn      int
	owner   *facts.Symbol
	name    string
	res     code.Ref
	results []code.Ref
	inner   *val
	// given is what an external value is if the library gives back what it was
	// handed.
	given *val
}

// resolver follows origins through files, by what they declare. It keeps the
// snapshot it was made for and is safe for any number of goroutines.
type resolver struct {
	snapshot *Snapshot
	modules  *modules
	outlines map[string]*facts.Facts
	// packages are the files of each Go package, by folder and package name.
	packages map[string][]string
	// clients are the folders of generated Prisma clients.
	clients   []string
	heirsOnce *sync.Once
	heirs     *heirs
	// behinds remembers what stands behind a method.
	behinds *sync.Map
	// budget is how many origins may still be followed for one question.
	budget *int
	// raw: variables are given as symbols, not as what they hold.
	raw bool
}

// symbolOf is the symbol an origin without steps names, nil if none.
func (r *resolver) symbolOf(file string, ref code.Ref) (string, *facts.Symbol) {
	raw := r.limited()
	raw.raw = true
	if v := raw.start(file, ref, 0); v.kind == symbolValue || v.kind == function {
		return v.at, v.sym
	}
	return "", nil
}

// maxSteps bounds how many symbols one origin may lead through, and so cycles.
const maxSteps = 40

// maxOrigins bounds how many origins are followed for one question: files that
// re-export each other in circles offer more ways than could ever be gone.
const maxOrigins = 2000

// limited is the resolver for one question.
func (r *resolver) limited() *resolver {
	l, n := *r, maxOrigins
	l.budget = &n
	return &l
}

func (r *resolver) spent() bool {
	if r.budget == nil {
		return false
	}
	*r.budget--
	return *r.budget < 0
}

// resolve follows an origin as written in a file.
func (r *resolver) resolve(file string, ref code.Ref, depth int) val {
	if !ref.Known() || depth > maxSteps || r.spent() {
		return val{}
	}
	v := r.start(file, ref, depth)
	for i := 0; i < len(ref.Steps); i++ {
		v = r.step(v, ref.Steps[i], depth+1)
		if v.kind == nothing {
			return v
		}
	}
	return v
}

// start finds the symbol an origin begins with.
func (r *resolver) start(file string, ref code.Ref, depth int) val {
	lang := r.lang(file)
	if ref.Module == "." {
		return r.local(file, ref.Name, depth)
	}
	if lang == source.Go {
		dir := r.modules.goPackage(ref.Module)
		if dir == "" {
			return val{kind: external, ref: code.Ref{Module: ref.Module, Name: ref.Name}}
		}
		if ref.Name == "*" {
			return val{kind: module, at: r.modules.goDirs[dir][0]}
		}
		return r.inPackage(r.mainPackage(dir), ref.Name, depth)
	}
	p := r.modules.script(file, ref.Module)
	if p == "" || r.isClient(p) {
		return val{kind: external, ref: code.Ref{Module: ref.Module, Name: ref.Name}}
	}
	v := r.export(p, ref.Name, depth+1, nil)
	if v.kind == nothing && r.outlines[p] != nil && r.outlines[p].Generated {
		return val{kind: external, ref: code.Ref{Module: ref.Module, Name: ref.Name}}
	}
	return v
}

func (r *resolver) lang(file string) source.Lang {
	if fa := r.outlines[file]; fa != nil {
		return fa.Lang
	}
	return source.Unknown
}

// isClient reports whether a file lies in a generated Prisma client.
func (r *resolver) isClient(p string) bool {
	for _, dir := range r.clients {
		if isWithin(p, dir) {
			return true
		}
	}
	return false
}

// local is a top-level name of a file, or of a Go file's package.
func (r *resolver) local(file, name string, depth int) val {
	fa := r.outlines[file]
	if fa == nil {
		return val{}
	}
	if name == "*" {
		return val{kind: module, at: file}
	}
	if fa.Lang == source.Go {
		return r.inPackage(r.packages[packageKey(file, fa)], name, depth)
	}
	s := fa.Outline.Symbols[name]
	if s == nil {
		if ref, ok := fa.Outline.Exports[name]; ok && (ref.Module != "." || ref.Name != name) {
			return r.resolve(file, ref, depth+1)
		}
		return val{}
	}
	return r.symbol(file, s, depth)
}

func packageKey(file string, fa *facts.Facts) string {
	return path.Dir(file) + "\x00" + strings.TrimSuffix(fa.Outline.Package, "_test")
}

// mainPackage are the files of the package that others import from a folder.
func (r *resolver) mainPackage(dir string) []string {
	var best []string
	for _, p := range r.modules.goDirs[dir] {
		fa := r.outlines[p]
		if fa == nil || strings.HasSuffix(p, "_test.go") {
			continue
		}
		if files := r.packages[packageKey(p, fa)]; len(files) > len(best) {
			best = files
		}
	}
	return best
}

// inPackage is a top-level name of a Go package. A type's declaration wins over
// files that only add methods to it.
func (r *resolver) inPackage(files []string, name string, depth int) val {
	var at string
	var found *facts.Symbol
	for _, p := range files {
		if s := r.outlines[p].Outline.Symbols[name]; s != nil && (found == nil || found.Span.Empty()) {
			at, found = p, s
		}
	}
	if found == nil {
		return val{}
	}
	return r.symbol(at, found, depth)
}

// export is an exported name of a script, through re-exports.
func (r *resolver) export(file, name string, depth int, seen map[string]bool) val {
	fa := r.outlines[file]
	if fa == nil || depth > maxSteps || seen[file] || r.spent() {
		return val{}
	}
	if name == "*" {
		return val{kind: module, at: file}
	}
	o := &fa.Outline
	if ref, ok := o.Exports[name]; ok {
		if ref.Module == "." && ref.Name != name || ref.Module != "." {
			return r.resolve(file, ref, depth+1)
		}
		if s := o.Symbols[ref.Name]; s != nil {
			return r.symbol(file, s, depth)
		}
	}
	if s := o.Symbols[name]; s != nil && s.Exported {
		return r.symbol(file, s, depth)
	}
	// CommonJS assigns one value that holds the names, and a default import
	// of it is that value.
	if whole, ok := o.Exports["*"]; ok {
		v := r.resolve(file, whole, depth+1)
		if name == "default" {
			return v
		}
		if member := r.step(v, code.Step{Op: code.Get, Name: name}, depth+1); member.kind != nothing {
			return member
		}
	}
	if seen == nil {
		seen = map[string]bool{}
	}
	seen[file] = true
	for _, star := range o.Stars {
		p := r.modules.script(file, star)
		if p == "" {
			continue
		}
		if v := r.export(p, name, depth+1, seen); v.kind != nothing && name != "default" {
			return v
		}
	}
	if name == "default" && len(o.Exports) > 0 && o.Exports["default"].Name == "" && len(o.Stars) == 0 && !hasDefault(o) {
		return val{kind: module, at: file}
	}
	return val{}
}

func hasDefault(o *facts.Outline) bool { _, ok := o.Exports["default"]; return ok }

// symbol is the value of a symbol of a file.
func (r *resolver) symbol(file string, s *facts.Symbol, depth int) val {
	if r.raw && s.Kind == facts.Value {
		return val{kind: symbolValue, at: file, sym: s}
	}
	switch s.Kind {
	case facts.Function:
		return val{kind: function, at: file, fn: s.Func, name: s.Name, res: s.Ref, results: s.Results, sym: s}
	case facts.Value:
		if s.Ref.Known() && len(s.Members) == 0 {
			v := r.resolve(file, s.Ref, depth+1)
			if v.kind == result {
				v = r.resolve(v.at, v.res, depth+1)
			}
			if !s.Given.Known() || v.kind != nothing && v.kind != external {
				return v
			}
			// The callee may give back what it was handed.
			given := r.resolve(file, s.Given, depth+1)
			if v.kind == nothing {
				return given
			}
			v.given = &given
			return v
		}
	case facts.Reexport:
		return r.resolve(file, s.Ref, depth+1)
	}
	return val{kind: symbolValue, at: file, sym: s}
}

// step takes one step from a value.
func (r *resolver) step(v val, s code.Step, depth int) val {
	if depth > maxSteps {
		return val{}
	}
	if v.kind == result && s.Op != code.Result {
		if !v.res.Known() && v.sym != nil && len(v.sym.Members) > 0 {
			// What it returns is an object literal, whose members it holds.
			v = val{kind: symbolValue, at: v.at, sym: v.sym}
		} else {
			v = r.resolve(v.at, v.res, depth+1)
		}
	}
	switch v.kind {
	case external:
		v.ref = v.ref.Then(s)
		if v.given != nil {
			given := r.step(*v.given, s, depth+1)
			v.given = &given
		}
		return v
	case module:
		if s.Op == code.Get {
			return r.member(v, s.Name, depth)
		}
		if s.Op == code.Awaited {
			return v
		}
		return val{}
	}
	return r.plainStep(v, s, depth)
}

// plainStep takes a step from a value of the workspace.
func (r *resolver) plainStep(v val, s code.Step, depth int) val {
	switch s.Op {
	case code.Get:
		return r.member(v, s.Name, depth)
	case code.Inst:
		return r.instance(v, depth)
	case code.Called:
		if v.kind == function {
			v.kind = result
			return v
		}
	case code.Result:
		if v.kind == result {
			if s.N < len(v.results) {
				return r.resolve(v.at, v.results[s.N], depth+1)
			}
			return r.step(r.resolve(v.at, v.res, depth+1), s, depth+1)
		}
		if s.N == 0 {
			return v
		}
	case code.Elem:
		if v.kind == listed {
			return *v.inner
		}
	case code.Awaited:
		if v.kind == promised {
			return *v.inner
		}
		return v
	case code.Listed:
		return val{kind: listed, inner: &v}
	case code.Promised:
		return val{kind: promised, inner: &v}
	}
	return val{}
}
