package migrations

import (
	"fmt"
	"slices"

	"github.com/dbwise/dbwise/diagnostics"
	histories "github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "add-column-serial", Category: diagnostics.Migration, Severity: diagnostics.Error, Since: "0.2",
	Dialects: []query.Dialect{query.PostgreSQL},
	Doc: diagnostics.Doc{
		Title: "ADD COLUMN of a serial or identity column writes the whole table anew.",
		Why: "Every row gets a number of its own, so the table is rewritten under an ACCESS EXCLUSIVE lock, and nobody reads or writes it " +
			"meanwhile. On a table that is in use the column is added without numbers first; a sequence is its default for new rows, and " +
			"old rows are numbered in batches.",
		Bad:  example("ALTER TABLE users ADD COLUMN number bigserial;\n"),
		Good: example("ALTER TABLE users ADD COLUMN number bigint;\nCREATE SEQUENCE users_number_seq OWNED BY users.number;\nALTER TABLE users ALTER COLUMN number SET DEFAULT nextval('users_number_seq');\n"),
		FixSafety: "The column is added without numbers, a sequence is its default, a migration of its own numbers old rows in batches in the order of the primary key, NOT NULL follows through a " +
			"validated CHECK, and an identity column becomes one in the end, its sequence where the other stopped. It is unsafe because old rows have no number until then. It needs a primary key of one " +
			"column and a tool that can leave its transaction.",
		Refs: []string{"PostgreSQL manual, ALTER TABLE, Notes on ADD COLUMN", "PostgreSQL manual, 8.1.4 Serial Types"},
	},
	Step: addColumnSerial,
})

func addColumnSerial(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind != schema.AddColumn || s.ColumnDef == nil || s.ColumnDef.Generated != "serial" && s.ColumnDef.Generated != "identity" {
		return
	}
	v, ok := judge(p, s, rewrites)
	if !ok {
		return
	}
	kind := "a serial"
	if s.ColumnDef.Generated == "identity" {
		kind = "an identity"
	}
	fix, ok := numberedLater(p, s)
	report(p, v.finding(p, s, fmt.Sprintf("Adding `%s` as %s column", s.Column, kind)), fix, ok)
}

// sequenceTypes are those a sequence can have, as SQL writes them.
var sequenceTypes = map[string]string{"int2": "smallint", "int4": "integer", "int8": "bigint"}

// numberedLater is the fix: the column and its sequence here, the numbers of old
// rows in batches, what makes it a serial or identity column in the end.
func numberedLater(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	typ, identity := sequenceTypes[s.ColumnDef.Type], ""
	if s.ColumnDef.Generated == "identity" {
		if identity = identityClause(p, s); identity == "" {
			return diagnostics.Fix{}, false
		}
	}
	if typ == "" || s.IfNotExists || s.Before == nil || siblings(p, s) > 0 || !plainNumber(p, s) {
		return diagnostics.Fix{}, false
	}
	name := s.Table.Name + "_" + s.Column + "_seq"
	if identity != "" { // the column brings a sequence of that name
		name = s.Table.Name + "_" + s.Column + "_first_seq"
	}
	if db := p.Snapshot.Database(s.Path); len(name) > sqltext.MaxIdentifier || db == nil || db.Catalog.Taken(name) {
		return diagnostics.Fix{}, false
	}
	sequence := qualified(schema.Name{Schema: s.Table.Schema, Name: name})
	next := "nextval(" + literal(sequence) + ")"
	fill, ok := backfill(s.After, s.Column, next)
	if !ok {
		return diagnostics.Fix{}, false
	}
	later := append([]histories.Change{fill}, notNull(s.Table, s.Column)...)
	column := "ALTER COLUMN " + quoted(s.Column)
	create := fmt.Sprintf("CREATE SEQUENCE %s AS %s", sequence, typ)
	owned := " OWNED BY " + qualified(s.Table) + "." + quoted(s.Column)
	if identity != "" { // a column that owned two sequences could not tell which is its own
		last := &later[len(later)-1]
		own := fmt.Sprintf("pg_get_serial_sequence(%s, %s)", literal(qualified(s.Table)), literal(s.Column))
		last.Up += alter(s.Table, column+" DROP DEFAULT") + "ALTER SEQUENCE " + sequence + " OWNED BY NONE;\n" + alter(s.Table, column+" ADD "+identity) +
			"SELECT setval(" + own + ", " + next + ");\nDROP SEQUENCE " + sequence + ";\n"
		last.Down = create + ";\nSELECT setval(" + literal(sequence) + ", nextval(" + own + "));\n" + alter(s.Table, column+" DROP IDENTITY") +
			"ALTER SEQUENCE " + sequence + owned + ";\n" + alter(s.Table, column+" SET DEFAULT "+next) + last.Down
	}
	edit := alter(s.Table, "ADD COLUMN "+quoted(s.Column)+" "+typ) + create + owned + ";\n" + alter(s.Table, column+" SET DEFAULT "+next)
	return follow(p, s, diagnostics.Fix{Title: fmt.Sprintf("Add `%s` with a sequence as its default and number old rows in batches", s.Column),
		Edits: []diagnostics.FileEdit{p.Edit(removal(p.File, s.Stmt), edit)}}, later...)
}

// identityClause is GENERATED ... AS IDENTITY, "" where it has options: the
// sequence that numbers old rows would need them as well.
func identityClause(p *diagnostics.Pass, s *schema.Step) string {
	words := lexed(p, s.Span)
	i := slices.IndexFunc(words, func(w word) bool { return w.is("generated") })
	for k := i + 1; i >= 0 && k < len(words); k++ {
		if words[k].is("identity") && (k+1 == len(words) || words[k+1].text != ")") {
			return string(p.File.Text[words[i].start():words[k].end])
		}
	}
	return ""
}

// plainNumber reports whether no key, check or collation hangs on the column.
func plainNumber(p *diagnostics.Pass, s *schema.Step) bool {
	return !slices.ContainsFunc(lexed(p, s.Span), func(w word) bool {
		return w.is("check") || w.is("unique") || w.is("primary") || w.is("references") || w.is("constraint")
	})
}
