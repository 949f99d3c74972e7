package postgres

import (
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/schema"
)

// other finds the effects of what is no table, index or view of its own.
func (s *Session) other(c *schema.Change, st *facts.Statement, out *schema.Impact) {
	switch {
	case s.onTable(c, out), s.maintains(c, out), s.onIndexDefinition(c, out), s.onDomain(c, out):
	case strings.HasPrefix(c.Action, "drop "):
		s.dropObject(c, out)
	case strings.HasPrefix(c.Action, "rename "):
		s.renameObject(c, out)
	}
	s.outside(c, out)
}

// outside tells what the server refuses in a transaction block (manual, the
// notes of each command).
func (s *Session) outside(c *schema.Change, out *schema.Impact) {
	switch c.Action {
	case "create database", "drop database", "create tablespace", "drop tablespace", "alter system", "vacuum", "vacuum full",
		"reindex schema", "reindex database", "reindex system":
		out.NoTransaction = true
	case "cluster":
		out.NoTransaction = c.Table.Name == ""
	case "reindex table", "reindex index":
		out.NoTransaction = c.Concurrently
	case "alter type add value": // before 12, unless the transaction made the type
		out.NoTransaction = s.version < 12 && !s.made[bare(s.schema.Placed(c.Other))]
	}
}

// tableLocks are the modes that statements about something on a table take on
// it (manual, 13.3.1, and the notes of the commands).
var tableLocks = map[string]schema.Lock{
	"create trigger": schema.ShareRowExclusive, "create constraint": schema.ShareRowExclusive, "create constraint trigger": schema.ShareRowExclusive,
	"drop trigger": schema.AccessExclusive, "rename trigger": schema.AccessExclusive,
	"create policy": schema.AccessExclusive, "alter policy": schema.AccessExclusive, "drop policy": schema.AccessExclusive, "rename policy": schema.AccessExclusive,
	"create rule": schema.AccessExclusive, "drop rule": schema.AccessExclusive, "rename rule": schema.AccessExclusive,
	"comment on table": schema.ShareUpdateExclusive, "comment on column": schema.ShareUpdateExclusive,
	"create statistics": schema.ShareUpdateExclusive, "create publication": schema.ShareUpdateExclusive, "alter publication": schema.ShareUpdateExclusive,
	"analyze": schema.ShareUpdateExclusive,
}

// onTable handles what is attached to a table.
func (s *Session) onTable(c *schema.Change, out *schema.Impact) bool {
	lock, ok := tableLocks[c.Action]
	if c.Action == "lock" {
		lock, ok = lockNamed(c.To), true
	}
	if !ok || c.Table.Name == "" {
		return ok
	}
	r := s.relation(c.Table)
	if absent(r, c, out) || c.IfExists && s.known && nothingToDrop(c, r) {
		return true
	}
	if c.Action == "lock" { // a view is locked with all it reads (manual, LOCK)
		for _, t := range s.behind(r) {
			s.effect(out, t, lock, c)
		}
	}
	if c.Action == "create trigger" && r.table != nil && r.table.Kind == schema.Partitioned || c.Action == "lock" && !c.Only {
		for _, t := range s.tree(r, false) {
			s.effect(out, t, lock, c)
		}
		return true
	}
	s.effect(out, r, lock, c)
	return true
}

// nothingToDrop reports whether what is to be dropped from a table is not on it:
// then no lock is taken.
func nothingToDrop(c *schema.Change, r relation) bool {
	kind, ok := strings.CutPrefix(c.Action, "drop ")
	return ok && r.table != nil && !r.table.Has(kind, c.Column)
}

// lockNamed is a mode by its name in LOCK TABLE; none written means the strongest.
func lockNamed(mode string) schema.Lock {
	for l := schema.AccessShare; l <= schema.AccessExclusive; l++ {
		if lower(l.String()) == mode {
			return l
		}
	}
	return schema.AccessExclusive
}

// maintains handles VACUUM, CLUSTER, REINDEX and REFRESH MATERIALIZED VIEW.
func (s *Session) maintains(c *schema.Change, out *schema.Impact) bool {
	switch c.Action {
	case "vacuum":
		s.maintain(c, schema.ShareUpdateExclusive, schema.ScanRows, "", out)
	case "vacuum full":
		s.maintain(c, schema.AccessExclusive, schema.Rewrite, "VACUUM FULL writes the table anew", out)
	case "cluster":
		if c.Table.Name != "" {
			s.maintain(c, schema.AccessExclusive, schema.Rewrite, "CLUSTER writes the table anew in the order of the index", out)
		}
	case "reindex index":
		s.reindexIndex(c, out)
	case "reindex table", "reindex schema", "reindex database", "reindex system":
		s.reindex(c, out)
	case "refresh materialized view":
		s.refresh(c, out)
	default:
		return false
	}
	return true
}

// maintain works on one table, or on every table where none is named.
func (s *Session) maintain(c *schema.Change, lock schema.Lock, work schema.Work, why string, out *schema.Impact) {
	if c.Table.Name == "" {
		r := relation{name: schema.Name{Name: "every table"}, may: !s.known}
		s.works(out, r, lock, work, why, c)
		return
	}
	r := s.relation(c.Table)
	if absent(r, c, out) {
		return
	}
	for _, t := range s.tree(r, false) {
		if t.table == nil || t.table.Kind != schema.Partitioned {
			s.works(out, t, lock, work, why, c)
		}
	}
}

// reindexIndex takes SHARE on the table and ACCESS EXCLUSIVE on the index,
// which stops the planning of queries too (manual, REINDEX, notes).
func (s *Session) reindexIndex(c *schema.Change, out *schema.Impact) {
	t := s.schema.Holder(c.Column)
	r := relation{name: schema.Name{Name: c.Column}, may: !s.known, missing: s.known}
	if t != nil {
		r = s.relation(t.Name)
	}
	if absent(r, c, out) {
		return
	}
	if c.Concurrently {
		s.works(out, r, schema.ShareUpdateExclusive, schema.BuildIndex, "", c)
		return
	}
	if t == nil {
		s.works(out, r, schema.AccessExclusive, schema.BuildIndex, "", c).Object = "index"
		return
	}
	s.works(out, r, schema.Share, schema.BuildIndex, "", c)
	s.index(out, r, c.Column, schema.AccessExclusive, c).Work = schema.BuildIndex
}

func (s *Session) reindex(c *schema.Change, out *schema.Impact) {
	r := relation{name: schema.Name{Name: "every table"}, may: !s.known}
	if c.Table.Name != "" {
		if r = s.relation(c.Table); absent(r, c, out) {
			return
		}
	}
	if c.Concurrently {
		s.works(out, r, schema.ShareUpdateExclusive, schema.BuildIndex, "", c)
		return
	}
	for _, t := range s.tree(r, false) {
		if t.table != nil && t.table.Kind == schema.Partitioned {
			continue
		}
		e := s.works(out, t, schema.Share, schema.BuildIndex, "", c)
		if t.table == nil || t.table.PrimaryKey != nil || len(t.table.Keys()) > 0 || len(t.table.Indexes) > 0 {
			e.Blocks = schema.BlocksAll // each index is locked ACCESS EXCLUSIVE
		} else {
			e.Work = schema.NoWork
		}
	}
}

// refresh replaces the rows of a materialized view: readers wait, unless
// CONCURRENTLY (EXCLUSIVE, which lets them read).
func (s *Session) refresh(c *schema.Change, out *schema.Impact) {
	r := s.relation(c.Table)
	if absent(r, c, out) {
		return
	}
	if r.table == nil {
		r.table = &schema.Table{Name: r.name, Kind: schema.MaterializedView}
	}
	if c.Concurrently {
		s.works(out, r, schema.Exclusive, schema.ScanRows, "", c)
		return
	}
	if c.To == "with no data" {
		e := s.effect(out, r, schema.AccessExclusive, c)
		e.Lost = append(e.Lost, schema.Loss{Kind: schema.LostRows, Name: r.name})
		return
	}
	s.works(out, r, schema.AccessExclusive, schema.Rewrite, "the view's query runs and its result replaces the old one", c)
}

// onIndexDefinition handles ALTER INDEX.
func (s *Session) onIndexDefinition(c *schema.Change, out *schema.Impact) bool {
	action, ok := strings.CutPrefix(c.Action, "alter index ")
	if !ok {
		return false
	}
	switch action {
	case "attach partition":
		s.atIndex(c.Table, c, schema.ShareUpdateExclusive, out)
		s.atIndex(c.Other, c, schema.AccessExclusive, out)
	case "set tablespace":
		if e := s.atIndex(c.Table, c, schema.AccessExclusive, out); e != nil {
			e.Work, e.Why = schema.BuildIndex, "the index is copied to the other tablespace"
		}
	case "set options", "reset options", "set statistics", "set column options":
		s.atIndex(c.Table, c, schema.ShareUpdateExclusive, out)
	default:
		s.atIndex(c.Table, c, schema.AccessExclusive, out)
	}
	return true
}

// onDomain handles ALTER DOMAIN: a constraint is checked against every table
// with a column of the domain, under SHARE (manual, ALTER DOMAIN, notes).
func (s *Session) onDomain(c *schema.Change, out *schema.Impact) bool {
	switch c.Action {
	case "alter domain add constraint":
		if c.Constraint != nil && c.Constraint.NotValid {
			return true
		}
	case "alter domain set not null", "alter domain validate constraint":
	default:
		return strings.HasPrefix(c.Action, "alter domain")
	}
	used := s.columnsOf(c.Other)
	// A new check on a domain that no column is known to have says nothing; who
	// validates one has rows to validate.
	if len(used) == 0 && !s.known && c.Action != "alter domain add constraint" {
		r := relation{name: schema.Name{Name: "tables with a column of " + c.Other.Name}, may: true}
		s.works(out, r, schema.Share, schema.CheckRows, "", c)
	}
	for _, u := range used {
		s.works(out, s.relation(u.table.Name), schema.Share, schema.CheckRows,
			"every value of `"+u.column.Name+"` is checked against the domain", c)
	}
	return true
}

// column is one column of one table.
type column struct {
	table  *schema.Table
	column *schema.Column
}

// columnsOf are the columns of a type or domain, sorted by table.
func (s *Session) columnsOf(typ schema.Name) []column {
	var out []column
	for _, t := range s.schema.Tables() {
		for _, col := range t.Columns {
			if schema.SameType(col.Type, typ) {
				out = append(out, column{t, col})
			}
		}
	}
	return out
}

// extensionTypes are the column types that extensions often used bring along.
var extensionTypes = map[string][]string{
	"citext": {"citext"}, "hstore": {"hstore"}, "ltree": {"ltree", "lquery"}, "postgis": {"geometry", "geography", "box2d", "box3d"},
	"vector": {"vector", "halfvec", "sparsevec"}, "cube": {"cube"}, "isn": {"isbn", "issn", "ean13"}, "postgis_raster": {"raster"}, "intarray": nil, "seg": {"seg"},
}

// takesAlong are the objects that columns and defaults of tables depend on.
var takesAlong = words("type domain extension sequence schema function routine")

// dropObject handles what takes columns, defaults or tables with it.
func (s *Session) dropObject(c *schema.Change, out *schema.Impact) {
	name := c.Other
	if name.Name == "" {
		name = schema.Name{Name: c.Column}
	}
	if c.Cascade && !s.known && takesAlong[c.Object] { // CASCADE is written as something depends on it
		s.effect(out, relation{name: schema.Name{Name: "tables that depend on " + name.Name}, may: true}, schema.AccessExclusive, c)
	}
	switch c.Object {
	case "type", "domain":
		out.Lost = append(out.Lost, schema.Loss{Kind: schema.LostName, Name: name})
		s.dropColumns(s.columnsOf(name), c, out)
	case "extension":
		out.Lost = append(out.Lost, schema.Loss{Kind: schema.LostName, Name: name})
		for _, typ := range extensionTypes[name.Name] {
			s.dropColumns(s.columnsOf(schema.Name{Name: typ}), c, out)
		}
	case "sequence", "function", "procedure", "routine", "aggregate":
		out.Lost = append(out.Lost, schema.Loss{Kind: schema.LostName, Name: name})
		s.dropDefaults(name, c, out)
	case "schema":
		out.Lost = append(out.Lost, schema.Loss{Kind: schema.LostName, Name: name})
		if c.Cascade {
			for _, t := range s.schema.Tables() {
				if t.Name.Schema == name.Name {
					s.drops(s.relation(t.Name), schema.LostTable, c, out)
				}
			}
		}
	case "statistics":
	case "owned":
		out.Lost = append(out.Lost, schema.Loss{Kind: schema.LostName, Name: name})
	}
}

// dropColumns takes the columns of a dropped type with it.
func (s *Session) dropColumns(list []column, c *schema.Change, out *schema.Impact) {
	if len(list) > 0 && !c.Cascade {
		out.Fails, out.Refusal = true, "column `"+list[0].table.Name.String()+"."+list[0].column.Name+"` depends on it"
		return
	}
	for _, u := range list {
		e := s.effect(out, s.relation(u.table.Name), schema.AccessExclusive, c)
		e.Lost = append(e.Lost, schema.Loss{Kind: schema.LostColumn, Name: u.table.Name, Column: u.column.Name})
	}
}

// dropDefaults takes the defaults and triggers with it that call a function or
// draw from a sequence.
func (s *Session) dropDefaults(name schema.Name, c *schema.Change, out *schema.Impact) {
	if !c.Cascade {
		return
	}
	for _, t := range s.schema.Tables() {
		uses := slices.ContainsFunc(t.Columns, func(col *schema.Column) bool {
			return schema.Mentions(col.Default, name.Name) || strings.Contains(col.Default, "'"+name.Name+"'") ||
				c.Object == "sequence" && col.Generated != "" && col.Generated != "stored" && name.Name == t.Name.Name+"_"+col.Name+"_seq"
		}) || slices.ContainsFunc(t.Constraints, func(k *schema.Constraint) bool { return k.Kind == schema.Check && schema.Mentions(k.Expr, name.Name) })
		if uses || slices.Contains(s.schema.Triggered(name), bare(t.Name)) {
			s.effect(out, s.relation(t.Name), schema.AccessExclusive, c)
		}
	}
}

// renameObject loses a name and locks nothing that holds rows.
func (s *Session) renameObject(c *schema.Change, out *schema.Impact) {
	name := c.Other
	if name.Name == "" {
		name = schema.Name{Name: c.Column}
	}
	if name.Name != "" {
		out.Lost = append(out.Lost, schema.Loss{Kind: schema.LostName, Name: name, Renamed: c.To})
	}
}
