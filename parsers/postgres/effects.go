package postgres

import (
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/schema"
)

// NewestVersion is the server version effects are computed for unless told
// otherwise; OldestVersion the oldest one known. Major versions.
const (
	OldestVersion = 11
	NewestVersion = 18
)

// Session computes what statements do to a running server, one after the
// other: which locks they take on what was there before, for how long, what is
// lost. It reads the schema from a builder, to which the caller applies the
// changes of each statement after asking for its impact.
type Session struct {
	schema  *schema.Builder
	known   bool
	version int
	// open: in a transaction block. held is the worst blocking effect of the
	// transaction so far, locks the strongest lock on each relation.
	open  bool
	held  *schema.Effect
	locks map[schema.Name]schema.Lock
	// made are the relations of this session's own, and those without rows.
	made map[schema.Name]bool
	// emptied are the tables truncated in the open transaction and not filled
	// since.
	emptied map[schema.Name]bool
	// dropping are the tables that the statement at hand drops.
	dropping map[schema.Name]bool
	// planned: the queries of the statement at hand do not run.
	planned bool
	// saved are the savepoints of the transaction, the last one set last.
	saved []savepoint
	// values are the enum labels added in the open transaction.
	values map[string]bool
	// timeout: lock_timeout is set, local only until the transaction ends; zone
	// is the session's time zone, lower case, "" for the server's.
	timeout, local bool
	zone           string
}

// NewSession starts a session on a server of a major version; 0 means the
// newest. known says that the schema holds every table.
func NewSession(b *schema.Builder, known bool, version int) *Session {
	if version == 0 {
		version = NewestVersion
	}
	version = min(max(version, OldestVersion), NewestVersion)
	return &Session{schema: b, known: known, version: version, made: map[schema.Name]bool{}, locks: map[schema.Name]schema.Lock{}}
}

// Begin opens a transaction, as a runner does before a file.
func (s *Session) Begin() {
	s.open = true
	s.end()
}

// End ends it, as a runner does behind a file or a part of one.
func (s *Session) End() {
	s.open = false
	s.end()
}

// Empty says that a table of the schema has no rows and that nobody uses it.
func (s *Session) Empty(n schema.Name) { s.made[bare(n)] = true }

// end forgets what a transaction held.
func (s *Session) end() {
	s.held, s.locks, s.values, s.emptied, s.local, s.saved = nil, map[schema.Name]schema.Lock{}, nil, nil, false, nil
}

// bare makes the schema public and the search path one.
func bare(n schema.Name) schema.Name {
	if n.Schema == "public" {
		n.Schema = ""
	}
	return n
}

// Impact is what a statement does, given all before it. The schema must not
// yet have its changes. It is never nil.
func (s *Session) Impact(st *facts.Statement) *schema.Impact {
	out := &schema.Impact{Timeout: s.timeout || s.local}
	if st.Problem != nil {
		out.Unread = true
		return out
	}
	if !s.control(st) {
		s.statement(st, out)
	}
	s.judge(out)
	s.remember(st)
	return out
}

// control handles what acts on the session only.
func (s *Session) control(st *facts.Statement) bool {
	if len(st.Changes) != 1 {
		return false
	}
	switch c := &st.Changes[0]; c.Kind {
	case schema.Begin:
		s.Begin()
	case schema.Commit, schema.Rollback:
		s.open = c.To == "chain"
		s.end()
	case schema.SetParameter:
		s.set(c)
	case schema.OtherDDL:
		return s.savepoint(c)
	default:
		return false
	}
	return true
}

func (s *Session) set(c *schema.Change) {
	off := c.Action != "" || c.To == "DEFAULT"
	switch {
	case c.Action == "reset all":
		s.timeout, s.zone = false, ""
	case c.Column == "lock_timeout" && c.Local: // without a transaction it does nothing but warn
		s.local = s.open && !off && c.To != "0"
	case c.Column == "lock_timeout":
		s.timeout = !off && c.To != "0"
	case c.Column == "timezone" || c.Column == "time zone":
		if s.zone = lower(c.To); off {
			s.zone = ""
		}
	}
}

// statement finds the effects of what acts on relations.
func (s *Session) statement(st *facts.Statement, out *schema.Impact) {
	s.dropping, s.planned = nil, false
	for i := range st.Changes {
		if c := &st.Changes[i]; c.Kind == schema.DropTable {
			if s.dropping == nil {
				s.dropping = map[schema.Name]bool{}
			}
			s.dropping[s.named(c.Table)] = true
		}
	}
	if alters(st) {
		s.alterTable(st, out)
	} else {
		for i := range st.Changes {
			s.change(&st.Changes[i], st, out)
		}
	}
	if len(st.Changes) == 0 || bodiless(st) && !s.exists(st) {
		s.queries(st.Queries, out)
	}
}

// alters reports whether a statement is an ALTER TABLE of columns, constraints
// or what else its clauses can say of a table.
func alters(st *facts.Statement) bool {
	if len(st.Changes) == 0 {
		return false
	}
	for i := range st.Changes {
		switch c := &st.Changes[i]; c.Kind {
		case schema.AddColumn, schema.DropColumn, schema.AlterType, schema.SetNotNull, schema.DropNotNull, schema.SetDefault, schema.DropDefault,
			schema.AddConstraint, schema.DropConstraint, schema.ValidateConstraint, schema.AttachPartition, schema.DetachPartition, schema.Opaque:
			if c.Conditional {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// judge computes the class and what earlier locks make of the statement.
func (s *Session) judge(out *schema.Impact) {
	slices.SortStableFunc(out.Effects, func(a, b schema.Effect) int { return int(b.Class()) - int(a.Class()) })
	blocks, long := schema.BlocksNone, false
	for i := range out.Effects {
		e := &out.Effects[i]
		e.Held = s.locks[bare(e.Relation)]
		if e.New {
			continue
		}
		blocks, long = max(blocks, e.Blocks), long || e.Long()
	}
	out.Class = schema.ClassOf(blocks, long)
	if s.open && s.held != nil && long && s.held.Blocks > blocks {
		out.Class, out.Carried = schema.ClassOf(s.held.Blocks, true), s.held
	}
	if out.NoTransaction && s.open {
		out.Fails = true
		if out.Refusal == "" {
			out.Refusal = "it cannot run inside a transaction block"
		}
	}
	if !s.open {
		return
	}
	for i := range out.Effects {
		e := &out.Effects[i]
		if n := bare(e.Relation); e.Lock > s.locks[n] {
			s.locks[n] = e.Lock
		}
		if !e.New && e.Blocks > schema.BlocksNone && (s.held == nil || e.Blocks > s.held.Blocks) {
			s.held = e
		}
	}
}

// remember notes the relations that the statement makes.
func (s *Session) remember(st *facts.Statement) {
	if len(st.Queries) > 0 && len(st.Changes) == 0 || strings.HasPrefix(st.Head, "COPY") {
		s.emptied = nil // rows may come back, whatever the table
	}
	for i := range st.Changes {
		c := &st.Changes[i]
		switch c.Kind {
		case schema.CreateTable, schema.CreateView:
			// Without IF NOT EXISTS it fails where there is one already.
			if s.schema.Table(c.Table) == nil || c.Kind == schema.CreateTable && !c.IfNotExists && !c.Conditional {
				s.made[bare(s.schema.Placed(c.Table))] = true
			}
		case schema.RenameTable:
			if n := s.named(c.Table); s.made[n] {
				s.made[schema.Name{Schema: n.Schema, Name: c.To}] = true
			}
		case schema.Truncate:
			s.empties(c)
		case schema.DropTable, schema.DropView:
			delete(s.made, s.named(c.Table))
		case schema.OtherDDL:
			switch c.Action {
			case "alter type add value":
				if s.values == nil {
					s.values = map[string]bool{}
				}
				for _, v := range c.Values {
					s.values[v] = true
				}
			case "create sequence", "create type enum":
				s.made[bare(s.schema.Placed(c.Other))] = true
			}
		}
	}
}

// named is the full name of a relation as the schema has it.
func (s *Session) named(n schema.Name) schema.Name {
	if t := s.schema.Table(n); t != nil {
		return bare(t.Name)
	}
	return bare(n)
}

// relation is a relation as a statement finds it.
type relation struct {
	name  schema.Name
	table *schema.Table // nil if not known
	// fresh: made by this session, temporary, or without rows.
	fresh bool
	// may: nothing describes it; missing: it certainly does not exist.
	may, missing bool
}

func (s *Session) relation(n schema.Name) relation {
	r := relation{name: n, table: s.schema.Table(n)}
	switch {
	case r.table != nil:
		r.name = r.table.Name
		r.fresh = s.made[bare(r.name)] || r.table.Kind == schema.Temporary
	case s.known:
		r.missing = true
	default:
		r.may = true
		r.fresh = s.made[bare(s.schema.Placed(n))]
	}
	return r
}

// kinds are what a statement calls a relation that is no plain table.
var kinds = map[string]schema.TableKind{"view": schema.View, "materialized view": schema.MaterializedView, "foreign table": schema.Foreign}

// called is the relation, of which at least is known what the statement calls it.
func (r relation) called(object string) relation {
	if kind, ok := kinds[object]; ok && r.table == nil {
		r.table = &schema.Table{Name: r.name, Kind: kind, Open: true}
	}
	return r
}

func (r *relation) object() string {
	if r.table == nil {
		return "table"
	}
	switch r.table.Kind {
	case schema.View:
		return "view"
	case schema.MaterializedView:
		return "materialized view"
	case schema.Partitioned:
		return "partitioned table"
	case schema.Partition:
		return "partition"
	case schema.Foreign:
		return "foreign table"
	}
	return "table"
}

// blocks is what of an application's work waits for a lock on the relation: a
// view holds no rows of its own, and nobody writes to a materialized view.
func (r *relation) blocks(lock schema.Lock) schema.Blocking {
	switch {
	case r.table == nil || r.table.Kind != schema.View && r.table.Kind != schema.Foreign && r.table.Kind != schema.MaterializedView:
		return lock.Blocks()
	case r.table.Kind == schema.MaterializedView && lock == schema.AccessExclusive:
		return schema.BlocksAll
	}
	return schema.BlocksNone
}

// effect adds what a statement does to a relation. Effects of one cause on one
// relation are joined.
func (s *Session) effect(out *schema.Impact, r relation, lock schema.Lock, c *schema.Change) *schema.Effect {
	for i := range out.Effects {
		if e := &out.Effects[i]; e.Relation == r.name && e.Cause == c {
			e.Lock, e.Blocks = max(e.Lock, lock), max(e.Blocks, r.blocks(lock))
			return e
		}
	}
	e := schema.Effect{Relation: r.name, Object: r.object(), Lock: lock, Cause: c, New: r.fresh, May: r.may}
	e.Blocks = r.blocks(lock)
	out.Effects = append(out.Effects, e)
	return &out.Effects[len(out.Effects)-1]
}

// works adds that the rows of a relation are gone over.
func (s *Session) works(out *schema.Impact, r relation, lock schema.Lock, work schema.Work, why string, c *schema.Change) *schema.Effect {
	e := s.effect(out, r, lock, c)
	if work > e.Work && !s.planned && !r.empty() && !s.emptied[bare(r.name)] {
		e.Work, e.Why = work, why
	}
	return e
}

// empty reports whether there can be no rows to go over.
func (r *relation) empty() bool {
	return r.table != nil && (r.table.Kind == schema.View || r.table.Kind == schema.Foreign)
}

// tree is a relation with its partitions and heirs, unless only says not to.
func (s *Session) tree(r relation, only bool) []relation {
	out := []relation{r}
	if r.table == nil || only {
		return out
	}
	seen := map[schema.Name]bool{bare(r.name): true}
	for i := 0; i < len(out) && len(out) < maxTree; i++ {
		for _, t := range s.schema.Children(out[i].table) {
			if n := bare(t.Name); !seen[n] {
				seen[n] = true
				out = append(out, s.relation(t.Name))
			}
		}
	}
	return out
}

// maxTree bounds how many partitions are told one by one.
const maxTree = 2000

// index is the relation of an index; a lock on it that stops readers stops
// whoever plans a query of its table (PostgreSQL manual, 13.3.1).
func (s *Session) index(out *schema.Impact, table relation, name string, lock schema.Lock, c *schema.Change) *schema.Effect {
	r := relation{name: schema.Name{Schema: table.name.Schema, Name: name}, table: table.table, fresh: table.fresh, may: table.may}
	e := s.effect(out, r, lock, c)
	e.Object = "index"
	return e
}

// empties notes the tables that TRUNCATE leaves without rows until the
// transaction ends: nobody else can fill them meanwhile, and a check, an index
// or a rewrite has nothing to go over.
func (s *Session) empties(c *schema.Change) {
	if !s.open || c.Conditional {
		return
	}
	if s.emptied == nil {
		s.emptied = map[schema.Name]bool{}
	}
	for _, t := range s.tree(s.relation(c.Table), c.Only) {
		s.emptied[bare(t.name)] = true
	}
}
