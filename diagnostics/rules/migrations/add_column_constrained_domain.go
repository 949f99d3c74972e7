package migrations

import (
	"fmt"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "add-column-constrained-domain", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "ADD COLUMN whose type is a domain with a constraint writes the whole table anew.",
		Why: "The server checks the domain's constraint for every row, also where the column has no default, and writes the table anew to " +
			"do so, under an ACCESS EXCLUSIVE lock: nobody reads or writes it meanwhile. A domain without a constraint costs nothing. The base " +
			"type with a CHECK constraint that is NOT VALID now and validated later does the same online.",
		Bad:  example("CREATE DOMAIN positive AS int CHECK (VALUE > 0);\nALTER TABLE users ADD COLUMN age positive;\n"),
		Good: example("ALTER TABLE users ADD COLUMN age int;\nALTER TABLE users ADD CONSTRAINT users_age_check CHECK (age > 0) NOT VALID;\n"),
		FixSafety: "The column gets the domain's base type and its checks as one CHECK of the table, NOT VALID now and validated by the next migration. It is unsafe because the column does not follow when the " +
			"domain changes. A domain that is NOT NULL or has a default has no fix.",
		Refs: []string{"PostgreSQL manual, ALTER TABLE, Notes on ADD COLUMN", "PostgreSQL manual, CREATE DOMAIN"},
	},
	Step: addColumnConstrainedDomain,
})

func addColumnConstrainedDomain(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.AddColumn || s.ColumnDef == nil || s.ColumnDef.Generated != "" || domainOf(p, s) == nil {
		return
	}
	v, ok := judge(p, s, rewrites)
	if !ok {
		return
	}
	fix, ok := baseType(p, s)
	report(p, v.finding(p, s, fmt.Sprintf("Adding column `%s` of the domain `%s`", s.Column, s.ColumnDef.Type)), fix, ok)
}

// baseType is the fix: the domain's base type and its checks on the column.
func baseType(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	b, name := eve(p, s), typeName(s.ColumnDef.Type)
	domain, at := b.Domain(name), typeSpan(p, s, name)
	if domain == nil || domain.NotNull || domain.Default != "" || b.Domain(typeName(domain.Type)) != nil || s.IfNotExists || s.ColumnDef.Array > 0 || at.Empty() || s.After == nil {
		return diagnostics.Fix{}, false
	}
	var checks []string
	for _, k := range b.DomainChecks(name) {
		checks = append(checks, ofColumn(k.Expr, s.Column))
	}
	if len(checks) == 0 {
		return diagnostics.Fix{}, false
	}
	expr := checks[0]
	if len(checks) > 1 {
		expr = "(" + strings.Join(checks, ") AND (") + ")"
	}
	c := proofOf(s.After, s.Column+"_check", expr)
	return follow(p, s, diagnostics.Fix{Title: fmt.Sprintf("Add `%s` as %s with a CHECK that the next migration validates", s.Column, typeSQL(domain)),
		Edits: []diagnostics.FileEdit{p.Edit(at, typeSQL(domain)), p.Edit(source.Span{Start: s.Span.End, End: s.Span.End}, ", ADD "+c.check()+" NOT VALID")}},
		validated(s, c.name))
}

// typeSpan is where an ADD COLUMN names a type.
func typeSpan(p *diagnostics.Pass, s *schema.Step, name schema.Name) source.Span {
	words := lexed(p, s.Span)
	for i, w := range words {
		if i == 0 || sqltext.Unquote(w.text) != name.Name || words[i-1].is("add") || words[i-1].is("column") || words[i-1].is("exists") {
			continue
		}
		start := w.start()
		if name.Schema != "" && i > 2 && words[i-1].text == "." {
			start = words[i-2].start()
		}
		return source.Span{Start: start, End: w.end}
	}
	return source.Span{}
}

// ofColumn is a check of a domain as one of a column: about it instead of VALUE.
func ofColumn(expr, column string) string {
	out, at := "", 0
	for _, t := range sqltext.Lex(expr) {
		if t.Kind == sqltext.Word && strings.EqualFold(t.Span.In([]byte(expr)), "value") {
			out += expr[at:t.Span.Start] + quoted(column)
			at = t.Span.End
		}
	}
	return out + expr[at:]
}
