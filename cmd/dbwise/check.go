package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/report"
	"github.com/dbwise/dbwise/diagnostics/rules"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/spf13/cobra"
)

// checkFlags are the flags of check as given.
type checkFlags struct {
	format, failOn        string
	config, baseline      string
	only                  []string
	fix, fixUnsafe, diff  bool
	quiet, stats, verbose bool
	level                 diagnostics.Severity
	printer               func(io.Writer, *report.Report) error
	chosen                map[string]bool // rules of --only, nil for all
}

func checkCommand() *cobra.Command {
	var f checkFlags
	c := &cobra.Command{
		Use:   "check [PATH...]",
		Short: "Print what dbwise finds in files and folders",
		Long: "check analyses the project around each PATH (the current folder if there is none) and prints the\n" +
			"findings about the PATHs. It ends with 0 if there are none at or above the level of --fail-on, with 1\n" +
			"if there are, and with 2 after wrong usage, a broken configuration or a PATH that cannot be read.",
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.validate(c); err != nil {
				return err
			}
			collectLate()
			dir, err := os.Getwd()
			if err != nil {
				return fmt.Errorf("find the current folder: %w", err)
			}
			k := &checker{flags: &f, dir: dir, out: c.OutOrStdout(), err: c.ErrOrStderr(), start: time.Now(), texts: map[string]*source.File{}}
			return k.run(c.Context(), args)
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.format, "format", "text", "text, json, sarif or github")
	fl.StringVar(&f.failOn, "fail-on", "warning", "end with 1 if there is a finding of this level or above: error, warning, info or never")
	fl.StringSliceVar(&f.only, "only", nil, "run these rules only, separated by commas")
	fl.BoolVar(&f.fix, "fix", false, "apply safe fixes")
	fl.BoolVar(&f.fixUnsafe, "fix-unsafe", false, "apply all fixes, also those that may change what the program does")
	fl.BoolVar(&f.diff, "diff", false, "print the fixes as a patch and write nothing")
	fl.StringVar(&f.config, "config", "", "configuration file instead of the nearest dbwise.jsonc or dbwise.json")
	fl.StringVar(&f.baseline, "baseline", "", "what migrations have landed on: git (the default branch), none, or a branch or commit")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "print findings and nothing else")
	fl.BoolVar(&f.stats, "stats", false, "print to standard error what was analysed and where the time went")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "list what was left out and why")
	return c
}

// validate reads the flags that have more to say than a type.
func (f *checkFlags) validate(c *cobra.Command) error {
	style := report.Style{Colour: colourful(c.OutOrStdout()), Quiet: f.quiet, Verbose: f.verbose}
	switch f.format {
	case "text":
		f.printer = func(w io.Writer, r *report.Report) error { return report.Text(w, r, style) }
	case "json":
		f.printer = report.JSON
	case "sarif":
		f.printer = report.SARIF
	case "github":
		f.printer = report.GitHub
	default:
		return fmt.Errorf("unknown format %q: want text, json, sarif or github", f.format)
	}
	if f.diff && f.format != "text" {
		return fmt.Errorf("--diff prints a patch, it cannot be combined with --format %s", f.format)
	}
	switch f.failOn {
	case "error", "warning", "info":
		f.level, _ = diagnostics.ParseSeverity(f.failOn)
	case "never":
		f.level = diagnostics.Error + 1
	default:
		return fmt.Errorf("unknown level %q: want error, warning, info or never", f.failOn)
	}
	if c.Flags().Changed("config") && f.config == "" {
		return errors.New("--config names no file")
	}
	if c.Flags().Changed("baseline") && (f.baseline == "" || f.baseline[0] == '-') {
		return errors.New("--baseline names no branch or commit")
	}
	if c.Flags().Changed("only") && len(f.only) == 0 {
		return errors.New("--only names no rule")
	}
	for _, id := range f.only {
		rule, err := findRule(strings.TrimSpace(id))
		if err != nil {
			return err
		}
		if f.chosen == nil {
			f.chosen = map[string]bool{}
		}
		f.chosen[rule.ID] = true
	}
	return nil
}

// fails reports whether findings make the run fail. What has landed cannot be
// mended any more.
func (f *checkFlags) fails(found []diagnostics.Diagnostic) bool {
	for _, d := range found {
		if d.Severity >= f.level && !d.Landed {
			return true
		}
	}
	return false
}

// checker is one run of check.
type checker struct {
	flags    *checkFlags
	dir      string
	out, err io.Writer
	start    time.Time
	progress *progress
	stats    stats

	report report.Report
	// texts are the files that the report speaks about.
	texts map[string]*source.File
	// failed says that the findings make the run fail.
	failed bool
}

func (k *checker) run(ctx context.Context, args []string) error {
	projects, err := projectsOf(k.dir, args)
	if err != nil {
		return err
	}
	if !k.flags.quiet {
		k.progress = startProgress(k.err)
	}
	for i := 0; i < len(projects) && err == nil; i++ {
		var more []*project
		more, err = k.analyse(ctx, projects[i])
		projects = append(projects, more...)
	}
	k.progress.stop()
	if err != nil {
		return err
	}
	return k.finish()
}

// finish prints the report.
func (k *checker) finish() error {
	r := &k.report
	r.Base, r.Rules, r.Version = filepath.ToSlash(k.dir), rules.All(), version()
	r.File = func(p string) *source.File { return k.texts[p] }
	r.Summary.Elapsed = time.Since(k.start)
	diagnostics.Sort(r.Diagnostics)
	var err error
	if !k.flags.diff {
		err = k.flags.printer(k.out, r)
	}
	if !k.flags.quiet {
		for _, p := range r.Problems {
			if !p.Minor {
				fmt.Fprintf(k.err, "dbwise: %s: %s\n", k.rel(p.Path), p.Message)
			}
		}
	}
	if k.flags.stats {
		k.stats.print(k.err, r.Summary)
	}
	switch {
	case err != nil && !errors.Is(err, syscall.EPIPE):
		return fmt.Errorf("print the findings: %w", err)
	case k.failed:
		return exitCode(exitFindings)
	}
	return nil
}

// rel is a path as the user sees it.
func (k *checker) rel(p string) string {
	if rel, err := filepath.Rel(k.dir, filepath.FromSlash(p)); err == nil {
		return filepath.ToSlash(rel)
	}
	return p
}
