package queries

import (
	"fmt"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "dml-without-where", Category: diagnostics.DataLoss, Since: "0.1", Local: true,
	Doc: diagnostics.Doc{
		Title: "An UPDATE or DELETE without WHERE changes every row of the table.",
		Why: "A forgotten condition destroys data that only a backup brings back. Where all rows are meant, one " +
			"statement over a large table holds a row lock on each of them until it commits and leaves as many dead " +
			"rows behind; batches by primary key do not. A condition that is always true counts as none. " +
			"Tests, seeds and tables made in the same file are left alone, with IF NOT EXISTS it is information; in migrations it is a " +
			"warning, and an UPDATE of a table that the same transaction alters is backfill-in-ddl-migration's.",
		Bad:       "-- cleanup.sql --\nDELETE FROM sessions;\n",
		Good:      "-- cleanup.sql --\nDELETE FROM sessions WHERE expires_at < now();\n",
		FixSafety: "There is no fix: which rows are meant is not in the text. Where all are meant, say so with a suppression and its reason.",
		Refs:      []string{"PostgreSQL manual, DELETE and UPDATE", "PostgreSQL manual, 13.3.2 Row-Level Locks"},
	},
	Query: dmlWithoutWhere,
})

func dmlWithoutWhere(p *diagnostics.Pass, q *workspace.Query) {
	q.Walk(func(q *workspace.Query) {
		if (q.Op != query.Update && q.Op != query.Delete) || len(q.Tables) != 1 || len(q.Joins) > 0 ||
			q.Unknown&(query.UnknownWhere|query.UnknownLimit|query.UnknownTable|query.UnknownOther) != 0 || q.Limit.Kind != query.NoOperand {
			return
		}
		if !allTrue(q.Where) || q.Tables[0].Kind != query.Base {
			return
		}
		d := diagnostics.Diagnostic{Span: q.Head}
		switch p.Snapshot.Context(q.Path) {
		case source.Test, source.Seed:
			return
		case source.MigrationFile, source.Script:
			d.Severity = diagnostics.Warning
		}
		if m := p.Snapshot.Migration(q.Path); m != nil {
			d.Severity = diagnostics.Warning
			switch born, maybe := bornHere(p, q); {
			case born && maybe:
				d.Severity = diagnostics.Info
			case born || q.Op == query.Update && altered(p, m, q):
				return
			}
		}
		name := tableName(q, 0)
		if name == "" || p.Config.Small(name) {
			return
		}
		verb := "DELETE removes"
		if q.Op == query.Update {
			verb = "UPDATE changes"
		}
		why := "it has no WHERE. A forgotten condition costs the data, and one"
		if len(q.Where) > 0 {
			why = "its WHERE is always true. One"
		}
		d.Message = fmt.Sprintf("This %s every row of `%s`: %s statement over the whole table keeps all its rows locked until it commits.", verb, name, why)
		p.Report(d)
	})
}

// allTrue reports whether an AND-list filters nothing: it is empty, or holds
// nothing but comparisons of equal literals and the literal true.
func allTrue(list []query.Predicate) bool {
	for _, c := range list {
		if len(c.Or) > 0 || c.Op != query.True || c.Column.Name != "" || c.Operand.Kind != query.Literal || c.Operand.Text != "true" {
			return false
		}
	}
	return true
}

// bornHere reports whether the query's table was made in the same file; maybe,
// if that was with IF NOT EXISTS, so that it can be older and hold rows.
func bornHere(p *diagnostics.Pass, q *workspace.Query) (born, maybe bool) {
	for _, s := range p.Snapshot.Steps(q.Path) {
		if s.Stmt.Start >= q.Span.Start {
			break
		}
		if s.Born && len(q.Known) > 0 && q.Known[0] != nil && s.Table.Name == q.Known[0].Name.Name || s.Def != nil && s.Table.Name == q.Tables[0].Name {
			born = true
			maybe = maybe || s.Kind == schema.CreateTable && s.IfNotExists
		}
	}
	return born, maybe
}

// altered reports whether the transaction has changed the table before, which
// backfill-in-ddl-migration judges.
func altered(p *diagnostics.Pass, m *schema.Migration, q *workspace.Query) bool {
	if m.Tx != schema.TxFile && m.Tx != schema.TxBatch && (m.Tx != schema.TxImplicit || m.Statements < 2) {
		return false
	}
	for _, s := range p.Snapshot.Steps(q.Path) {
		switch s.Kind {
		case schema.AddColumn, schema.DropColumn, schema.RenameColumn, schema.AlterType, schema.SetNotNull, schema.DropNotNull:
			if !s.Down && !s.Born && s.Before != nil && s.Stmt.Start < q.Span.Start && s.Before.Name.Name == q.Tables[0].Name {
				return true
			}
		}
	}
	return false
}

// tableName is how a message names the i-th table, "" if it is not known.
func tableName(q *workspace.Query, i int) string {
	if i < len(q.Known) && q.Known[i] != nil {
		return q.Known[i].Name.String()
	}
	if q.Tables[i].Name != "" {
		return q.Tables[i].Name
	}
	return q.Tables[i].Model
}
