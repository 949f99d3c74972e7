package diagnostics

import (
	"context"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
)

// Fixed is what applying fixes to a snapshot gives.
type Fixed struct {
	// Files are the new texts, sorted by path: of files changed and files made.
	Files []NewFile
	// Fixes are those applied.
	Fixes []Fix
}

// ApplyFixes applies to the texts of a snapshot the first fix of each finding
// that is at least as safe as asked. Left out is a fix that is meant for
// another text, gets in the way of one before, makes a file that is there, or
// leaves more syntax errors than there were. The snapshot stays as it is.
func ApplyFixes(snap *workspace.Snapshot, found []Diagnostic, least Safety, dialect query.Dialect) Fixed {
	a := &applier{snap: snap, dialect: dialect, before: map[string]int{}}
	fixes := a.sound(nil, a.choose(found, least))
	files, _ := a.apply(fixes)
	return Fixed{Files: files, Fixes: fixes}
}

// applier applies fixes that do not conflict.
type applier struct {
	snap    *workspace.Snapshot
	dialect query.Dialect
	// before is how much of each file could not be read before.
	before map[string]int
}

func (a *applier) choose(found []Diagnostic, least Safety) []Fix {
	var out []Fix
	for _, d := range found {
		i := slices.IndexFunc(d.Fixes, func(f Fix) bool { return f.Safety >= least })
		if i < 0 || !a.applies(d.Fixes[i]) {
			continue
		}
		f := d.Fixes[i]
		if !slices.ContainsFunc(out, func(have Fix) bool { return have.Conflict(f) || crowds(have, f) }) {
			out = append(out, f)
		}
	}
	return out
}

// applies reports whether a fix is meant for the texts as they are.
func (a *applier) applies(f Fix) bool {
	for _, e := range f.Edits {
		file := a.snap.File(e.Path)
		if file == nil || file.Hash != e.Hash || e.Span.Start < 0 || e.Span.End < e.Span.Start || e.Span.End > len(file.Text) {
			return false
		}
	}
	for _, c := range f.Create {
		if a.snap.File(c.Path) != nil {
			return false
		}
	}
	return len(f.Edits)+len(f.Create) > 0
}

// crowds reports whether two fixes make files in one history: both would take
// the same next version. A migration is a file of the history's folder, or one
// of a folder of its own.
func crowds(f, g Fix) bool {
	for _, a := range f.Create {
		for _, b := range g.Create {
			in, other := path.Dir(a.Path), path.Dir(b.Path)
			if in == other || path.Dir(in) == path.Dir(other) {
				return true
			}
		}
	}
	return false
}

// apply gives the texts after all fixes; ok is false if edits overlap.
func (a *applier) apply(fixes []Fix) (files []NewFile, ok bool) {
	edits := map[string][]source.Edit{}
	for _, f := range fixes {
		for _, e := range f.Edits {
			edits[e.Path] = append(edits[e.Path], e.Edit)
		}
		files = append(files, f.Create...)
	}
	for _, p := range slices.Sorted(maps.Keys(edits)) {
		text, err := source.Apply(a.snap.File(p).Text, edits[p])
		if err != nil {
			return nil, false
		}
		files = append(files, NewFile{p, string(text)})
	}
	slices.SortFunc(files, func(a, b NewFile) int { return strings.Compare(a.Path, b.Path) })
	return files, true
}

// sound adds to kept, which are sound, those of more that break no file. It
// halves what does not go together until the culprits are alone, so a few of
// them among thousands of fixes cost a few parses of the files they touch.
func (a *applier) sound(kept, more []Fix) []Fix {
	both := append(slices.Clip(kept), more...)
	if len(more) == 0 || a.reads(both, more) {
		return both
	}
	if len(more) == 1 {
		return kept
	}
	half := len(more) / 2
	return a.sound(a.sound(kept, more[:half]), more[half:])
}

// reads reports whether the files that more touches can be read after all
// fixes as well as before.
func (a *applier) reads(all, more []Fix) bool {
	touched := map[string]bool{}
	for _, f := range more {
		for _, e := range f.Edits {
			touched[e.Path] = true
		}
		for _, c := range f.Create {
			touched[c.Path] = true
		}
	}
	files, ok := a.apply(slices.DeleteFunc(slices.Clone(all), func(f Fix) bool { return !f.touches(touched) }))
	if !ok {
		return false
	}
	for _, f := range files {
		if touched[f.Path] && a.unread(f.Path, []byte(f.Text)) > a.unreadBefore(f.Path) {
			return false
		}
	}
	return true
}

// touches reports whether a fix edits or makes one of the files.
func (f Fix) touches(files map[string]bool) bool {
	return slices.ContainsFunc(f.Edits, func(e FileEdit) bool { return files[e.Path] }) ||
		slices.ContainsFunc(f.Create, func(c NewFile) bool { return files[c.Path] })
}

func (a *applier) unreadBefore(p string) int {
	n, known := a.before[p]
	if !known {
		if f := a.snap.File(p); f != nil {
			n = a.unread(p, f.Text)
		}
		a.before[p] = n
	}
	return n
}

// unread counts what of a text has no valid syntax: statements, and functions
// of programs.
func (a *applier) unread(p string, text []byte) int {
	lang := source.LangOf(p)
	if f := a.snap.File(p); f != nil {
		lang = f.Lang
	}
	if lang == source.Unknown {
		return 0
	}
	fa := parsers.Extract(context.Background(), source.NewFile(p, lang, text), parsers.Options{Dialect: a.dialect})
	n := 0
	for _, problem := range fa.Problems {
		if problem.Kind == facts.Syntax {
			n++
		}
	}
	for i := range fa.Funcs {
		if fa.Funcs[i].Broken {
			n++
		}
	}
	return n
}

// maxPasses bounds how often fixes are applied on top of each other, besides
// those that make files: of these only one for each history fits in a pass.
const maxPasses = 10

// Mended is a workspace after its fixes.
type Mended struct {
	// Files are the final texts, sorted by path, of all files changed or made.
	Files []NewFile
	// Fixes is how many were applied, Left what is found in the end.
	Fixes int
	Left  []Diagnostic
}

// Mend applies fixes until none is left, analysing again in between. Nothing is
// written: new texts become documents of the store. find gives the findings of
// a snapshot.
func Mend(ctx context.Context, store *workspace.Store, least Safety, dialect query.Dialect,
	find func(context.Context, *workspace.Snapshot) ([]Diagnostic, error)) (Mended, error) {
	var out Mended
	texts := map[string]string{}
	limit := maxPasses
	for pass := 0; ; pass++ {
		snap := store.Snapshot()
		found, err := find(ctx, snap)
		if err != nil {
			return out, err
		}
		out.Left = found
		if pass == 0 {
			limit += creating(found, least)
		}
		var fixed Fixed
		if pass < limit {
			fixed = ApplyFixes(snap, found, least, dialect)
		}
		if len(fixed.Fixes) == 0 {
			break
		}
		out.Fixes += len(fixed.Fixes)
		for _, f := range fixed.Files {
			texts[f.Path] = f.Text
			lang := source.LangOf(f.Path)
			store.Edit(source.NewFile(f.Path, lang, []byte(f.Text)))
		}
	}
	for _, p := range slices.Sorted(maps.Keys(texts)) {
		out.Files = append(out.Files, NewFile{p, texts[p]})
	}
	return out, nil
}

// creating counts the findings whose fix makes a file.
func creating(found []Diagnostic, least Safety) int {
	n := 0
	for _, d := range found {
		for _, f := range d.Fixes {
			if f.Safety >= least {
				n += min(1, len(f.Create))
				break
			}
		}
	}
	return n
}
