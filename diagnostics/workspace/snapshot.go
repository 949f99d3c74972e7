// Package workspace holds what is known of all files together: the files and
// their facts, the databases they describe, which call reaches which query,
// and which table a model is.
//
// A Store has one writer and hands out Snapshots, which never change and may
// be read by any number of goroutines. Everything derived from more than one
// file is computed when it is first asked for and shared between snapshots
// until an edit concerns it. The package imports parsers and the floors below
// it; it knows no rules and no protocol.
//
//	store := workspace.NewStore(workspace.Options{})
//	snap, err := store.Load(ctx, []string{root}, nil)
//	for _, q := range snap.Queries(path) {
//		fmt.Println(q.Dump())
//	}
package workspace

import (
	"context"
	"maps"
	"strings"
	"sync"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/source"
)

// Snapshot is the state of the workspace at one moment.
type Snapshot struct {
	files   map[string]*fileState
	paths   []string
	roots   []string
	opts    Options
	omitted []Omitted
	indexed bool
	shared  *shared
	base    *Baseline

	schemaOnce sync.Once
	schema     *schemaLayer
	linksOnce  sync.Once
	links      *linkLayer
	// outside are the files that are no part of a history.
	outsideOnce sync.Once
	outside     []string
	// views are the view of each path asked for so far.
	views sync.Map
	// ups are the upSteps of each history asked for so far.
	ups sync.Map
}

// shared is what snapshots hand on to each other: the layers and views made
// last, of which a later one with the same sums need not make its own.
type shared struct {
	mu     sync.Mutex // guards what follows
	schema *schemaLayer
	links  *linkLayer
	views  map[string]*view

	// finding guards finders, which remember what they read of each root.
	finding sync.Mutex
	finders map[string]*migrations.Finder
}

// forget drops the views of files that are gone.
func (h *shared) forget(files map[string]*fileState) {
	h.mu.Lock()
	defer h.mu.Unlock()
	maps.DeleteFunc(h.views, func(p string, _ *view) bool { return files[p] == nil })
}

// Indexed reports whether the workspace's files have been read. Before, only
// open documents are known, and there are no databases.
func (s *Snapshot) Indexed() bool { return s.indexed }

// File is the current text of a path, nil if the workspace has no such file.
func (s *Snapshot) File(path string) *source.File {
	if f := s.files[path]; f != nil {
		return f.src
	}
	return nil
}

// Text is the current text of a path, nil only if the workspace has no such
// file.
func (s *Snapshot) Text(path string) []byte {
	f := s.files[path]
	switch {
	case f == nil:
		return nil
	case f.src.Text == nil:
		return []byte{}
	}
	return f.src.Text
}

// Facts are the facts of a file, nil if there is no such file or dbwise does
// not read it.
func (s *Snapshot) Facts(path string) *facts.Facts {
	f := s.files[path]
	if f == nil || f.src.Lang == source.Unknown {
		return nil
	}
	return f.facts(context.Background())
}

// Files lists all paths, sorted. It must not be changed.
func (s *Snapshot) Files() []string { return s.paths }

// Roots are the folders of the workspace.
func (s *Snapshot) Roots() []string { return s.roots }

// Rel is a path relative to the root it lies in.
func (s *Snapshot) Rel(path string) string {
	best := path
	for _, r := range s.roots {
		if rest, ok := strings.CutPrefix(path, strings.TrimSuffix(r, "/")+"/"); ok && len(rest) < len(best) {
			best = rest
		}
	}
	return best
}

// Context tells what a file is for.
func (s *Snapshot) Context(path string) source.Context { return source.ContextOf(s.Rel(path)) }

// Omitted lists what was left out, sorted by path.
func (s *Snapshot) Omitted() []Omitted { return s.omitted }

// known are the facts of a file without the promise of nodes, nil if there is
// no such file.
func (s *Snapshot) known(path string) *facts.Facts {
	f := s.files[path]
	if f == nil || f.src.Lang == source.Unknown {
		return nil
	}
	return f.known(context.Background()).fa
}
