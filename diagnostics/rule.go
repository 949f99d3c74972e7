// Package diagnostics is the rule API and its driver: what a rule is, what it
// may ask, what it reports, and how all rules run over a snapshot.
//
// It knows nothing of editors or terminals. Positions are byte spans. A rule
// is a frozen value in package rules; this package holds no list of them.
package diagnostics

import (
	"fmt"
	"strings"

	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
)

// Severity is how loud a finding is. The zero value means "the category's".
type Severity uint8

// The severities, loudest last so that they compare.
const (
	DefaultSeverity Severity = iota
	Off
	Hint
	Info
	Warning
	Error
)

var severityNames = [...]string{"default", "off", "hint", "info", "warning", "error"}

func (s Severity) String() string { return severityNames[s] }

// ParseSeverity reads a level as the configuration writes it.
func ParseSeverity(s string) (Severity, error) {
	for i, name := range severityNames {
		if i > 0 && name == s {
			return Severity(i), nil
		}
	}
	return 0, fmt.Errorf("unknown level %q: want off, hint, info, warning or error", s)
}

// Category is what a finding is about.
type Category string

// The categories. Each has a default severity.
const (
	Performance Category = "performance"
	Migration   Category = "migration"
	Correctness Category = "correctness"
	DataLoss    Category = "data-loss"
	Style       Category = "style"
	Suppression Category = "suppression"
)

var categorySeverity = map[Category]Severity{
	Performance: Warning, Migration: Warning, Correctness: Warning,
	DataLoss: Error, Style: Hint, Suppression: Warning,
}

// Doc is a rule's documentation, the one source of hover, explain and RULES.md.
type Doc struct {
	// Title is one line that names the bad pattern; Why says what it costs.
	Title, Why string
	// Bad and Good are examples: a txtar archive of workspace files. Tests
	// hold that the rule speaks on Bad and is silent on Good.
	Bad, Good string
	// FixSafety says what the fixes keep and what they may change.
	FixSafety string
	// Refs are titles and links of the sources of its facts.
	Refs []string
}

// Option is a rule's setting in the configuration.
type Option struct {
	Name, Doc string
	// Default also fixes the type: bool, int, string or []string.
	Default any
}

// Rule is one rule. Exactly one hook is set.
type Rule struct {
	// ID is kebab-case and names the bad pattern; it is never reused.
	ID       string
	Category Category
	// Severity overrides the category's default.
	Severity Severity
	// Optional rules are off until the configuration gives them a level, or the
	// user asks for them by name.
	Optional bool
	// Since is the first version with the rule.
	Since string
	// Aliases are former ids, accepted in configuration and suppressions.
	Aliases []string
	// Dialects limits the rule; empty means all.
	Dialects []query.Dialect
	// Local says that the file's own text decides: the rule asks the snapshot
	// for nothing of other files, no catalog, migration or call elsewhere, and
	// its findings stay true when those are read. An editor shows them before
	// the workspace is indexed; all others wait.
	Local bool
	// Lasting says that a finding about a migration is about what it leaves
	// behind, not about running it: it stays as loud where that has run.
	Lasting bool
	// Yields says that a finding gives way to one of another rule of the category
	// about the same statement: it only speaks where that is switched off.
	Yields  bool
	Doc     Doc
	Options []Option

	// Query is called for every query of a file, Call for every call that may
	// reach one, Step for every schema change of a migration or SQL file,
	// File once per file.
	Query func(*Pass, *workspace.Query)
	Call  func(*Pass, *workspace.Call)
	Step  func(*Pass, *schema.Step)
	File  func(*Pass)
}

// Level is the severity the rule has without configuration.
func (r *Rule) Level() Severity {
	if r.Optional {
		return Off
	}
	return r.Chosen()
}

// Chosen is the severity of the rule once somebody asked for it.
func (r *Rule) Chosen() Severity {
	if r.Severity != DefaultSeverity {
		return r.Severity
	}
	return categorySeverity[r.Category]
}

// Validate reports what is wrong with the declaration itself.
func (r *Rule) Validate() error {
	hooks := 0
	for _, set := range []bool{r.Query != nil, r.Call != nil, r.Step != nil, r.File != nil} {
		if set {
			hooks++
		}
	}
	switch {
	case r.ID == "" || strings.ToLower(r.ID) != r.ID || strings.ContainsAny(r.ID, " _"):
		return fmt.Errorf("rule id %q is not kebab-case", r.ID)
	case hooks != 1:
		return fmt.Errorf("rule %s has %d hooks, want exactly one", r.ID, hooks)
	case categorySeverity[r.Category] == DefaultSeverity:
		return fmt.Errorf("rule %s has the unknown category %q", r.ID, r.Category)
	case r.Doc.Title == "" || r.Doc.Why == "" || r.Doc.Bad == "" || r.Doc.Good == "" || r.Doc.FixSafety == "":
		return fmt.Errorf("rule %s: title, why, bad, good and fix safety must all be documented", r.ID)
	}
	return nil
}

func (r *Rule) speaks(d query.Dialect) bool {
	if len(r.Dialects) == 0 {
		return true
	}
	for _, have := range r.Dialects {
		if have == d {
			return true
		}
	}
	return false
}
