package diagnostics

import (
	"fmt"
	"strings"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/source"
)

// The rules about suppression comments. They have no hook of their own: the
// driver knows which comment was used.
const (
	UnusedSuppression  = "unused-suppression"
	UnknownSuppression = "unknown-suppression"
)

// suppress drops what comments switch off and reports comments that switch off
// nothing, or name no rule. Only comments about rules that ran can be unused.
func (r *Runner) suppress(found []Diagnostic, cfg *Config, file *source.File, fa *facts.Facts) []Diagnostic {
	if len(fa.Ignores) == 0 {
		return found
	}
	used := make([]map[string]bool, len(fa.Ignores))
	kept := found[:0]
	for _, d := range found {
		hit := false
		for i, ig := range fa.Ignores {
			if id := r.matches(ig, d, file); id != "" {
				if used[i] == nil {
					used[i] = map[string]bool{}
				}
				used[i][id], hit = true, true
			}
		}
		if !hit {
			kept = append(kept, d)
		}
	}
	for i, ig := range fa.Ignores {
		kept = append(kept, r.judge(ig, used[i], cfg, file)...)
	}
	return kept
}

// matches gives the id, as the comment writes it, under which ig covers d.
func (r *Runner) matches(ig facts.Ignore, d Diagnostic, file *source.File) string {
	if !ig.WholeFile {
		line, _ := file.Lines().Position(d.Span.Start)
		first, _ := file.Lines().Position(ig.Covers.Start)
		last, _ := file.Lines().Position(ig.Covers.End)
		if line < first || line > last {
			return ""
		}
	}
	for _, id := range ig.Rules {
		if rule := r.rule(id); rule != nil && rule.ID == d.Rule {
			return id
		}
	}
	return ""
}

func (r *Runner) judge(ig facts.Ignore, used map[string]bool, cfg *Config, file *source.File) []Diagnostic {
	var out []Diagnostic
	report := func(id, message string) {
		rule := r.rule(id)
		if rule == nil {
			return
		}
		level := cfg.Level(rule)
		if level == Off {
			return
		}
		out = append(out, Diagnostic{
			Rule: rule.ID, Category: rule.Category, Severity: level, Path: file.Path, Span: ig.Span, Message: message,
			Fixes: []Fix{{Title: "Remove the suppression", Safety: Safe, Edits: []FileEdit{{
				Path: file.Path, Hash: file.Hash, Edit: source.Edit{Span: removable(file, ig.Span)}}}}},
		})
	}
	if len(ig.Rules) == 0 {
		report(UnknownSuppression, "The suppression names no rule, so it switches off nothing. Write dbwise-ignore RULE: reason.")
	}
	for _, id := range ig.Rules {
		rule := r.rule(id)
		switch {
		case rule == nil:
			report(UnknownSuppression, fmt.Sprintf("`%s` is no rule of dbwise, so this comment switches off nothing.%s", id, r.nearest(id)))
		case !used[id] && cfg.Level(rule) != Off:
			report(UnusedSuppression, fmt.Sprintf("Nothing here is reported by `%s`, so this comment only hides what may come later.", id))
		}
	}
	return out
}

// removable widens a comment's span to its whole line if nothing else stands there.
func removable(file *source.File, s source.Span) source.Span {
	line, _ := file.Lines().Position(s.Start)
	whole := file.Lines().Line(line)
	if strings.TrimSpace(whole.In(file.Text)) != s.In(file.Text) {
		return s
	}
	return source.Span{Start: whole.Start, End: file.Lines().Line(line + 1).Start}
}

// rule finds a rule by id or alias.
func (r *Runner) rule(id string) *Rule { return FindRule(r.Rules, id) }

// nearest suggests the rule that was most likely meant.
func (r *Runner) nearest(id string) string {
	if near := NearestRule(r.Rules, id); near != "" {
		return fmt.Sprintf(" Did you mean `%s`?", near)
	}
	return ""
}
