package workspace

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/schema"
	"golang.org/x/sync/errgroup"
)

// UpStep is a step of the way up, with the place of its file in the history.
type UpStep struct {
	*schema.Step
	Seq int
}

type upSteps struct {
	once sync.Once
	list []UpStep
}

// UpSteps are the steps up of all files of a history, in the order in which
// they run. The list must not be changed.
func (s *Snapshot) UpSteps(h *migrations.History) []UpStep {
	made, _ := s.ups.LoadOrStore(h, &upSteps{})
	u := made.(*upSteps)
	u.once.Do(func() { u.list = s.upSteps(h.Migrations) })
	return u.list
}

// upSteps asks for the steps of many files on all processors: who needs them
// waits for them. A panic becomes the caller's, who survives it.
func (s *Snapshot) upSteps(all []schema.Migration) []UpStep {
	lists := make([][]UpStep, len(all))
	var failed atomic.Value
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range all {
		m := &all[i]
		if m.Up == nil {
			continue
		}
		g.Go(func() error {
			defer func() {
				if v := recover(); v != nil {
					failed.Store(fmt.Sprintf("steps of %s: %v", m.Path, v))
				}
			}()
			steps := s.Steps(m.Path)
			for k := range steps {
				if !steps[k].Down {
					lists[i] = append(lists[i], UpStep{&steps[k], m.Seq})
				}
			}
			return nil
		})
	}
	_ = g.Wait()
	if v := failed.Load(); v != nil {
		panic(v)
	}
	return slices.Concat(lists...)
}

// Spells reports whether the text of a file has a name in it, as a word in
// letters of any case, be it in a comment or a string.
func (s *Snapshot) Spells(path, name string) bool {
	f := s.files[path]
	if f == nil || name == "" {
		return false
	}
	f.lowerOnce.Do(func() { f.lower = strings.ToLower(string(f.src.Text)) })
	name = strings.ToLower(name)
	for from := 0; ; {
		at := strings.Index(f.lower[from:], name)
		if at < 0 {
			return false
		}
		at += from
		if end := at + len(name); (at == 0 || !wordByte(f.lower[at-1])) && (end == len(f.lower) || !wordByte(f.lower[end])) {
			return true
		}
		from = at + 1
	}
}

// wordByte: letters beyond ASCII belong to words.
func wordByte(c byte) bool {
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
