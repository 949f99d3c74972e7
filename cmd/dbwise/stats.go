package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/report"
)

// stats is where the time of a run went.
type stats struct {
	phases []phase

	mu    sync.Mutex // guards what follows
	rules map[string]time.Duration
}

type phase struct {
	name string
	took time.Duration
}

// time runs a phase. Phases of the same name are added up.
func (s *stats) time(name string, f func() error) error {
	start := time.Now()
	err := f()
	took := time.Since(start)
	if i := slices.IndexFunc(s.phases, func(p phase) bool { return p.name == name }); i >= 0 {
		s.phases[i].took += took
	} else {
		s.phases = append(s.phases, phase{name, took})
	}
	return err
}

// trace measures a rule.
func (s *stats) trace(r *diagnostics.Rule) func() {
	start := time.Now()
	return func() {
		took := time.Since(start)
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.rules == nil {
			s.rules = map[string]time.Duration{}
		}
		s.rules[r.ID] += took
	}
}

// print writes the figures. The time of rules is that of all processors
// together, and the first to ask for something shared pays for it.
func (s *stats) print(w io.Writer, sum report.Summary) {
	fmt.Fprintf(w, "%s, %s, %s, %s\n", number(sum.Files, "file", "files"), number(sum.Tables, "table", "tables"),
		number(sum.Queries, "query", "queries"), number(sum.CallSites, "call site", "call sites"))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, p := range s.phases {
		fmt.Fprintf(t, "%s\t%s\t\n", p.name, millis(p.took))
	}
	fmt.Fprintf(t, "total\t%s\t\n", millis(sum.Elapsed))
	t.Flush()
	ids := make([]string, 0, len(s.rules))
	for id := range s.rules {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int {
		if s.rules[a] != s.rules[b] {
			return int(s.rules[b] - s.rules[a])
		}
		return strings.Compare(a, b)
	})
	fmt.Fprintln(w, "rules, all processors together:")
	for _, id := range ids {
		fmt.Fprintf(t, "%s\t%s\t\n", id, millis(s.rules[id]))
	}
	t.Flush()
	fmt.Fprintf(w, "peak memory %d MiB\n", peakMemory()>>20)
}

func millis(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
