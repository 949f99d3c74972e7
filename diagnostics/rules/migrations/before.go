package migrations

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers"
	"github.com/dbwise/dbwise/parsers/postgres"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// eve is the schema just before a step: that of the migrations before its file,
// of all of them where it stands in none, and of the statements above it.
func eve(p *diagnostics.Pass, s *schema.Step) *schema.Builder {
	b := schema.NewBuilder(p.Snapshot.SchemaBefore(s.Path))
	m := p.Snapshot.Migration(s.Path)
	if db := p.Snapshot.Database(s.Path); m == nil && db != nil {
		b = schema.NewBuilder(db.Catalog)
	}
	for i := range p.Facts.Statements {
		st := &p.Facts.Statements[i]
		if st.Span.Start >= s.Stmt.Start || m != nil && !covers(m.Up, st.Span) {
			continue
		}
		for k := range st.Changes {
			b.Apply(&st.Changes[k])
		}
	}
	return b
}

// would is what a statement did if it stood in a step's place, in a transaction
// of its own; nil if it cannot be read.
func would(p *diagnostics.Pass, s *schema.Step, sql string) *schema.Impact {
	fa := parsers.Extract(context.Background(), source.NewFile(s.Path, source.SQL, []byte(sql)), parsers.Options{Dialect: query.PostgreSQL})
	if len(fa.Statements) != 1 || fa.Statements[0].Problem != nil {
		return nil
	}
	return postgres.NewSession(eve(p, s), s.Known, p.Config.ServerVersion).Impact(&fa.Statements[0])
}

// ahead is where a statement that reads the whole table of a step has to stand:
// in front of the first statement of the transaction that others wait for,
// since they would wait as long as it reads. It fails where the table, or one
// of the columns it names, looks different there.
func ahead(p *diagnostics.Pass, s *schema.Step, columns ...string) (at int, ok bool) {
	at = s.Stmt.Start
	m := s.Migration
	wrapped := m != nil && (m.Tx == schema.TxFile || m.Tx == schema.TxBatch || m.Tx == schema.TxImplicit && m.Statements > 1)
	open, first := wrapped, -1
	for _, st := range p.Snapshot.Impacts(s.Path) {
		if st.Down != s.Down || st.Span.Start >= s.Stmt.Start || m != nil && !covers(m.Up, st.Span) {
			continue
		}
		for i := range st.Changes {
			switch st.Changes[i].Kind {
			case schema.Begin:
				open, first = true, -1
			case schema.Commit, schema.Rollback:
				open, first = st.Changes[i].To == "chain", -1
			}
		}
		if open && first < 0 && (st.Unread || slices.ContainsFunc(st.Effects, func(e schema.Effect) bool { return !e.New && e.Blocks != schema.BlocksNone })) {
			first = st.Span.Start
		}
	}
	if first < 0 {
		return above(p.File, at), true
	}
	return above(p.File, first), same(p, s, first, columns)
}

// above is where a statement has to stand that comes in front of the one at an
// offset: before the comments that tell a linter to leave that one alone, which
// would cover the new one otherwise.
func above(f *source.File, at int) int {
	line, col := f.Lines().Position(at)
	if strings.TrimSpace(string(f.Text[at-col:at])) != "" {
		return at
	}
	for ; line > 0 && leavesAlone(f.Lines().Line(line-1).In(f.Text)); line-- {
		above := f.Lines().Line(line - 1)
		at = above.End - len(strings.TrimLeft(above.In(f.Text), " \t"))
	}
	return at
}

// leavesAlone reports whether a line is such a comment.
func leavesAlone(line string) bool {
	line = strings.TrimSpace(line)
	return strings.HasPrefix(line, "--") && slices.ContainsFunc([]string{"dbwise-ignore ", "squawk-ignore", "atlas:nolint"}, func(mark string) bool {
		return strings.Contains(line, mark)
	})
}

// same reports whether the table of a step has its name, its rows and these
// columns already at an offset before.
func same(p *diagnostics.Pass, s *schema.Step, at int, columns []string) bool {
	if slices.ContainsFunc(p.Snapshot.Steps(s.Path), func(o schema.Step) bool {
		if o.Stmt.Start < at || o.Stmt.Start >= s.Stmt.Start || !sameTable(&o, s) && o.To != s.Table.Name && o.Table.Name != s.Table.Name {
			return false
		}
		switch o.Kind {
		case schema.RenameTable, schema.SetSchema, schema.CreateTable, schema.Truncate:
			return true
		case schema.AddColumn:
			return slices.Contains(columns, o.Column)
		case schema.RenameColumn:
			return slices.Contains(columns, o.Column) || slices.Contains(columns, o.To)
		}
		return false
	}) {
		return false
	}
	return !slices.ContainsFunc(p.Snapshot.Queries(s.Path), func(q *workspace.Query) bool {
		writes := q.Op == query.Insert || q.Op == query.Update || q.Op == query.Delete
		return writes && q.Span.Start >= at && q.Span.Start < s.Stmt.Start && len(q.Tables) > 0 && q.Tables[0].Name == s.Table.Name
	})
}

// rests reports whether something rests on a column that keeps its type from
// being changed: a generated column, a view, a policy, trigger or rule that
// names it (PostgreSQL manual, 5.14 "Dependency Tracking").
func rests(p *diagnostics.Pass, s *schema.Step) bool {
	if s.Before == nil || p.Snapshot.Database(s.Path) == nil {
		return true
	}
	for _, c := range s.Before.Columns {
		if c.Name != s.Column && (c.Generated == "stored" || c.Generated == "virtual") && schema.Mentions(c.Default, s.Column) {
			return true
		}
	}
	for _, d := range p.Snapshot.Dependents(s, s.Before, s.Column) {
		if d.Bound() {
			return true
		}
	}
	h := historyOf(p, s)
	if h == nil {
		return true
	}
	for i := range h.Migrations {
		m := &h.Migrations[i]
		if m.Up == nil || m.Seq > s.Migration.Seq || !p.Snapshot.Spells(m.Path, s.Column) {
			continue
		}
		fa, f := p.Snapshot.Facts(m.Path), p.Snapshot.File(m.Path)
		if fa == nil || f == nil {
			continue
		}
		for k := range fa.Statements {
			st := &fa.Statements[k]
			if text := st.Span.In(f.Text); dependent(st.Head) && schema.Mentions(text, s.Before.Name.Name) && schema.Mentions(text, s.Column) {
				return true
			}
		}
	}
	return false
}

// dependent reports whether a statement with this head makes what the server
// keeps together with the columns it names.
func dependent(head string) bool {
	return slices.ContainsFunc([]string{"POLICY", "TRIGGER", "RULE", "PUBLICATION"}, func(w string) bool {
		return strings.HasPrefix(head, "CREATE") && strings.Contains(head, w)
	})
}

// wordOf finds a name in the text of files, be it in a comment or a string;
// in SQL that is read, schema.Mentions does.
func wordOf(name string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)(^|[^\w$])` + regexp.QuoteMeta(name) + `($|[^\w$])`)
}
