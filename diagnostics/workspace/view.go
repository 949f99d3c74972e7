package workspace

import (
	"context"
	"sync"

	"github.com/dbwise/dbwise/parsers/facts"
)

// view is one file seen in the light of all others. It is shared between
// snapshots in which neither the file nor what it depends on changed.
type view struct {
	file *fileState
	// fa are the facts it is made of; whole says that they hold nodes.
	fa     *facts.Facts
	whole  bool
	schema *schemaLayer
	links  *linkLayer // nil for files that are no program
	base   *Baseline

	landOnce sync.Once
	landing  Landing

	ordinalOnce sync.Once
	ordinal     []int

	scriptOnce sync.Once
	replayed   *script
	queryOnce  sync.Once
	queries    []*Query
	byCall     map[int]*Query
	// callLock guards calls and through: the texts in which the places stand
	// that the calls tell. They move while the links stay.
	callLock  sync.Mutex
	calls     []*Call
	through   map[string]*fileState
	namesOnce sync.Once
	names     mentions
}

// view is the view of a file of the workspace. Its calls may lack nodes.
func (s *Snapshot) view(path string) *view {
	if v, ok := s.views.Load(path); ok {
		return v.(*view)
	}
	f := s.files[path]
	r := f.known(context.Background())
	return s.viewOf(path, f, r)
}

// wholeView is the view of a file with all nodes.
func (s *Snapshot) wholeView(path string) *view {
	f := s.files[path]
	if v, ok := s.views.Load(path); ok && v.(*view).whole {
		return v.(*view)
	}
	fa := f.facts(context.Background())
	return s.viewOf(path, f, &reading{fa: fa, whole: true})
}

func (s *Snapshot) viewOf(path string, f *fileState, r *reading) *view {
	want := &view{file: f, fa: r.fa, whole: r.whole, schema: s.schemaNow(), base: s.base}
	if f.src.Lang.Host() {
		want.links = s.linksNow()
	}
	s.shared.mu.Lock()
	defer s.shared.mu.Unlock()
	if old := s.shared.views[path]; old != nil && old.file == want.file && old.schema == want.schema && old.links == want.links && old.base == want.base && (old.whole || !want.whole) {
		want = old
	} else {
		s.shared.views[path] = want
	}
	s.views.Store(path, want)
	return want
}

func (v *view) script(s *Snapshot) *script {
	v.scriptOnce.Do(func() { v.replayed = s.replay(v.file.src.Path, v.fa) })
	return v.replayed
}

// ordinals are the indexes of the file's observable calls.
func (v *view) ordinals() []int {
	v.ordinalOnce.Do(func() { v.ordinal = ordinals(v.fa) })
	return v.ordinal
}
