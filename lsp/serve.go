package lsp

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"go.lsp.dev/jsonrpc2"
)

// Options are what a server is made of.
type Options struct {
	// Rules are the rules to run.
	Rules []*diagnostics.Rule
	// Version is told to the editor.
	Version string
	// Log receives what the user need not see; nil means nowhere. It must not
	// write to out.
	Log *slog.Logger
	// Docs is the address of a page with all rules, each at the anchor of its
	// id; "" if there is none, then the hover alone has the text.
	Docs string
}

// patience is how long the end waits for what is under way.
const patience = 2 * time.Second

// Serve runs a server until the editor says exit, in ends, or ctx ends. The
// exit code is 0 after a shutdown request, 1 otherwise. in may still be blocked
// in a Read when Serve returns.
func Serve(ctx context.Context, in io.Reader, out io.Writer, o Options) (exitCode int) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	st := newStream(in, out)
	s := newServer(ctx, o)
	s.conn = jsonrpc2.NewConn(st, jsonrpc2.WithCodec(codec{}))
	s.client = &client{conn: s.conn, ctx: ctx}
	s.quit = st.end
	s.conn.Go(ctx, s.handle)
	select {
	case <-st.ended:
	case <-s.conn.Done():
	case <-ctx.Done():
	}
	cancel()
	s.stop()
	// What was answered before the end still belongs to the editor.
	select {
	case <-s.conn.Done():
	case <-time.After(patience):
	}
	st.flush(patience)
	_ = st.Close()
	if s.state() == shutDown {
		return 0
	}
	return 1
}

// lifecycle is how far the conversation is.
type lifecycle uint8

const (
	created lifecycle = iota
	initialized
	shutDown
)

// server is one conversation with one editor.
type server struct {
	opts   Options
	log    *slog.Logger
	conn   jsonrpc2.Conn
	client *client
	// quit makes the reader stop.
	quit func()
	ctx  context.Context
	// work counts goroutines that belong to no request.
	work sync.WaitGroup

	store  *workspace.Store
	runner *diagnostics.Runner
	// local runs the rules that judge a text by itself.
	local *diagnostics.Runner

	// caps and enc are written once by initialize, before anything else runs.
	caps clientCaps
	enc  encoding

	cancels cancels
	docs    documents
	config  configs
	results results
	push    pusher
	pull    puller
	lenses  lenses
	sched   scheduler
	disk    diskWork
	index   indexer
	behind  behind

	landings landings
	// untrusted: the user does not trust the workspace. Written by initialize.
	untrusted bool

	mu   sync.Mutex // guards what follows
	life lifecycle
	// ending says that no more work is begun.
	ending bool
}

func newServer(ctx context.Context, o Options) *server {
	s := &server{opts: o, ctx: ctx, store: workspace.NewStore(workspace.Options{})}
	var base slog.Handler = slog.DiscardHandler
	if o.Log != nil {
		base = o.Log.Handler()
	}
	s.log = slog.New(&editorLog{Handler: base, s: s})
	s.runner = &diagnostics.Runner{Rules: o.Rules, Log: s.log}
	s.local = &diagnostics.Runner{Log: s.log}
	for _, r := range o.Rules {
		if r.Local {
			s.local.Rules = append(s.local.Rules, r)
		}
	}
	s.docs.open = map[string]*document{}
	s.results.init()
	s.push.init(s)
	s.pull.init()
	s.lenses.told = map[string]toldLenses{}
	s.sched.init(s)
	return s
}

func (s *server) state() lifecycle {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.life
}

func (s *server) become(l lifecycle) {
	s.mu.Lock()
	s.life = l
	s.mu.Unlock()
}

// spawn runs f in a goroutine that the end of the server waits for.
func (s *server) spawn(what string, f func(ctx context.Context)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ending {
		return
	}
	s.work.Add(1)
	go func() {
		defer s.work.Done()
		defer s.survive(what)
		f(s.ctx)
	}()
}

// catchUp is spawn for what brings the server up to date with the disk or the
// configuration; whoever asks about the workspace waits for it.
func (s *server) catchUp(what string, f func(ctx context.Context)) {
	s.behind.add(1)
	s.spawn(what, func(ctx context.Context) {
		defer s.behind.add(-1)
		f(ctx)
	})
}

// behind counts what is not yet taken up.
type behind struct {
	mu sync.Mutex // guards what follows
	n  int
	// none is closed when there is nothing; nil if nobody waits.
	none chan struct{}
}

func (b *behind) add(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.n += n; b.n == 0 && b.none != nil {
		close(b.none)
		b.none = nil
	}
}

// wait waits until everything is taken up, at most for d.
func (b *behind) wait(ctx context.Context, d time.Duration) {
	b.mu.Lock()
	if b.n == 0 {
		b.mu.Unlock()
		return
	}
	if b.none == nil {
		b.none = make(chan struct{})
	}
	none := b.none
	b.mu.Unlock()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-none:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// stop waits, but not for ever, for what is under way.
func (s *server) stop() {
	s.sched.stop()
	s.mu.Lock()
	s.ending = true
	s.mu.Unlock()
	done := make(chan struct{})
	go func() {
		s.work.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(patience):
		s.log.Warn("the end does not wait for an analysis that is under way")
	}
}
