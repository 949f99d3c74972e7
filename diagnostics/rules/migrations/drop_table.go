package migrations

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/schema"
)

var _ = set.Add(&diagnostics.Rule{
	ID: "drop-table", Category: diagnostics.DataLoss, Since: "0.1",
	Doc: diagnostics.Doc{
		Title: "A migration drops a table, or what takes tables and columns along.",
		Why: "The rows are lost with it. DROP TABLE is information where nothing names the table any more, the last step of a change " +
			"over several releases; what is still named is drop-column-referenced's. CASCADE that takes foreign keys or columns of other " +
			"tables along is a warning, and DROP DATABASE, DROP OWNED and DROP SCHEMA CASCADE are errors. A table made or copied in the " +
			"same file, one put aside under a name such as users_old before, undo sections and tables that do not exist are left alone.",
		Bad:  example("DROP TABLE orders;\n"),
		Good: example("ALTER TABLE orders RENAME TO _deprecated_orders;\n"),
		FixSafety: "The fix renames the table instead, to be dropped when nobody has missed it: unsafe, since foreign keys, views and the " +
			"space stay for so long.",
		Refs: []string{"PostgreSQL manual, DROP TABLE", "PostgreSQL manual, DROP OWNED", "PostgreSQL manual, 5.14 Dependency Tracking"},
	},
	Step: dropTable,
})

func dropTable(p *diagnostics.Pass, s *schema.Step) {
	if s.Kind == schema.OtherDDL {
		dropsMore(p, s)
		return
	}
	if s.Kind != schema.DropTable || !destroys(p, s) || s.Migration == nil || setAside.MatchString(s.Table.Name) || len(breaks(p, s)) > 0 {
		return
	}
	if copied(p, s, "") || earlier(p, s, func(o *schema.Step) bool { return o.Kind == schema.AttachPartition && o.Other == s.Table }) {
		return
	}
	d := diagnostics.Diagnostic{Span: firstLine(p.File, s.Span), Severity: diagnostics.Info}
	d.Message = fmt.Sprintf("Dropping `%s` loses its rows for good. Nothing in this workspace names it any more; make sure that the release which stopped using it is the only one running.", s.Table)
	if replacedBy(p, s) {
		d.Message = fmt.Sprintf("Dropping `%s` loses its rows for good; make sure that the table which takes its name has them.", s.Table)
	} else if tableReturns(p, s) {
		d.Severity = diagnostics.Warning
		d.Message = fmt.Sprintf("`%s` is dropped and made again: its rows are lost, for nothing copies them before.", s.Table)
	} else if tables := takenKeys(p, s); len(tables) > 0 {
		d.Severity = diagnostics.Warning
		d.Message = fmt.Sprintf("Dropping `%s` with CASCADE loses its rows, and the foreign keys of %s that refer to it go with it.", s.Table, list(tables))
	}
	fix, ok := putAside(p, s)
	reportLoss(p, s, d, fix, ok)
}

// replacedBy reports whether a table that is older than the file takes the name.
func replacedBy(p *diagnostics.Pass, s *schema.Step) bool {
	return later(p, s, func(o *schema.Step) bool {
		return o.Kind == schema.RenameTable && o.To == s.Table.Name && !surelyBorn(p, o)
	})
}

// takenKeys are the tables that lose a foreign key to a table dropped with CASCADE.
func takenKeys(p *diagnostics.Pass, s *schema.Step) []string {
	db := p.Snapshot.Database(s.Path)
	if !s.Cascade || s.Before == nil || db == nil {
		return nil
	}
	var out []string
	for _, r := range p.Snapshot.SchemaBefore(s.Path).ReferencedBy(s.Before) {
		name := r.Table.Name
		gone := slices.ContainsFunc(p.Snapshot.Steps(s.Path), func(o schema.Step) bool { return o.Kind == schema.DropTable && o.Table.Name == name.Name })
		if !gone && name != s.Before.Name && !slices.Contains(out, name.String()) {
			out = append(out, name.String())
		}
	}
	return out
}

// list is "`a`, `b` and `c`".
func list(names []string) string {
	if len(names) > 5 {
		names = append(slices.Clone(names[:5]), fmt.Sprintf("%d more", len(names)-5))
	}
	out := "`" + strings.Join(names, "`, `") + "`"
	if i := strings.LastIndex(out, ", "); i >= 0 {
		out = out[:i] + " and " + out[i+2:]
	}
	return out
}

// putAside is the fix that renames the table instead.
func putAside(p *diagnostics.Pass, s *schema.Step) (diagnostics.Fix, bool) {
	if s.Before == nil || s.Cascade || s.Conditional || s.Span != s.Stmt || s.Before.Kind == schema.Partition || inTheWay(p, s) {
		return diagnostics.Fix{}, false
	}
	to := fitted("_deprecated_" + s.Before.Name.Name)
	text := fmt.Sprintf("ALTER TABLE %s RENAME TO %s", qualified(s.Before.Name), quoted(to))
	return diagnostics.Fix{Title: fmt.Sprintf("Rename `%s` to `%s` instead, and drop it in a later release", s.Before.Name, to), Safety: diagnostics.Unsafe,
		Edits: []diagnostics.FileEdit{p.Edit(s.Stmt, text)}}, true
}

// inTheWay reports whether a table that stays under another name keeps what
// comes behind from being done: it still refers to a table or type that is
// dropped, and still has the names of its keys and indexes.
func inTheWay(p *diagnostics.Pass, s *schema.Step) bool {
	if keepsType(p, s, nil) {
		return true
	}
	for _, k := range s.Before.Constraints {
		if k.Kind == schema.ForeignKey && behindIt(p, s, func(o *schema.Step) bool {
			return o.Kind == schema.DropTable && !o.Cascade && o.Table.Name == k.References.Name && o.Table.Name != s.Table.Name
		}) {
			return true
		}
		if k.Name != "" && namedLater(p, s, k.Name) {
			return true
		}
	}
	return s.Before.PrimaryKey != nil && s.Before.PrimaryKey.Name != "" && namedLater(p, s, s.Before.PrimaryKey.Name) ||
		slices.ContainsFunc(s.Before.Indexes, func(x *schema.Index) bool { return x.Name != "" && namedLater(p, s, x.Name) })
}

// dropsMore judges what takes tables and columns along without naming them.
func dropsMore(p *diagnostics.Pass, s *schema.Step) {
	if s.Down || describes(p, s.Path) || s.Migration == nil {
		return
	}
	d := diagnostics.Diagnostic{Span: firstLine(p.File, s.Span), Severity: diagnostics.Error}
	name := s.Other.String()
	if name == "" {
		name = s.Column
	}
	switch s.Action {
	case "drop database":
		d.Message = "This drops a whole database with everything in it."
	case "drop owned":
		d.Message = "DROP OWNED drops every table and other object of this database that belongs to the role."
	case "drop schema":
		if tables := tablesOf(p, s, name); s.Cascade && len(tables) > 0 {
			d.Message = fmt.Sprintf("Dropping schema `%s` with CASCADE loses %s.", name, list(tables))
		}
	case "drop type", "drop domain", "drop extension":
		if !s.Cascade || dropsExtension(s) && earlier(p, s, func(o *schema.Step) bool { return o.Action == "create extension" && o.Column == name }) {
			return
		}
		if dropsExtension(s) {
			d.Severity = diagnostics.Warning
			d.Message = fmt.Sprintf("Dropping extension `%s` with CASCADE also drops every column and index that uses one of its types or operators.", name)
		} else if cols := columnsOfType(p, s, s.Other.Name); len(cols) > 0 {
			d.Message = fmt.Sprintf("Dropping `%s` with CASCADE drops %s, data included.", name, list(cols))
		}
	}
	if d.Message != "" {
		p.Report(d)
	}
}

func dropsExtension(s *schema.Step) bool { return s.Action == "drop extension" }

// tablesOf are the tables that stand in a schema before the file.
func tablesOf(p *diagnostics.Pass, s *schema.Step, name string) []string {
	var out []string
	for _, t := range p.Snapshot.SchemaBefore(s.Path).Tables() {
		if t.Name.Schema == name || name == "public" && t.Name.Schema == "" {
			out = append(out, t.Name.String())
		}
	}
	return out
}

// columnsOfType are the columns of a type before the file that no statement above took away.
func columnsOfType(p *diagnostics.Pass, s *schema.Step, typ string) []string {
	var out []string
	for _, t := range p.Snapshot.SchemaBefore(s.Path).Tables() {
		for _, c := range t.Columns {
			moved := earlier(p, s, func(o *schema.Step) bool {
				return o.Table.Name == t.Name.Name && (o.Kind == schema.DropTable || o.Column == c.Name && (o.Kind == schema.DropColumn || o.Kind == schema.AlterType)) ||
					strings.HasPrefix(o.Action, "rename ") && (o.Other.Name == typ || o.To == typ)
			})
			if typeName(c.Type).Name == typ && !moved {
				out = append(out, t.Name.String()+"."+c.Name)
			}
		}
	}
	return out
}
