package pgtest

import (
	"slices"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/parsers/postgres/pgserver"
	gocmp "github.com/google/go-cmp/cmp"
)

// TestBack runs the ways back that fixes wrote: behind the migration they take
// back, the schema is the one before it. The migrations that a fix made are
// taken back together, the last one first.
func TestBack(t *testing.T) {
	goldens := read(t)
	pgserver.Each(t, func(t *testing.T, s *pgserver.Server) {
		if s.Major < oldest {
			return
		}
		n := 0
		for _, g := range goldens {
			for _, r := range g.ways() {
				if s.Major < g.since {
					continue
				}
				n++
				t.Run(g.String()+" "+r.forth[0].Version, func(t *testing.T) {
					t.Parallel()
					r.run(t, s)
				})
			}
		}
		if n < 5 {
			t.Errorf("only %d ways back", n)
		}
	})
}

// way is what is done and taken back, on top of the migrations before.
type way struct {
	*golden
	before, forth, back []file
}

// ways are the migrations of a golden whose way back a fix wrote.
func (g *golden) ways() (out []way) {
	made := way{golden: g}
	for i, f := range g.after {
		if f.Runner == "liquibase" { // its ways back stand in comments
			continue
		}
		is, ok := g.back[pair(f.Path)]
		was, had := g.wasBack[pair(f.Path)]
		old := slices.ContainsFunc(g.before, func(b file) bool { return b.Path == f.Path })
		switch {
		case ok && old && (!had || was.key() != is.key()):
			out = append(out, way{g, g.after[:i], []file{f}, []file{is}})
		case ok && !old:
			if len(made.forth) == 0 {
				made.before = g.after[:i]
			}
			made.forth, made.back = append(made.forth, f), append(made.back, is)
		}
	}
	if len(made.back) > 0 {
		slices.Reverse(made.back)
		out = append(out, made)
	}
	return out
}

// valid leaves out whether constraints are: what a way back makes again is NOT
// VALID, and nothing takes a validation back.
func valid(lines []string) []string {
	for i, l := range lines {
		lines[i] = strings.NewReplacer(" NOT VALID", "", " valid=false", "", " valid=true", "").Replace(l)
	}
	return lines
}

// pair is what the names of a migration and of its way back have in common.
func pair(path string) string {
	for _, suffix := range []string{"up.sql", "down.sql"} {
		if base, ok := strings.CutSuffix(path, suffix); ok {
			return base
		}
	}
	return path
}

func (w *way) run(t *testing.T, s *pgserver.Server) {
	x := &exceptions{major: s.Major, used: map[any]bool{}, ran: map[string]bool{}, met: map[string]bool{}}
	r := &run{w.golden, x, s.Database(t), false, 0}
	if setup := given[w.base]; setup != "" {
		r.db.Exec(t, setup)
	}
	r.apply(t, w.before)
	was := valid(describe(t, r.db))
	r.apply(t, w.forth)
	r.apply(t, w.back)
	is := valid(describe(t, r.db))
	less := x.meant(backs, w.base, slices.Clone(was), is, false)
	if diff := gocmp.Diff(less, x.meant(backs, w.base, slices.Clone(is), was, true)); diff != "" {
		t.Errorf("there and back the schema differs (-before +after):\n%s", diff)
	}
	if t.Failed() {
		for _, f := range w.back {
			t.Logf("%s", strings.TrimSpace(f.text))
		}
	}
}
