package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/report"
	"github.com/dbwise/dbwise/diagnostics/rules"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
	"golang.org/x/sync/errgroup"
)

// factsBytes is what may be kept of program files between reading and judging
// them. Reading them again would cost more time, and by its garbage more
// memory, than is saved.
const factsBytes = 512 << 20

// analysis is one project under analysis.
type analysis struct {
	*checker
	project *project
	config  *diagnostics.Config
	store   *workspace.Store
	runner  *diagnostics.Runner
	// counted is what each file holds that was judged last.
	counted []counted
}

// analyse reads a project and adds to the report what is found about its
// targets. It gives back folders that the project leaves out: named by the
// user, they are projects of their own.
func (k *checker) analyse(ctx context.Context, p *project) ([]*project, error) {
	a := &analysis{checker: k, project: p, runner: &diagnostics.Runner{Rules: rules.All()}}
	if k.flags.stats {
		a.runner.Trace = k.stats.trace
	}
	if err := a.configure(); err != nil {
		return nil, err
	}
	opts := a.config.Workspace()
	opts.FactsBytes = factsBytes
	a.store = workspace.NewStore(opts)
	k.progress.begin("reading", 0)
	err := k.stats.time("read", func() error {
		_, err := a.store.Load(ctx, []string{p.root}, k.progress.reach)
		return err
	})
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("cannot read %s: %w", k.rel(p.root), bare(err))
	}
	more, err := a.open()
	if err != nil {
		return nil, err
	}
	_ = k.stats.time("schema", func() error { a.store.Snapshot().Databases(); return nil })
	if err := a.stats.time("git", func() error { return a.land(ctx) }); err != nil {
		return nil, err
	}
	if err := a.judge(ctx); err != nil {
		return nil, err
	}
	return more, nil
}

// configure reads the configuration.
func (a *analysis) configure() error {
	a.config = &diagnostics.Config{Dir: filepath.ToSlash(a.project.root)}
	file := a.flags.config
	switch {
	case file == "":
		file = diagnostics.FindConfig(a.project.root)
	case !filepath.IsAbs(file):
		file = filepath.Join(a.dir, file)
	}
	if file != "" {
		cfg, problems, err := diagnostics.LoadConfig(file, a.runner.Rules)
		if err != nil {
			return err
		}
		for _, p := range problems {
			if p.Broken {
				return fmt.Errorf("%s:%s", a.rel(file), p)
			}
			a.problem(report.Problem{Path: filepath.ToSlash(file), Message: p.String()})
		}
		a.config = cfg
	}
	if a.flags.baseline != "" {
		a.config.Baseline = a.flags.baseline
	}
	if a.flags.chosen == nil {
		return nil
	}
	// Rules that were not chosen stay known, and are off: a comment that
	// switches one of them off is neither unknown nor unused.
	only := map[string]diagnostics.RuleConfig{}
	for _, r := range a.runner.Rules {
		rc := a.config.Rules[r.ID]
		switch {
		case !a.flags.chosen[r.ID]:
			rc.Level = diagnostics.Off
		case rc.Level == diagnostics.Off, rc.Level == diagnostics.DefaultSeverity:
			rc.Level = r.Chosen()
		}
		only[r.ID] = rc
	}
	a.config.Rules = only
	return nil
}

// problem adds a problem once: projects may share a configuration.
func (k *checker) problem(p report.Problem) {
	for _, have := range k.report.Problems {
		if have == p {
			return
		}
	}
	k.report.Problems = append(k.report.Problems, p)
}

// asked notes that the user named a file.
func (k *checker) asked(p string) {
	if k.report.Asked == nil {
		k.report.Asked = map[string]bool{}
	}
	k.report.Asked[p] = true
}

// open reads targets that the project leaves out: files, which the user wants
// to be seen all the same. Folders are given back.
func (a *analysis) open() ([]*project, error) {
	var more []*project
	for _, t := range a.project.targets {
		if !t.folder {
			a.asked(filepath.ToSlash(t.path))
		}
		snap := a.store.Snapshot()
		switch slash := filepath.ToSlash(t.path); {
		case t.folder && t.path != a.project.root && len(a.paths(snap, t)) == 0:
			more = append(more, &project{root: t.path, targets: []target{t}})
		case t.folder || snap.File(slash) != nil:
		case source.LangOf(slash) == source.Unknown:
			a.problem(report.Problem{Path: slash, Message: "dbwise does not read files of this kind", Minor: true})
		default:
			text, err := os.ReadFile(t.path)
			if err != nil {
				return nil, fmt.Errorf("cannot read %s: %w", a.rel(t.path), bare(err))
			}
			if source.IsBinary(text) {
				a.problem(report.Problem{Path: slash, Message: "the file is binary", Minor: true})
				continue
			}
			a.store.Edit(source.NewFile(slash, source.LangOf(slash), text))
		}
	}
	return more, nil
}

// paths are the files of a snapshot that are to be judged for some targets.
func (a *analysis) paths(snap *workspace.Snapshot, targets ...target) []string {
	var out []string
	for _, p := range snap.Files() {
		if source.LangOf(p) == source.Unknown || a.config.Ignored(p) {
			continue
		}
		for _, t := range targets {
			if t.holds(p) {
				out = append(out, p)
				break
			}
		}
	}
	return out
}

// judge runs the rules, applies fixes if asked to, and fills the report.
func (a *analysis) judge(ctx context.Context) error {
	before := a.store.Snapshot()
	var found []diagnostics.Diagnostic
	err := a.stats.time("rules", func() (err error) {
		found, err = a.find(ctx, before)
		return err
	})
	if err != nil {
		return err
	}
	after := before
	if a.flags.fix || a.flags.fixUnsafe || a.flags.diff {
		left, err := a.mend(ctx, before)
		if err != nil {
			return err
		}
		if !a.flags.diff {
			found, after = left, a.store.Snapshot()
		}
	}
	a.failed = a.failed || a.flags.fails(found)
	a.report.Diagnostics = append(a.report.Diagnostics, found...)
	a.keep(after, found)
	a.sum(after)
	return nil
}

// find judges all files and counts what they hold while their facts are at
// hand: for a large project the store does not keep them.
func (a *analysis) find(ctx context.Context, snap *workspace.Snapshot) ([]diagnostics.Diagnostic, error) {
	paths := a.paths(snap, a.project.targets...)
	a.progress.begin("checking", len(paths))
	found := make([][]diagnostics.Diagnostic, len(paths))
	sums := make([]counted, len(paths))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, p := range paths {
		g.Go(func() (err error) {
			found[i], err = a.runner.File(ctx, snap, a.config, p)
			sums[i] = count(snap, p)
			a.progress.step()
			return err
		})
	}
	err := g.Wait()
	a.counted = sums
	return slices.Concat(found...), err
}

// maxProblems is how many places of a file are named that cannot be read: a
// file in a language of its own would fill the screen.
const maxProblems = 10

// counted is what a file holds.
type counted struct {
	queries, calls int
	problems       []report.Problem
}

func count(snap *workspace.Snapshot, p string) counted {
	c := counted{calls: len(snap.Calls(p))}
	for _, q := range snap.Queries(p) {
		if q.Op != query.DDL && q.Op != query.Command {
			c.queries++
		}
	}
	f, problems := snap.File(p), snap.Facts(p).Problems
	if len(problems) > 0 && snap.Foreign(p) {
		c.problems = []report.Problem{{Path: p, Message: "it is not written for PostgreSQL", Minor: true, More: len(problems) - 1}}
		return c
	}
	for i, problem := range problems {
		if i == maxProblems {
			c.problems = append(c.problems, report.Problem{Path: p, Message: fmt.Sprintf("%d more places cannot be read", len(problems)-i), Minor: true, More: len(problems) - i - 1})
			break
		}
		line, col := f.Lines().RuneColumn(problem.Span.Start)
		c.problems = append(c.problems, report.Problem{Path: p, Message: fmt.Sprintf("%d:%d: %s", line+1, col+1, problem.Message), Minor: true})
	}
	return c
}

// keep holds on to the texts that findings speak about; all others can go with
// the project.
func (a *analysis) keep(snap *workspace.Snapshot, found []diagnostics.Diagnostic) {
	keep := func(p string) {
		if f := snap.File(p); f != nil {
			a.texts[p] = f
		}
	}
	for _, d := range found {
		keep(d.Path)
		for _, r := range d.Related {
			keep(r.Path)
		}
		for _, f := range d.Fixes {
			for _, e := range f.Edits {
				keep(e.Path)
			}
		}
	}
}

// sum adds up what was analysed, and lists what was not.
func (a *analysis) sum(snap *workspace.Snapshot) {
	sum := &a.report.Summary
	for _, db := range snap.Databases() {
		sum.Tables += db.Catalog.Len()
	}
	for _, c := range a.counted {
		sum.Files++
		sum.Queries += c.queries
		sum.CallSites += c.calls
		for _, p := range c.problems {
			a.problem(p)
		}
	}
	for _, o := range snap.Omitted() {
		named := false
		for _, t := range a.project.targets {
			named = named || t.holds(o.Path)
		}
		switch {
		case !named:
		case strings.HasPrefix(o.Reason, "unreadable"):
			a.problem(report.Problem{Path: o.Path, Message: "cannot be read"})
		case a.flags.verbose:
			fmt.Fprintf(a.err, "left out: %s: %s\n", a.rel(o.Path), o.Reason)
		}
	}
}
