package lsp_test

import (
	"path"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/lsp"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
)

// The rules of these tests are made up: what the real ones say is no business
// of the server. One judges the text alone and mends safely, one needs the
// schema, points at it and makes a file, one breaks.
var testRules = []*diagnostics.Rule{
	{ID: "star", Category: diagnostics.Style, Local: true, Doc: diagnostics.Doc{Title: "A star is read.", Why: "It reads every column."}, Query: star},
	{ID: "no-where", Category: diagnostics.DataLoss, Doc: diagnostics.Doc{Title: "All rows go.", Why: "They are gone."}, Query: noWhere},
	{ID: "breaks", Category: diagnostics.Correctness, Doc: diagnostics.Doc{Title: "It breaks."}, Query: breaks},
	{ID: diagnostics.UnusedSuppression, Doc: diagnostics.Doc{Title: "A comment hides nothing."}, Category: diagnostics.Suppression, File: func(*diagnostics.Pass) {}},
}

func options() lsp.Options { return lsp.Options{Rules: testRules, Version: "test"} }

func star(p *diagnostics.Pass, q *workspace.Query) {
	for _, s := range q.Stars {
		p.Report(diagnostics.Diagnostic{Span: s.Span, Message: "`*` reads every column.", Fixes: []diagnostics.Fix{
			{Title: "Read the id only", Safety: diagnostics.Safe, Edits: []diagnostics.FileEdit{p.Edit(s.Span, "id")}},
			{Title: "Read nothing", Edits: []diagnostics.FileEdit{p.Edit(s.Span, "1")}}}})
	}
}

func noWhere(p *diagnostics.Pass, q *workspace.Query) {
	if q.Op != query.Delete || len(q.Where) > 0 || len(q.Known) == 0 || q.Known[0] == nil {
		return
	}
	o := q.Known[0].Origins[0]
	p.Report(diagnostics.Diagnostic{Span: q.Head, Message: "Every row of `" + q.Known[0].Name.String() + "` goes.",
		Related: []diagnostics.Related{{Location: source.Location{Path: o.Path, Span: o.NameSpan}, Message: "the table"}},
		Fixes: []diagnostics.Fix{{Title: "Write it down", Safety: diagnostics.Safe,
			Create: []diagnostics.NewFile{{Path: path.Join(path.Dir(p.File.Path), "note.sql"), Text: "-- é\n"}}}}})
}

func breaks(_ *diagnostics.Pass, q *workspace.Query) {
	for _, t := range q.Tables {
		if t.Name == "broken" {
			panic("a rule broke")
		}
	}
}
