package migrations

import (
	"path"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// liquibase: "--liquibase formatted sql" files of changesets, each in a
// transaction of its own unless it says runInTransaction:false. Rollbacks are
// comments. The order is the change log's; by file name, as includeAll has it
// (Liquibase documentation, "Formatted SQL changelog").
var liquibase = layout{
	runner: "liquibase",
	find: func(w *world) (out []*History) {
		w.each(func(dir string, names []string) {
			h := &History{Dir: dir}
			var dbms []string
			of := map[string][]changeset{}
			for _, n := range names {
				s := w.sheet(path.Join(dir, n))
				if s.marked(sqltext.Liquibase, sqltext.Header) {
					of[n] = changesets(s)
					for _, c := range of[n] {
						dbms = append(dbms, c.options["dbms"])
					}
				}
			}
			if len(of) == 0 {
				return
			}
			h.Dialect = spoken(dbms)
			for _, n := range names {
				list, ok := of[n]
				if !ok {
					continue
				}
				m := schema.Migration{Path: path.Join(dir, n), Tx: schema.TxFile}
				m.Version, m.Name = splitName(n)
				w.changesets(&m, list, h.Dialect)
				h.Migrations = append(h.Migrations, m)
			}
			sortByVersion(h.Migrations)
			out = append(out, h)
		})
		return out
	},
	write: func(p *planner) {
		option := ""
		if p.NoTx {
			option = " runInTransaction:false"
		}
		text := "--liquibase formatted sql\n\n--changeset dbwise:" + p.Name + option + "\n" + p.Up
		for _, line := range strings.Split(strings.TrimSpace(p.Down), "\n") {
			if line != "" {
				text += "--rollback " + line + "\n"
			}
		}
		p.file(p.base()+".sql", text)
	},
}

// changeset is a part of a file: what its line says, where its statements
// stand, where those that undo it.
type changeset struct {
	name    string
	options map[string]string
	up      source.Span
	down    []source.Span
}

// changesets cuts a file at its changesets.
func changesets(s *sheet) (out []changeset) {
	for _, m := range s.markers {
		switch {
		case m.Tool != sqltext.Liquibase:
		case m.Kind == sqltext.Changeset:
			c := changeset{options: map[string]string{}, up: source.Span{Start: m.Span.End, End: len(s.text)}}
			words := strings.Fields(m.Args)
			c.name = "changeset " + words[0]
			for _, word := range words[1:] {
				if key, value, ok := strings.Cut(word, ":"); ok {
					c.options[strings.ToLower(key)] = strings.ToLower(strings.Trim(value, `"'`))
				}
			}
			if n := len(out); n > 0 {
				out[n-1].up.End = m.Span.Start
			}
			out = append(out, c)
		case m.Kind == sqltext.Rollback && len(out) > 0:
			last := &out[len(out)-1]
			// One span from the first line to the last: a statement may go over several.
			if n := len(last.down); n > 0 && strings.TrimSpace(string(s.text[last.down[n-1].End:m.Span.Start])) == "" {
				last.down[n-1].End = m.Span.End
			} else {
				last.down = append(last.down, m.Span)
			}
		}
	}
	return out
}

// spoken is the database that lists of dbms name alone, or PostgreSQL where it is
// among several. One that nobody reads, such as the h2 of tests, says nothing.
func spoken(lists []string) query.Dialect {
	var only query.Dialect
	for _, list := range lists {
		for name := range strings.SplitSeq(list, ",") {
			switch d := query.DialectNamed(name); {
			case d == query.PostgreSQL:
				return d
			case d != query.Unread && only == query.Generic:
				only = d
			}
		}
	}
	return only
}

// runs reports whether a changeset is meant for a database: dbms may list those
// it is for, or with ! those it is not for, and ignore leaves it out.
func (c *changeset) runs(d query.Dialect) bool {
	if c.options["ignore"] == "true" {
		return false
	}
	dbms := c.options["dbms"]
	if dbms == "" || dbms == "all" || d == query.Generic {
		return dbms != "none"
	}
	for _, name := range strings.Split(dbms, ",") {
		name, not := strings.CutPrefix(strings.TrimSpace(name), "!")
		if not {
			return !slices.ContainsFunc(strings.Split(dbms, ","), func(s string) bool { return query.DialectNamed(strings.TrimPrefix(strings.TrimSpace(s), "!")) == d })
		}
		if query.DialectNamed(name) == d {
			return true
		}
	}
	return false
}

// changesets makes parts of the changesets that run.
func (w *world) changesets(m *schema.Migration, list []changeset, d query.Dialect) {
	s := w.sheet(m.Path)
	var parts []schema.Part
	for i := range list {
		c := &list[i]
		if !c.runs(d) {
			continue
		}
		p := schema.Part{Name: c.name, Down: c.down, Tx: schema.TxFile}
		at := c.up.Start
		for _, down := range c.down { // the rollback lines are none of it
			p.Up = append(p.Up, source.Span{Start: at, End: down.Start})
			at = down.End
		}
		p.Up = append(p.Up, source.Span{Start: at, End: c.up.End})
		if c.options["runintransaction"] == "false" {
			p.Tx = schema.TxNone
		}
		for _, st := range s.statements() {
			if covers(p.Up, st.Span) {
				p.Statements++
			}
		}
		parts = append(parts, p)
	}
	if len(parts) > 0 {
		together(m, parts)
	}
}
