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
	ID: "enum-add-value-in-use", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.1",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "A new enum value is used in the transaction that adds it.",
		Why: "PostgreSQL refuses it with unsafe_new_enum_value_usage until the transaction that added the value has committed, so the migration " +
			"fails wherever the tool wraps the file. A type made in the same transaction is fine, and so is a file that runs outside one.",
		Bad:       "-- db/migrations/00001_init.sql --\n-- +goose Up\nCREATE TYPE mood AS ENUM ('sad');\nCREATE TABLE people (id bigint PRIMARY KEY, m mood);\n-- db/migrations/00002_ok.sql --\n-- +goose Up\nALTER TYPE mood ADD VALUE 'ok';\nUPDATE people SET m = 'ok' WHERE id = 1;\n",
		Good:      "-- db/migrations/00001_init.sql --\n-- +goose Up\nCREATE TYPE mood AS ENUM ('sad');\nCREATE TABLE people (id bigint PRIMARY KEY, m mood);\n-- db/migrations/00002_ok.sql --\n-- +goose Up\nALTER TYPE mood ADD VALUE 'ok';\n-- db/migrations/00003_use.sql --\n-- +goose Up\nUPDATE people SET m = 'ok' WHERE id = 1;\n",
		FixSafety: "There is no fix: the statement that uses the value belongs into the next migration, together with all that follows from it.",
		Refs:      []string{"PostgreSQL manual, ALTER TYPE, Notes", "PostgreSQL manual, Appendix A, 55P04 unsafe_new_enum_value_usage"},
	},
	Step: enumAddValueInUse,
})

func enumAddValueInUse(p *diagnostics.Pass, s *schema.Step) {
	if s.Action != "alter type add value" || len(s.Values) != 1 || transaction(p, s) == "" || s.Conditional || typeBorn(p, s) {
		return
	}
	use, sure := usedBelow(p, s)
	if use.Empty() {
		return
	}
	d := diagnostics.Diagnostic{Span: use, Message: fmt.Sprintf(
		"'%s' was added to `%s` in the same transaction: PostgreSQL refuses to use it before that has committed, and %s.", s.Values[0], s.Other, transaction(p, s))}
	if !sure {
		d.Severity = diagnostics.Warning
	}
	d.Related = []diagnostics.Related{{Location: source.Location{Path: s.Path, Span: s.Span}, Message: "it is added here"}}
	p.Report(d)
}

// typeBorn reports whether the file makes the type itself.
func typeBorn(p *diagnostics.Pass, s *schema.Step) bool {
	return earlier(p, s, func(o *schema.Step) bool {
		return strings.HasPrefix(o.Action, "create type") && o.Other.Name == s.Other.Name
	})
}

// usedBelow is the first literal below that spells the value, in a statement
// over a table; sure tells that a table of it has a column of the type.
func usedBelow(p *diagnostics.Pass, s *schema.Step) (use source.Span, sure bool) {
	steps := p.Snapshot.Steps(s.Path)
	for i := range p.Facts.Statements {
		st := &p.Facts.Statements[i]
		if st.Span.Start <= s.Stmt.Start || s.Migration != nil && s.Down != covers(s.Migration.Down, st.Span) {
			continue
		}
		text := st.Span.In(p.File.Text)
		if strings.HasPrefix(st.Head, "COMMIT") {
			return source.Span{}, false
		}
		if strings.Contains(st.Head, "FUNCTION") || strings.HasPrefix(st.Head, "ALTER TYPE") || strings.HasPrefix(st.Head, "COMMENT") || strings.HasPrefix(st.Head, "DO") {
			continue
		}
		for _, t := range sqltext.Lex(text) {
			if t.Kind == sqltext.String && t.Span.In([]byte(text)) == "'"+s.Values[0]+"'" {
				use = source.Span{Start: st.Span.Start + t.Span.Start, End: st.Span.Start + t.Span.End}
				break
			}
		}
		if use.Empty() {
			continue
		}
		tables := []*schema.Table{}
		for k := range steps {
			if steps[k].Stmt == st.Span {
				tables = append(tables, steps[k].Before, steps[k].After)
			}
		}
		for _, q := range p.Snapshot.Queries(s.Path) {
			if st.Span.Covers(q.Span) {
				tables = append(tables, q.Known...)
			}
		}
		known := false
		for _, t := range tables {
			if t == nil {
				continue
			}
			known = true
			for _, c := range t.Columns {
				if typeName(c.Type).Name == s.Other.Name {
					return use, true
				}
			}
		}
		if !known {
			return use, false
		}
		use = source.Span{}
	}
	return source.Span{}, false
}

func covers(spans []source.Span, s source.Span) bool {
	for _, o := range spans {
		if o.Covers(s) {
			return true
		}
	}
	return false
}
