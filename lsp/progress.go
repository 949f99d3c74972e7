package lsp

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"go.lsp.dev/protocol"
)

// progress shows the reading of the workspace, in editors that can. It waits
// for nobody: until the editor has agreed, nothing is shown.
type progress struct {
	s *server

	mu     sync.Mutex // guards what follows
	token  string
	agreed bool
	ended  bool
	last   time.Time
}

// progressStep is the least time between two reports.
const progressStep = 100 * time.Millisecond

func (s *server) startProgress(ctx context.Context) *progress {
	p := &progress{s: s}
	if !s.caps.Window.WorkDoneProgress {
		return p
	}
	s.index.mu.Lock()
	s.index.rounds++
	p.token = fmt.Sprintf("dbwise-index-%d", s.index.rounds)
	s.index.mu.Unlock()
	token, _ := json.Marshal(p.token)
	s.spawn("progress", func(context.Context) {
		err := s.client.call(s.ctx, "window/workDoneProgress/create", json.RawMessage(`{"token":`+string(token)+`}`), nil)
		if err != nil {
			return
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.ended || ctx.Err() != nil {
			return
		}
		p.agreed = true
		no := false
		p.send(&protocol.WorkDoneProgressBegin{Kind: "begin", Title: "dbwise: reading the workspace", Cancellable: &no})
	})
	return p
}

// send writes a report; the lock is held.
func (p *progress) send(value any) {
	raw, err := protocol.Marshal(value)
	if err != nil {
		panic(err)
	}
	p.s.client.notify("$/progress", &protocol.ProgressParams{Token: protocol.String(p.token), Value: raw})
}

// report is called after each file, from several goroutines.
func (p *progress) report(done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.agreed || p.ended || total == 0 || time.Since(p.last) < progressStep {
		return
	}
	p.last = time.Now()
	percent, text := uint32(100*done/total), fmt.Sprintf("%d of %d files", done, total)
	p.send(&protocol.WorkDoneProgressReport{Kind: "report", Message: &text, Percentage: &percent})
}

func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.agreed && !p.ended {
		p.send(&protocol.WorkDoneProgressEnd{Kind: "end"})
	}
	p.ended = true
}

// progressCancelled changes nothing: the reading cannot be cancelled, and says so.
func (s *server) progressCancelled([]byte) error { return nil }
