package diagnostics

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
)

// ConfigNames are the names of a configuration file; the first one wins.
var ConfigNames = []string{"dbwise.jsonc", "dbwise.json"}

// ConfigProblem is a part of a configuration file that is left out.
type ConfigProblem struct {
	Span source.Span
	// Line and Column are 1-based, the column in Unicode code points.
	Line, Column int
	Message      string
	// Broken: a value cannot be understood. Otherwise a key or a rule is not
	// known, as in a file written for a later version, and the rest holds.
	Broken bool
}

func (p ConfigProblem) String() string {
	return fmt.Sprintf("%d:%d: %s", p.Line, p.Column, p.Message)
}

// FindConfig is the nearest configuration file at or above a folder, "" if
// there is none. It does not look above the folder that holds .git.
func FindConfig(dir string) string {
	dir = filepath.Clean(filepath.FromSlash(dir))
	for {
		for _, name := range ConfigNames {
			p := filepath.Join(dir, name)
			if info, err := os.Stat(p); err == nil && !info.IsDir() {
				return filepath.ToSlash(p)
			}
		}
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			return ""
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// LoadConfig reads a configuration file. The error is that of reading it or of
// text that is no JSON; everything else is a problem and the rest holds.
func LoadConfig(file string, rules []*Rule) (*Config, []ConfigProblem, error) {
	text, err := os.ReadFile(filepath.FromSlash(file))
	if err != nil {
		return nil, nil, fmt.Errorf("read the configuration: %w", err)
	}
	return ParseConfig(filepath.ToSlash(file), text, rules)
}

// FindRule finds a rule by its id or a former one; nil if there is none.
func FindRule(rules []*Rule, id string) *Rule {
	for _, r := range rules {
		if r.ID == id || slices.Contains(r.Aliases, id) {
			return r
		}
	}
	return nil
}

// NearestRule is the id that a misspelt one was most likely meant to be, "" if
// none is near.
func NearestRule(rules []*Rule, id string) string {
	var ids []string
	for _, r := range rules {
		ids = append(ids, r.ID)
	}
	return nearest(id, ids)
}

// Merge is the configuration with what over says put on top: the levels and
// options of over's rules, and each setting that it has at all. Paths stay
// relative to c.Dir.
func (c *Config) Merge(over *Config) *Config {
	out := *c
	out.Rules = maps.Clone(c.Rules)
	for id, r := range over.Rules {
		have := out.Rules[id]
		if r.Level != DefaultSeverity {
			have.Level = r.Level
		}
		if len(r.Options) > 0 {
			have.Options = maps.Clone(have.Options)
			if have.Options == nil {
				have.Options = map[string]any{}
			}
			maps.Copy(have.Options, r.Options)
		}
		if out.Rules == nil {
			out.Rules = map[string]RuleConfig{}
		}
		out.Rules[id] = have
	}
	if over.Dialect != query.Generic {
		out.Dialect = over.Dialect
	}
	if over.ServerVersion != 0 {
		out.ServerVersion = over.ServerVersion
	}
	if over.Migrations != nil {
		out.Migrations = over.Migrations
	}
	if over.Applied != nil {
		out.Applied = over.Applied
	}
	if over.Baseline != "" {
		out.Baseline = over.Baseline
	}
	if over.Ignore != nil {
		out.Ignore = over.Ignore
	}
	if over.TableSizes != nil {
		out.TableSizes = over.TableSizes
	}
	return &out
}

// Workspace is what the configuration says about reading the workspace, with
// absolute paths.
func (c *Config) Workspace() workspace.Options {
	o := workspace.Options{Dialect: c.Dialect, ServerVersion: c.ServerVersion}
	for _, m := range c.Migrations {
		o.Migrations = append(o.Migrations, c.absolute(m))
	}
	for dir, last := range c.Applied {
		if o.Applied == nil {
			o.Applied = map[string]string{}
		}
		o.Applied[c.absolute(dir)] = last
	}
	return o
}

// absolute is a path of the configuration.
func (c *Config) absolute(p string) string {
	if !path.IsAbs(p) && !filepath.IsAbs(filepath.FromSlash(p)) {
		p = path.Join(c.Dir, p)
	}
	return path.Clean(p)
}
