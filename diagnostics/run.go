package diagnostics

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"

	"github.com/dbwise/dbwise/diagnostics/workspace"
	"golang.org/x/sync/errgroup"
	"runtime"
)

// Runner runs a set of rules. It may be used by several goroutines.
type Runner struct {
	Rules []*Rule
	// Log receives panics of rules; nil means slog's default.
	Log *slog.Logger
	// Trace, if set, is called before a rule looks at a file, from several
	// goroutines; what it returns is called after. It is how a caller with a
	// clock tells which rule is slow.
	Trace func(*Rule) (done func())

	mu sync.Mutex
	// muted rules panicked on this text; guarded by mu.
	muted map[muteKey]bool
}

type muteKey struct {
	rule string
	hash [16]byte
}

// File is every finding about one file, sorted, suppressions applied. The
// error is ctx's alone: bad input gives fewer findings, never an error.
func (r *Runner) File(ctx context.Context, snap *workspace.Snapshot, cfg *Config, path string) ([]Diagnostic, error) {
	file, fa := snap.File(path), snap.Facts(path)
	if file == nil || fa == nil || cfg.Ignored(path) {
		return nil, ctx.Err()
	}
	var out []Diagnostic
	if !fa.Generated {
		for _, rule := range r.Rules {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			level := cfg.Level(rule)
			if level == Off || rule.Category == Suppression {
				continue
			}
			p := &Pass{Rule: rule, Snapshot: snap, File: file, Facts: fa, Config: cfg, level: level}
			r.run(p)
			out = append(out, p.out...)
		}
	}
	out = r.landed(r.yielded(settled(r.suppress(out, cfg, file, fa), file, fa), fa), snap)
	Sort(out)
	return out, ctx.Err()
}

// All is every finding of the given files, in order of path. progress may be
// nil; it is called once per finished file, from several goroutines.
func (r *Runner) All(ctx context.Context, snap *workspace.Snapshot, cfg *Config, paths []string, progress func()) ([]Diagnostic, error) {
	found := make([][]Diagnostic, len(paths))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, path := range paths {
		g.Go(func() error {
			var err error
			found[i], err = r.File(ctx, snap, cfg, path)
			if progress != nil {
				progress()
			}
			return err
		})
	}
	err := g.Wait()
	var out []Diagnostic
	for _, list := range found {
		out = append(out, list...)
	}
	Sort(out)
	return out, err
}

// run calls the rule's hook. A panic mutes the rule for this text and leaves a
// line in the log; findings made before it are dropped with it.
func (r *Runner) run(p *Pass) {
	key := muteKey{p.Rule.ID, p.File.Hash}
	r.mu.Lock()
	muted := r.muted[key]
	r.mu.Unlock()
	if muted {
		return
	}
	defer func() {
		if v := recover(); v != nil {
			p.out = nil
			r.mute(key, p, v)
		}
	}()
	rule := p.Rule
	if r.Trace != nil {
		defer r.Trace(rule)()
	}
	switch {
	case rule.File != nil:
		if len(rule.Dialects) == 0 || rule.speaks(p.dialect()) {
			rule.File(p)
		}
	case rule.Query != nil:
		for _, q := range p.Snapshot.Queries(p.File.Path) {
			if rule.speaks(q.Dialect) {
				rule.Query(p, q)
			}
		}
	case rule.Call != nil:
		for _, c := range p.Snapshot.Calls(p.File.Path) {
			rule.Call(p, c)
		}
	case rule.Step != nil:
		if !rule.speaks(p.dialect()) {
			return
		}
		for i := range p.Snapshot.Steps(p.File.Path) {
			rule.Step(p, &p.Snapshot.Steps(p.File.Path)[i])
		}
	}
	if rule.Category == Migration || rule.Category == DataLoss {
		p.keepPrograms()
	}
}

func (r *Runner) mute(key muteKey, p *Pass, v any) {
	r.mu.Lock()
	if r.muted == nil {
		r.muted = map[muteKey]bool{}
	}
	r.muted[key] = true
	r.mu.Unlock()
	log := r.Log
	if log == nil {
		log = slog.Default()
	}
	log.Error("a rule panicked and is muted for this text", "rule", p.Rule.ID, "path", p.File.Path,
		"panic", fmt.Sprint(v), "stack", string(debug.Stack()))
}
