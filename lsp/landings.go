package lsp

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/git"
	"github.com/dbwise/dbwise/diagnostics/workspace"
)

// landings keeps up to date which migrations the default branch holds.
type landings struct {
	// turn is held by the reading that runs.
	turn sync.Mutex

	mu sync.Mutex // guards what follows
	// stamps are those of what was read last, by the revision compared with.
	stamps map[string]string
	base   *workspace.Baseline
	// last is when it was looked at last.
	last time.Time
}

// lookAfter is the least time between looks that nobody asked for.
const lookAfter = 2 * time.Second

// land looks again at what has landed.
func (s *server) land(ctx context.Context) {
	snap := s.store.Snapshot()
	if !snap.Indexed() {
		return // reading the workspace looks as well
	}
	s.landed(ctx, snap)
	if ctx.Err() == nil && s.rebase() != snap.Baseline() {
		s.changed()
	}
}

// rebase gives the store what was read last: of a look and a reading of the
// workspace, the one that began first may end last.
func (s *server) rebase() *workspace.Baseline {
	l := &s.landings
	l.mu.Lock()
	defer l.mu.Unlock()
	s.store.SetBaseline(l.base)
	return l.base
}

// landed reads what has landed, if that may have changed. In a workspace that
// the user does not trust nothing is read: not even git is started.
func (s *server) landed(ctx context.Context, snap *workspace.Snapshot) *workspace.Baseline {
	if s.untrusted {
		return nil
	}
	l := &s.landings
	l.turn.Lock()
	defer l.turn.Unlock()
	asked, stamps := s.revisions(snap), map[string]string{}
	for revision, dirs := range asked {
		stamps[revision] = git.Stamp(git.Options{Revision: revision}, dirs)
	}
	l.mu.Lock()
	l.last = time.Now()
	same, base := l.stamps != nil && maps.Equal(l.stamps, stamps) && !outdated(l.base, snap), l.base
	l.mu.Unlock()
	if same {
		return base
	}
	var all *workspace.Baseline
	for _, revision := range slices.Sorted(maps.Keys(asked)) {
		found, err := git.Baseline(ctx, git.Options{Revision: revision}, asked[revision], snap.Text)
		switch {
		case ctx.Err() != nil:
			return base
		case err == nil && all == nil:
			all = found
		case err == nil:
			maps.Copy(all.Files, found.Files)
			all.Gone = append(all.Gone, found.Gone...)
		case revision != "" || !errors.Is(err, git.ErrNone):
			s.log.Warn("nothing is known of what has landed", "baseline", revision, "error", err)
		}
	}
	l.mu.Lock()
	l.stamps, l.base = stamps, all
	l.mu.Unlock()
	return all
}

// revisions are what to compare with, each with the folders of migrations for
// which the configuration says so.
func (s *server) revisions(snap *workspace.Snapshot) map[string][]string {
	out := map[string][]string{}
	cfg := s.config.state()
	for _, dir := range snap.MigrationDirs() {
		switch named := cfg.of(dir).Baseline; named {
		case diagnostics.BaselineNone:
		case diagnostics.BaselineGit:
			out[""] = append(out[""], dir)
		default:
			out[named] = append(out[named], dir)
		}
	}
	return out
}

// outdated reports whether files came or went since a baseline was read, of
// which it would tell more now.
func outdated(base *workspace.Baseline, snap *workspace.Snapshot) bool {
	if base == nil {
		return false
	}
	for p, texts := range base.Files {
		if (len(texts) > 0) != (snap.File(p) != nil) {
			return true
		}
	}
	return false
}

// lookAgain looks in the background, unless that was just done.
func (s *server) lookAgain() {
	l := &s.landings
	l.mu.Lock()
	due := l.stamps != nil && time.Since(l.last) > lookAfter
	if due {
		l.last = time.Now()
	}
	l.mu.Unlock()
	if due {
		s.spawn("what has landed", s.land)
	}
}
