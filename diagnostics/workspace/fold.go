package workspace

import (
	"context"
	"maps"
	"path"
	"slices"
	"sync"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// schemaLayer is what all files together say about databases.
type schemaLayer struct {
	sum       sum
	histories []*history
	databases []*Database
	// places finds a file in its history.
	places map[string]place
	// models finds a model by the file and name of its declaration.
	models map[declared]*schema.Model
	// of finds the database a model was merged into.
	of map[*schema.Model][]*Database
	// dirs are the folders of the histories. The whole text of a file in one
	// of them counts: comments tell runners about directions and transactions.
	dirs map[string]bool
}

type place struct {
	history *history
	index   int
}

type declared struct{ path, name string }

// history is a folded history.
type history struct {
	*migrations.History
	root string
	// marks are the states before each file: one costs what changed since the last.
	marks []mark
	// chain[i] identifies what the first i files say.
	chain []sum
	final *schema.Catalog
	gaps
	db *Database

	definersOnce sync.Once
	definers     []int

	releaseLock sync.Mutex // guards release
	release     *release
}

// gaps count what keeps a history from telling the whole schema.
type gaps struct {
	// unread are statements that could not be read, missing changes of tables
	// that no file makes.
	unread, missing int
}

// mark is the schema before a file of a history, with the gaps up to there.
type mark struct {
	catalog *schema.Catalog
	gaps
}

// schemaNow is the schema layer of the snapshot.
func (s *Snapshot) schemaNow() *schemaLayer {
	s.schemaOnce.Do(func() {
		s.shared.mu.Lock()
		last := s.shared.schema
		s.shared.mu.Unlock()
		if last != nil && last.sum == s.schemaTotal(last.dirs) {
			s.schema = last
			return
		}
		s.schema = s.buildSchema(last)
		s.schema.sum = s.schemaTotal(s.schema.dirs)
		s.shared.mu.Lock()
		s.shared.schema = s.schema
		maps.DeleteFunc(s.shared.views, func(_ string, v *view) bool { return v.schema != s.schema })
		s.shared.mu.Unlock()
	})
	return s.schema
}

// schemaTotal identifies what all files say about databases, if these are the
// folders of histories.
func (s *Snapshot) schemaTotal(dirs map[string]bool) sum {
	total := sum{uint64(len(s.roots)), 0}
	if s.indexed {
		total[1] = 1
	}
	for _, m := range s.opts.Migrations {
		total.add(sumOf([]byte(m)))
	}
	total.add(sumOf([]byte(s.opts.Dialect), []byte{byte(s.opts.ServerVersion)}))
	for p, f := range s.files {
		switch {
		case f.src.Lang == source.SQL:
			total.add(f.known(context.Background()).schema)
			total.add(f.pathSum())
			if dirs[path.Dir(p)] {
				total.add(f.textSum())
			}
		case f.src.Lang == source.Unknown:
			if IsConfig(p) {
				total.add(f.textSum())
			}
		default:
			total.add(f.known(context.Background()).schema)
		}
	}
	return total
}

// buildSchema discovers and folds everything. What did not change since last
// is taken from there.
func (s *Snapshot) buildSchema(last *schemaLayer) *schemaLayer {
	l := &schemaLayer{places: map[string]place{}, models: map[declared]*schema.Model{}, of: map[*schema.Model][]*Database{},
		dirs: map[string]bool{}}
	if !s.indexed {
		l.histories = s.discover()
		l.place()
		return l
	}
	l.histories = s.discover()
	for _, h := range l.histories {
		s.fold(h, last.history(h))
	}
	l.place()
	b := &grouping{snapshot: s, layer: l}
	b.build()
	return l
}

func (l *schemaLayer) place() {
	for _, h := range l.histories {
		l.dirs[h.Dir] = true
		for i := range h.Migrations {
			l.places[h.Migrations[i].Path] = place{h, i}
			l.dirs[path.Dir(h.Migrations[i].Path)] = true
		}
	}
}

// history finds what h was before.
func (l *schemaLayer) history(h *history) *history {
	if l == nil {
		return nil
	}
	for _, old := range l.histories {
		if old.Dir == h.Dir && old.Runner == h.Runner && old.final != nil {
			return old
		}
	}
	return nil
}

// discover finds the histories, root by root: what a folder is called above
// the root tells nothing.
func (s *Snapshot) discover() []*history {
	byRoot := map[string][]string{}
	for _, p := range s.paths {
		if lang := s.files[p].src.Lang; lang == source.SQL || lang == source.Unknown || lang == source.Changelog || migrations.Program(p) || len(s.programs(p)) > 0 || len(s.modes(p)) > 0 {
			root := s.rootOf(p)
			byRoot[root] = append(byRoot[root], p)
		}
	}
	read := func(p string) []byte {
		if f := s.files[p]; f != nil {
			return f.src.Text
		}
		return nil
	}
	s.shared.finding.Lock()
	defer s.shared.finding.Unlock()
	var out []*history
	for _, root := range slices.Sorted(keysOf(byRoot)) {
		finder := s.shared.finders[root]
		if finder == nil {
			finder = &migrations.Finder{}
			if s.shared.finders == nil {
				s.shared.finders = map[string]*migrations.Finder{}
			}
			s.shared.finders[root] = finder
		}
		finder.Programs, finder.Modes, finder.Includes = s.programs, s.modes, s.includes
		for _, h := range finder.Discover(byRoot[root], read, s.opts.Migrations...) {
			out = append(out, &history{History: &h, root: root})
		}
	}
	return out
}

// programs are the migrations that a program file holds.
func (s *Snapshot) programs(p string) []facts.Program {
	if f := s.files[p]; f == nil || !f.src.Lang.Host() && f.src.Lang != source.Changelog {
		return nil
	}
	return s.known(p).Programs
}

// includes are what a change log includes.
func (s *Snapshot) includes(p string) []string {
	if f := s.files[p]; f == nil || f.src.Lang != source.Changelog {
		return nil
	}
	return s.known(p).Includes
}

// modes are what a program file says of how migrations are run.
func (s *Snapshot) modes(p string) []facts.Mode {
	if f := s.files[p]; f == nil || !f.src.Lang.Host() {
		return nil
	}
	return s.known(p).Modes
}

func keysOf[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// rootOf is the root a path lies in, the deepest if several, "" if none.
func (s *Snapshot) rootOf(p string) string {
	best := ""
	for _, r := range s.roots {
		if len(r) > len(best) && isWithin(p, r) {
			best = r
		}
	}
	return best
}

// fold applies the up direction of a history, from the last mark on that old
// has in common with it.
func (s *Snapshot) fold(h *history, old *history) {
	h.chain = make([]sum, 1, len(h.Migrations)+1)
	for i := range h.Migrations {
		m := &h.Migrations[i]
		next := h.chain[i]
		next[0], next[1] = next[1]*31+1, next[0]*17
		next.add(s.files[m.Path].known(context.Background()).schema)
		next.add(sumOf([]byte(m.Path), spanBytes(m.Up)))
		h.chain = append(h.chain, next)
	}
	b, from := schema.NewBuilder(nil), 0
	if old != nil {
		for from < len(old.marks) && from < len(h.Migrations) && old.chain[from] == h.chain[from] {
			from++
		}
		if from = max(from-1, 0); from > 0 {
			b, h.gaps = schema.NewBuilder(old.marks[from].catalog), old.marks[from].gaps
			h.marks = slices.Clone(old.marks[:from])
		}
	}
	for i := from; i < len(h.Migrations); i++ {
		h.marks = append(h.marks, mark{b.Freeze(), h.gaps})
		s.applyFile(b, h, i, &h.gaps)
	}
	h.final = b.Freeze()
}

func spanBytes(spans []source.Span) []byte {
	var out []byte
	for _, s := range spans {
		out = append(out, byte(s.Start), byte(s.Start>>8), byte(s.Start>>16), byte(s.End), byte(s.End>>8), byte(s.End>>16))
	}
	return out
}

// applyFile applies the up direction of one file and counts its gaps.
func (s *Snapshot) applyFile(b *schema.Builder, h *history, i int, g *gaps) {
	m := &h.Migrations[i]
	if m.Up == nil {
		return
	}
	fa := s.known(m.Path)
	foreign := h.foreign(fa)
	for j := range fa.Programs {
		if fa.Programs[j].Partial {
			g.unread++
		}
	}
	for _, u := range unitsOf(m, fa) {
		for _, j := range u.Up {
			st := &fa.Statements[j]
			if foreign || st.Problem != nil && changes(st.Head) {
				g.unread++
			}
			for k := range st.Changes {
				c := &st.Changes[k]
				before, after := b.Apply(c)
				if before == nil && after == nil && needsTable[c.Kind] && !c.IfExists {
					g.missing++
				}
			}
		}
		b.EndSession()
	}
}

// needsTable are the changes of a table that must exist.
var needsTable = map[schema.Kind]bool{schema.RenameTable: true, schema.SetSchema: true, schema.AddColumn: true, schema.DropColumn: true,
	schema.RenameColumn: true, schema.AlterType: true, schema.SetNotNull: true, schema.DropNotNull: true, schema.SetDefault: true,
	schema.DropDefault: true, schema.AddConstraint: true, schema.DropConstraint: true, schema.CreateIndex: true, schema.DropTable: true}

// whole reports whether the files tell the whole schema. A history that changes
// a table it never makes began before its first file.
func (h *history) whole() bool { return !h.Partial && h.gaps == gaps{} }

// foreign reports whether a file is written in a dialect that is not read.
func (h *history) foreign(fa *facts.Facts) bool {
	if h.Dialect != query.Generic {
		return foreign(h.Dialect)
	}
	return foreign(fa.Dialect)
}

func foreign(d query.Dialect) bool { return d != query.Generic && d != query.PostgreSQL }

// before is the schema before a file of the history, to be changed by the
// caller.
func (s *Snapshot) before(h *history, index int) *schema.Builder {
	if index < len(h.marks) {
		return schema.NewBuilder(h.marks[index].catalog)
	}
	return schema.NewBuilder(h.final)
}

func covered(spans []source.Span, s source.Span) bool {
	return slices.ContainsFunc(spans, func(o source.Span) bool { return o.Covers(s) })
}

func isWithin(p, dir string) bool {
	return p == dir || len(p) > len(dir) && p[:len(dir)] == dir && (p[len(dir)] == '/' || len(dir) > 0 && dir[len(dir)-1] == '/')
}
