package flow

import (
	"encoding/binary"
	"maps"
	"slices"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/source"
)

// digest is a hash of all that other files can observe: the outline, and per
// function the calls it makes and how they depend on its parameters, because
// summaries are made of them. No position enters it.
func digest(f *facts.Facts) source.Hash {
	d := &digester{buf: make([]byte, 0, 1024+96*len(f.Calls)+64*len(f.Funcs)), funcs: f.Funcs, loops: f.Loops}
	o := &f.Outline
	d.text(o.Package)
	d.texts(o.Imports)
	d.texts(o.Stars)
	d.flag(f.Generated)
	for _, name := range slices.Sorted(maps.Keys(o.Symbols)) {
		d.symbol(o.Symbols[name])
	}
	d.number(-1)
	for _, name := range slices.Sorted(maps.Keys(o.Exports)) {
		d.text(name)
		d.ref(o.Exports[name])
	}
	d.number(-1)
	for i := range f.Funcs {
		d.function(&f.Funcs[i])
	}
	d.number(-1)
	for i := range f.Calls {
		d.call(&f.Calls[i])
	}
	return source.HashOf(d.buf)
}

type digester struct {
	buf   []byte
	funcs []facts.Func
	loops []facts.Loop
}

func (d *digester) number(n int) { d.buf = binary.AppendVarint(d.buf, int64(n)) }

func (d *digester) text(s string) {
	d.number(len(s))
	d.buf = append(d.buf, s...)
}

func (d *digester) texts(list []string) {
	d.number(len(list))
	for _, s := range list {
		d.text(s)
	}
}

func (d *digester) flag(b bool) {
	if b {
		d.buf = append(d.buf, 1)
	} else {
		d.buf = append(d.buf, 0)
	}
}

func (d *digester) ref(r code.Ref) {
	d.text(r.Module)
	d.text(r.Name)
	d.number(len(r.Steps))
	for _, s := range r.Steps {
		d.number(int(s.Op))
		d.text(s.Name)
		d.number(s.N)
		d.number(s.M)
	}
}

func (d *digester) refs(list []code.Ref) {
	d.number(len(list))
	for _, r := range list {
		d.ref(r)
	}
}

func (d *digester) symbol(s *facts.Symbol) {
	d.text(s.Name)
	d.number(int(s.Kind))
	d.flag(s.Exported)
	d.flag(s.Fixed)
	d.flag(s.Span.Empty())
	d.number(s.Func)
	d.ref(s.Ref)
	d.refs(s.Results)
	d.refs(s.Bases)
	d.refs(s.Implements)
	d.ref(s.Given)
	d.number(len(s.Members))
	for _, name := range slices.Sorted(maps.Keys(s.Members)) {
		m := s.Members[name]
		d.text(name)
		d.flag(m.Method)
		d.number(m.Func)
		d.number(m.Arity)
		d.ref(m.Ref)
		d.refs(m.Results)
	}
}

func (d *digester) function(f *facts.Func) {
	d.text(f.Type)
	d.text(f.Name)
	d.number(f.Parent)
	d.flag(f.Broken)
	d.number(len(f.Params))
	for _, p := range f.Params {
		d.ref(p.Ref)
	}
}

func (d *digester) call(c *facts.CallSite) {
	if !c.Callee.Known() && c.Target < 0 && len(c.Candidates) == 0 {
		return
	}
	d.number(c.Func)
	d.ref(c.Callee)
	d.number(c.Target)
	d.number(int(c.Params))
	for _, b := range [...]bool{c.Guarded, c.Last, c.Consumed} {
		d.flag(b)
	}
	d.number(len(c.In))
	for _, l := range c.In {
		d.number(int(d.loops[l].Kind))
		d.flag(c.Loops.Has(l))
	}
	d.number(len(c.Args))
	for _, a := range c.Args {
		d.number(int(a.Params))
		d.flag(a.List)
		d.number(a.Func)
	}
	d.number(len(c.Candidates))
	for _, k := range c.Candidates {
		d.text(k.Library)
		d.number(k.At)
		d.text(k.Kind)
		d.text(k.Query.Dump())
		d.refs(k.Models)
	}
}
