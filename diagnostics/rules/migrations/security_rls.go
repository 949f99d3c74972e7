package migrations

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "security-rls", Category: diagnostics.Correctness, Severity: diagnostics.Info, Optional: true, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "A table that Supabase serves to the web has no row level security, or a policy that lets everybody write.",
		Why: "Every table of the schema public can be read and written through the REST interface by whoever has the anonymous key, which is part of " +
			"the web page; row level security is all that stands in between. A policy whose condition is the constant true keeps it on paper only: it " +
			"is reported where it lets rows be inserted, changed or deleted, not where it lets them be read. Only the migrations of Supabase's own layout " +
			"are looked at, all of them before a table is reported; where SQL made at run time enables it, the rule is silent. It is off by default.",
		Bad: "-- supabase/migrations/20240101000000_init.sql --\nCREATE TABLE notes (id bigint PRIMARY KEY, owner uuid, body text);\n",
		Good: "-- supabase/migrations/20240101000000_init.sql --\nCREATE TABLE notes (id bigint PRIMARY KEY, owner uuid, body text);\n" +
			"ALTER TABLE notes ENABLE ROW LEVEL SECURITY;\nCREATE POLICY own ON notes FOR ALL USING (auth.uid() = owner);\n",
		FixSafety: "The fix enables row level security behind CREATE TABLE. It is unsafe: without a policy nobody but the owner sees a row.",
		Refs:      []string{"PostgreSQL manual, 5.9 Row Security Policies", "PostgreSQL manual, CREATE POLICY", "Supabase documentation, Row Level Security"},
	},
	Step: securityRLS,
})

// exposed is the schema that Supabase serves unless told otherwise.
const exposed = "public"

func securityRLS(p *diagnostics.Pass, s *schema.Step) {
	if s.Down || s.Migration == nil || s.Migration.Runner != "supabase" || s.Table.Schema != "" && s.Table.Schema != exposed {
		return
	}
	switch {
	case s.Action == "create policy":
		openPolicy(p, s)
	case s.Kind == schema.CreateTable && s.Before == nil && s.After != nil &&
		(s.After.Kind == schema.Ordinary || s.After.Kind == schema.Partitioned || s.After.Kind == schema.Partition):
		unprotected(p, s) // a partition is served by itself as well, without the policies of its parent
	}
}

// unprotected reports a table for which no migration enables row level security.
func unprotected(p *diagnostics.Pass, s *schema.Step) {
	h := historyOf(p, s)
	if h == nil {
		return
	}
	for i := range h.Migrations {
		m := &h.Migrations[i]
		f := p.Snapshot.File(m.Path)
		if f == nil || m.Seq < s.Migration.Seq {
			continue
		}
		steps := p.Snapshot.Steps(m.Path)
		if atRunTime(f, steps) || slices.ContainsFunc(steps, func(o schema.Step) bool {
			return sameTable(&o, s) && (o.Action == enableRLS || o.Kind == schema.DropTable || o.Kind == schema.RenameTable || o.Kind == schema.SetSchema)
		}) {
			return
		}
	}
	at := behind(p.File, s.Stmt)
	text := "\n" + indentOf(p.File, s.Stmt.Start) + "ALTER TABLE " + qualified(s.Table) + " ENABLE ROW LEVEL SECURITY;"
	if at == s.Stmt.End {
		text = ";" + text
	}
	report(p, diagnostics.Diagnostic{Span: firstLine(p.File, s.Stmt), Message: fmt.Sprintf(
		"`%s` has no row level security: everybody who holds the anonymous key reads and writes all its rows.", s.Table)},
		diagnostics.Fix{Title: fmt.Sprintf("Enable row level security on `%s`", s.Table), Safety: diagnostics.Unsafe,
			Edits: []diagnostics.FileEdit{p.Edit(source.Span{Start: at, End: at}, text)}}, !s.Conditional && p.File.Lang == source.SQL)
}

const enableRLS = "enable row level security"

var enables = regexp.MustCompile(`(?i)enable\s+row\s+level\s+security`)

// atRunTime reports whether a string of a file holds what enables row level
// security, as in EXECUTE format(...), other than a block that was read.
func atRunTime(f *source.File, steps []schema.Step) bool {
	if !enables.Match(f.Text) {
		return false
	}
	text := string(f.Text)
	return slices.ContainsFunc(sqltext.Lex(text), func(t sqltext.Token) bool {
		return t.Kind == sqltext.String && enables.MatchString(t.In(text)) &&
			!slices.ContainsFunc(steps, func(o schema.Step) bool { return o.Action == enableRLS && t.Span.Covers(o.Span) })
	})
}

// openPolicy reports a permissive policy that lets everybody change rows. The
// role that the server's own code uses passes policies anyway.
func openPolicy(p *diagnostics.Pass, s *schema.Step) {
	text := s.Stmt.In(p.File.Text)
	list := sqltext.Lex(text)
	var words []string
	for _, t := range list {
		if t.Kind != sqltext.LineComment && t.Kind != sqltext.BlockComment {
			words = append(words, strings.ToLower(t.Span.In([]byte(text))))
		}
	}
	flat := " " + strings.Join(words, " ") + " "
	command := "all"
	if m := policyFor.FindStringSubmatch(flat); m != nil {
		command = m[1]
	}
	if strings.Contains(flat, " as restrictive ") || strings.Contains(flat, " to service_role ") {
		return
	}
	can := ""
	switch seen, written := allRows.MatchString(flat), anyValue.MatchString(flat); {
	case command == "select":
	case seen && command == "delete":
		can = "deletes every row"
	case seen && command != "insert":
		can = "changes every row"
	case written && command == "update":
		can = "makes what it likes of the rows that it may change"
	case written && command != "delete":
		can = "inserts rows as it likes"
	}
	if can != "" {
		p.Report(diagnostics.Diagnostic{Span: firstLine(p.File, s.Span), Message: fmt.Sprintf(
			"A condition of policy `%s` is always true: everybody who may use `%s` %s.", s.Column, s.Table, can)})
	}
}

var (
	policyFor = regexp.MustCompile(` for (all|select|insert|update|delete) `)
	// allRows and anyValue are conditions that are the constant true, in brackets
	// of any depth.
	allRows  = regexp.MustCompile(` using (\( )+true (\) )+`)
	anyValue = regexp.MustCompile(` with check (\( )+true (\) )+`)
)
