package postgres

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/schema"
)

// weakClauses are the clauses of ALTER TABLE under less than ACCESS EXCLUSIVE
// (manual, ALTER TABLE, at each form).
var weakClauses = map[string]schema.Lock{
	"set statistics": schema.ShareUpdateExclusive, "set column options": schema.ShareUpdateExclusive, "reset column options": schema.ShareUpdateExclusive,
	"set options": schema.ShareUpdateExclusive, "reset options": schema.ShareUpdateExclusive,
	"cluster on": schema.ShareUpdateExclusive, "set without cluster": schema.ShareUpdateExclusive,
	"enable trigger": schema.ShareRowExclusive, "enable always trigger": schema.ShareRowExclusive, "enable replica trigger": schema.ShareRowExclusive,
	"disable trigger": schema.ShareRowExclusive, "enable trigger all": schema.ShareRowExclusive, "disable trigger all": schema.ShareRowExclusive,
	"enable trigger user": schema.ShareRowExclusive, "disable trigger user": schema.ShareRowExclusive,
}

// moves are the clauses that make the rows be written elsewhere.
var moves = map[string]bool{"set logged": true, "set unlogged": true, "set tablespace": true, "set access method": true}

// storage finds the effects of the clauses of ALTER TABLE that are about
// neither columns nor constraints.
func (s *Session) storage(c *schema.Change, out *schema.Impact) {
	r := s.relation(c.Table)
	if absent(r, c, out) {
		return
	}
	lock := schema.AccessExclusive
	if weak, ok := weakClauses[c.Action]; ok {
		lock = weak
	}
	if strings.HasSuffix(c.Action, "set options") && strings.Contains(lower(c.Expr), "user_catalog_table") {
		lock = schema.AccessExclusive
	}
	e := s.effect(out, r, lock, c)
	if r.table != nil && r.table.Kind == schema.Partitioned && moves[c.Action] {
		return // it has no storage: what partitions made later get is changed
	}
	switch c.Action {
	case "set logged", "set unlogged":
		if r.table == nil || r.table.Unlogged != (c.Action == "set unlogged") {
			s.works(out, r, lock, schema.Rewrite, "the whole table is written anew, to the log or past it", c)
		}
	case "set tablespace":
		if r.table == nil || placeOf(r.table.Tablespace) != placeOf(c.To) {
			s.works(out, r, lock, schema.Rewrite, "the whole table is copied to the other tablespace", c)
		}
	case "set access method":
		if r.table == nil || orHeap(r.table.AccessMethod) != orHeap(c.To) {
			s.works(out, r, lock, schema.Rewrite, "the whole table is written anew by the other access method", c)
		}
	case "set expression":
		if col := r.column(c.Column); col == nil || col.Generated == "stored" {
			s.works(out, r, lock, schema.Rewrite, "the stored column is computed anew for every row", c)
		}
	case "add identity", "set identity", "drop identity", "drop expression":
	case "inherit", "no inherit":
		parent := schema.ShareUpdateExclusive
		if c.Action == "no inherit" {
			parent = schema.AccessShare
		}
		s.effect(out, s.relation(c.Other), parent, c)
	case "", "of", "not of":
		e.May = e.May || c.Action == ""
	}
}

func (r *relation) column(name string) *schema.Column {
	if r.table == nil {
		return nil
	}
	return r.table.Column(name)
}

// placeOf is a tablespace, the database's own unless one is written: a table
// that lies there already is not copied (manual, ALTER TABLE, SET TABLESPACE).
func placeOf(s string) string {
	if s == "" {
		return "pg_default"
	}
	return s
}

func orHeap(s string) string {
	if s == "" {
		return "heap"
	}
	return s
}
