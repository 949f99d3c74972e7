package lsp

import (
	"context"
	"encoding/json"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dbwise/dbwise/diagnostics/workspace"
)

// watched are the files whose changes on disk matter besides those that the
// workspace reads.
var watched = []string{
	"**/{dbwise.json,dbwise.jsonc}",
	"**/.git/{HEAD,FETCH_HEAD,packed-refs}",
	"**/.git/refs/remotes/**",
}

// registerCapabilities asks the editor to watch the disk, in the background.
func (s *server) registerCapabilities() {
	if s.caps.Workspace.Configuration {
		s.askSettings()
	}
	var regs []json.RawMessage
	if s.caps.Workspace.DidChangeConfig.DynamicRegistration {
		regs = append(regs, json.RawMessage(`{"id":"dbwise-settings","method":"workspace/didChangeConfiguration","registerOptions":{"section":"dbwise"}}`))
	}
	if s.caps.Workspace.DidChangeWatchedFiles.DynamicRegistration {
		regs = append(regs, json.RawMessage(`{"id":"dbwise-files","method":"workspace/didChangeWatchedFiles","registerOptions":{"watchers":`+watchers()+`}}`))
	}
	if len(regs) == 0 {
		return
	}
	params, _ := json.Marshal(map[string]any{"registrations": regs})
	s.spawn("registration", func(ctx context.Context) {
		if err := s.client.call(ctx, "client/registerCapability", json.RawMessage(params), nil); err != nil && ctx.Err() == nil {
			s.log.Warn("the editor does not watch files", "error", err)
		}
	})
}

// watchers are the patterns. Editors report a deleted folder as one event under
// its own name, so every deletion is watched.
func watchers() string {
	type watcher struct {
		Glob string `json:"globPattern"`
		Kind int    `json:"kind,omitempty"`
	}
	list := []watcher{{Glob: "**/*", Kind: 4}}
	for _, g := range slices.Concat(workspace.Globs(), watched) {
		list = append(list, watcher{Glob: g})
	}
	b, _ := json.Marshal(list)
	return string(b)
}

// diskWork reads files again that changed on disk, many at a time.
type diskWork struct {
	mu      sync.Mutex // guards what follows
	pending map[string]bool
	busy    bool
}

// settle is how long events are collected before they are looked at.
const settle = 30 * time.Millisecond

func (s *server) reload(paths ...string) {
	d := &s.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pending == nil {
		d.pending = map[string]bool{}
	}
	for _, p := range paths {
		d.pending[p] = true
	}
	if !d.busy && len(d.pending) > 0 {
		d.busy = true
		s.catchUp("files on disk", s.reloadPending)
	}
}

func (s *server) reloadPending(ctx context.Context) {
	for {
		select {
		case <-time.After(settle):
		case <-ctx.Done():
			return
		}
		s.disk.mu.Lock()
		paths := make([]string, 0, len(s.disk.pending))
		for p := range s.disk.pending {
			paths = append(paths, p)
		}
		s.disk.pending = nil
		s.disk.busy = len(paths) > 0
		s.disk.mu.Unlock()
		if len(paths) == 0 {
			return
		}
		// Before the index is there, reading it sees the disk as it is; events
		// meanwhile may be about files it has read already.
		select {
		case <-s.index.ready:
		case <-ctx.Done():
			return
		}
		s.results.keep(s.store.Reload(paths...))
		s.land(ctx)
		s.changed()
	}
}

func (s *server) didChangeWatchedFiles(params []byte) error {
	var p struct {
		Changes []struct {
			URI string `json:"uri"`
		} `json:"changes"`
	}
	if err := decode(params, &p); err != nil {
		return err
	}
	var paths []string
	for _, c := range p.Changes {
		paths = append(paths, pathOf(c.URI))
	}
	s.diskChanged(paths)
	return nil
}

// diskChanged takes up what came, changed or went on disk.
func (s *server) diskChanged(paths []string) {
	files := s.store.Snapshot().Files()
	var again []string
	config, branches := false, false
	for _, p := range paths {
		switch {
		case isConfig(p):
			config = true
		case strings.Contains(p, "/.git/"):
			branches = true
		case isFile(p) && (workspace.Reads(p) || isFolderOf(files, p)):
			again = append(again, p)
		}
	}
	if config {
		s.reconfigure()
	}
	if branches {
		s.catchUp("what has landed", s.land)
	}
	s.reload(again...)
}

func isConfig(p string) bool {
	base := path.Base(p)
	return base == "dbwise.json" || base == "dbwise.jsonc"
}

// isFolderOf reports whether one of the sorted files lies below dir.
func isFolderOf(files []string, dir string) bool {
	i, _ := slices.BinarySearch(files, dir+"/")
	return i < len(files) && strings.HasPrefix(files[i], dir+"/")
}

// filesOperated handles what the user did to files in the editor: it comes
// earlier than the watcher's events, and where nobody watches.
func (s *server) filesOperated(params []byte) error {
	var p struct {
		Files []struct {
			URI    string `json:"uri"`
			OldURI string `json:"oldUri"`
			NewURI string `json:"newUri"`
		} `json:"files"`
	}
	if err := decode(params, &p); err != nil {
		return err
	}
	var paths []string
	for _, f := range p.Files {
		for _, u := range []string{f.URI, f.OldURI, f.NewURI} {
			if u != "" {
				paths = append(paths, pathOf(u))
			}
		}
	}
	s.reload(paths...)
	return nil
}

func (s *server) didChangeWorkspaceFolders(params []byte) error {
	var p struct {
		Event struct {
			Added   []workspaceFolder `json:"added"`
			Removed []workspaceFolder `json:"removed"`
		} `json:"event"`
	}
	if err := decode(params, &p); err != nil {
		return err
	}
	roots := s.index.rootsNow()
	for _, f := range p.Event.Removed {
		roots = slices.DeleteFunc(roots, func(r string) bool { return r == pathOf(f.URI) })
	}
	for _, f := range p.Event.Added {
		if r := pathOf(f.URI); isFile(r) && !slices.Contains(roots, r) {
			roots = append(roots, r)
		}
	}
	s.index.setRoots(roots)
	s.index.start(s)
	return nil
}
