package migrations

import (
	"slices"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	histories "github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// follow adds what has to come in transactions of its own to a fix: the next
// migrations of the history, or statements behind this one where the file is
// no migration. It fails where one transaction would surround all of it.
func follow(p *diagnostics.Pass, s *schema.Step, fix diagnostics.Fix, later ...histories.Change) (diagnostics.Fix, bool) {
	if s.Conditional || s.Down {
		return diagnostics.Fix{}, false
	}
	if s.Migration == nil {
		if s.InTransaction {
			return diagnostics.Fix{}, false
		}
		text := ""
		for _, c := range later {
			text += "\n" + c.Up
		}
		at := behind(p.File, s.Stmt)
		for i := range fix.Edits {
			// The statement itself goes: what comes instead stands in its place.
			if e := &fix.Edits[i]; e.Path == p.File.Path && e.Span.Start <= s.Stmt.Start && e.Span.End >= s.Stmt.End {
				e.Text += strings.TrimPrefix(text, "\n")
				return fix, true
			}
		}
		if at == s.Stmt.End {
			text = ";" + text
		}
		fix.Edits = append(fix.Edits, p.Edit(source.Span{Start: at, End: at}, text))
		return fix, true
	}
	h := historyOf(p, s)
	if h == nil || s.Migration.Tx == schema.TxBatch || !lasting(p, s) {
		return diagnostics.Fix{}, false
	}
	plan, ok := planned(p, s, h, later...)
	if !ok {
		return diagnostics.Fix{}, false
	}
	return p.Plan(fix, plan)
}

// planned is what new migrations of a history need. They start without the
// search path that the step's file has set: what its names mean is not known
// there.
func planned(p *diagnostics.Pass, s *schema.Step, h *histories.History, changes ...histories.Change) (histories.Plan, bool) {
	if slices.ContainsFunc(p.Snapshot.Steps(s.Path), func(o schema.Step) bool {
		return o.Kind == schema.SetParameter && o.Change.Column == "search_path" && o.Down == s.Down && o.Stmt.Start < s.Stmt.Start
	}) {
		return histories.Plan{}, false
	}
	return h.New(changes...)
}

// afterwards says where follow puts what comes later.
func afterwards(s *schema.Step) string {
	if s.Migration == nil {
		return "in the statement behind it"
	}
	return "in the next migration"
}

// behind is the offset behind a statement and its semicolon.
func behind(f *source.File, stmt source.Span) int {
	at := stmt.End
	for at < len(f.Text) && strings.IndexByte(" \t\r\n", f.Text[at]) >= 0 {
		at++
	}
	if at < len(f.Text) && f.Text[at] == ';' {
		return at + 1
	}
	return stmt.End
}

// lasting reports whether what a step makes is still there, as it makes it, when
// all migrations have run, so that the next one can go on with it.
func lasting(p *diagnostics.Pass, s *schema.Step) bool {
	db := p.Snapshot.Database(s.Path)
	if db == nil || s.After == nil {
		return false
	}
	t := db.Catalog.Table(s.After.Name)
	if t == nil {
		return false
	}
	var columns []string
	switch {
	case s.Constraint != nil:
		if !constrains(p, s, t, s.Constraint.Name) {
			return false
		}
		columns = s.Constraint.Columns
	case s.Kind == schema.ValidateConstraint:
		if !constrains(p, s, t, s.Column) {
			return false
		}
	case s.Kind == schema.AddColumn || s.Kind == schema.SetNotNull || s.Kind == schema.AlterType:
		was, is := s.After.Column(s.Column), t.Column(s.Column)
		if was != nil && is != nil && (was.Type != is.Type || was.Modifier != is.Modifier || was.NotNull && !is.NotNull) {
			return false
		}
		columns = []string{s.Column}
	}
	for _, c := range columns {
		if t.Column(c) == nil && s.After.Column(c) != nil {
			return false
		}
	}
	return !takenLater(p, s, columns)
}

// constrains reports whether a constraint is there in the end and nothing behind
// the step names it or, of one that makes rows unique, rests on it.
func constrains(p *diagnostics.Pass, s *schema.Step, t *schema.Table, name string) bool {
	if name == "" || bound(s.After, name) && !bound(t, name) || namedLater(p, s, name) {
		return false
	}
	unique := s.Constraint != nil && (s.Constraint.Kind == schema.Unique || s.Constraint.Kind == schema.PrimaryKey)
	return !unique || !uniqueLater(p, s, t.Name.Name)
}

// bound reports whether a table has a constraint of that name.
func bound(t *schema.Table, name string) bool {
	return t.PrimaryKey != nil && t.PrimaryKey.Name == name || slices.ContainsFunc(t.Constraints, func(k *schema.Constraint) bool { return k.Name == name })
}

// undone reports whether the migration's own way back names something, so that
// whatever makes it now needs no second one.
func undone(p *diagnostics.Pass, s *schema.Step, name string) bool {
	h := historyOf(p, s)
	if h == nil {
		return false
	}
	word := wordOf(name)
	for i := range h.Migrations {
		m := &h.Migrations[i]
		if m.Version != s.Migration.Version || m.Down == nil {
			continue
		}
		f := p.Snapshot.File(m.Path)
		if f == nil {
			continue
		}
		for _, span := range m.Down {
			if word.MatchString(span.In(f.Text)) {
				return true
			}
		}
	}
	return false
}

// undoing is the step in the way back of a step's migration that meets a
// condition, nil if there is none.
func undoing(p *diagnostics.Pass, s *schema.Step, meets func(*schema.Step) bool) *schema.Step {
	h := historyOf(p, s)
	if h == nil {
		return nil
	}
	for i := range h.Migrations {
		m := &h.Migrations[i]
		if m.Version != s.Migration.Version || m.Down == nil {
			continue
		}
		steps := p.Snapshot.Steps(m.Path)
		for k := range steps {
			if o := &steps[k]; o.Down && meets(o) {
				return o
			}
		}
	}
	return nil
}

// siblings counts the clauses of a step's statement beside it; constraints
// written in a column definition belong to their column.
func siblings(p *diagnostics.Pass, s *schema.Step) int {
	n := 0
	for _, other := range p.Snapshot.Steps(s.Path) {
		if other.Stmt == s.Stmt && other.Change != s.Change && !other.Inline {
			n++
		}
	}
	return n
}

// only reports whether a step's statement is all that its direction of the
// migration holds. A block that the tool sends as one may be several.
func only(p *diagnostics.Pass, s *schema.Step) bool {
	n := 0
	for _, st := range p.Snapshot.Impacts(s.Path) {
		if st.Down == s.Down {
			n++
		}
	}
	return n == 1 && s.Migration.Statements == 1
}

// withoutClause takes a clause out of its ALTER TABLE, with the comma behind or before
// it, or the whole statement where it is the only clause.
func withoutClause(p *diagnostics.Pass, s *schema.Step) source.Span {
	if siblings(p, s) == 0 {
		return removal(p.File, s.Stmt)
	}
	text := p.File.Text
	end := s.Span.End
	for end < s.Stmt.End && strings.IndexByte(" \t\r\n", text[end]) >= 0 {
		end++
	}
	if end < s.Stmt.End && text[end] == ',' {
		end++
		for end < s.Stmt.End && strings.IndexByte(" \t\r\n", text[end]) >= 0 {
			end++
		}
		return source.Span{Start: s.Span.Start, End: end}
	}
	start := s.Span.Start
	for start > s.Stmt.Start && text[start-1] != ',' {
		start--
	}
	return source.Span{Start: max(start-1, s.Stmt.Start), End: s.Span.End}
}

// column is the ADD COLUMN that an inline constraint stands in.
func column(p *diagnostics.Pass, s *schema.Step) *schema.Step {
	steps := p.Snapshot.Steps(s.Path)
	for i := range steps {
		if c := &steps[i]; c.Kind == schema.AddColumn && c.Stmt == s.Stmt && c.Span.Start <= s.Span.Start && s.Span.End <= c.Span.End {
			return c
		}
	}
	return nil
}

// lifted takes an inline constraint out of its column definition and writes
// clause behind it, if there is one.
func lifted(p *diagnostics.Pass, s *schema.Step, clause string) (diagnostics.FileEdit, bool) {
	col := column(p, s)
	if col == nil {
		return diagnostics.FileEdit{}, false
	}
	start := s.Span.Start
	for start > col.Span.Start && strings.IndexByte(" \t\r\n", p.File.Text[start-1]) >= 0 {
		start--
	}
	text := (source.Span{Start: s.Span.End, End: col.Span.End}).In(p.File.Text)
	if clause != "" {
		text += ", " + clause
	}
	return p.Edit(source.Span{Start: start, End: col.Span.End}, text), true
}

// constraintText is a constraint as ADD CONSTRAINT writes it, with its name
// even where the server would choose one.
func constraintText(s *schema.Step, text string) string {
	if strings.HasPrefix(strings.ToUpper(text), "CONSTRAINT") {
		return "ADD " + text
	}
	return "ADD CONSTRAINT " + sqltext.QuoteIdent(s.Constraint.Name) + " " + text
}

// alter is ALTER TABLE with one clause.
func alter(t schema.Name, clause string) string {
	return "ALTER TABLE " + qualified(t) + " " + clause + ";\n"
}

// validated is the migration that validates a constraint.
func validated(s *schema.Step, name string) histories.Change {
	return histories.Change{Name: "validate_" + name, Up: alter(s.Table, "VALIDATE CONSTRAINT "+sqltext.QuoteIdent(name))}
}
