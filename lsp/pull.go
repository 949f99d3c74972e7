package lsp

import (
	"context"
	"encoding/json"
	"strconv"
	"sync"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// grace is how long the first answers wait for the index: most workspaces are
// read by then, and nothing flickers. An editor that cannot be told to ask
// again is worth a longer wait.
const (
	grace     = 300 * time.Millisecond
	longGrace = 3 * time.Second
	// vigil is how long a workspace request stays open while nothing changes.
	vigil = 20 * time.Second
)

// puller knows what editors that ask for findings were told.
type puller struct {
	mu sync.Mutex // guards what follows
	// told is the last answer about an open document.
	told map[string]published
	// news is closed, and made anew, when findings may have changed.
	news chan struct{}
}

func (p *puller) init() { p.told, p.news = map[string]published{}, make(chan struct{}) }

func (p *puller) forget(path string) {
	p.mu.Lock()
	delete(p.told, path)
	p.mu.Unlock()
}

func (p *puller) wait() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.news
}

func (p *puller) announce() {
	p.mu.Lock()
	close(p.news)
	p.news = make(chan struct{})
	p.mu.Unlock()
}

// errAgain says that the text changed while it was looked at. Editors ask again
// of their own accord after ServerCancelled; after ContentModified VS Code would
// show no findings at all.
func errAgain() error {
	e := jsonrpc2.NewError(jsonrpc2.Code(protocol.LSPErrorCodesServerCancelled), "the document changed meanwhile")
	e.Data = jsonrpc2.RawMessage(`{"retriggerRequest":true}`)
	return e
}

func (s *server) documentDiagnostic(params []byte) (answer, error) {
	var p struct {
		TextDocument     textDocument `json:"textDocument"`
		PreviousResultID string       `json:"previousResultId"`
	}
	if err := decode(params, &p); err != nil {
		return nil, err
	}
	path := pathOf(p.TextDocument.URI)
	w := s.world()
	return func(ctx context.Context) (any, error) {
		if !w.snap.Indexed() {
			s.index.wait(ctx, s.graceTime())
			w = s.world()
		}
		r, err := s.diagnose(ctx, w, path)
		if err != nil {
			return nil, err
		}
		if r == nil {
			return fullReport(&result{raw: json.RawMessage("[]")}), nil
		}
		if _, version := s.uri(path); version != nil {
			if *version != r.version {
				return nil, errAgain()
			}
			s.pull.mu.Lock()
			s.pull.told[path] = published{id: r.id, version: r.version}
			s.pull.mu.Unlock()
			if s.world().gen != w.gen {
				// Whoever looked for what is no longer true did not know of this yet.
				s.changed()
			}
		}
		if p.PreviousResultID == r.id {
			return unchangedReport(r), nil
		}
		return fullReport(r), nil
	}, nil
}

func (s *server) graceTime() time.Duration {
	if s.caps.Workspace.Diagnostics.RefreshSupport {
		return grace
	}
	return longGrace
}

func fullReport(r *result) json.RawMessage {
	b := []byte(`{"kind":"full"`)
	if r.id != "" {
		b = append(append(append(b, `,"resultId":"`...), r.id...), '"')
	}
	b = append(append(b, `,"items":`...), r.raw...)
	return append(b, '}')
}

func unchangedReport(r *result) json.RawMessage {
	return json.RawMessage(`{"kind":"unchanged","resultId":"` + r.id + `"}`)
}

// inWorkspace turns the report of a document into one of a workspace.
func inWorkspace(report json.RawMessage, uri string, version *int32) json.RawMessage {
	name, _ := json.Marshal(uri)
	b := append(make([]byte, 0, len(report)+len(name)+32), `{"uri":`...)
	b = append(append(b, name...), `,"version":`...)
	if version == nil {
		b = append(b, "null"...)
	} else {
		b = strconv.AppendInt(b, int64(*version), 10)
	}
	return append(append(b, ','), report[1:]...)
}

type workspaceDiagnosticParams struct {
	PartialResultToken json.RawMessage `json:"partialResultToken"`
	Previous           []struct {
		URI   string `json:"uri"`
		Value string `json:"value"`
	} `json:"previousResultIds"`
}

func (s *server) workspaceDiagnostic(params []byte) (answer, error) {
	var p workspaceDiagnosticParams
	if err := decode(params, &p); err != nil {
		return nil, err
	}
	return func(ctx context.Context) (any, error) { return s.workspaceReport(ctx, &p) }, nil
}

// workspaceReport reports what differs from what the editor has. While nothing
// does, and the editor has something, the answer waits for news: editors ask
// again as soon as they are answered.
func (s *server) workspaceReport(ctx context.Context, p *workspaceDiagnosticParams) (any, error) {
	s.index.wait(ctx, callTimeout)
	s.behind.wait(ctx, longGrace)
	deadline := time.NewTimer(vigil)
	defer deadline.Stop()
	for {
		news := s.pull.wait()
		items, err := s.workspaceItems(ctx, p)
		if err != nil {
			return nil, err
		}
		if len(items) > 0 || len(p.Previous) == 0 {
			return s.workspaceResult(p, items), nil
		}
		select {
		case <-news:
		case <-deadline.C:
			return s.workspaceResult(p, nil), nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// workspaceItems lists the reports of files whose findings differ from the
// previous ones, those that are gone included.
func (s *server) workspaceItems(ctx context.Context, p *workspaceDiagnosticParams) ([]json.RawMessage, error) {
	w := s.world()
	previous := map[string]string{}
	names := map[string]string{}
	for _, r := range p.Previous {
		path := pathOf(r.URI)
		previous[path], names[path] = r.Value, r.URI
	}
	var items []json.RawMessage
	for _, path := range w.snap.Files() {
		r, err := s.diagnose(ctx, w, path)
		if err != nil {
			return nil, err
		}
		before, had := previous[path]
		delete(previous, path)
		if r == nil || had && before == r.id || !had && len(r.diags) == 0 {
			continue
		}
		name, version := s.uri(path)
		items = append(items, inWorkspace(fullReport(r), name, version))
	}
	for path, id := range previous {
		if id != goneID {
			items = append(items, inWorkspace(fullReport(&result{id: goneID, raw: json.RawMessage("[]")}), names[path], nil))
		}
	}
	return items, ctx.Err()
}

// goneID is the result of a file that is no more.
const goneID = "gone"

// partSize is how many reports go into one part of an answer.
const partSize = 100

// workspaceResult is the answer, or the end of one whose parts were sent.
func (s *server) workspaceResult(p *workspaceDiagnosticParams, items []json.RawMessage) any {
	if len(p.PartialResultToken) > 0 && string(p.PartialResultToken) != "null" {
		for len(items) > 0 {
			n := min(partSize, len(items))
			s.client.notify("$/progress", json.RawMessage(`{"token":`+string(p.PartialResultToken)+`,"value":`+string(itemsOf(items[:n]))+`}`))
			items = items[n:]
		}
	}
	return itemsOf(items)
}

func itemsOf(items []json.RawMessage) json.RawMessage {
	b := []byte(`{"items":[`)
	for i, it := range items {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, it...)
	}
	return append(b, "]}"...)
}

// refreshPulled asks the editor to ask again if what it was told of open
// documents is no longer true. The document being typed in is asked about
// anyway.
func (s *server) refreshPulled(ctx context.Context) {
	s.pull.announce()
	if !s.caps.Workspace.Diagnostics.RefreshSupport {
		return
	}
	s.pull.mu.Lock()
	told := make(map[string]published, len(s.pull.told))
	for path, t := range s.pull.told {
		told[path] = t
	}
	s.pull.mu.Unlock()
	w := s.world()
	for path, t := range told {
		r, err := s.diagnose(ctx, w, path)
		if err != nil {
			return
		}
		if r == nil || r.version != t.version || r.id == t.id {
			continue
		}
		s.spawn("refresh", func(ctx context.Context) {
			_ = s.client.call(ctx, "workspace/diagnostic/refresh", nil, nil)
		})
		return
	}
}
