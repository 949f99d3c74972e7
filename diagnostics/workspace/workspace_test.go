package workspace

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the wanted output")

// printers make the wanted sections of an archive; it holds those it is about.
var printers = map[string]func(*Snapshot) string{
	"want-databases": printDatabases, "want-steps": printSteps, "want-queries": printQueries,
	"want-calls": printCalls, "want-references": printReferences, "want-histories": printHistories,
}

// TestGolden reads each workspace of testdata and prints what its sections ask.
func TestGolden(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, path := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) { check(t, path) })
	}
}

func check(t *testing.T, path string) {
	a, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	sections := 0
	for _, f := range a.Files {
		if printers[f.Name] == nil {
			files[f.Name] = f.Data
		} else {
			sections++
		}
	}
	if sections == 0 {
		t.Fatal("nothing is wanted")
	}
	snap := Of(Options{}, "/w", files)
	for i, f := range a.Files {
		print := printers[f.Name]
		if print == nil {
			continue
		}
		got := print(snap)
		if *update {
			a.Files[i].Data = []byte(got)
			continue
		}
		if d := cmp.Diff(string(f.Data), got); d != "" {
			t.Errorf("%s (-want +got):\n%s", f.Name, d)
		}
	}
	if *update {
		if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func printDatabases(s *Snapshot) string {
	var b strings.Builder
	for _, d := range s.Databases() {
		runner := "models only"
		if d.History != nil {
			runner = d.History.Runner + " " + d.History.Dir
		}
		fmt.Fprintf(&b, "database %s %s (%s) complete:%v\n", d.Dir, d.Dialect, runner, d.Complete)
		for _, t := range d.Catalog.Tables() {
			b.WriteString(indent(t.Dump(), "  "))
			var from []string
			for _, o := range t.Origins {
				from = append(from, s.place(o.Path, o.NameSpan))
			}
			fmt.Fprintf(&b, "    from %s\n", strings.Join(from, ", "))
			for _, r := range d.Catalog.ReferencedBy(t) {
				fmt.Fprintf(&b, "    referenced by %s %s\n", r.Table.Name, r.Constraint.Name)
			}
		}
	}
	return b.String()
}

func (s *Snapshot) place(path string, at source.Span) string {
	f := s.File(path)
	if f == nil {
		return path
	}
	line, _ := f.Lines().Position(at.Start)
	return fmt.Sprintf("%s:%d:%q", s.Rel(path), line+1, at.In(f.Text))
}

func printSteps(s *Snapshot) string {
	var b strings.Builder
	for _, p := range s.Files() {
		steps := s.Steps(p)
		if len(steps) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s", s.Rel(p))
		if m := s.Migration(p); m != nil {
			fmt.Fprintf(&b, " %s %s #%d", m.Runner, m.Version, m.Seq)
		}
		b.WriteString("\n")
		for _, st := range steps {
			line, _ := s.File(p).Lines().Position(st.Span.Start)
			fmt.Fprintf(&b, "  %d %s %s before:%s after:%s%s\n", line+1, st.Kind, st.Table, brief(st.Before), brief(st.After), flags(
				"born", st.Born, "known", st.Known, "down", st.Down, "in-transaction", st.InTransaction))
		}
	}
	return b.String()
}

func brief(t *schema.Table) string {
	if t == nil {
		return "-"
	}
	var cols []string
	for _, c := range t.Columns {
		cols = append(cols, c.Name)
	}
	return fmt.Sprintf("%s(%s)+%d", t.Name, strings.Join(cols, ","), len(t.Indexes))
}

func flags(list ...any) string {
	out := ""
	for i := 0; i < len(list); i += 2 {
		if list[i+1].(bool) {
			out += " " + list[i].(string)
		}
	}
	return out
}

func printQueries(s *Snapshot) string {
	var b strings.Builder
	for _, p := range s.Files() {
		queries := s.Queries(p)
		if len(queries) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s\n", s.Rel(p))
		for _, q := range queries {
			db := "none"
			if q.Database != nil {
				db = s.Rel(q.Database.Dir)
			}
			line, _ := s.File(p).Lines().Position(q.Span.Start)
			fmt.Fprintf(&b, "  %d database:%s dialect:%s\n%s", line+1, db, q.Dialect, indent(q.Dump(), "    "))
			q.Walk(func(in *Query) {
				for i, t := range in.Tables {
					if in.Known[i] == nil && t.Kind == query.Base {
						fmt.Fprintf(&b, "    unknown table %s\n", t.Label())
					}
				}
			})
		}
	}
	return b.String()
}

func printCalls(s *Snapshot) string {
	var b strings.Builder
	for _, p := range s.Files() {
		calls := s.Calls(p)
		if len(calls) == 0 {
			continue
		}
		fa := s.Facts(p)
		fmt.Fprintf(&b, "%s\n", s.Rel(p))
		for _, c := range calls {
			line, _ := s.File(p).Lines().Position(c.Site.NameSpan.Start)
			fmt.Fprintf(&b, "  %d %s in %s\n", line+1, c.Site.NameSpan.In(s.File(p).Text), funcName(&fa.Funcs[c.Site.Func]))
			for _, r := range c.Reaches {
				fmt.Fprintf(&b, "    %s %s%s%s%s\n", r.Query.Op, tables(r.Query), deps(s, fa, p, c.Site, r), flags(
					"list", r.List, "looped", r.Looped, "guarded", r.Guarded, "last", r.Last, "partial", r.Partial), via(s, r))
			}
		}
	}
	return b.String()
}

func tables(q *Query) string {
	var out []string
	for _, t := range q.Tables {
		out = append(out, t.Name)
	}
	return strings.Join(out, ",")
}

func deps(s *Snapshot, fa *facts.Facts, p string, c *facts.CallSite, r Reach) string {
	out := ""
	for _, l := range c.In {
		kind := s.LoopKind(p, l)
		out += fmt.Sprintf(" loop(%s %s", kind, fa.Loops[l].Var)
		if r.Loops.Has(l) {
			out += " depends"
		}
		out += ")"
	}
	for i := range 62 {
		if r.Params.Has(i) {
			out += fmt.Sprintf(" param%d", i)
		}
	}
	return out
}

func via(s *Snapshot, r Reach) string {
	out := ""
	for _, h := range r.Via {
		out += fmt.Sprintf(" > %s at %s", h.Name, s.place(h.Site.Path, h.Site.Span))
	}
	return out
}

// printReferences lists the references of every table and column of every
// database.
func printReferences(s *Snapshot) string {
	var b strings.Builder
	for _, d := range s.Databases() {
		for _, t := range d.Catalog.Tables() {
			names := []string{""}
			for _, c := range t.Columns {
				names = append(names, c.Name)
			}
			for _, name := range names {
				for _, r := range s.References(d, t, name) {
					kind := "loose"
					if r.Query != nil {
						kind = r.Query.Op.String()
					} else if r.Model != nil {
						kind = "model " + r.Model.Name
					}
					fmt.Fprintf(&b, "%s.%s %s %s\n", t.Name, name, s.place(r.Path, r.Span), kind)
				}
			}
		}
	}
	return b.String()
}

func indent(s, pad string) string {
	return pad + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n"+pad) + "\n"
}
