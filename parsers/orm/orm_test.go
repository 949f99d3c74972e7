package orm

import (
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/flow"
	"github.com/dbwise/dbwise/parsers/golang"
	"github.com/dbwise/dbwise/parsers/golden"
	"github.com/dbwise/dbwise/parsers/postgres"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
	"github.com/dbwise/dbwise/parsers/typescript"
)

// Every library has a golden of its name, and every golden shows a library or
// says why it stands alone. An archive holds program files and want: for every
// call whose receiver is a handle, the line, the handle's kind and the query.
func TestGoldens(t *testing.T) {
	golden.Run(t, "testdata", func(t *testing.T, a *txtar.Archive) string {
		var b strings.Builder
		for _, f := range a.Files {
			b.WriteString(show(t, f))
		}
		return b.String()
	})
	for _, l := range All() {
		if _, err := os.Stat("testdata/" + strings.ReplaceAll(l.Name, "/", "-") + ".txtar"); err != nil {
			t.Errorf("library %s has no golden: %v", l.Name, err)
		}
	}
}

// show prints what a file's calls are.
func show(t *testing.T, f txtar.File) string {
	src := source.NewFile(f.Name, source.LangOf(f.Name), f.Data)
	parse := typescript.Parse
	if src.Lang == source.Go {
		parse = golang.Parse
	}
	file, err := parse(src)
	if err != nil {
		t.Fatal(err)
	}
	x := flow.Extract(file, Readers(parseSQL), flow.Options{Source: src})
	var b strings.Builder
	for i := range x.Calls {
		c := &x.Calls[i]
		for _, cand := range real(x, c) {
			line, _ := src.Lines().Position(c.Span.Start)
			fmt.Fprintf(&b, "%s:%d %s %s", f.Name, line+1, cand.Kind, cand.Query.Dump())
			for j, m := range cand.Models {
				if m.Known() {
					fmt.Fprintf(&b, "  model %d %s\n", j, m)
				}
			}
			checkSpans(t, cand.Query, src)
		}
	}
	for _, m := range Models(file) {
		b.WriteString(dumpModel(m))
		for _, name := range slices.Sorted(maps.Keys(m.Fields)) {
			if tag := m.Fields[name].Tag.In(src.Text); tag != "" {
				fmt.Fprintf(&b, "    tag of %s {%s}\n", name, tag)
			}
		}
		checkModel(t, m, src)
	}
	return b.String()
}

// real are the candidates of a call whose assumption about the receiver holds,
// as far as one file can tell; of one library the longest chain.
func real(x *facts.Facts, c *facts.CallSite) []facts.Candidate {
	best := map[string]facts.Candidate{}
	for _, cand := range c.Candidates {
		ref := c.Callee
		if cand.At < 0 { // the module itself
			ref = code.Ref{Module: ref.Module, Name: "*"}
		}
		ref.Steps = ref.Steps[:min(max(0, cand.At), len(ref.Steps))]
		ref = resolve(x, ref)
		for _, l := range All() {
			if l.Name != cand.Library || l.KindOf(ref) != cand.Kind {
				continue
			}
			if known, ok := best[l.Name]; !ok || cand.At < known.At {
				best[l.Name] = cand
			}
		}
	}
	var out []facts.Candidate
	for _, name := range slices.Sorted(maps.Keys(best)) {
		out = append(out, best[name])
	}
	return out
}

// resolve follows an origin through the symbols of its own file.
func resolve(x *facts.Facts, r code.Ref) code.Ref {
	for range 20 {
		next, ok := hop(x, r)
		if !ok {
			return r
		}
		r = next
	}
	return r
}

func hop(x *facts.Facts, r code.Ref) (code.Ref, bool) {
	s := x.Outline.Symbols[r.Name]
	if r.Module != "." || s == nil {
		return r, false
	}
	steps := r.Steps
	switch {
	case s.Kind == facts.Value || s.Kind == facts.Alias:
		return s.Ref.Then(steps...), s.Ref.Known()
	case s.Kind == facts.Function && len(steps) > 0 && steps[0].Op == code.Called:
		return s.Ref.Then(steps[1:]...), s.Ref.Known()
	case len(steps) > 1 && steps[0].Op == code.Inst && steps[1].Op == code.Get:
		m, ok := s.Members[steps[1].Name]
		switch {
		case ok && m.Method && len(steps) > 2:
			return m.Ref.Then(steps[3:]...), m.Ref.Known()
		case ok:
			return m.Ref.Then(steps[2:]...), m.Ref.Known()
		case len(s.Bases) > 0:
			return s.Bases[0].Then(steps...), true
		}
	case len(steps) > 0 && steps[0].Op == code.Inst && len(s.Bases) > 0:
		return s.Bases[0].Then(steps...), true
	}
	return r, false
}

// parseSQL is the SQL parser of the program: split, parse, map the spans.
func parseSQL(f *source.Fragment, _ query.Dialect) []*query.Query {
	var out []*query.Query
	for _, s := range sqltext.Split([]byte(f.Text)) {
		for _, q := range postgres.Parse(s.Span.In([]byte(f.Text))).Queries {
			if q.Role != query.Body {
				out = append(out, q.MapSpans(func(x source.Span) source.Span { return f.Span(x.Shift(s.Span.Start)) }))
			}
		}
	}
	return out
}

// checkSpans holds the laws of places: everything inside the file, a column's
// place holding its name.
func checkSpans(t *testing.T, q *query.Query, src *source.File) {
	t.Helper()
	whole := source.Span{End: len(src.Text)}
	q.Walk(func(q *query.Query) {
		q.MapSpans(func(s source.Span) source.Span {
			if s.Start > s.End || !whole.Covers(s) {
				t.Errorf("%s: span %v outside of the file", q.Method, s)
			}
			return s
		})
		if q.Span.Empty() || q.Head.Empty() {
			t.Errorf("query without a place: %s", q.Dump())
		}
		query.Filters(q.Where, func(p query.Predicate, _ bool) {
			at := p.Column.Span.In(src.Text)
			if p.Column.Name != "" && p.Column.Name != "id" && !p.Column.Span.Empty() && !strings.Contains(at, "$") && !strings.Contains(strings.ToLower(at), strings.ToLower(p.Column.Name)) {
				t.Errorf("column %s stands at %q", p.Column, at)
			}
		})
	})
}

func checkModel(t *testing.T, m *schema.Model, src *source.File) {
	t.Helper()
	for name, f := range m.Fields {
		if !f.Span.Contains(f.End) || !f.Tag.Empty() && !f.Span.Covers(f.Tag) {
			t.Errorf("%s.%s: span %v tag %v end %d", m.Name, name, f.Span, f.Tag, f.End)
		}
	}
}

func dumpModel(m *schema.Model) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", path.Base(m.Path), m.Table.Dump())
	for _, r := range m.Relations {
		fmt.Fprintf(&b, "    relation %s -> %s", r.Field, r.Model)
		if r.Many {
			b.WriteString(" many")
		}
		if r.Inverse {
			fmt.Fprintf(&b, " inverse %v <- %v", r.KeyColumns, r.ForeignColumns)
		} else {
			fmt.Fprintf(&b, " %v -> %v", r.Columns, r.RefColumns)
		}
		if r.Through != "" {
			b.WriteString(" through " + r.Through)
		}
		b.WriteByte('\n')
	}
	if m.SoftDelete != "" {
		fmt.Fprintf(&b, "    soft delete %s\n", m.SoftDelete)
	}
	return b.String()
}
