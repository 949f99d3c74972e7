package lsp

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/source"
	"go.lsp.dev/protocol"
)

// suppressible: findings about suppressions are not hidden by more of them.
func (a *actions) suppressible(d *diagnostics.Diagnostic) bool {
	return d.Category != diagnostics.Suppression
}

// suppressLine offers a comment above the line in which a finding starts.
func (a *actions) suppressLine(d *diagnostics.Diagnostic) {
	n, _ := a.f.Lines().Position(d.Span.Start)
	line := a.f.Lines().Line(n)
	edit, ok := a.extend(d, func(ig facts.Ignore) bool {
		first, _ := a.f.Lines().Position(ig.Covers.Start)
		last, _ := a.f.Lines().Position(ig.Covers.End)
		return !ig.WholeFile && first <= n && n <= last
	})
	if !ok {
		mark, fits := commentFor(a.f, n)
		if !fits {
			return
		}
		text := line.In(a.f.Text)
		indent := text[:len(text)-len(strings.TrimLeft(text, " \t"))]
		edit = source.Edit{Span: source.Span{Start: line.Start, End: line.Start},
			Text: indent + mark + " dbwise-ignore " + d.Rule + ": reason" + newline(a.f.Text)}
	}
	a.suppress(d, fmt.Sprintf("Suppress `%s` for this line", d.Rule), edit)
}

// suppressFile offers a comment at the top of the file.
func (a *actions) suppressFile(d *diagnostics.Diagnostic) {
	if a.f.Lang == source.Changelog {
		return // nothing reads its comments
	}
	edit, ok := a.extend(d, func(ig facts.Ignore) bool { return ig.WholeFile })
	if !ok {
		mark := "//"
		if a.f.Lang == source.SQL {
			mark = "--"
		}
		nl := newline(a.f.Text)
		at := top(a.f.Text)
		text := mark + " dbwise-ignore-file " + d.Rule + ": reason" + nl
		// Without an empty line Go takes it for the start of the package's doc,
		// and a build constraint for a comment.
		if a.f.Lang == source.Go {
			text += nl
		}
		edit = source.Edit{Span: source.Span{Start: at, End: at}, Text: text}
	}
	a.suppress(d, fmt.Sprintf("Suppress `%s` for this file", d.Rule), edit)
}

func (a *actions) suppress(d *diagnostics.Diagnostic, title string, edit source.Edit) {
	act := a.action(title, protocol.CodeActionKindQuickFix, d)
	act.Edit = a.edit([]diagnostics.FileEdit{{Path: a.f.Path, Hash: a.f.Hash, Edit: edit}}, nil)
	if act.Edit != nil {
		a.out = append(a.out, act)
	}
}

// extend adds the rule to a comment that is there already.
func (a *actions) extend(d *diagnostics.Diagnostic, fits func(facts.Ignore) bool) (source.Edit, bool) {
	fa := a.w.snap.Facts(a.f.Path)
	if fa == nil {
		return source.Edit{}, false
	}
	for _, ig := range fa.Ignores {
		if len(ig.Rules) == 0 || !fits(ig) {
			continue
		}
		last := ig.Rules[len(ig.Rules)-1]
		text := ig.Span.In(a.f.Text)
		head, _, _ := strings.Cut(text, ":")
		i := strings.LastIndex(head, last)
		if i < 0 {
			continue
		}
		at := ig.Span.Start + i + len(last)
		return source.Edit{Span: source.Span{Start: at, End: at}, Text: ", " + d.Rule}, true
	}
	return source.Edit{}, false
}

// top is where a comment about the whole file goes: behind a byte order mark
// and a line that names the interpreter.
func top(text []byte) int {
	at := 0
	if bytes.HasPrefix(text, []byte("\ufeff")) {
		at = len("\ufeff")
	}
	if bytes.HasPrefix(text[at:], []byte("#!")) {
		if n := bytes.IndexByte(text[at:], '\n'); n >= 0 {
			return at + n + 1
		}
	}
	return at
}

// newline is how the text ends its lines.
func newline(text []byte) string {
	if i := bytes.IndexByte(text, '\n'); i > 0 && text[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// commentFor is how a comment line is written before line n, false where none
// can be: inside a comment, a string that is no SQL, or the text of JSX.
func commentFor(f *source.File, n int) (string, bool) {
	line := f.Lines().Line(n)
	switch {
	case f.Lang == source.SQL:
		return "--", true
	case f.Lang == source.Prisma:
		return "//", true
	case f.Lang == source.Go:
		switch goState(f.Text[:line.Start]) {
		case inCode:
			return "//", true
		case inString:
			return "--", true
		}
		return "", false
	case f.Lang.Script():
		switch scriptState(f.Text[:line.Start]) {
		case inCode:
			return "//", !besideJSX(f, n)
		case inString:
			return "--", true
		}
	}
	return "", false
}

// besideJSX guesses whether line n may be a child of a JSX element, where a
// comment would be text on the page.
func besideJSX(f *source.File, n int) bool {
	if f.Lang != source.TSX && f.Lang != source.JavaScript {
		return false
	}
	text := strings.TrimSpace(f.Lines().Line(n).In(f.Text))
	if strings.HasPrefix(text, "<") || strings.HasPrefix(text, "{") {
		return true
	}
	for n--; n >= 0; n-- {
		before := strings.TrimSpace(f.Lines().Line(n).In(f.Text))
		if before == "" {
			continue
		}
		return strings.HasSuffix(before, ">") && !strings.HasSuffix(before, "=>")
	}
	return false
}
