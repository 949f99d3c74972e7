package workspace

import (
	"github.com/dbwise/dbwise/parsers"
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
)

// candidate is the first candidate whose assumption about the handle holds.
func (r *resolver) candidate(p string, c *facts.CallSite) int {
	var vals []val // the values after 0, 1, ... steps
	at := func(n int) val {
		if len(vals) == 0 {
			vals = append(vals, r.start(p, code.Ref{Module: c.Callee.Module, Name: c.Callee.Name}, 0))
		}
		for len(vals) <= n {
			v := vals[len(vals)-1]
			vals = append(vals, r.step(v, c.Callee.Steps[len(vals)-1], 1))
		}
		return vals[n]
	}
	for i := range c.Candidates {
		k := &c.Candidates[i]
		var v val
		switch {
		case k.At < 0:
			v = r.start(p, code.Ref{Module: c.Callee.Module, Name: "*"}, 0)
		case k.At > len(c.Callee.Steps):
			continue
		default:
			v = at(k.At)
		}
		method := ""
		if k.At >= 0 && k.At < len(c.Callee.Steps) && c.Callee.Steps[k.At].Op == code.Get {
			method = c.Callee.Steps[k.At].Name
		} else if k.At < 0 {
			method = c.Callee.Name
		}
		if r.isHandle(v, k, method, 0) {
			return i
		}
	}
	return -1
}

var readers = func() map[string]*facts.Reader {
	out := map[string]*facts.Reader{}
	for i := range parsers.Readers {
		out[parsers.Readers[i].Library] = &parsers.Readers[i]
	}
	return out
}()

// isHandle reports whether a value is the handle that a candidate assumes: one
// of the library, a class or struct that extends one and does not define the
// method itself, or an interface whose method gives what the library's does.
func (r *resolver) isHandle(v val, k *facts.Candidate, method string, depth int) bool {
	reader := readers[k.Library]
	if reader == nil || depth > 8 {
		return false
	}
	if v.kind == result {
		v = r.resolve(v.at, v.res, 1)
	}
	switch v.kind {
	case external:
		return reader.KindOf(v.ref) == k.Kind || v.given != nil && r.isHandle(*v.given, k, method, depth+1)
	case module:
		return false
	case instance:
		_, _, m, own := r.declaredMember(v.at, v.sym, method)
		if own {
			return v.sym.Kind == facts.Interface && m.Method && (r.proves(v, method, k, reader) || r.extends(v, k, reader, 0))
		}
		for _, base := range v.sym.Bases {
			b := r.resolve(v.at, base, 1)
			switch b.kind {
			case external:
				if reader.KindOf(b.ref.Then(code.Step{Op: code.Inst})) == k.Kind {
					return true
				}
			case symbolValue:
				b.kind = instance
				if r.isHandle(b, k, method, depth+1) {
					return true
				}
			}
		}
	}
	return false
}

// proves reports whether an interface's method gives what the candidate's
// handle gives, as the DBTX of generated code does: such a method sends a
// query, whoever implements it.
func (r *resolver) proves(v val, method string, k *facts.Candidate, reader *facts.Reader) bool {
	f := r.field(v, method, 1)
	if f.kind != function || reader.InterfaceKind == nil {
		return false
	}
	first := f.res
	if len(f.results) > 0 {
		first = f.results[0]
	}
	res := r.resolve(f.at, first, 1)
	return res.kind == external && reader.InterfaceKind(method, res.ref) == k.Kind
}

// extends reports whether an interface includes one that the library's handles
// have, and so stands for them with what it adds.
func (r *resolver) extends(v val, k *facts.Candidate, reader *facts.Reader, depth int) bool {
	for _, base := range v.sym.Bases {
		b := r.resolve(v.at, base, 1)
		switch {
		case b.kind == external && reader.KindOf(b.ref.Then(code.Step{Op: code.Inst})) == k.Kind:
			return true
		case b.kind == symbolValue && depth < 6 && r.extends(b, k, reader, depth+1):
			return true
		}
	}
	return false
}

// CallsOn reports whether a call is one of a handle of a library, proved by
// types, imports or what other files say: db.AutoMigrate(x) on a "db" of "gorm".
func (s *Snapshot) CallsOn(path string, c *facts.CallSite, library, kind string) bool {
	at := len(c.Callee.Steps) - 1
	if !c.Callee.Known() || at < 0 || c.Callee.Steps[at].Op != code.Get || c.Callee.Steps[at].Name != c.Name {
		return false
	}
	site := facts.CallSite{Callee: c.Callee, Candidates: []facts.Candidate{{Library: library, At: at, Kind: kind}}}
	return s.linksNow().resolver.candidate(path, &site) == 0
}

// LoopKind is how a loop of a file runs, given what other files say about the
// collection: one over a constant list is Bounded.
func (s *Snapshot) LoopKind(path string, loop int) facts.LoopKind {
	fa := s.known(path)
	if fa == nil || loop < 0 || loop >= len(fa.Loops) {
		return facts.Endless
	}
	return s.linksNow().resolver.loopKind(path, &fa.Loops[loop])
}

func (r *resolver) loopKind(path string, l *facts.Loop) facts.LoopKind {
	if l.Kind != facts.Each && l.Kind != facts.Counted || !l.OverRef.Known() {
		return l.Kind
	}
	ref := l.OverRef
	if len(ref.Steps) > 0 {
		return l.Kind
	}
	if _, s := r.symbolOf(path, ref); s != nil && s.Fixed {
		return facts.Bounded
	}
	return l.Kind
}
