package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/git"
	"github.com/dbwise/dbwise/diagnostics/report"
)

// targets are the variables in which CI names the branch that a change is to be
// merged into: GitHub, GitLab, Bitbucket, Azure, Jenkins.
var targets = []string{"GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "BITBUCKET_PR_DESTINATION_BRANCH",
	"SYSTEM_PULLREQUEST_TARGETBRANCH", "CHANGE_TARGET"}

// misspelt says which folders of applied hold no migrations: one with a wrong
// name would go unnoticed.
func (a *analysis) misspelt(dirs []string) {
	for folder := range a.config.Workspace().Applied {
		around := target{path: folder, folder: true}
		if !slices.ContainsFunc(dirs, func(d string) bool { return around.holds(d) || (target{path: d, folder: true}).holds(folder) }) {
			a.problem(report.Problem{Path: folder, Message: "applied names this folder, in which no migrations were found"})
		}
	}
}

// land finds out which migrations have landed. Where nothing tells, all are
// judged alike; that is an error if the user named what to compare with on the
// command line.
func (a *analysis) land(ctx context.Context) error {
	snap := a.store.Snapshot()
	dirs := snap.MigrationDirs()
	a.misspelt(dirs)
	named := a.config.Baseline
	o := git.Options{Revision: named}
	switch named {
	case diagnostics.BaselineNone:
		return nil
	case "", diagnostics.BaselineGit:
		o.Revision = ""
		for _, name := range targets {
			if o.Target == "" {
				o.Target = os.Getenv(name)
			}
		}
	}
	if len(dirs) == 0 {
		return nil
	}
	base, err := git.Baseline(ctx, o, dirs, snap.Text)
	switch {
	case err == nil:
		a.store.SetBaseline(base)
		a.report.Summary.Branch = base.Branch
	case ctx.Err() != nil:
		return ctx.Err()
	case a.flags.baseline != "" && o.Revision != "":
		return fmt.Errorf("--baseline %s: %w", named, err)
	case o.Revision != "":
		a.problem(report.Problem{Path: filepath.ToSlash(a.project.root), Message: fmt.Sprintf("baseline %s: %v", named, err)})
	case a.flags.verbose:
		fmt.Fprintf(a.err, "all migrations are judged alike: %v\n", err)
	}
	return nil
}
