package diagnostics

import (
	"slices"

	"github.com/dbwise/dbwise/diagnostics/workspace"
)

// landed takes from findings what nobody can act upon any more: how dangerous
// it is to run a migration that has run. What has most likely run is lowered,
// what the configuration says has run is dropped. A file that may have run is
// not edited: tools compare it with what they ran, and run no part of it again.
func (r *Runner) landed(found []Diagnostic, snap *workspace.Snapshot) []Diagnostic {
	out := found[:0]
	for _, d := range found {
		if snap.Landing(d.Path) != workspace.LandingUnknown && r.aboutRunning(&d) && snap.HasRun(d.Path, d.Span) {
			if snap.Landing(d.Path) == workspace.Applied {
				continue
			}
			d.Severity, d.Landed = lowered(d.Severity), true
		}
		if slices.ContainsFunc(d.Fixes, func(f Fix) bool { return rewrites(f, snap) }) {
			d.Fixes = slices.DeleteFunc(slices.Clone(d.Fixes), func(f Fix) bool { return rewrites(f, snap) })
		}
		out = append(out, d)
	}
	return out
}

// aboutRunning reports whether a finding is about what running a migration
// does, and not about the schema it leaves.
func (r *Runner) aboutRunning(d *Diagnostic) bool {
	if d.Category != Migration && d.Category != DataLoss {
		return false
	}
	rule := r.rule(d.Rule)
	return rule != nil && !rule.Lasting
}

func lowered(s Severity) Severity {
	if s >= Warning {
		return Info
	}
	return Hint
}

// rewrites reports whether a fix edits what has run.
func rewrites(f Fix, snap *workspace.Snapshot) bool {
	return slices.ContainsFunc(f.Edits, func(e FileEdit) bool { return snap.HasRun(e.Path, e.Span) })
}
