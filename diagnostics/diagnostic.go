package diagnostics

import (
	"sort"

	"github.com/dbwise/dbwise/parsers/source"
)

// Diagnostic is one finding.
type Diagnostic struct {
	Rule     string
	Category Category
	Severity Severity
	Path     string
	Span     source.Span
	// Message says what is wrong with the names of table, column and loop,
	// then why it costs: one sentence each.
	Message string
	Related []Related
	Fixes   []Fix
	// Landed: it is about running a migration that has most likely run, and the
	// severity is lower for that.
	Landed bool
}

// Related is a further place that explains a finding.
type Related struct {
	source.Location
	Message string
}

// Safety says whether a fix may change behaviour.
type Safety uint8

// The safeties. Only safe fixes are part of fix-all and --fix.
const (
	Unsafe Safety = iota
	Safe
)

func (s Safety) String() string {
	if s == Safe {
		return "safe"
	}
	return "unsafe"
}

// Fix is one way to mend a finding. Its title is an imperative.
type Fix struct {
	Title  string
	Safety Safety
	Edits  []FileEdit
	// Create are files to be made; none of them exists.
	Create []NewFile
}

// FileEdit is an edit of one file, valid for the text with this hash only.
type FileEdit struct {
	Path string
	Hash source.Hash
	source.Edit
}

// NewFile is a file a fix makes.
type NewFile struct{ Path, Text string }

// Sort orders diagnostics by path, place, rule and message.
func Sort(list []Diagnostic) {
	sort.SliceStable(list, func(i, j int) bool {
		a, b := list[i], list[j]
		switch {
		case a.Path != b.Path:
			return a.Path < b.Path
		case a.Span.Start != b.Span.Start:
			return a.Span.Start < b.Span.Start
		case a.Span.End != b.Span.End:
			return a.Span.End < b.Span.End
		case a.Rule != b.Rule:
			return a.Rule < b.Rule
		}
		return a.Message < b.Message
	})
}

// Conflict reports whether two fixes cannot be applied together: they edit
// overlapping text or make the same file.
func (f Fix) Conflict(g Fix) bool {
	for _, a := range f.Edits {
		for _, b := range g.Edits {
			if a.Path == b.Path && (a.Span.Overlaps(b.Span) || a.Span == b.Span) {
				return true
			}
		}
	}
	for _, a := range f.Create {
		for _, b := range g.Create {
			if a.Path == b.Path {
				return true
			}
		}
	}
	return false
}
