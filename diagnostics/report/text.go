package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
)

// Style is how text is printed.
type Style struct {
	Colour bool
	// Quiet leaves out the summary, Verbose adds what was not analysed.
	Quiet, Verbose bool
}

// Escape sequences of ECMA-48.
const (
	reset  = "\x1b[0m"
	bold   = "\x1b[1m"
	gutter = "\x1b[2m"
	green  = "\x1b[32m"
)

var colours = map[diagnostics.Severity]string{
	diagnostics.Error: "\x1b[1;31m", diagnostics.Warning: "\x1b[1;33m", diagnostics.Info: "\x1b[1;34m", diagnostics.Hint: "\x1b[1;36m",
}

// text prints for people. The first error of the writer is kept by it.
type text struct {
	out   *bufio.Writer
	style Style
}

func (t *text) print(format string, args ...any) { fmt.Fprintf(t.out, format, args...) }

func (t *text) paint(colour, s string) string {
	if !t.style.Colour || s == "" {
		return s
	}
	return colour + s + reset
}

// Text prints findings with the code they are about, then a summary.
func Text(w io.Writer, r *Report, style Style) error {
	t := &text{out: bufio.NewWriter(w), style: style}
	shown, landed := r.pressing()
	if style.Verbose {
		shown, landed = r.Diagnostics, 0
	}
	for _, d := range shown {
		t.finding(r, d)
	}
	if !style.Quiet {
		t.summary(r, shown)
	}
	if !style.Quiet && landed > 0 {
		t.print("Left out: %s about migrations that are on %s and have most likely run. -v lists them, --baseline none judges them as new.\n",
			plural(landed, "finding"), plain(r.Summary.Branch))
	}
	return t.out.Flush()
}

func (t *text) finding(r *Report, d diagnostics.Diagnostic) {
	p := r.place(d.Path, d.Span)
	colour := colours[d.Severity]
	t.print("%s: %s: %s\n", t.paint(bold, fmt.Sprintf("%s:%d:%d", plain(r.rel(d.Path)), p.line, p.column)),
		t.paint(colour, fmt.Sprintf("%s[%s]", d.Severity, d.Rule)), plain(d.Message))
	if f := r.file(d.Path); f != nil {
		t.frame(f, d.Span, '^', colour)
	}
	for _, rel := range d.Related {
		p := r.place(rel.Path, rel.Span)
		t.print("  at %s: %s\n", t.paint(bold, fmt.Sprintf("%s:%d:%d", plain(r.rel(rel.Path)), p.line, p.column)), plain(rel.Message))
		if f := r.file(rel.Path); f != nil {
			t.frame(f, rel.Span, '~', gutter)
		}
	}
	for _, fix := range d.Fixes {
		t.print("  %s %s (%s)\n", t.paint(green, "fix:"), plain(fix.Title), fix.Safety)
	}
	t.print("\n")
}

func (t *text) summary(r *Report, shown []diagnostics.Diagnostic) {
	n := count(shown)
	var parts []string
	for _, s := range []diagnostics.Severity{diagnostics.Error, diagnostics.Warning, diagnostics.Info, diagnostics.Hint} {
		if n[s] > 0 {
			parts = append(parts, t.paint(colours[s], plural(n[s], s.String())))
		}
	}
	what := "No findings"
	if len(parts) > 0 {
		what = strings.Join(parts, ", ")
	}
	t.print("%s in %s, %s and %s (%.1f s).%s\n", what, plural(r.Summary.Files, "file"), plural(r.Summary.Tables, "table"),
		queries(r.Summary.Queries), r.Summary.Elapsed.Seconds(), fixable(shown))
	minor := 0
	for _, p := range r.Problems {
		if p.Minor {
			minor += 1 + p.More
			if t.style.Verbose {
				t.print("not analysed: %s: %s\n", plain(r.rel(p.Path)), plain(p.Message))
			}
		}
	}
	if minor > 0 && !t.style.Verbose {
		t.print("%s not analysed, -v tells which and why.\n", were(minor))
	}
}

func were(n int) string {
	if n == 1 {
		return "1 statement was"
	}
	return fmt.Sprintf("%d statements were", n)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func queries(n int) string {
	if n == 1 {
		return "1 query"
	}
	return fmt.Sprintf("%d queries", n)
}

// fixable tells how many findings the command line can mend.
func fixable(list []diagnostics.Diagnostic) string {
	safe, unsafe := 0, 0
	for _, d := range list {
		switch {
		case has(d, diagnostics.Safe):
			safe++
		case has(d, diagnostics.Unsafe):
			unsafe++
		}
	}
	switch {
	case safe > 0 && unsafe > 0:
		return fmt.Sprintf(" --fix mends %d of them, --fix-unsafe %d more.", safe, unsafe)
	case safe > 0:
		return fmt.Sprintf(" --fix mends %d of them.", safe)
	case unsafe > 0:
		return fmt.Sprintf(" --fix-unsafe mends %d of them.", unsafe)
	}
	return ""
}

func has(d diagnostics.Diagnostic, s diagnostics.Safety) bool {
	for _, f := range d.Fixes {
		if f.Safety == s {
			return true
		}
	}
	return false
}
