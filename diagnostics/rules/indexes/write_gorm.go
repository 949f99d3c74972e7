package indexes

import (
	"fmt"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// gormIndex writes an index into the tags of a GORM model's fields.
func gormIndex(p *diagnostics.Pass, m *schema.Model, t *schema.Table, parts []schema.IndexPart) (diagnostics.Fix, bool) {
	file := p.Snapshot.File(m.Path)
	if file == nil {
		return diagnostics.Fix{}, false
	}
	name := "idx_" + t.Name.Name + "_" + strings.ReplaceAll(columnsOf(parts), ",", "_")
	fix := diagnostics.Fix{Title: fmt.Sprintf("Add an index on %s to the tags of %s", columnsOf(parts), m.Name)}
	for i, part := range parts {
		c := t.Column(part.Column)
		if c == nil {
			return diagnostics.Fix{}, false
		}
		f, ok := m.Fields[fieldOf(c)]
		if !ok || part.Nulls != "" {
			return diagnostics.Fix{}, false
		}
		setting := "index"
		if len(parts) > 1 {
			setting = fmt.Sprintf("index:%s,priority:%d", name, i+1)
		}
		if part.Desc {
			setting += ",sort:desc"
			if len(parts) == 1 {
				setting = "index:,sort:desc"
			}
		}
		at, text := tagEdit(file, f, setting)
		edit, ok := p.EditOf(m.Path, at, text)
		if !ok {
			return diagnostics.Fix{}, false
		}
		fix.Edits = append(fix.Edits, edit)
	}
	return fix, true
}

// tagEdit adds a setting to a field's gorm tag, or the tag to the field.
func tagEdit(f *source.File, field schema.Field, setting string) (source.Span, string) {
	if field.Tag.Empty() {
		return source.Span{Start: field.End, End: field.End}, fmt.Sprintf(" `gorm:%q`", setting)
	}
	tag := field.Tag.In(f.Text)
	const key = `gorm:"`
	if i := strings.Index(tag, key); i >= 0 {
		if j := strings.IndexByte(tag[i+len(key):], '"'); j >= 0 {
			at := field.Tag.Start + i + len(key) + j
			if j > 0 {
				setting = ";" + setting
			}
			return source.Span{Start: at, End: at}, setting
		}
	}
	return source.Span{Start: field.Tag.End, End: field.Tag.End}, fmt.Sprintf(" gorm:%q", setting)
}
