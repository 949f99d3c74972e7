package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
)

var githubLevels = map[diagnostics.Severity]string{
	diagnostics.Error: "error", diagnostics.Warning: "warning", diagnostics.Info: "notice", diagnostics.Hint: "notice",
}

// Escaping of workflow commands, as the runner undoes it: in the message, and
// further in properties (actions/toolkit, core/src/command.ts).
var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// GitHub prints findings as workflow commands, which become annotations of the
// changed files; migrations that have landed are not among them. Columns are left out over several lines: the runner drops
// those.
func GitHub(w io.Writer, r *Report) error {
	out := bufio.NewWriter(w)
	shown, _ := r.pressing()
	for _, d := range shown {
		p := r.place(d.Path, d.Span)
		fmt.Fprintf(out, "::%s file=%s,line=%d,endLine=%d", githubLevels[d.Severity], githubProperty.Replace(r.rel(d.Path)), p.line, p.endLine)
		if p.line == p.endLine {
			fmt.Fprintf(out, ",col=%d,endColumn=%d", p.column, p.endColumn)
		}
		fmt.Fprintf(out, ",title=%s::%s\n", githubProperty.Replace("dbwise "+d.Rule), githubData.Replace(r.long(d)))
	}
	return out.Flush()
}

// long is a finding's message with its related places and fixes below.
func (r *Report) long(d diagnostics.Diagnostic) string {
	var b strings.Builder
	b.WriteString(d.Message)
	for _, rel := range d.Related {
		fmt.Fprintf(&b, "\nat %s:%d: %s", r.rel(rel.Path), r.place(rel.Path, rel.Span).line, rel.Message)
	}
	for _, f := range d.Fixes {
		fmt.Fprintf(&b, "\nfix: %s (%s)", f.Title, f.Safety)
	}
	return b.String()
}
