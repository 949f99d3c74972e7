package workspace

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/source"
)

// instance is a value of a class or type.
func (r *resolver) instance(v val, depth int) val {
	if v.kind != symbolValue {
		return val{}
	}
	if v.sym.Kind == facts.Alias && v.sym.Ref.Known() {
		if to := r.resolve(v.at, v.sym.Ref, depth+1); to.kind != nothing {
			return to
		}
	}
	v.kind = instance
	return v
}

// member is a field or method of a value.
func (r *resolver) member(v val, name string, depth int) val {
	switch v.kind {
	case module:
		fa := r.outlines[v.at]
		if fa == nil {
			return val{}
		}
		if fa.Lang == source.Go {
			return r.inPackage(r.packages[packageKey(v.at, fa)], name, depth)
		}
		return r.export(v.at, name, depth+1, nil)
	case symbolValue, instance:
		return r.field(v, name, depth)
	}
	return val{}
}

// field finds a member of a type or object, its own or a base's.
func (r *resolver) field(v val, name string, depth int) val {
	if v.sym == nil || depth > maxSteps {
		return val{}
	}
	full := name
	if v.prefix != "" {
		full = v.prefix + "." + name
	}
	at, owner, m, ok := r.declaredMember(v.at, v.sym, full)
	if ok {
		if m.Method {
			return val{kind: function, at: at, fn: m.Func, owner: owner, name: name, res: m.Ref, results: m.Results}
		}
		return r.resolve(at, m.Ref, depth+1)
	}
	if r.nested(v.sym, full) {
		v.prefix = full
		return v
	}
	for _, base := range v.sym.Bases {
		b := r.resolve(v.at, base, depth+1)
		switch b.kind {
		case symbolValue:
			b.kind = v.kind
			if found := r.field(b, name, depth+1); found.kind != nothing {
				return found
			}
		case external:
			return val{kind: external, ref: b.ref.Then(code.Step{Op: code.Inst}, code.Step{Op: code.Get, Name: name})}
		}
	}
	if v.sym.Kind == facts.Value && v.sym.Ref.Known() && v.prefix == "" {
		return r.step(r.resolve(v.at, v.sym.Ref, depth+1), code.Step{Op: code.Get, Name: name}, depth+1)
	}
	return val{}
}

// nested reports whether an object literal has keys below a key.
func (r *resolver) nested(s *facts.Symbol, prefix string) bool {
	if s.Kind != facts.Value && s.Kind != facts.Function {
		return false
	}
	for name := range s.Members {
		if strings.HasPrefix(name, prefix+".") {
			return true
		}
	}
	return false
}

// declaredMember finds a member in a symbol; of a Go type in all files of its
// package.
func (r *resolver) declaredMember(at string, s *facts.Symbol, name string) (string, *facts.Symbol, facts.Member, bool) {
	if m, ok := s.Members[name]; ok {
		return at, s, m, true
	}
	fa := r.outlines[at]
	if fa == nil || fa.Lang != source.Go {
		return "", nil, facts.Member{}, false
	}
	for _, p := range r.packages[packageKey(at, fa)] {
		other := r.outlines[p].Outline.Symbols[s.Name]
		if other == nil || other == s {
			continue
		}
		if m, ok := other.Members[name]; ok {
			return p, s, m, true
		}
	}
	return "", nil, facts.Member{}, false
}
