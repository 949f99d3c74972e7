package workspace

import (
	"path"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/prisma"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// prisma joins the files of each Prisma schema to the database they belong to.
func (g *grouping) prisma() {
	s := g.snapshot
	type group struct {
		dir    string
		models []*schema.Model
		conf   *prisma.Schema
	}
	var groups []*group
	var rest []string
	parsed := map[string]*prisma.Schema{}
	for _, p := range s.paths {
		f := s.files[p]
		if f.src.Lang != source.Prisma || s.Context(p) == source.Test {
			continue
		}
		parsed[p] = f.prismaSchema()
		if parsed[p].Provider == "" {
			rest = append(rest, p)
			continue
		}
		groups = append(groups, &group{dir: path.Dir(p), models: parsed[p].Models, conf: parsed[p]})
	}
	for _, p := range rest {
		var best *group
		for _, gr := range groups {
			if (isWithin(p, gr.dir) || isWithin(gr.dir, path.Dir(p))) && (best == nil || len(gr.dir) > len(best.dir)) {
				best = gr
			}
		}
		if best == nil {
			best = &group{dir: path.Dir(p), conf: parsed[p]}
			groups = append(groups, best)
		}
		best.models = append(slices.Clip(best.models), parsed[p].Models...)
	}
	for _, gr := range groups {
		models := prisma.Link(gr.models, gr.conf.RelationMode)
		d := g.forPrisma(gr.dir, models)
		if d.db.Dialect == query.Generic {
			d.db.Dialect = gr.conf.Dialect
		}
		d.prisma = true
		g.attach(d, models)
	}
}

func (g *grouping) attach(d *draft, models []*schema.Model) {
	d.models = append(d.models, models...)
	for _, m := range models {
		g.layer.models[declared{m.Path, m.Name}] = m
		g.layer.of[m] = append(g.layer.of[m], d.db)
	}
}

// forPrisma finds the database of a schema in dir: that of the migrations
// beside it, else one that makes most of its tables, else a new one.
func (g *grouping) forPrisma(dir string, models []*schema.Model) *draft {
	root := g.snapshot.rootOf(dir + "/schema.prisma")
	var tables []*schema.Table
	for _, m := range models {
		tables = append(tables, m.Table)
	}
	var best *draft
	score := 0
	for _, d := range g.drafts {
		if d.history == nil || d.root != root || d.prisma {
			continue
		}
		n := 2 * overlap(d.tables, tables)
		if d.history.Runner == "prisma" && (isWithin(d.history.Dir, dir) || isWithin(d.history.Dir, path.Dir(dir)) && projectDir(dir, root) == d.db.Dir) {
			n += len(tables) + 1000
		}
		if n > len(tables) && n > score {
			best, score = d, n
		}
	}
	if best == nil {
		best = &draft{db: &Database{Dir: projectDir(dir, root)}, root: root}
		g.drafts = append(g.drafts, best)
	}
	return best
}

// gorm adds the models of Go programs: each to the nearest databases that have
// its table, else to the one of its module.
func (g *grouping) gorm() {
	s := g.snapshot
	var models []*schema.Model
	for _, p := range s.paths {
		if s.files[p].src.Lang != source.Go || s.Context(p) == source.Test {
			continue
		}
		models = append(models, s.known(p).Models...)
	}
	models = linkModels(models)
	homes := map[string]*draft{}
	for _, m := range models {
		g.layer.models[declared{m.Path, m.Name}] = m
		for _, d := range g.forGorm(m, homes) {
			g.attach(d, []*schema.Model{m})
		}
	}
}

func (g *grouping) forGorm(m *schema.Model, homes map[string]*draft) []*draft {
	root := g.snapshot.rootOf(m.Path)
	module := g.snapshot.moduleDir(m.Path)
	var out []*draft
	best := -1
	for _, pass := range []bool{true, false} {
		for _, d := range g.drafts {
			if d.root != root || d.history == nil || pass && d.tables.Table(m.Table.Name) == nil || !pass && g.snapshot.moduleDir(d.history.Dir+"/x") != module {
				continue
			}
			switch n := common(m.Path, d.history.Dir); {
			case n > best:
				out, best = []*draft{d}, n
			case n == best:
				out = append(out, d)
			}
		}
		if out != nil {
			return out
		}
	}
	home := homes[module]
	if home == nil {
		home = &draft{db: &Database{Dir: module}, root: root}
		homes[module] = home
		g.drafts = append(g.drafts, home)
	}
	return []*draft{home}
}

// linkModels corrects what GORM models of different files assumed of each
// other: the table a foreign key refers to.
func linkModels(models []*schema.Model) []*schema.Model {
	byName := map[string]*schema.Model{}
	for _, m := range models {
		if other, twice := byName[m.Name]; twice && (other == nil || other.Table.Name != m.Table.Name) {
			byName[m.Name] = nil
			continue
		}
		byName[m.Name] = m
	}
	out := make([]*schema.Model, len(models))
	for i, m := range models {
		out[i] = m
		for j, k := range m.Table.Constraints {
			r := relationOf(m, k)
			if r == nil {
				continue
			}
			target := byName[bare(r.Model)]
			if target == nil || target.Table.Name == k.References {
				continue
			}
			if out[i] == m {
				c, t := *m, *m.Table
				t.Constraints = slices.Clone(t.Constraints)
				c.Table = &t
				out[i] = &c
			}
			fk := *k
			fk.References = target.Table.Name
			out[i].Table.Constraints[j] = &fk
		}
	}
	return out
}

func relationOf(m *schema.Model, k *schema.Constraint) *schema.Relation {
	if k.Kind != schema.ForeignKey {
		return nil
	}
	for i := range m.Relations {
		if !m.Relations[i].Inverse && slices.Equal(m.Relations[i].Columns, k.Columns) {
			return &m.Relations[i]
		}
	}
	return nil
}

// bare is a type's name without its package.
func bare(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }
