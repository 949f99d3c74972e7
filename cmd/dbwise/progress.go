package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// patience is how long a run may take before it tells how far it is.
const patience = time.Second

// progress is a line on a terminal that tells how far a run is. A nil one says
// nothing.
type progress struct {
	out  io.Writer
	quit chan struct{}
	done chan struct{}

	mu    sync.Mutex // guards what follows
	phase string
	at    int
	of    int
}

// startProgress begins to show the progress, on a terminal only.
func startProgress(w io.Writer) *progress {
	if !isTerminal(w) {
		return nil
	}
	p := &progress{out: w, quit: make(chan struct{}), done: make(chan struct{})}
	go p.show()
	return p
}

func (p *progress) show() {
	defer close(p.done)
	wait, shown := patience, false
	for {
		select {
		case <-p.quit:
			if shown {
				io.WriteString(p.out, "\r\x1b[K")
			}
			return
		case <-time.After(wait):
			fmt.Fprintf(p.out, "\r\x1b[K%s", p.line())
			wait, shown = patience/10, true
		}
	}
}

func (p *progress) line() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of == 0 {
		return p.phase + " …"
	}
	return fmt.Sprintf("%s %d of %d files", p.phase, p.at, p.of)
}

// begin starts a phase of so many steps, 0 if that is not known.
func (p *progress) begin(phase string, steps int) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.phase, p.at, p.of = phase, 0, steps
}

// step tells that one more step of a phase is done.
func (p *progress) step() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at++
}

// reach tells how many steps are done; calls may come out of order.
func (p *progress) reach(at, of int) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at, p.of = max(p.at, at), of
}

// stop takes the line away.
func (p *progress) stop() {
	if p == nil {
		return
	}
	close(p.quit)
	<-p.done
}
