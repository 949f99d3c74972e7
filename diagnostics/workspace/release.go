package workspace

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/schema"
)

// release is what a baseline and the configuration tell of how far a history
// has come.
type release struct {
	base *Baseline
	last map[string]string
	// applied[i] says that the ith migration has run by the configuration's word.
	applied []bool
	// known: the branch holds some of the history. Of files it has never seen,
	// in a folder it has never seen, nothing can be told: they may as well be
	// ignored by the repository.
	known bool
	// unreleased[i] are the tables made by unreleased files before the ith; nil
	// where there are none.
	unreleased []map[schema.Name]bool
}

// released is made once for each baseline and configuration.
func (h *history) released(s *Snapshot) *release {
	h.releaseLock.Lock()
	defer h.releaseLock.Unlock()
	if r := h.release; r != nil && r.base == s.base && maps.Equal(r.last, s.opts.Applied) {
		return r
	}
	r := &release{base: s.base, last: s.opts.Applied, applied: applied(h.Migrations, s.opts.Applied)}
	if s.base != nil {
		r.known = slices.ContainsFunc(h.Migrations, func(m schema.Migration) bool { return s.base.holds(m.Path) })
	}
	if r.known {
		r.unreleased = s.unreleased(h)
	}
	h.release = r
	return r
}

// applied tells which migrations stand at or before the last one of their
// folder that has run. One that can be repeated has no place in the order.
func applied(list []schema.Migration, last map[string]string) []bool {
	ends := map[string]int{} // -1 where none is called so
	for dir, word := range last {
		end := len(list) - 1
		for end >= 0 && !(isWithin(list[end].Path, dir) && called(&list[end], word)) {
			end--
		}
		ends[dir] = end
	}
	out := make([]bool, len(list))
	for i := range list {
		m, dir := &list[i], ""
		for d := range last {
			if isWithin(m.Path, d) && len(d) >= len(dir) {
				dir = d
			}
		}
		switch word := last[dir]; {
		case word == "" || m.Version == "":
		case ends[dir] >= 0:
			out[i] = i <= ends[dir]
		default:
			out[i] = digits(word) && digits(m.Version) && migrations.CompareVersions(m.Version, word) <= 0
		}
	}
	return out
}

// called reports whether a word is what users call a migration: its version, the
// name of its file, or that of its folder.
func called(m *schema.Migration, word string) bool {
	base := path.Base(m.Path)
	return m.Version == word || base == word || strings.TrimSuffix(base, path.Ext(base)) == word || path.Base(path.Dir(m.Path)) == word ||
		digits(word) && digits(m.Version) && migrations.CompareVersions(m.Version, word) == 0
}

// digits reports whether a version consists of numbers.
func digits(v string) bool {
	return v != "" && strings.Trim(v, "0123456789._") == "" && strings.ContainsAny(v, "0123456789")
}

func (b *Baseline) holds(p string) bool {
	_, ok := b.Files[p]
	return ok
}

// unreleased finds the tables that only unreleased files make: they are empty
// wherever it matters. Where files of the history went, others may make again
// what is in use, and nothing is known.
func (s *Snapshot) unreleased(h *history) []map[schema.Name]bool {
	first := slices.IndexFunc(h.Migrations, func(m schema.Migration) bool { return !s.base.holds(m.Path) })
	if first < 0 || slices.ContainsFunc(s.base.Gone, func(p string) bool { return isWithin(p, h.Dir) }) {
		return nil
	}
	out := make([]map[schema.Name]bool, len(h.Migrations))
	b := s.before(h, first)
	var now map[schema.Name]bool
	for i := first; i < len(h.Migrations); i++ {
		m := &h.Migrations[i]
		out[i] = now
		if m.Up == nil {
			continue
		}
		held, fa := s.base.holds(m.Path), s.known(m.Path)
		next := maps.Clone(now)
		for _, j := range upsOf(m, fa) {
			for k := range fa.Statements[j].Changes {
				next = follow(b, &fa.Statements[j].Changes[k], !held, next)
			}
		}
		b.EndSession()
		now = next
	}
	return out
}

// follow applies a change and keeps account of new tables; making says that
// those it makes are.
func follow(b *schema.Builder, c *schema.Change, making bool, tables map[schema.Name]bool) map[schema.Name]bool {
	before, after := b.Apply(c)
	switch {
	case c.Kind == schema.CreateTable && making && before == nil && after != nil && !c.IfNotExists:
		if tables == nil {
			tables = map[schema.Name]bool{}
		}
		tables[after.Name] = true
	case (c.Kind == schema.RenameTable || c.Kind == schema.SetSchema) && before != nil && after != nil && tables[before.Name]:
		delete(tables, before.Name)
		tables[after.Name] = true
	case c.Kind == schema.DropTable && before != nil:
		delete(tables, before.Name)
	}
	return tables
}
