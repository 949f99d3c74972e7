package migrations

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// wayBack is the fix that writes the way back of a migration, where each of its
// steps has one and all of them together give the schema before it.
func wayBack(p *diagnostics.Pass, m *schema.Migration) (diagnostics.Fix, bool) {
	sql, ok := inverse(p, m)
	if !ok {
		return diagnostics.Fix{}, false
	}
	fix := diagnostics.Fix{Title: "Write the way back", Safety: diagnostics.Unsafe}
	at := source.Span{Start: len(p.File.Text), End: len(p.File.Text)}
	begin := "\n"
	if len(p.File.Text) > 0 && p.File.Text[len(p.File.Text)-1] != '\n' {
		begin = "\n\n"
	}
	markers := map[string]string{"goose": "-- +goose Down\n", "dbmate": "-- migrate:down\n", "sql-migrate": "-- +migrate Down\n"}
	file := ""
	switch base := path.Base(m.Path); {
	case m.Down != nil && m.Up != nil:
		end := m.Down[len(m.Down)-1].End
		if end > 0 && p.File.Text[end-1] != '\n' {
			sql = "\n" + sql
		}
		fix.Edits = []diagnostics.FileEdit{p.Edit(source.Span{Start: end, End: end}, sql)}
		return fix, true
	case markers[m.Runner] != "":
		fix.Edits = []diagnostics.FileEdit{p.Edit(at, begin+markers[m.Runner]+sql)}
		return fix, true
	case strings.HasSuffix(base, ".up.sql"):
		file = strings.TrimSuffix(m.Path, ".up.sql") + ".down.sql"
	case base == "up.sql":
		file = path.Join(path.Dir(m.Path), "down.sql")
	default:
		return diagnostics.Fix{}, false
	}
	if f := p.Snapshot.File(file); f != nil {
		edit, ok := p.EditOf(file, source.Span{Start: len(f.Text), End: len(f.Text)}, sql)
		fix.Edits = []diagnostics.FileEdit{edit}
		return fix, ok
	}
	fix.Create = []diagnostics.NewFile{{Path: file, Text: sql}}
	return fix, true
}

// inverse is the SQL that undoes a migration, checked by replaying both.
func inverse(p *diagnostics.Pass, m *schema.Migration) (string, bool) {
	var back []string
	steps := p.Snapshot.Steps(m.Path)
	for i := range p.Facts.Statements {
		st := &p.Facts.Statements[i]
		if !covers(m.Up, st.Span) {
			continue
		}
		if st.Problem != nil || len(st.Changes) == 0 {
			return "", false
		}
		for k := range steps {
			s := &steps[k]
			if s.Stmt != st.Span || s.Down || s.Kind == schema.SetParameter || s.Kind == schema.Begin || s.Kind == schema.Commit || s.Inline {
				continue
			}
			one := undo(s)
			if one == "" || s.Conditional {
				return "", false
			}
			back = append(back, one+";\n")
		}
	}
	slices.Reverse(back)
	sql := strings.Join(back, "")
	if sql == "" {
		return "", false
	}
	r := newRound(p.Snapshot.SchemaBefore(m.Path))
	down := parsers.Extract(context.Background(), source.NewFile(m.Path, source.SQL, []byte(sql)), parsers.Options{Dialect: p.Facts.Dialect})
	whole := []source.Span{{Start: 0, End: len(sql)}}
	if !r.run(p.Facts, inSections(p.Facts, m.Up), p.File.Text) || !r.run(down, inSections(down, whole), []byte(sql)) || len(r.compare()) > 0 {
		return "", false
	}
	return sql, true
}

// undo is the statement that takes one step back, "" if there is none that
// could be written without asking.
func undo(s *schema.Step) string {
	t := "ALTER TABLE " + qualified(s.Table) + " "
	if s.After != nil {
		t = "ALTER TABLE " + qualified(s.After.Name) + " "
	}
	existed := s.IfNotExists || s.Replace
	switch s.Kind {
	case schema.CreateTable:
		if !existed && s.Before == nil {
			return "DROP TABLE " + qualified(s.Table)
		}
	case schema.CreateView:
		if s.Before == nil && s.After != nil && s.After.Kind == schema.MaterializedView {
			return "DROP MATERIALIZED VIEW " + qualified(s.Table)
		} else if s.Before == nil {
			return "DROP VIEW " + qualified(s.Table)
		}
	case schema.AddColumn:
		if s.Before != nil && s.Before.Column(s.Column) == nil {
			return t + "DROP COLUMN " + quoted(s.Column)
		}
	case schema.AddConstraint:
		if s.Constraint != nil && s.Constraint.Name != "" && s.UsingIndex == "" {
			return t + "DROP CONSTRAINT " + quoted(s.Constraint.Name)
		}
	case schema.CreateIndex:
		if s.Index != nil && s.Index.Name != "" && !existed && (!s.Concurrently || s.Migration.Statements == 1) {
			how := "DROP INDEX "
			if s.Concurrently {
				how += "CONCURRENTLY "
			}
			return how + qualified(schema.Name{Schema: s.Table.Schema, Name: s.Index.Name})
		}
	case schema.RenameTable:
		if s.Before != nil && s.After != nil {
			return t + "RENAME TO " + quoted(s.Before.Name.Name)
		}
	case schema.RenameColumn:
		return t + "RENAME COLUMN " + quoted(s.To) + " TO " + quoted(s.Column)
	case schema.RenameConstraint:
		return t + "RENAME CONSTRAINT " + quoted(s.To) + " TO " + quoted(s.Column)
	case schema.RenameIndex:
		return "ALTER INDEX " + qualified(schema.Name{Schema: s.Table.Schema, Name: s.To}) + " RENAME TO " + quoted(s.Column)
	case schema.OtherDDL:
		if s.Action == "create type enum" {
			return "DROP TYPE " + qualified(s.Other)
		}
	default:
		if c := s.Before.Column(s.Column); c != nil && s.Impact != nil {
			return undoColumn(s, c, t)
		}
	}
	return ""
}

// undoColumn takes back a change of a column of a PostgreSQL table, from what
// the column was.
func undoColumn(s *schema.Step, was *schema.Column, t string) string {
	c := quoted(was.Name)
	switch s.Kind {
	case schema.SetNotNull:
		if !was.NotNull {
			return t + "ALTER COLUMN " + c + " DROP NOT NULL"
		}
	case schema.DropNotNull:
		return t + "ALTER COLUMN " + c + " SET NOT NULL"
	case schema.SetDefault, schema.DropDefault:
		switch {
		case was.Generated != "":
			return ""
		case was.Default == "":
			return t + "ALTER COLUMN " + c + " DROP DEFAULT"
		}
		return t + "ALTER COLUMN " + c + " SET DEFAULT " + was.Default
	case schema.AlterType:
		if was.Collation != "" || was.Generated != "" {
			return ""
		}
		typed := "ALTER COLUMN " + c + " TYPE " + typeSQL(was) + " USING " + c + "::" + typeSQL(was)
		if was.Default != "" { // one of the new type may have no cast of its own
			typed = "ALTER COLUMN " + c + " DROP DEFAULT, " + typed + ", ALTER COLUMN " + c + " SET DEFAULT " + was.Default
		}
		return t + typed
	case schema.DropColumn:
		if was.Collation != "" || was.Generated != "" {
			return ""
		}
		add := t + "ADD COLUMN " + c + " " + typeSQL(was)
		if was.Default != "" {
			add += " DEFAULT " + was.Default
		}
		if was.NotNull && was.Default != "" { // rows have no value otherwise
			add += " NOT NULL"
		}
		return add
	}
	return ""
}

// typeSQL is a column's type as PostgreSQL reads it.
func typeSQL(c *schema.Column) string {
	n := typeName(c.Type)
	out := n.Name // a quoted varchar is none of the standard's
	if strings.Trim(out, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" || n.Schema != "" {
		out = qualified(n)
	}
	if c.Modifier != "" {
		out += "(" + c.Modifier + ")"
	}
	return out + strings.Repeat("[]", c.Array)
}
