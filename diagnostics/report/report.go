// Package report prints findings: as text for people, as JSON for programs, as
// SARIF for code scanning and as GitHub workflow commands.
//
// It is told everything, reads no file and knows no terminal but a colour
// switch. Lines and columns are 1-based here, columns count Unicode code
// points; offsets are 0-based bytes.
//
//	r := &report.Report{Diagnostics: found, Base: dir, File: snapshot.File}
//	err := report.JSON(os.Stdout, r)
package report

import (
	"path/filepath"
	"strings"
	"time"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/source"
)

// Report is what a run found. One goroutine at a time prints it.
type Report struct {
	Diagnostics []diagnostics.Diagnostic
	Problems    []Problem
	Summary     Summary
	// Asked are the files that the user named one by one.
	Asked map[string]bool
	// Base is the absolute folder that paths are shown relative to.
	Base string
	// File is the text that spans of a path refer to, nil if it is not known.
	File func(path string) *source.File
	// Rules are the rules that ran.
	Rules []*diagnostics.Rule
	// Version is that of dbwise.
	Version string

	columns map[lineKey][]mark
}

// Problem is something that kept the analysis from being whole.
type Problem struct {
	Path, Message string
	// Minor: a statement or file was not analysed, which is no mistake of the
	// user's. Text mentions those only when asked to.
	Minor bool
	// More is how many statements it stands for besides one.
	More int
}

// Summary counts what was analysed and found.
type Summary struct {
	// Files are those that were analysed, Tables those of all catalogs, Queries
	// those of the files, CallSites calls of the files that run a query,
	// themselves or through functions.
	Files, Tables, Queries, CallSites int
	// Branch is what landed migrations have landed on.
	Branch  string
	Elapsed time.Duration
}

// count is the number of findings by severity.
func count(list []diagnostics.Diagnostic) map[diagnostics.Severity]int {
	n := map[diagnostics.Severity]int{}
	for _, d := range list {
		n[d.Severity]++
	}
	return n
}

// pressing are the findings that people are shown: those about migrations that
// have most likely run, which nobody can take back, only where asked for.
func (r *Report) pressing() (shown []diagnostics.Diagnostic, landed int) {
	for _, d := range r.Diagnostics {
		if !d.Landed || r.Asked[d.Path] {
			shown = append(shown, d)
		}
	}
	return shown, len(r.Diagnostics) - len(shown)
}

// rel is a path as it is shown: relative to the base, with slashes.
func (r *Report) rel(path string) string {
	if r.Base == "" || !filepath.IsAbs(filepath.FromSlash(path)) {
		return path
	}
	rel, err := filepath.Rel(filepath.FromSlash(r.Base), filepath.FromSlash(path))
	if err != nil {
		return path
	}
	return filepath.ToSlash(rel)
}

// place is a span in lines and columns.
type place struct{ line, column, endLine, endColumn int }

// place is where a span lies; the top of the file if its text is not known.
func (r *Report) place(path string, s source.Span) place {
	f := r.file(path)
	if f == nil {
		return place{1, 1, 1, 1}
	}
	line, col := r.column(f, s.Start)
	endLine, endCol := r.column(f, max(s.Start, s.End))
	return place{line + 1, col + 1, endLine + 1, endCol + 1}
}

func (r *Report) file(path string) *source.File {
	if r.File == nil {
		return nil
	}
	return r.File(path)
}

// plain replaces what would move the cursor, change colours or reorder text on
// a terminal.
func plain(s string) string {
	return strings.Map(func(c rune) rune {
		if c == '\n' || c == '\t' {
			return ' '
		}
		return visible(c)
	}, s)
}
