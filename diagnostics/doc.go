package diagnostics

import (
	"fmt"
	"path"
	"strings"

	"golang.org/x/tools/txtar"
)

// Markdown renders a rule's documentation: the one text behind hover, explain
// and RULES.md.
func (r *Rule) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n%s\n\n", r.ID, r.Doc.Title)
	fmt.Fprintf(&b, "Category %s, default level %s, since %s.", r.Category, r.Level(), r.Since)
	if len(r.Dialects) > 0 {
		var names []string
		for _, d := range r.Dialects {
			names = append(names, string(d))
		}
		fmt.Fprintf(&b, " Databases: %s.", strings.Join(names, ", "))
	}
	fmt.Fprintf(&b, "\n\n### Why\n\n%s\n\n### Bad\n\n%s\n### Good\n\n%s\n### Fixes\n\n%s\n",
		r.Doc.Why, examples(r.Doc.Bad), examples(r.Doc.Good), r.Doc.FixSafety)
	if len(r.Options) > 0 {
		b.WriteString("\n### Options\n\n")
		for _, o := range r.Options {
			fmt.Fprintf(&b, "- `%s` (default `%v`): %s\n", o.Name, o.Default, o.Doc)
		}
	}
	if len(r.Doc.Refs) > 0 {
		b.WriteString("\n### Sources\n\n")
		for _, ref := range r.Doc.Refs {
			fmt.Fprintf(&b, "- %s\n", ref)
		}
	}
	return b.String()
}

// examples renders the files of a txtar archive as fenced code.
func examples(archive string) string {
	var b strings.Builder
	for _, f := range txtar.Parse([]byte(archive)).Files {
		fmt.Fprintf(&b, "`%s`\n\n```%s\n%s```\n\n", f.Name, strings.TrimPrefix(path.Ext(f.Name), "."), f.Data)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
