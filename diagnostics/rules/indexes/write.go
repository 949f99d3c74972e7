package indexes

import (
	"fmt"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// writeIndex is the fix that writes an index where the project declares its
// schema.
func writeIndex(p *diagnostics.Pass, db *workspace.Database, t *schema.Table, parts []schema.IndexPart) (diagnostics.Fix, bool) {
	model := db.ModelOf(t)
	switch h := writable(db); {
	case model != nil && model.Library == "prisma" && (h == nil || h.Runner == "prisma"):
		return prismaIndex(p, model, t, parts)
	case h != nil:
		return migrationIndex(p, db, h, t, parts)
	case model != nil && model.Library == "gorm":
		return gormIndex(p, model, t, parts)
	}
	return schemaFileIndex(p, db, t, parts)
}

// writable is the history that a new migration can be added to.
func writable(db *workspace.Database) *migrations.History {
	if db.History == nil || db.History.Declarative {
		return nil
	}
	return db.History
}

func prismaIndex(p *diagnostics.Pass, m *schema.Model, t *schema.Table, parts []schema.IndexPart) (diagnostics.Fix, bool) {
	file := p.Snapshot.File(m.Path)
	if file == nil || m.Body.End > len(file.Text) {
		return diagnostics.Fix{}, false
	}
	var fields []string
	for _, part := range parts {
		c := t.Column(part.Column)
		if c == nil {
			return diagnostics.Fix{}, false
		}
		f := fieldOf(c)
		if _, ok := m.Fields[f]; !ok || part.Nulls != "" {
			return diagnostics.Fix{}, false
		}
		if part.Desc {
			f += "(sort: Desc)"
		}
		fields = append(fields, f)
	}
	line := "@@index([" + strings.Join(fields, ", ") + "])"
	at, text := beforeBrace(file, m.Body, "  "+line)
	edit, ok := p.EditOf(m.Path, at, text)
	return diagnostics.Fix{Title: fmt.Sprintf("Add %s to model %s", line, m.Name), Edits: []diagnostics.FileEdit{edit}}, ok
}

// beforeBrace is the edit that makes line the last one of a block.
func beforeBrace(f *source.File, body source.Span, line string) (source.Span, string) {
	text := body.In(f.Text)
	kept := strings.TrimRight(text, " \t\r\n")
	at := source.Span{Start: body.Start + len(kept), End: body.End}
	last := kept[strings.LastIndexByte(kept, '\n')+1:]
	gap := "\n\n"
	if strings.HasPrefix(strings.TrimSpace(last), "@@") {
		gap = "\n"
	}
	return at, gap + line + "\n"
}

func migrationIndex(p *diagnostics.Pass, db *workspace.Database, h *migrations.History, t *schema.Table, parts []schema.IndexPart) (diagnostics.Fix, bool) {
	name := freeName(db.Catalog, t, parts)
	concurrently := ""
	if db.Dialect == query.PostgreSQL && h.LeavesTransaction() {
		concurrently = "CONCURRENTLY "
	}
	down := fmt.Sprintf("DROP INDEX %sIF EXISTS %s;", concurrently, qualified(schema.Name{Schema: t.Name.Schema, Name: name}))
	if db.Dialect == query.MySQL {
		down = fmt.Sprintf("DROP INDEX %s ON %s;", sqltext.QuoteIdent(name), qualified(t.Name))
	}
	plan, ok := h.New(migrations.Change{
		Name: "create_" + name,
		Up:   fmt.Sprintf("CREATE INDEX %s%s ON %s (%s);", concurrently, sqltext.QuoteIdent(name), qualified(t.Name), keys(parts)),
		Down: down, NoTx: concurrently != "",
	})
	if !ok {
		return diagnostics.Fix{}, false
	}
	fix := diagnostics.Fix{Title: fmt.Sprintf("Create a migration with an index on %s (%s)", t.Name, keys(parts))}
	return p.Plan(fix, plan)
}

// schemaFileIndex adds the index behind the table in a file that describes the schema.
func schemaFileIndex(p *diagnostics.Pass, db *workspace.Database, t *schema.Table, parts []schema.IndexPart) (diagnostics.Fix, bool) {
	if len(t.Origins) == 0 || t.Origins[0].Source != "sql" {
		return diagnostics.Fix{}, false
	}
	o := t.Origins[0]
	file := p.Snapshot.File(o.Path)
	if file == nil || p.Snapshot.Migration(o.Path) != nil && (db.History == nil || !db.History.Declarative) {
		return diagnostics.Fix{}, false
	}
	end := o.Span.End
	for end < len(file.Text) && file.Text[end] != ';' {
		if c := file.Text[end]; c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return diagnostics.Fix{}, false
		}
		end++
	}
	if end == len(file.Text) {
		return diagnostics.Fix{}, false
	}
	text := fmt.Sprintf("\nCREATE INDEX %s ON %s (%s);", sqltext.QuoteIdent(freeName(db.Catalog, t, parts)), qualified(t.Name), keys(parts))
	edit, ok := p.EditOf(o.Path, source.Span{Start: end + 1, End: end + 1}, text)
	return diagnostics.Fix{Title: fmt.Sprintf("Add an index on %s (%s) to the schema", t.Name, keys(parts)), Edits: []diagnostics.FileEdit{edit}}, ok
}

// freeName is table_columns_idx, cut to 63 bytes and numbered until no index
// or table of the schema has it.
func freeName(c *schema.Catalog, t *schema.Table, parts []schema.IndexPart) string {
	stem := t.Name.Name + "_" + strings.ReplaceAll(columnsOf(parts), ",", "_")
	for n := 0; ; n++ {
		suffix := "_idx"
		if n > 0 {
			suffix = fmt.Sprintf("_idx%d", n)
		}
		if name := sqltext.Truncate(stem, sqltext.MaxIdentifier-len(suffix)) + suffix; !c.Taken(name) {
			return name
		}
	}
}

func keys(parts []schema.IndexPart) string {
	var out []string
	for _, p := range parts {
		s := sqltext.QuoteIdent(p.Column)
		if p.Desc {
			s += " DESC"
		}
		if p.Nulls != "" {
			s += " NULLS " + strings.ToUpper(p.Nulls)
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func qualified(n schema.Name) string { return sqltext.QuoteName(n.Schema, n.Name) }

func fieldOf(c *schema.Column) string {
	if c.Field != "" {
		return c.Field
	}
	return c.Name
}
