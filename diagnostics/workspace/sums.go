package workspace

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// sum adds up hashes without regard to their order.
type sum [2]uint64

func sumOf(parts ...[]byte) sum {
	h := source.HashOf(slices.Concat(parts...))
	return sum{binary.LittleEndian.Uint64(h[:8]), binary.LittleEndian.Uint64(h[8:])}
}

func (s *sum) add(o sum) { s[0], s[1] = s[0]+o[0], s[1]+o[1] }

// linkSum identifies what a program file shows to others.
func linkSum(fa *facts.Facts) sum {
	if !fa.Lang.Host() {
		return sum{}
	}
	return sumOf([]byte(fa.Path), fa.Outline.Digest[:])
}

// schemaSum identifies what a file says about databases, places included:
// the catalog remembers where things were declared.
func schemaSum(fa *facts.Facts, src []byte) sum {
	var buf []byte
	put := func(n int) { buf = binary.AppendVarint(buf, int64(n)) }
	text := func(s string) { put(len(s)); buf = append(buf, s...) }
	if fa.Lang == source.Prisma || fa.Lang.Host() && len(fa.Models) > 0 {
		for _, m := range fa.Models {
			put(m.Span.Start)
			put(m.Span.End)
			text(m.Table.Dump())
			text(m.Name)
			text(m.SoftDelete)
			for _, r := range m.Relations {
				text(r.Field)
				text(r.Model)
			}
		}
		// The declarations' own text decides what Dump leaves out.
		text(string(fa.Hash[:]))
	}
	if fa.Lang == source.SQL {
		// What makes a file part of a history.
		for _, m := range sqltext.Markers(src) {
			text(string(m.Tool))
			put(int(m.Kind))
		}
		if bytes.Contains(bytes.ToUpper(src), []byte("CREATE TABLE")) {
			put(-1)
		}
	}
	for _, in := range fa.Includes {
		text(in)
	}
	for _, m := range fa.Modes {
		text(m.Runner)
		put(int(m.Tx))
	}
	for _, m := range fa.Programs {
		text(m.Runner)
		text(m.Version)
		text(m.Name)
		put(pick(m.NoTx) | pick(m.Partial)<<1)
		put(m.Statements)
		buf = append(buf, spanBytes(m.Up)...)
		put(-1)
		buf = append(buf, spanBytes(m.Down)...)
	}
	for i := range fa.Statements {
		st := &fa.Statements[i]
		if len(st.Changes) == 0 && st.Problem == nil {
			continue
		}
		put(st.Span.Start)
		for j := range st.Changes {
			text(st.Changes[j].Dump())
		}
	}
	for _, m := range fa.Outline.Imports {
		if d := driverDialect(m); d != query.Generic {
			text(string(d))
		}
	}
	if len(buf) == 0 {
		return sum{}
	}
	return sumOf([]byte(fa.Path), buf)
}

// symbolSum identifies what a program file declares: all that the resolver
// asks of other files than the one that calls. Places are no part of it.
func symbolSum(fa *facts.Facts) sum {
	if !fa.Lang.Host() {
		return sum{}
	}
	w := &sumWriter{}
	o := &fa.Outline
	w.text(fa.Path)
	w.text(o.Package)
	w.flags(fa.Generated)
	for _, name := range slices.Sorted(maps.Keys(o.Symbols)) {
		w.symbol(o.Symbols[name])
	}
	w.number(-1)
	for _, name := range slices.Sorted(maps.Keys(o.Exports)) {
		w.text(name)
		w.refs(o.Exports[name])
	}
	for _, star := range o.Stars {
		w.text(star)
	}
	return sumOf(w.buf)
}

type sumWriter struct{ buf []byte }

func (w *sumWriter) number(n int) { w.buf = binary.AppendVarint(w.buf, int64(n)) }

func (w *sumWriter) text(s string) {
	w.number(len(s))
	w.buf = append(w.buf, s...)
}

func (w *sumWriter) flags(list ...bool) {
	for _, b := range list {
		w.number(pick(b))
	}
}

func (w *sumWriter) refs(list ...code.Ref) {
	w.number(len(list))
	for _, r := range list {
		w.text(r.Module)
		w.text(r.Name)
		w.number(len(r.Steps))
		for _, s := range r.Steps {
			w.number(int(s.Op))
			w.text(s.Name)
			w.number(s.N<<8 | s.M)
		}
	}
}

func (w *sumWriter) symbol(s *facts.Symbol) {
	w.text(s.Name)
	w.number(int(s.Kind))
	w.flags(s.Exported, s.Fixed, s.Span.Empty())
	w.number(s.Func)
	w.refs(s.Ref, s.Given)
	w.refs(s.Results...)
	w.refs(s.Bases...)
	w.refs(s.Implements...)
	for _, name := range slices.Sorted(maps.Keys(s.Members)) {
		m := s.Members[name]
		w.text(name)
		w.flags(m.Method)
		w.number(m.Func)
		w.number(m.Arity)
		w.refs(m.Ref)
		w.refs(m.Results...)
	}
}
