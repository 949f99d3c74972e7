package report

import (
	"encoding/json"
	"io"

	"github.com/dbwise/dbwise/diagnostics"
)

// The types below are the JSON contract, version 1. Others build on it: fields
// may be added, none may change or go. Lists are never null.
type (
	jsonReport struct {
		Version     int              `json:"version"`
		Diagnostics []jsonDiagnostic `json:"diagnostics"`
		Summary     jsonSummary      `json:"summary"`
		Problems    []jsonProblem    `json:"problems"`
	}
	jsonDiagnostic struct {
		Rule     string        `json:"rule"`
		Category string        `json:"category"`
		Severity string        `json:"severity"`
		Path     string        `json:"path"`
		Line     int           `json:"line"`
		Column   int           `json:"column"`
		EndLine  int           `json:"endLine"`
		EndCol   int           `json:"endColumn"`
		Start    int           `json:"start"`
		End      int           `json:"end"`
		Message  string        `json:"message"`
		Related  []jsonRelated `json:"related"`
		Fixes    []jsonFix     `json:"fixes"`
		Landed   bool          `json:"landed,omitempty"`
	}
	jsonRelated struct {
		Path    string `json:"path"`
		Line    int    `json:"line"`
		Column  int    `json:"column"`
		EndLine int    `json:"endLine"`
		EndCol  int    `json:"endColumn"`
		Message string `json:"message"`
	}
	jsonFix struct {
		Title  string       `json:"title"`
		Safety string       `json:"safety"`
		Edits  []jsonEdit   `json:"edits"`
		Create []jsonCreate `json:"create"`
	}
	jsonEdit struct {
		Path  string `json:"path"`
		Start int    `json:"start"`
		End   int    `json:"end"`
		Text  string `json:"text"`
	}
	jsonCreate struct {
		Path string `json:"path"`
		Text string `json:"text"`
	}
	jsonSummary struct {
		Files     int   `json:"files"`
		Tables    int   `json:"tables"`
		Queries   int   `json:"queries"`
		CallSites int   `json:"callSites"`
		Errors    int   `json:"errors"`
		Warnings  int   `json:"warnings"`
		Infos     int   `json:"infos"`
		ElapsedMs int64 `json:"elapsedMs"`
	}
	jsonProblem struct {
		Path    string `json:"path"`
		Message string `json:"message"`
	}
)

// JSON prints the report as one JSON object and a line break. The infos of the
// summary include hints.
func JSON(w io.Writer, r *Report) error {
	n := count(r.Diagnostics)
	out := jsonReport{Version: 1, Diagnostics: []jsonDiagnostic{}, Problems: []jsonProblem{}, Summary: jsonSummary{
		Files: r.Summary.Files, Tables: r.Summary.Tables, Queries: r.Summary.Queries, CallSites: r.Summary.CallSites,
		Errors: n[diagnostics.Error], Warnings: n[diagnostics.Warning], Infos: n[diagnostics.Info] + n[diagnostics.Hint],
		ElapsedMs: r.Summary.Elapsed.Milliseconds(),
	}}
	for _, d := range r.Diagnostics {
		out.Diagnostics = append(out.Diagnostics, r.json(d))
	}
	for _, p := range r.Problems {
		out.Problems = append(out.Problems, jsonProblem{r.rel(p.Path), p.Message})
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}

func (r *Report) json(d diagnostics.Diagnostic) jsonDiagnostic {
	p := r.place(d.Path, d.Span)
	out := jsonDiagnostic{
		Rule: d.Rule, Category: string(d.Category), Severity: d.Severity.String(), Path: r.rel(d.Path),
		Line: p.line, Column: p.column, EndLine: p.endLine, EndCol: p.endColumn,
		Start: d.Span.Start, End: d.Span.End, Message: d.Message, Related: []jsonRelated{}, Fixes: []jsonFix{},
		Landed: d.Landed,
	}
	for _, rel := range d.Related {
		p := r.place(rel.Path, rel.Span)
		out.Related = append(out.Related, jsonRelated{r.rel(rel.Path), p.line, p.column, p.endLine, p.endColumn, rel.Message})
	}
	for _, f := range d.Fixes {
		fix := jsonFix{Title: f.Title, Safety: f.Safety.String(), Edits: []jsonEdit{}, Create: []jsonCreate{}}
		for _, e := range f.Edits {
			fix.Edits = append(fix.Edits, jsonEdit{r.rel(e.Path), e.Span.Start, e.Span.End, e.Text})
		}
		for _, c := range f.Create {
			fix.Create = append(fix.Create, jsonCreate{r.rel(c.Path), c.Text})
		}
		out.Fixes = append(out.Fixes, fix)
	}
	return out
}
