package lsp

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"sync"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/source"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// world is everything findings depend on. Two worlds of one generation are the
// same.
type world struct {
	snap *workspace.Snapshot
	cfg  *configState
	gen  uint64
}

// result are the findings about one text in one world.
type result struct {
	// gen is the world's, hash and version those of the text.
	gen     uint64
	hash    source.Hash
	version int32
	diags   []diagnostics.Diagnostic
	// raw are the findings as the editor gets them, id identifies them.
	raw json.RawMessage
	id  string
}

// results remembers the last result of each path and numbers the worlds.
type results struct {
	mu     sync.Mutex // guards what follows
	gen    uint64
	snap   *workspace.Snapshot
	cfg    *configState
	byPath map[string]*result
	// making holds what is being made; closed when it is, or was given up.
	making map[flight]chan struct{}
}

type flight struct {
	path string
	gen  uint64
}

func (r *results) init() {
	r.byPath, r.making = map[string]*result{}, map[flight]chan struct{}{}
}

// take gives the result of a world if there is one. Otherwise the caller is to
// make it and then to call done, or to ask again once wait is closed.
func (r *results) take(path string, gen uint64) (old *result, wait <-chan struct{}, done func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	old = r.byPath[path]
	key := flight{path, gen}
	if old != nil && old.gen == gen {
		return old, nil, nil
	}
	if c := r.making[key]; c != nil {
		return old, c, nil
	}
	c := make(chan struct{})
	r.making[key] = c
	return old, nil, func() {
		r.mu.Lock()
		delete(r.making, key)
		r.mu.Unlock()
		close(c)
	}
}

// keep forgets the results of files that are gone.
func (r *results) keep(snap *workspace.Snapshot) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for p := range r.byPath {
		if snap.File(p) == nil {
			delete(r.byPath, p)
		}
	}
}

// world is the state of everything now.
func (s *server) world() world {
	snap, cfg := s.snapshot(), s.config.state()
	r := &s.results
	r.mu.Lock()
	defer r.mu.Unlock()
	if snap != r.snap || cfg != r.cfg {
		r.gen++
		r.snap, r.cfg = snap, cfg
	}
	return world{snap, cfg, r.gen}
}

// diagnose gives the findings about a file of the world; nil if dbwise does not
// read such a file. The error is ctx's alone.
func (s *server) diagnose(ctx context.Context, w world, path string) (*result, error) {
	f := w.snap.File(path)
	if f == nil || f.Lang == source.Unknown {
		return nil, nil
	}
	for {
		old, wait, done := s.results.take(path, w.gen)
		switch {
		case done != nil:
			defer done()
			return s.judge(ctx, w, f, old)
		case wait == nil:
			return old, nil
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// judge runs the rules over a file; old is its last result.
func (s *server) judge(ctx context.Context, w world, f *source.File, old *result) (*result, error) {
	diags, err := s.runnerFor(w).File(ctx, w.snap, w.cfg.of(f.Path), f.Path)
	if err != nil {
		return nil, err
	}
	n := &result{gen: w.gen, hash: f.Hash, version: f.Version, diags: diags}
	if old != nil && old.hash == n.hash && sameFindings(old.diags, diags) {
		n.raw, n.id = old.raw, old.id
	} else {
		n.raw = s.render(w, f, diags)
		sum := source.HashOf(n.raw)
		n.id = hex.EncodeToString(sum[:])
	}
	s.results.mu.Lock()
	defer s.results.mu.Unlock()
	if now := s.results.byPath[f.Path]; now == nil || now.gen <= n.gen {
		s.results.byPath[f.Path] = n
	}
	return n, nil
}

// runnerFor gives the rules that can judge in this world: before all files are
// read, those that need but the text.
func (s *server) runnerFor(w world) *diagnostics.Runner {
	if w.snap.Indexed() {
		return s.runner
	}
	return s.local
}

// sameFindings reports whether two sets look the same to the editor, given the
// same text. Findings that point into other files are never the same: those may
// have moved.
func sameFindings(a, b []diagnostics.Diagnostic) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if len(a[i].Related) > 0 || len(b[i].Related) > 0 || a[i].Span != b[i].Span || a[i].Rule != b[i].Rule ||
			a[i].Severity != b[i].Severity || a[i].Message != b[i].Message {
			return false
		}
	}
	return true
}

// render writes findings as the protocol has them.
func (s *server) render(w world, f *source.File, diags []diagnostics.Diagnostic) json.RawMessage {
	m := s.mapper(f)
	out := append(make([]byte, 0, 2+256*len(diags)), '[')
	for i := range diags {
		if i > 0 {
			out = append(out, ',')
		}
		d := s.diagnostic(w, m, &diags[i])
		next, err := protocol.AppendMarshal(out, &d)
		if err != nil {
			panic(err)
		}
		out = next
	}
	return append(out, ']')
}

var severities = map[diagnostics.Severity]protocol.DiagnosticSeverity{
	diagnostics.Error:   protocol.DiagnosticSeverityError,
	diagnostics.Warning: protocol.DiagnosticSeverityWarning,
	diagnostics.Info:    protocol.DiagnosticSeverityInformation,
	diagnostics.Hint:    protocol.DiagnosticSeverityHint,
}

func (s *server) diagnostic(w world, m *mapper, d *diagnostics.Diagnostic) protocol.Diagnostic {
	out := protocol.Diagnostic{
		Range:    m.rang(d.Span),
		Severity: severities[d.Severity],
		Code:     protocol.String(d.Rule),
		Source:   protocol.NewOptional("dbwise"),
		Message:  protocol.String(d.Message),
	}
	if href := s.href(d.Rule); href != "" && s.caps.TextDocument.PublishDiagnostics.CodeDescriptionSupport {
		out.CodeDescription = protocol.CodeDescription{Href: uri.URI(href)}
	}
	if s.caps.TextDocument.PublishDiagnostics.RelatedInformation {
		for _, r := range d.Related {
			f := w.snap.File(r.Path)
			if f == nil {
				continue
			}
			name, _ := s.uri(r.Path)
			out.RelatedInformation = append(out.RelatedInformation, protocol.DiagnosticRelatedInformation{
				Location: protocol.Location{URI: uri.URI(name), Range: s.mapper(f).rang(r.Span)}, Message: r.Message})
		}
	}
	return out
}

// href is the address of a rule's documentation, "" if there is none.
func (s *server) href(rule string) string {
	if s.opts.Docs == "" {
		return ""
	}
	return s.opts.Docs + "#" + rule
}
