// Package git reads from a repository which migrations its default branch
// holds. Those have most likely run.
//
// A repository belongs to whoever wrote it: its configuration may name
// programs to be run for almost anything. So none of it is read. References are
// read here, and the git program sees nothing but the folder of objects, below
// a folder of our own: it has no configuration, no hooks, no attributes and no
// remote to fetch from. It writes nothing into the repository and asks nobody.
//
//	base, err := git.Baseline(ctx, git.Options{}, snap.MigrationDirs(), snap.Text)
package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/source"
)

// Options say what to compare with. The zero value means the default branch of
// the remote called origin.
type Options struct {
	// Revision is a branch, tag or commit that the user named.
	Revision string
	// Target is the branch that the change under test is to be merged into, as
	// CI tells it.
	Target string
}

// patience is how long git may take for everything.
const patience = 10 * time.Second

// ErrNone says that there is nothing to compare with: no repository, or none
// with a default branch.
var ErrNone = errors.New("no branch to compare with")

// Baseline is what the branch holds below folders, which are absolute. text is
// the text of a file of the workspace, nil if it has none.
func Baseline(ctx context.Context, o Options, dirs []string, text func(path string) []byte) (*workspace.Baseline, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out := &workspace.Baseline{Files: map[string][][]byte{}}
	var failed error
	for _, w := range works(dirs) {
		if err := w.read(ctx, o, text, out); err != nil {
			failed = err
			if o.Revision != "" {
				return nil, err
			}
		}
	}
	switch {
	case out.Branch != "":
		return out, nil
	case failed != nil:
		return nil, failed
	}
	return nil, ErrNone
}

// Stamp changes when Baseline may give something else for the same texts. It
// reads a few small files and runs nothing.
func Stamp(o Options, dirs []string) string {
	var b strings.Builder
	for _, w := range works(dirs) {
		_, tip, _ := w.repo.target(o)
		fmt.Fprintf(&b, "%s %s %s %q\n", w.repo.top, tip, w.repo.head(), w.dirs)
	}
	return b.String()
}

// work are the folders to look at in one repository, relative to its top.
type work struct {
	repo *repository
	dirs []string
}

func works(dirs []string) []*work {
	byTop := map[string]*work{}
	for _, d := range dirs {
		repo := find(d)
		if repo == nil {
			continue
		}
		w := byTop[repo.top]
		if w == nil {
			w = &work{repo: repo}
			byTop[repo.top] = w
		}
		w.dirs = append(w.dirs, strings.TrimPrefix(strings.TrimPrefix(d, repo.top), "/"))
	}
	var out []*work
	for _, top := range slices.Sorted(maps.Keys(byTop)) {
		out = append(out, byTop[top])
	}
	return out
}

// read adds to a baseline what one repository tells.
func (w *work) read(ctx context.Context, o Options, text func(string) []byte, out *workspace.Baseline) error {
	branch, tip, err := w.repo.target(o)
	if err != nil {
		return err
	}
	g, err := w.repo.open()
	if err != nil {
		return err
	}
	defer g.close()
	held, err := g.files(ctx, tip, w.dirs)
	if err != nil {
		return fmt.Errorf("read %s: %w", branch, err)
	}
	c := &comparison{work: w, text: text, held: held, texts: map[string][][]byte{}}
	if c.differ() {
		began := held
		if head := w.repo.head(); head != "" && head != tip {
			began = nil
			if base := g.mergeBase(ctx, head, tip); base != "" {
				if began, err = g.files(ctx, base, w.dirs); err != nil {
					return fmt.Errorf("read %s: %w", base, err)
				}
			}
		}
		if err := c.look(ctx, g, began); err != nil {
			return fmt.Errorf("read %s: %w", branch, err)
		}
	}
	out.Branch = branch
	maps.Copy(out.Files, c.texts)
	out.Gone = append(out.Gone, c.gone...)
	return nil
}

// comparison finds the texts that files have or had on the branch.
type comparison struct {
	*work
	text func(path string) []byte
	// held are the blobs of the branch by path, relative to the top.
	held  map[string]string
	texts map[string][][]byte
	gone  []string
}

func (c *comparison) absolute(rel string) string { return path.Join(c.repo.top, rel) }

// differ takes the files that are as the branch has them, and reports whether
// there are others.
func (c *comparison) differ() bool {
	others := false
	for rel, id := range c.held {
		p := c.absolute(rel)
		text := c.text(p)
		switch {
		case text != nil && isBlob(id, text):
			c.texts[p] = [][]byte{text}
		default:
			c.texts[p] = nil
			others = true
		}
	}
	return others
}

// look takes the texts of the others, also those they had when this work
// began, at which the branch held began; nil if that is not known.
func (c *comparison) look(ctx context.Context, g *objects, began map[string]string) error {
	ids := map[string][]string{}
	for rel, id := range c.held {
		if p := c.absolute(rel); len(c.texts[p]) == 0 && c.text(p) != nil {
			ids[p] = append(ids[p], id)
		}
	}
	for rel, id := range began {
		p := c.absolute(rel)
		switch text := c.text(p); {
		case text == nil:
			c.gone = append(c.gone, p)
		case len(c.texts[p]) == 0 && !slices.Contains(ids[p], id):
			ids[p] = append(ids[p], id)
		}
	}
	slices.Sort(c.gone)
	wanted := map[string]bool{}
	for _, list := range ids {
		for _, id := range list {
			wanted[id] = true
		}
	}
	blobs, err := g.blobs(ctx, slices.Sorted(maps.Keys(wanted)))
	if err != nil {
		return err
	}
	for p, list := range ids {
		for _, id := range list {
			blob := blobs[id]
			if bytes.HasPrefix(blob, elsewhere) {
				blob = c.text(p) // nothing tells that it differs
			}
			c.texts[p] = append(c.texts[p], blob)
		}
	}
	return nil
}

// elsewhere begins a blob that only names the text (Git LFS specification, "The
// Pointer").
var elsewhere = []byte("version https://git-lfs.github.com/spec/")

// isBlob reports whether a text is the blob, or is it after git translated its
// line ends.
func isBlob(id string, text []byte) bool {
	if blobID(id, text) == id {
		return true
	}
	plain := bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	return len(plain) != len(text) && blobID(id, plain) == id
}

// reads reports whether a path of a tree may be a migration.
func reads(rel string) bool { return source.LangOf(rel) != source.Unknown }
