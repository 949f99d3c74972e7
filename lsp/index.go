package lsp

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/dbwise/dbwise/diagnostics/workspace"
)

// indexer reads the workspace in the background: at the start, and again when
// its folders or its configuration change.
type indexer struct {
	mu     sync.Mutex // guards what follows
	roots  []string
	cancel context.CancelFunc
	// ready is closed once the workspace was read for the first time.
	ready  chan struct{}
	loaded bool
	// rounds counts the readings that were shown.
	rounds int
	// last is when the latest reading ended.
	last time.Time
	// turn is held by the reading that runs.
	turn sync.Mutex
}

func (x *indexer) setRoots(roots []string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.roots = roots
	if x.ready == nil {
		x.ready = make(chan struct{})
	}
}

func (x *indexer) rootsNow() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Clone(x.roots)
}

// start reads the configuration and then everything, ending a reading that is
// under way.
func (x *indexer) start(s *server) {
	x.mu.Lock()
	if x.cancel != nil {
		x.cancel()
	}
	ctx, cancel := context.WithCancel(s.ctx)
	x.cancel = cancel
	x.mu.Unlock()
	s.catchUp("index", func(context.Context) {
		defer cancel()
		x.turn.Lock()
		defer x.turn.Unlock()
		if ctx.Err() == nil {
			x.load(ctx, s)
		}
	})
}

// againAfter is the least time between readings that nobody asked for.
const againAfter = 5 * time.Second

// again reads everything once more, unless that was just done or is under way.
func (x *indexer) again(s *server) {
	x.mu.Lock()
	due := x.loaded && time.Since(x.last) > againAfter
	x.mu.Unlock()
	if due && x.turn.TryLock() {
		x.turn.Unlock()
		x.start(s)
	}
}

func (x *indexer) load(ctx context.Context, s *server) {
	roots := slices.DeleteFunc(x.rootsNow(), func(r string) bool {
		_, err := os.Stat(filepath.FromSlash(r))
		if err != nil {
			s.log.Warn("a workspace folder cannot be read", "folder", r, "error", err)
		}
		return err != nil
	})
	s.readConfig(ctx, roots)
	begin := time.Now()
	p := &progress{s: s}
	if !x.isLoaded() {
		p = s.startProgress(ctx)
	}
	snap, err := s.store.LoadLanded(ctx, roots, p.report, func(draft *workspace.Snapshot) *workspace.Baseline { return s.landed(ctx, draft) })
	p.end()
	if ctx.Err() != nil {
		return
	}
	s.rebase()
	if err != nil {
		s.log.Error("the workspace cannot be read", "error", err)
	} else {
		s.log.Info("the workspace is indexed", "folders", len(roots), "files", len(snap.Files()), "ms", time.Since(begin).Milliseconds())
	}
	x.mu.Lock()
	x.last = time.Now()
	if !x.loaded {
		x.loaded = true
		close(x.ready)
	}
	x.mu.Unlock()
	s.changed()
}

func (x *indexer) isLoaded() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.loaded
}

// wait waits until the workspace was read once, at most for d.
func (x *indexer) wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-x.ready:
	case <-timer.C:
	case <-ctx.Done():
	}
}
