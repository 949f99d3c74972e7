package diagnostics

import (
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/migrations"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
)

// Pass is one rule looking at one file.
type Pass struct {
	Rule     *Rule
	Snapshot *workspace.Snapshot
	File     *source.File
	Facts    *facts.Facts
	Config   *Config

	level Severity
	out   []Diagnostic
}

// Option is the configured value of one of the rule's options, or its default.
func (p *Pass) Option(name string) any {
	if v, ok := p.Config.Rules[p.Rule.ID].Options[name]; ok {
		return v
	}
	for _, o := range p.Rule.Options {
		if o.Name == name {
			return o.Default
		}
	}
	panic("rule " + p.Rule.ID + " has no option " + name)
}

// Report adds a finding about this file. Rule, category, path and, unless the
// rule lowers it, severity are filled in.
func (p *Pass) Report(d Diagnostic) {
	d.Rule, d.Category, d.Path = p.Rule.ID, p.Rule.Category, p.File.Path
	if d.Severity == DefaultSeverity || d.Severity > p.level {
		d.Severity = p.level
	}
	p.out = append(p.out, d)
}

// Edit is an edit of this file, for a Fix.
func (p *Pass) Edit(span source.Span, text string) FileEdit {
	return FileEdit{Path: p.File.Path, Hash: p.File.Hash, Edit: source.Edit{Span: span, Text: text}}
}

// EditOf is an edit of another file of the snapshot; ok is false if its text
// is not at hand.
func (p *Pass) EditOf(path string, span source.Span, text string) (FileEdit, bool) {
	f := p.Snapshot.File(path)
	if f == nil {
		return FileEdit{}, false
	}
	return FileEdit{Path: path, Hash: f.Hash, Edit: source.Edit{Span: span, Text: text}}, true
}

// dialect is what this file's statements are written in. SQL that was read and
// that nobody claims for another database is PostgreSQL.
func (p *Pass) dialect() query.Dialect {
	if d := p.Facts.Dialect; d != query.Generic {
		return d
	}
	if db := p.Snapshot.Database(p.File.Path); db != nil && db.Dialect != query.Generic {
		return db.Dialect
	}
	return query.PostgreSQL
}

// Plan adds what a new migration needs to a fix; false if a file it edits is
// not at hand.
func (p *Pass) Plan(fix Fix, plan migrations.Plan) (Fix, bool) {
	for _, f := range plan.Create {
		fix.Create = append(fix.Create, NewFile{Path: f.Path, Text: f.Text})
	}
	for _, e := range plan.Edits {
		edit, ok := p.EditOf(e.Path, e.Span, e.Text)
		if !ok {
			return Fix{}, false
		}
		fix.Edits = append(fix.Edits, edit)
	}
	return fix, true
}

// Text is the text of a span of this file.
func (p *Pass) Text(s source.Span) string { return s.In(p.File.Text) }
