package workspace

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/dbwise/dbwise/parsers"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
	"golang.org/x/sync/errgroup"
)

// Options are what the configuration says about the workspace. The zero value
// works.
type Options struct {
	// Dialect of SQL files and of queries whose database nothing else tells.
	Dialect query.Dialect
	// Migrations are folders, absolute, to be read as migrations whatever they
	// look like.
	Migrations []string
	// Applied are the last migrations that have run in production, by absolute
	// folder: a version, or the name of a file or folder.
	Applied map[string]string
	// ServerVersion is the major version of the database server, 0 if nobody
	// said: effects are those of the newest.
	ServerVersion int
	// FactsBytes bounds what is kept of program files beyond what other files
	// need to know; 0 means 64 MiB.
	FactsBytes int
}

// Store holds the workspace as it is now. Its methods may be called from any
// goroutine; edits of one document must come in order. Nothing is parsed and no
// file is read while the lock is held.
type Store struct {
	cache  *factsCache
	pool   documentPool
	shared *shared

	mu   sync.Mutex // guards what follows
	opts Options
	// disk are the files as the disk has them, open the documents of the
	// editor, which win.
	disk, open map[string]*fileState
	roots      []string
	omitted    []Omitted
	indexed    bool
	base       *Baseline
	current    *Snapshot
	// touched are paths reloaded while loads are under way.
	loads   int
	touched map[string]bool
}

// NewStore makes an empty store.
func NewStore(o Options) *Store {
	if o.FactsBytes == 0 {
		o.FactsBytes = 64 << 20
	}
	s := &Store{opts: o, cache: &factsCache{limit: o.FactsBytes}, shared: &shared{views: map[string]*view{}},
		disk: map[string]*fileState{}, open: map[string]*fileState{}}
	s.publish(true)
	return s
}

// Of is the snapshot of files that lie nowhere, below root: their names are
// relative to it.
func Of(o Options, root string, files map[string][]byte) *Snapshot {
	return OfBranch(o, root, files, nil)
}

// OfBranch is Of where something is known of the branch.
func OfBranch(o Options, root string, files map[string][]byte, base *Baseline) *Snapshot {
	s := NewStore(o)
	s.base = base
	for name, text := range files {
		p := filepath.ToSlash(filepath.Join(root, name))
		if Reads(p) && unfit(p, text) == "" {
			s.disk[p] = s.state(p, text)
		}
	}
	s.roots, s.indexed = []string{root}, true
	return s.publish(true)
}

// Snapshot is the workspace as it is now.
func (s *Store) Snapshot() *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current
}

func (s *Store) state(p string, text []byte) *fileState {
	return &fileState{src: source.NewFile(p, source.LangOf(p), text), opts: parsers.Options{Dialect: s.opts.Dialect}, cache: s.cache}
}

// publish makes the current snapshot; paths tells whether files came or went.
// The lock is held, except before the store is handed out.
func (s *Store) publish(paths bool) *Snapshot {
	next := s.with(s.disk, s.roots, s.omitted, s.indexed)
	if !paths {
		next.paths = s.current.paths
	} else {
		next.paths = slices.Sorted(maps.Keys(next.files))
		s.shared.forget(next.files)
	}
	s.current = next
	return next
}

// with is the workspace with these files on disk, but for its paths. The lock is
// held.
func (s *Store) with(disk map[string]*fileState, roots []string, omitted []Omitted, indexed bool) *Snapshot {
	files := maps.Clone(disk)
	maps.Copy(files, s.open)
	return &Snapshot{files: files, roots: roots, opts: s.opts, omitted: omitted, indexed: indexed, shared: s.shared, base: s.base}
}

// draft is what publish would make of files that were read; nobody but the
// caller sees it.
func (s *Store) draft(disk map[string]*fileState, roots []string, omitted []Omitted) *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.with(disk, roots, omitted, true)
	next.paths = slices.Sorted(maps.Keys(next.files))
	return next
}

// Configure replaces the options; files are read again where it matters.
func (s *Store) Configure(o Options) *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	again := o.Dialect != s.opts.Dialect
	s.opts = o
	if again {
		for _, m := range []map[string]*fileState{s.disk, s.open} {
			for p, f := range m {
				m[p] = &fileState{src: f.src, opts: parsers.Options{Dialect: o.Dialect}, doc: f.doc, cache: s.cache}
			}
		}
	}
	return s.publish(true)
}

// SetBaseline says what has landed; nil takes it back.
func (s *Store) SetBaseline(b *Baseline) *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.base == b {
		return s.current
	}
	s.base = b
	return s.publish(false)
}

// Load walks the roots and reads all files, on all processors. progress, which
// may be nil, is told after each file from several goroutines. Documents that
// are open stay as the editor has them. When ctx ends the store is as it was.
func (s *Store) Load(ctx context.Context, roots []string, progress func(done, total int)) (*Snapshot, error) {
	return s.LoadLanded(ctx, roots, progress, nil)
}

// LoadLanded is Load with a look at what has landed, given all files, before
// anybody else sees them. look may be nil: the baseline stays.
func (s *Store) LoadLanded(ctx context.Context, roots []string, progress func(done, total int), look func(*Snapshot) *Baseline) (*Snapshot, error) {
	s.mu.Lock()
	s.loads++
	s.mu.Unlock()
	snap, err := s.load(ctx, roots, progress, look)
	s.mu.Lock()
	s.loads--
	var again []string
	if s.loads == 0 {
		again, s.touched = slices.Collect(maps.Keys(s.touched)), nil
	}
	s.mu.Unlock()
	if err == nil && len(again) > 0 {
		snap = s.Reload(again...) // they may have been read before they changed
	}
	return snap, err
}

func (s *Store) load(ctx context.Context, roots []string, progress func(done, total int), look func(*Snapshot) *Baseline) (*Snapshot, error) {
	var files []string
	var omitted []Omitted
	roots = slices.Clone(roots)
	for i, root := range roots {
		roots[i] = filepath.ToSlash(filepath.Clean(root))
		found, err := Walk(ctx, root)
		if err != nil {
			return nil, err
		}
		files, omitted = append(files, found.Files...), append(omitted, found.Omitted...)
	}
	slices.Sort(files)
	files = slices.Compact(files)
	states, left, err := s.readAll(ctx, files, progress)
	if err != nil {
		return nil, err
	}
	omitted = append(omitted, left...)
	slices.SortFunc(omitted, func(a, b Omitted) int { return strings.Compare(a.Path, b.Path) })
	var base *Baseline
	if look != nil {
		base = look(s.draft(states, roots, omitted))
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if look != nil {
		s.base = base
	}
	s.disk, s.roots, s.omitted, s.indexed = states, roots, omitted, true
	return s.publish(true), nil
}

// readAll reads and extracts files.
func (s *Store) readAll(ctx context.Context, files []string, progress func(done, total int)) (map[string]*fileState, []Omitted, error) {
	s.mu.Lock()
	before := s.disk
	s.mu.Unlock()
	read := make([]*fileState, len(files))
	reasons := make([]string, len(files))
	var done atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, p := range files {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			read[i], reasons[i] = s.readFile(p, before[p])
			if read[i] != nil && read[i].known(ctx) == nil {
				return ctx.Err()
			}
			if n := int(done.Add(1)); progress != nil {
				progress(n, len(files))
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, nil, err
	}
	states := make(map[string]*fileState, len(files))
	var omitted []Omitted
	for i, f := range read {
		if f != nil {
			states[f.src.Path] = f
		} else {
			omitted = append(omitted, Omitted{Path: files[i], Reason: reasons[i]})
		}
	}
	return states, omitted, nil
}

// readFile reads one file from disk; before is its last version, which is kept
// if the text is the same. Without a file the reason tells why.
func (s *Store) readFile(p string, before *fileState) (*fileState, string) {
	text, err := os.ReadFile(filepath.FromSlash(p))
	if err != nil {
		return nil, "unreadable"
	}
	if reason := unfit(p, text); reason != "" {
		return nil, reason
	}
	f := s.state(p, text)
	if before != nil && before.src.Hash == f.src.Hash && before.opts == f.opts {
		return before, ""
	}
	return f, ""
}

// Edit opens a document or gives it a new text. It costs no parsing: facts are
// made when they are asked for.
func (s *Store) Edit(f *source.File) *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.open[f.Path]
	n := &fileState{src: f, opts: parsers.Options{Dialect: s.opts.Dialect}, cache: s.cache}
	if old != nil {
		n.doc = old.doc
	} else {
		n.doc = &document{pool: &s.pool}
	}
	for _, same := range []*fileState{old, s.disk[f.Path]} {
		if same != nil && same.src.Hash == f.Hash && same.src.Lang == f.Lang && same.opts == n.opts {
			n.read.Store(same.read.Load())
		}
	}
	s.open[f.Path] = n
	s.cache.drop(old)
	return s.publish(old == nil && s.disk[f.Path] == nil)
}

// CloseDocument gives the file back to the disk, which is read again.
func (s *Store) CloseDocument(p string) *Snapshot {
	s.mu.Lock()
	old := s.open[p]
	delete(s.open, p)
	s.mu.Unlock()
	if old != nil {
		s.pool.drop(old.doc)
	}
	return s.Reload(p)
}

// Reload reads files or folders again that changed on disk, came or went.
func (s *Store) Reload(paths ...string) *Snapshot {
	s.mu.Lock()
	roots, disk := s.roots, s.disk
	if s.loads > 0 {
		if s.touched == nil {
			s.touched = map[string]bool{}
		}
		for _, p := range paths {
			s.touched[p] = true
		}
	}
	s.mu.Unlock()
	fresh := map[string]*fileState{}
	for _, p := range paths {
		p = filepath.ToSlash(filepath.Clean(p))
		info, err := os.Stat(filepath.FromSlash(p))
		switch {
		case err != nil:
			for known := range disk {
				if known == p || strings.HasPrefix(known, p+"/") {
					fresh[known] = nil
				}
			}
		case info.IsDir():
			found, _ := Walk(context.Background(), p)
			for _, file := range found.Files {
				s.reload(file, roots, disk[file], fresh)
			}
		default:
			s.reload(p, roots, disk[p], fresh)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(fresh) == 0 {
		return s.publish(true)
	}
	s.disk = maps.Clone(s.disk)
	for p, f := range fresh {
		if f == nil {
			delete(s.disk, p)
		} else {
			s.disk[p] = f
		}
	}
	return s.publish(true)
}

// reload reads one file if it belongs to the workspace.
func (s *Store) reload(p string, roots []string, before *fileState, fresh map[string]*fileState) {
	inside := slices.ContainsFunc(roots, func(root string) bool { return !Ignored(root, p) })
	if !inside && before == nil {
		return
	}
	f, _ := s.readFile(p, before)
	if !inside {
		f = nil
	}
	fresh[p] = f
}
