package lsp

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"
)

// quiet is how long nobody must type before the rest of the workspace is looked
// at again.
const quiet = 150 * time.Millisecond

// scheduler decides when findings are made. An edited document comes first and
// at once, what else an edit may concern when it is quiet. Each edit ends what
// was under way for the text before it.
type scheduler struct {
	s *server

	mu sync.Mutex // guards what follows
	// pending are documents to look at, the one edited last at the end.
	pending []string
	// running holds what ends the look at a document.
	running map[string]context.CancelFunc
	workers int
	timer   *time.Timer
	// endRest ends the look at the rest of the workspace.
	endRest context.CancelFunc
	stopped bool
}

func (c *scheduler) init(s *server) {
	c.s, c.running, c.endRest = s, map[string]context.CancelFunc{}, func() {}
}

func (c *scheduler) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped, c.pending = true, nil
	if c.timer != nil {
		c.timer.Stop()
	}
	c.endRest()
}

// edited is called after every change of an open document.
func (s *server) edited(path string) {
	c := &s.sched
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return
	}
	if !s.caps.pulls() {
		if cancel := c.running[path]; cancel != nil {
			cancel()
		}
		if i := slices.Index(c.pending, path); i >= 0 {
			c.pending = slices.Delete(c.pending, i, i+1)
		}
		c.pending = append(c.pending, path)
		if c.workers < min(4, runtime.GOMAXPROCS(0)) {
			c.workers++
			s.spawn("diagnosis", c.work)
		}
	}
	c.later(quiet)
}

// changed is called when something else than an open document changed.
func (s *server) changed() {
	s.sched.mu.Lock()
	defer s.sched.mu.Unlock()
	s.sched.later(0)
}

// later plans the look at the rest; the lock is held.
func (c *scheduler) later(d time.Duration) {
	c.endRest()
	if c.stopped {
		return
	}
	if c.timer != nil {
		c.timer.Stop()
	}
	c.timer = time.AfterFunc(d, func() { c.s.spawn("the rest", c.rest) })
}

// work looks at pending documents until there is none.
func (c *scheduler) work(ctx context.Context) {
	for {
		path, ctx, done := c.take(ctx)
		if path == "" {
			return
		}
		func() {
			defer c.s.survive("diagnosis of " + path)
			c.s.refreshDocument(ctx, path)
		}()
		done()
	}
}

// take gives the document edited last of those nobody looks at; "" ends a
// worker.
func (c *scheduler) take(ctx context.Context) (string, context.Context, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := len(c.pending) - 1; i >= 0; i-- {
		path := c.pending[i]
		if c.running[path] != nil {
			continue
		}
		c.pending = slices.Delete(c.pending, i, i+1)
		ctx, cancel := context.WithCancel(ctx)
		c.running[path] = cancel
		return path, ctx, func() {
			cancel()
			c.mu.Lock()
			delete(c.running, path)
			c.mu.Unlock()
		}
	}
	c.workers--
	return "", nil, nil
}

// rest looks at what an edit or a change on disk may concern besides itself.
func (c *scheduler) rest(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c.mu.Lock()
	c.endRest = cancel
	stopped := c.stopped
	c.mu.Unlock()
	if stopped {
		return
	}
	c.s.refreshLenses(ctx)
	if c.s.caps.pulls() {
		c.s.refreshPulled(ctx)
		return
	}
	for _, path := range c.s.openPaths() {
		if ctx.Err() != nil {
			return
		}
		c.s.refreshDocument(ctx, path)
	}
}
