package lsp

import (
	"context"
	"encoding/json"
	"strconv"
	"sync"
)

// pusher sends findings to editors that do not ask for them. A document's set
// is sent when it differs from the one sent before, also if only the lines
// moved; to editors that look at versions, each version is acknowledged.
type pusher struct {
	s  *server
	mu sync.Mutex // guards sent, and the order of what is sent
	// sent is what the editor shows, by path.
	sent map[string]published
}

type published struct {
	uri, id string
	version int32
	// gen is the world's it was made in.
	gen uint64
}

func (p *pusher) init(s *server) { p.s, p.sent = s, map[string]published{} }

// refreshDocument makes the findings of an open document and sends them.
func (s *server) refreshDocument(ctx context.Context, path string) {
	r, err := s.diagnose(ctx, s.world(), path)
	if err != nil || r == nil || ctx.Err() != nil {
		return
	}
	s.push.publish(path, r)
}

// publish sends a result unless the document is at another version by now.
func (p *pusher) publish(path string, r *result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.s.current(path, r.version) {
		return
	}
	old, known := p.sent[path]
	if known && r.gen < old.gen {
		// Of two looks at one text the one that knew more was faster.
		return
	}
	versions := p.s.caps.TextDocument.PublishDiagnostics.VersionSupport
	same := known && old.id == r.id
	if same && (old.version == r.version || !versions) || !known && !versions && len(r.diags) == 0 {
		return
	}
	name, _ := p.s.uri(path)
	p.sent[path] = published{uri: name, id: r.id, version: r.version, gen: r.gen}
	p.send(name, &r.version, r.raw)
}

// send writes the notification around findings that are JSON already.
func (p *pusher) send(uri string, version *int32, raw json.RawMessage) {
	name, _ := json.Marshal(uri)
	b := append(make([]byte, 0, len(raw)+len(name)+64), `{"uri":`...)
	b = append(b, name...)
	if version != nil && p.s.caps.TextDocument.PublishDiagnostics.VersionSupport {
		b = strconv.AppendInt(append(b, `,"version":`...), int64(*version), 10)
	}
	b = append(append(b, `,"diagnostics":`...), raw...)
	p.s.client.notify("textDocument/publishDiagnostics", json.RawMessage(append(b, '}')))
}

// closed takes the findings of a closed document off the screen.
func (s *server) closed(d *document) {
	s.lenses.forget(d.path)
	if s.caps.pulls() {
		s.pull.forget(d.path)
	} else {
		p := &s.push
		p.mu.Lock()
		if old, ok := p.sent[d.path]; ok {
			delete(p.sent, d.path)
			p.send(old.uri, nil, json.RawMessage("[]"))
		}
		p.mu.Unlock()
	}
	s.changed()
}
