package migrations

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "add-column-required", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.1",
	Doc: diagnostics.Doc{
		Title: "A NOT NULL column without a default is added to a table that may hold rows.",
		Why: "The statement fails with not_null_violation as soon as the table has one row, so it passes on an empty test database and " +
			"stops the deployment. A constant default is stored once and writes no row (PostgreSQL 11 and later). A table made or " +
			"emptied in the same file is fine, and so are identity, serial and generated columns.",
		Bad:       example("ALTER TABLE users ADD COLUMN plan text NOT NULL;\n"),
		Good:      example("ALTER TABLE users ADD COLUMN plan text NOT NULL DEFAULT 'free';\n"),
		FixSafety: "The fix adds the empty value of the type as the default. It is unsafe: which value the old rows are to have is not in the text.",
		Refs:      []string{"PostgreSQL manual, ALTER TABLE, ADD COLUMN", "PostgreSQL manual, Appendix A, 23502 not_null_violation"},
	},
	Step: addColumnRequired,
})

func addColumnRequired(p *diagnostics.Pass, s *schema.Step) {
	c := s.ColumnDef
	if s.Kind != schema.AddColumn || c == nil || !c.NotNull || c.Default != "" && !isNull(c.Default) || c.Generated != "" || s.Down || s.Born || describes(p, s.Path) || s.Before == nil && s.Known {
		return
	}
	if s.Before != nil && (s.Before.Kind == schema.Temporary || s.Before.Column(c.Name) != nil && s.IfNotExists) || emptied(p, s) || defaultOfDomain(p, s) {
		return
	}
	if k := p.Snapshot.Context(s.Path); k == source.Test || k == source.Seed {
		return
	}
	d := diagnostics.Diagnostic{Span: firstLine(p.File, s.Span)}
	if s.Before == nil || s.Conditional || s.Migration == nil {
		d.Severity = diagnostics.Warning
	}
	d.Message = fmt.Sprintf("`%s.%s` is NOT NULL and has no default: the statement fails as soon as `%s` holds a row.", s.Table, c.Name, s.Table)
	fix, ok := emptyDefault(p, s)
	report(p, d, fix, ok && c.Default == "")
}

// isNull reports whether a default says NULL, which is what there is without one.
func isNull(expr string) bool { return strings.EqualFold(strings.Trim(expr, " ()"), "null") }

// emptied reports whether all rows of the table were removed above in the file.
func emptied(p *diagnostics.Pass, s *schema.Step) bool {
	if earlier(p, s, func(o *schema.Step) bool { return o.Kind == schema.Truncate && sameTable(o, s) }) {
		return true
	}
	return slices.ContainsFunc(p.Snapshot.Queries(s.Path), func(q *workspace.Query) bool {
		return q.Op == query.Delete && len(q.Where) == 0 && q.Unknown == 0 && q.Span.Start < s.Stmt.Start && len(q.Tables) == 1 && q.Tables[0].Name == s.Table.Name
	})
}

// defaultOfDomain reports whether the type brings a default of its own.
func defaultOfDomain(p *diagnostics.Pass, s *schema.Step) bool {
	d := domainOf(p, s)
	return d != nil && d.Default != ""
}

// empties are the empty values of types.
var empties = map[string]string{"text": "''", "varchar": "''", "int2": "0", "int4": "0", "int8": "0", "numeric": "0", "float4": "0", "float8": "0",
	"bool": "false", "timestamptz": "now()", "timestamp": "now()", "date": "CURRENT_DATE", "jsonb": "'{}'", "json": "'{}'"}

func emptyDefault(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	value := empties[s.ColumnDef.Type]
	if s.ColumnDef.Array > 0 {
		value = "'{}'"
	}
	for _, o := range p.Snapshot.Steps(s.Path) {
		if o.Inline && o.Stmt == s.Stmt && o.Span.Start >= s.Span.Start && o.Span.End <= s.Span.End {
			return diagnostics.Fix{}, false // a key or check that the value may break
		}
	}
	if value == "" {
		return diagnostics.Fix{}, false
	}
	return diagnostics.Fix{Title: "Add DEFAULT " + value, Safety: diagnostics.Unsafe,
		Edits: []diagnostics.FileEdit{p.Edit(source.Span{Start: s.Span.End, End: s.Span.End}, " DEFAULT "+value)}}, true
}
