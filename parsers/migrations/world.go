package migrations

import (
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// Finder discovers histories again and again and remembers what it saw in the
// texts that did not change. It belongs to one goroutine.
type Finder struct {
	// Programs gives the migrations that a program file holds, if any. Nil
	// leaves programs out.
	Programs func(path string) []facts.Program
	// Modes gives what a program file says of how migrations are run. Nil knows
	// nothing.
	Modes func(path string) []facts.Mode
	// Includes gives what a change log includes. Nil knows nothing.
	Includes func(path string) []string

	sheets map[string]*sheet
}

// sheet is what the text of one SQL file tells.
type sheet struct {
	text    []byte
	markers []sqltext.Marker
	// stmts is nil until statements is called.
	stmts []sqltext.Stmt
}

// statements are the statements of the file, without what is meant for a client.
func (s *sheet) statements() []sqltext.Stmt {
	if s.stmts == nil {
		s.stmts = make([]sqltext.Stmt, 0, 8)
		for _, st := range sqltext.Split(s.text) {
			if st.Kind == sqltext.SQL && !st.Span.Empty() {
				s.stmts = append(s.stmts, st)
			}
		}
	}
	return s.stmts
}

// world is what the layouts look at.
type world struct {
	finder *Finder
	read   func(string) []byte
	// files are all paths, dirs the SQL files of each folder by their name,
	// both sorted. Folders for tests and seeds have none.
	files []string
	dirs  map[string][]string
	order []string
	// claimed are the folders that belong to a history.
	claimed map[string]bool
	// forced are folders the user named.
	forced []string
	here   map[string]bool
	// marked are the markers in the files of each folder asked about.
	marked map[string]map[mark]bool
}

// Discover is the function of the same name.
func (f *Finder) Discover(files []string, read func(path string) []byte, folders ...string) []History {
	w := f.world(files, read, folders)
	var found []*History
	for _, l := range layouts {
		for _, h := range l.find(w) {
			h.Runner = orElse(h.Runner, l.runner)
			w.finish(h)
			found = append(found, h)
		}
	}
	found = w.programHistories(found)
	w.modes(found)
	found = w.sqlc(found)
	found = append(found, w.schemaFiles(found)...)
	f.forget(files)
	out := make([]History, 0, len(found))
	for _, h := range found {
		out = append(out, *h)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Dir < out[j].Dir })
	return out
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func (f *Finder) world(files []string, read func(string) []byte, folders []string) *world {
	if f.sheets == nil {
		f.sheets = map[string]*sheet{}
	}
	w := &world{finder: f, read: read, files: slices.Clone(files), dirs: map[string][]string{}, claimed: map[string]bool{},
		forced: folders, here: make(map[string]bool, len(files)), marked: map[string]map[mark]bool{}}
	slices.Sort(w.files)
	root := commonDir(w.files)
	for _, p := range w.files {
		w.here[p] = true
		dir := path.Dir(p)
		if !isSQL(p) || w.excluded(strings.TrimPrefix(dir, root)) && !w.isForced(dir) {
			continue
		}
		if _, ok := w.dirs[dir]; !ok {
			w.order = append(w.order, dir)
		}
		w.dirs[dir] = append(w.dirs[dir], path.Base(p))
	}
	return w
}

func isSQL(p string) bool { return strings.HasSuffix(p, ".sql") }

// excluded reports whether a folder, relative to the workspace, holds SQL that
// is no part of a schema's history.
func (w *world) excluded(rel string) bool {
	switch source.ContextOf(strings.TrimPrefix(rel, "/") + "/x") {
	case source.Test, source.Seed:
		return true
	}
	for _, part := range strings.Split(strings.ToLower(rel), "/") {
		switch part {
		case "queries", "query", "sqlc", "examples", "example", "docs", "dump", "dumps", "backup", "backups", "fixtures":
			return true
		}
	}
	return false
}

func (w *world) isForced(dir string) bool {
	return slices.ContainsFunc(w.forced, func(f string) bool { return within(dir, f) })
}

// within reports whether a path is a folder or lies below it.
func within(p, dir string) bool {
	dir = strings.TrimSuffix(dir, "/")
	return p == dir || strings.HasPrefix(p, dir+"/") || dir == "" || dir == "."
}

// commonDir is the deepest folder that holds all files.
func commonDir(sorted []string) string {
	if len(sorted) == 0 {
		return ""
	}
	dir := path.Dir(sorted[0])
	last := sorted[len(sorted)-1]
	for dir != "/" && dir != "." && !strings.HasPrefix(last, dir+"/") {
		dir = path.Dir(dir)
	}
	if path.Base(dir) == "migrations" || path.Base(dir) == "migration" {
		dir = path.Dir(dir)
	}
	return strings.TrimSuffix(dir, "/")
}

// each calls f for every folder with SQL files that nobody claimed.
func (w *world) each(f func(dir string, names []string)) {
	for _, dir := range w.order {
		if !w.claimed[dir] {
			f(dir, w.dirs[dir])
		}
	}
}

// sheet reads a file once for each of its texts.
func (w *world) sheet(p string) *sheet {
	text := w.read(p)
	s := w.finder.sheets[p]
	if s != nil && len(s.text) == len(text) && (len(text) == 0 || &s.text[0] == &text[0]) {
		return s
	}
	s = &sheet{text: text, markers: sqltext.Markers(text)}
	w.finder.sheets[p] = s
	return s
}

// forget drops the sheets of files that are gone.
func (f *Finder) forget(files []string) {
	if len(f.sheets) <= len(files) {
		return
	}
	have := make(map[string]bool, len(files))
	for _, p := range files {
		have[p] = true
	}
	for p := range f.sheets {
		if !have[p] {
			delete(f.sheets, p)
		}
	}
}

// has reports whether a file of the folder carries a tool's marker of one of
// these kinds.
func (w *world) has(dir string, names []string, tool sqltext.Tool, kinds ...sqltext.MarkerKind) bool {
	marked, known := w.marked[dir]
	if !known {
		marked = map[mark]bool{}
		for _, n := range names {
			for _, m := range w.sheet(path.Join(dir, n)).markers {
				marked[mark{m.Tool, m.Kind}] = true
			}
		}
		w.marked[dir] = marked
	}
	return slices.ContainsFunc(kinds, func(k sqltext.MarkerKind) bool { return marked[mark{tool, k}] })
}

// mark is a kind of marker that a folder's files carry.
type mark struct {
	tool sqltext.Tool
	kind sqltext.MarkerKind
}

// finish numbers the migrations of a history, counts their statements and
// claims its folders.
func (w *world) finish(h *History) {
	h.names = map[string]bool{}
	seq, last := -1, ""
	for i := range h.Migrations {
		m := &h.Migrations[i]
		if m.Up != nil || m.Version != last || i == 0 {
			seq++
		}
		last = m.Version
		m.Runner, m.Dir, m.Seq = h.Runner, h.Dir, seq
		w.claimed[path.Dir(m.Path)] = true
		if w.isProgram(m.Path) {
			continue
		}
		m.Statements = 0
		for _, s := range w.sheet(m.Path).statements() {
			if covers(m.Up, s.Span) {
				m.Statements++
			}
		}
	}
	for _, n := range w.dirs[h.Dir] {
		h.names[n] = true
	}
	w.claimed[h.Dir] = true
	if p := path.Join(h.Dir, "atlas.sum"); w.here[p] && h.sum == nil {
		h.sum = &listing{path: p, text: w.read(p), files: w.texts(h.Dir)}
	}
	h.Partial = w.programs(h)
}

func (w *world) texts(dir string) map[string][]byte {
	out := map[string][]byte{}
	for _, n := range w.dirs[dir] {
		out[n] = w.read(path.Join(dir, n))
	}
	return out
}

var programName = regexp.MustCompile(`^[Vv]?\d{3,}[_.-].*\.(go|ts|js|mjs|cjs)$`)

// programs reports whether programs that look like migrations, and are none
// that can be read, stand among the files of a history.
func (w *world) programs(h *History) bool {
	at, _ := slices.BinarySearch(w.files, h.Dir+"/")
	for ; at < len(w.files) && strings.HasPrefix(w.files[at], h.Dir+"/"); at++ {
		p := w.files[at]
		if !isSQL(p) && path.Dir(p) == h.Dir && programName.MatchString(path.Base(p)) && !holds(h, p) {
			return true
		}
	}
	return false
}

// covers reports whether one of the spans holds s.
func covers(spans []source.Span, s source.Span) bool {
	return slices.ContainsFunc(spans, func(o source.Span) bool { return o.Covers(s) })
}

// whole is the section of a file that is all one direction.
func (s *sheet) whole() []source.Span { return []source.Span{{Start: 0, End: len(s.text)}} }

// sections cuts a file at a tool's markers; what stands before the first is up
// only if leading says so.
func (s *sheet) sections(tool sqltext.Tool, leading bool) (up, down []source.Span) {
	kind, at := sqltext.MarkerKind(0), 0
	if leading {
		kind = sqltext.Up
	}
	add := func(end int) {
		switch span := (source.Span{Start: at, End: end}); kind {
		case sqltext.Up:
			up = append(up, span)
		case sqltext.Down:
			down = append(down, span)
		}
	}
	for _, m := range s.markers {
		if m.Tool == tool && (m.Kind == sqltext.Up || m.Kind == sqltext.Down) {
			add(m.Span.Start)
			kind, at = m.Kind, m.Span.End
		}
	}
	add(len(s.text))
	return up, down
}

// marked reports whether the file has a marker of a tool.
func (s *sheet) marked(tool sqltext.Tool, kind sqltext.MarkerKind) bool {
	return slices.ContainsFunc(s.markers, func(m sqltext.Marker) bool { return m.Tool == tool && m.Kind == kind })
}

// numbered splits a name such as 0012_add_users.sql or 20240101-x.sql into its
// version and the rest.
var numbered = regexp.MustCompile(`^(\d+)[_.-]+(.+)$`)

// versioned makes the migrations of the files that begin with a number, in
// numeric order; make fills in what the tool's text says.
func (w *world) versioned(dir string, names []string, make func(m *schema.Migration, s *sheet)) []schema.Migration {
	var out []schema.Migration
	for _, n := range names {
		g := numbered.FindStringSubmatch(strings.TrimSuffix(n, ".sql"))
		if g == nil {
			continue
		}
		m := schema.Migration{Path: path.Join(dir, n), Version: g[1], Name: g[2]}
		make(&m, w.sheet(m.Path))
		out = append(out, m)
	}
	slices.SortStableFunc(out, func(a, b schema.Migration) int { return byNumber(a.Version, b.Version) })
	return out
}

// folders are the histories of a tool that gives each migration a folder of its
// own, <version>_name/migration.sql, up only. theirs reports whether such a folder
// is the tool's, dialect reads what the first of a history says of the database.
func (w *world) folders(tx schema.Tx, theirs func(dir, version string) bool, dialect func(dir string) query.Dialect) (out []*History) {
	byDir := map[string]*History{}
	w.each(func(dir string, names []string) {
		g := numbered.FindStringSubmatch(path.Base(dir))
		if g == nil || !slices.Contains(names, "migration.sql") || !theirs(dir, g[1]) {
			return
		}
		parent := path.Dir(dir)
		h := byDir[parent]
		if h == nil {
			h = &History{Dir: parent, Dialect: dialect(dir)}
			byDir[parent] = h
			out = append(out, h)
		}
		m := schema.Migration{Path: path.Join(dir, "migration.sql"), Version: g[1], Name: g[2], Tx: tx}
		m.Up = w.sheet(m.Path).whole()
		h.Migrations = append(h.Migrations, m)
	})
	for _, h := range out {
		slices.SortStableFunc(h.Migrations, func(a, b schema.Migration) int { return strings.Compare(a.Path, b.Path) })
	}
	return out
}

// byNumber compares digits by the number they write, of any length.
func byNumber(a, b string) int {
	x, y := strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if len(x) != len(y) {
		return len(x) - len(y)
	}
	return strings.Compare(x, y)
}

// Program reports whether a path is named as migrations written as programs are:
// Discover takes note of such a file even if no program can be read from it.
func Program(p string) bool { return programName.MatchString(path.Base(p)) }
