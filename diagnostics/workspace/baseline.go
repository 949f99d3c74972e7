package workspace

import (
	"bytes"
	"context"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/dbwise/dbwise/parsers"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// Baseline is what the branch that releases are made from holds of the
// migrations: most likely those have run. It does not change.
type Baseline struct {
	// Branch is what it is called: "origin/main".
	Branch string
	// Files are the paths that the branch holds, absolute, each with the texts
	// it has or had there; none if the workspace has no such file.
	Files map[string][][]byte
	// Gone are paths that were on the branch when this work began and are not
	// in the workspace any more.
	Gone []string

	// read are the statements of landed texts, by path.
	read sync.Map
}

// Landing is how far a migration has come on its way into production.
type Landing uint8

// The landings. Of a migration that came with others to a branch that held
// none of them nothing is known.
const (
	LandingUnknown Landing = iota
	// Unreleased: the branch does not hold it.
	Unreleased
	// Edited: the branch holds it with other statements.
	Edited
	// Reworded: the branch holds it with other comments or blanks.
	Reworded
	// Landed: the branch holds it as it is.
	Landed
	// Applied: the configuration says that it has run.
	Applied
)

// MigrationDirs are the folders in which the migrations lie that somebody runs,
// sorted.
func (s *Snapshot) MigrationDirs() []string {
	dirs := map[string]bool{}
	for _, h := range s.schemaNow().histories {
		if h.Declarative {
			continue
		}
		for i := range h.Migrations {
			if dir := path.Dir(h.Migrations[i].Path); isWithin(dir, h.Dir) {
				dirs[h.Dir] = true
			} else {
				dirs[dir] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(dirs))
}

// Baseline is what is known of the branch, nil if nothing.
func (s *Snapshot) Baseline() *Baseline { return s.base }

// Landing tells how far the migration in a file has come; LandingUnknown for
// files that are none.
func (s *Snapshot) Landing(p string) Landing {
	at, ok := s.schemaNow().places[p]
	if !ok || !s.indexed || at.history.Declarative {
		return LandingUnknown
	}
	if at.history.released(s).applied[at.index] {
		return Applied
	}
	return s.OnBranch(p)
}

// OnBranch is the landing as the branch alone tells it.
func (s *Snapshot) OnBranch(p string) Landing {
	at, ok := s.schemaNow().places[p]
	if !ok || !s.indexed || at.history.Declarative || !at.history.released(s).known {
		return LandingUnknown
	}
	v := s.view(p)
	v.landOnce.Do(func() { v.landing = s.base.landing(v.file, v.fa, &at.history.Migrations[at.index]) })
	return v.landing
}

// HasRun reports whether what stands at a place of a file has most likely run:
// of an edited file, the statements that it had on the branch.
func (s *Snapshot) HasRun(p string, at source.Span) bool {
	landing := s.Landing(p)
	switch landing {
	case Landed, Applied:
		return true
	case Edited, Reworded:
	default:
		return false
	}
	v := s.view(p)
	for i := range v.fa.Statements {
		if st := &v.fa.Statements[i]; st.Span.Contains(at.Start) {
			return s.base.statements(v.file)[keyOf(v.file.src.Text, st)] > 0
		}
	}
	return landing == Reworded
}

// Rewritten is the place of the first statement of an edited migration that it
// does not have on the branch; taken tells that the branch has statements that
// the file lacks. ok is false if only the order differs.
func (s *Snapshot) Rewritten(p string) (at source.Span, taken, ok bool) {
	if s.OnBranch(p) != Edited {
		return at, false, false
	}
	v := s.view(p)
	m := s.schemaNow().places[p]
	left := map[string]int{}
	if ups := s.base.ups(v.file); len(ups) > 0 {
		for _, key := range ups[0] { // of the branch as it is now
			left[key]++
		}
	}
	for _, i := range upsOf(&m.history.Migrations[m.index], v.fa) {
		st := &v.fa.Statements[i]
		key := keyOf(v.file.src.Text, st)
		if left[key] == 0 && !ok {
			at, ok = st.Span, true
		}
		left[key]--
	}
	for _, n := range left {
		taken = taken || n > 0
	}
	return at, taken, ok
}

// landing compares a file with what the branch holds.
func (b *Baseline) landing(f *fileState, fa *facts.Facts, m *schema.Migration) Landing {
	texts, ok := b.Files[f.src.Path]
	if !ok {
		return Unreleased
	}
	for _, text := range texts {
		if sameText(text, f.src.Text) {
			return Landed
		}
	}
	var keys []string
	for _, i := range upsOf(m, fa) {
		keys = append(keys, keyOf(f.src.Text, &fa.Statements[i]))
	}
	for _, old := range b.ups(f) {
		if slices.Equal(old, keys) {
			return Reworded
		}
	}
	return Edited
}

// sameText compares texts but for their line ends, which git may translate.
func sameText(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	return bytes.Equal(bytes.ReplaceAll(a, []byte("\r\n"), []byte("\n")), bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")))
}

// landedText are the statements of the texts that a file has on the branch.
type landedText struct {
	once sync.Once
	// ups are those of the way up, text by text; all counts every one.
	ups [][]string
	all map[string]int
}

func (b *Baseline) ups(f *fileState) [][]string { return b.extract(f).ups }

func (b *Baseline) statements(f *fileState) map[string]int { return b.extract(f).all }

func (b *Baseline) extract(f *fileState) *landedText {
	v, _ := b.read.LoadOrStore(f.src.Path, &landedText{})
	l := v.(*landedText)
	l.once.Do(func() {
		l.all = map[string]int{}
		for _, text := range b.Files[f.src.Path] {
			fa := parsers.Extract(context.Background(), source.NewFile(f.src.Path, f.src.Lang, text), f.opts)
			up := map[int]bool{}
			for _, i := range landedUps(text, fa) {
				up[i] = true
			}
			var keys []string
			for i := range fa.Statements {
				key := keyOf(text, &fa.Statements[i])
				l.all[key]++
				if up[i] {
					keys = append(keys, key)
				}
			}
			l.ups = append(l.ups, keys)
		}
	})
	return l
}

// upsOf are the indexes of the statements that a migration runs forward.
func upsOf(m *schema.Migration, fa *facts.Facts) []int {
	var out []int
	for _, u := range unitsOf(m, fa) {
		out = append(out, u.Up...)
	}
	return out
}

// landedUps are the statements before the mark of the way back, of a text that
// is no file of the workspace.
func landedUps(text []byte, fa *facts.Facts) []int {
	end := len(text)
	for _, m := range sqltext.Markers(text) {
		if m.Kind == sqltext.Down {
			end = min(end, m.Span.Start)
		}
	}
	m := &schema.Migration{Up: []source.Span{{End: end}}}
	var out []int
	for program := range max(1, len(fa.Programs)) {
		out = append(out, unitOf(m, fa, program).Up...)
	}
	return out
}

// keyOf is a statement without comments and blanks.
func keyOf(text []byte, st *facts.Statement) string {
	stmt := st.Span.In(text)
	if st.SQL != "" && !st.Built {
		stmt = st.SQL
	}
	var b strings.Builder
	lexer := sqltext.NewLexer(stmt)
	for t, ok := lexer.Next(); ok; t, ok = lexer.Next() {
		if t.Kind != sqltext.LineComment && t.Kind != sqltext.BlockComment {
			b.WriteString(t.In(stmt))
			b.WriteByte(' ')
		}
	}
	return b.String()
}
