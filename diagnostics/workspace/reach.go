package workspace

import (
	"maps"
	"slices"

	"github.com/dbwise/dbwise/parsers/schema"
)

// reach is what a baseline means for a history.
type reach struct {
	base *Baseline
	// known: the branch holds some of the history. Of files it has never seen,
	// in a folder it has never seen, nothing can be told: they may as well be
	// ignored by the repository.
	known bool
	// unreleased[i] are the tables made by unreleased files before the ith; nil
	// where there are none.
	unreleased []map[schema.Name]bool
}

// reach is made once for each baseline.
func (h *history) reach(s *Snapshot) *reach {
	h.reachLock.Lock()
	defer h.reachLock.Unlock()
	if h.reached == nil || h.reached.base != s.base {
		h.reached = &reach{base: s.base}
		if s.base != nil {
			h.reached.known = slices.ContainsFunc(h.Migrations, func(m schema.Migration) bool { return s.base.holds(m.Path) })
		}
		if h.reached.known {
			h.reached.unreleased = s.unreleased(h)
		}
	}
	return h.reached
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
