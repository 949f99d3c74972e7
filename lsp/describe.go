package lsp

import (
	"fmt"
	"strings"

	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// named is a table or a column that stands at a place.
type named struct {
	catalog *schema.Catalog
	table   *schema.Table
	column  *schema.Column
	span    source.Span
}

// described is the definition of what is named at a place, as Markdown; "" if
// nothing known is.
func described(snap *workspace.Snapshot, path string, off int) (string, source.Span) {
	n, ok := namedAt(snap, path, off)
	if !ok {
		return "", source.Span{}
	}
	if n.column != nil {
		return describeColumn(snap, n), n.span
	}
	return describeTable(snap, n), n.span
}

// namedAt looks among the queries of a file, then among what it declares, then
// among what it changes.
func namedAt(snap *workspace.Snapshot, path string, off int) (named, bool) {
	var found named
	for _, q := range snap.Queries(path) {
		if !q.Span.Contains(off) {
			continue
		}
		q.Walk(func(q *workspace.Query) {
			if n, ok := namedIn(q, off); ok {
				found = n
			}
		})
	}
	if found.table != nil {
		return found, true
	}
	db := snap.Database(path)
	if db != nil {
		for _, t := range db.Catalog.Tables() {
			if n, ok := declaredAt(t, path, off); ok {
				n.catalog = db.Catalog
				return n, true
			}
		}
	}
	for _, st := range snap.Steps(path) {
		if st.Change == nil || !st.Span.Contains(off) || !st.NameSpan.Contains(off) {
			continue
		}
		t := st.After
		if t == nil {
			t = st.Before
		}
		if t == nil {
			continue
		}
		n := named{table: t, column: t.Column(st.Column), span: st.NameSpan}
		if db != nil {
			n.catalog = db.Catalog
		}
		return n, true
	}
	return named{}, false
}

// namedIn looks at one level of a query.
func namedIn(q *workspace.Query, off int) (named, bool) {
	for i, t := range q.Tables {
		if i < len(q.Known) && q.Known[i] != nil && !t.Span.Empty() && t.Span.Contains(off) {
			return named{catalog: q.Catalog, table: q.Known[i], span: t.Span}, true
		}
	}
	for _, c := range q.Refs {
		if !c.Span.Empty() && c.Span.Contains(off) {
			for at := q; at != nil; at = at.Outer {
				if n, ok := resolve(at, c); ok {
					return n, true
				}
			}
		}
	}
	return named{}, false
}

// resolve finds the column of a query's tables that c names.
func resolve(q *workspace.Query, c query.Column) (named, bool) {
	var found named
	for i, t := range q.Tables {
		if i >= len(q.Known) || q.Known[i] == nil || c.Table != "" && !strings.EqualFold(c.Table, t.Label()) {
			continue
		}
		if col := q.Known[i].Column(c.Name); col != nil {
			if found.table != nil {
				return named{}, false
			}
			found = named{catalog: q.Catalog, table: q.Known[i], column: col, span: c.Span}
		}
	}
	return found, found.table != nil
}

func declaredAt(t *schema.Table, path string, off int) (named, bool) {
	for _, o := range t.Origins {
		if o.Path == path && !o.NameSpan.Empty() && o.NameSpan.Contains(off) {
			return named{table: t, span: o.NameSpan}, true
		}
	}
	for _, c := range t.Columns {
		if c.Origin.Path == path && !c.Origin.NameSpan.Empty() && c.Origin.NameSpan.Contains(off) {
			return named{table: t, column: c, span: c.Origin.NameSpan}, true
		}
	}
	return named{}, false
}

// maxColumns is how many columns a definition lists.
const maxColumns = 60

func describeTable(snap *workspace.Snapshot, n named) string {
	t := n.table
	var b strings.Builder
	fmt.Fprintf(&b, "```sql\n%s %s (\n", tableWords[t.Kind], t.Name)
	for i, c := range t.Columns {
		if i == maxColumns {
			fmt.Fprintf(&b, "  -- and %d more\n", len(t.Columns)-i)
			break
		}
		fmt.Fprintf(&b, "  %s\n", columnText(c))
	}
	b.WriteString(")\n```\n")
	if k := t.PrimaryKey; k != nil {
		fmt.Fprintf(&b, "\nPrimary key: `%s`\n", strings.Join(k.Columns, ", "))
	}
	section(&b, "Indexes", indexLines(t, ""))
	section(&b, "Foreign keys", keyLines(t, ""))
	section(&b, "Referenced by", referenceLines(n.catalog, t))
	if t.Open {
		b.WriteString("\nThere may be more columns and indexes than dbwise could read.\n")
	}
	for i, o := range t.Origins {
		if i == 0 {
			b.WriteString("\nDeclared in ")
		} else {
			b.WriteString(", ")
		}
		b.WriteString(place(snap, o))
	}
	return strings.TrimRight(b.String(), "\n")
}

func describeColumn(snap *workspace.Snapshot, n named) string {
	t, c := n.table, n.column
	var b strings.Builder
	fmt.Fprintf(&b, "```sql\n%s.%s\n```\n", t.Name, columnText(c))
	if k := t.PrimaryKey; k != nil && has(k.Columns, c.Name) {
		fmt.Fprintf(&b, "\nPart of the primary key `%s`\n", strings.Join(k.Columns, ", "))
	}
	lines := indexLines(t, c.Name)
	section(&b, "Indexes", lines)
	if len(lines) == 0 && (t.PrimaryKey == nil || !has(t.PrimaryKey.Columns, c.Name)) && !t.Open && t.Kind != schema.View {
		b.WriteString("\nNo index holds this column.\n")
	}
	section(&b, "Foreign keys", keyLines(t, c.Name))
	if c.Origin.Path != "" {
		fmt.Fprintf(&b, "\nDeclared in %s", place(snap, c.Origin))
	}
	return strings.TrimRight(b.String(), "\n")
}

var tableWords = map[schema.TableKind]string{
	schema.Ordinary: "table", schema.View: "view", schema.MaterializedView: "materialized view", schema.Partitioned: "partitioned table",
	schema.Partition: "partition", schema.Foreign: "foreign table", schema.Temporary: "temporary table",
}

func columnText(c *schema.Column) string {
	out := c.Name + " " + c.Type
	if c.Modifier != "" {
		out += "(" + c.Modifier + ")"
	}
	out += strings.Repeat("[]", c.Array)
	if c.NotNull {
		out += " not null"
	}
	switch {
	case c.Generated == "stored" || c.Generated == "virtual":
		out += " generated always as (" + c.Default + ") " + c.Generated
	case c.Generated != "":
		out += " " + c.Generated
	case c.Default != "":
		out += " default " + c.Default
	}
	return out
}

func section(b *strings.Builder, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s:\n", title)
	for _, l := range lines {
		fmt.Fprintf(b, "- %s\n", l)
	}
}

// indexLines lists the indexes and unique constraints that hold a column, all
// if column is "".
func indexLines(t *schema.Table, column string) []string {
	var out []string
	for _, x := range t.Indexes {
		parts := make([]string, len(x.Parts))
		names := append([]string(nil), x.Include...)
		for i, p := range x.Parts {
			parts[i] = p.Column
			if p.Column == "" {
				parts[i] = p.Expr
			}
			if p.Desc {
				parts[i] += " desc"
			}
			names = append(names, p.Column)
		}
		if column != "" && !has(names, column) {
			continue
		}
		line := fmt.Sprintf("`%s` (`%s`)", x.Name, strings.Join(parts, ", "))
		if x.Unique {
			line += " unique"
		}
		if x.Method != "" && x.Method != "btree" {
			line += " " + x.Method
		}
		if len(x.Include) > 0 {
			line += fmt.Sprintf(" include (`%s`)", strings.Join(x.Include, ", "))
		}
		if x.Where != "" {
			line += fmt.Sprintf(" where `%s`", x.Where)
		}
		if x.Invalid {
			line += ", invalid: its build was left behind"
		}
		out = append(out, line)
	}
	for _, k := range t.Constraints {
		if k.Kind == schema.Unique && (column == "" || has(k.Columns, column)) {
			out = append(out, fmt.Sprintf("`%s` (`%s`) unique", k.Name, strings.Join(k.Columns, ", ")))
		}
	}
	return out
}

func keyLines(t *schema.Table, column string) []string {
	var out []string
	for _, k := range t.ForeignKeys() {
		if column != "" && !has(k.Columns, column) {
			continue
		}
		line := fmt.Sprintf("`%s` → `%s`", strings.Join(k.Columns, ", "), k.References)
		if len(k.RefColumns) > 0 {
			line = fmt.Sprintf("`%s` → `%s (%s)`", strings.Join(k.Columns, ", "), k.References, strings.Join(k.RefColumns, ", "))
		}
		if k.OnDelete != "" {
			line += " on delete " + k.OnDelete
		}
		out = append(out, line)
	}
	return out
}

func referenceLines(c *schema.Catalog, t *schema.Table) []string {
	var out []string
	for _, r := range c.ReferencedBy(t) {
		out = append(out, fmt.Sprintf("`%s` (`%s`)", r.Table.Name, strings.Join(r.Constraint.Columns, ", ")))
	}
	return out
}

// place names the file and line of a declaration.
func place(snap *workspace.Snapshot, o schema.Origin) string {
	text := snap.Rel(o.Path)
	if f := snap.File(o.Path); f != nil {
		line, _ := f.Lines().Position(o.NameSpan.Start)
		text = fmt.Sprintf("%s:%d", text, line+1)
	}
	return "`" + text + "`"
}

func has(list []string, name string) bool {
	for _, s := range list {
		if strings.EqualFold(s, name) {
			return true
		}
	}
	return false
}
