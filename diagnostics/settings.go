package diagnostics

import (
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/dbwise/dbwise/parsers/query"
)

// Config is what a user may set. The zero value works and means the defaults.
type Config struct {
	// Dir is the folder of the configuration file; paths and globs below are
	// relative to it.
	Dir string
	// Rules holds levels and options by rule id.
	Rules map[string]RuleConfig
	// Dialect and ServerVersion (major version, 0 if not said) of the database.
	Dialect       query.Dialect
	ServerVersion int
	// Migrations are folders to read as migrations besides those found.
	Migrations []string
	// Applied are the last migrations that have run in production, by folder: a
	// version, or the name of a file. Nothing is said about running them again.
	Applied map[string]string
	// Baseline tells what has landed: BaselineGit or "", which ask git for the
	// default branch, BaselineNone, or the name of a branch or commit.
	Baseline string
	// Ignore are globs of files without findings; they are still read as schema.
	Ignore []string
	// TableSizes are row counts by table name; tables under SmallTable rows
	// need no index.
	TableSizes map[string]int
}

// The words for a baseline; everything else is a revision.
const (
	BaselineGit  = "git"
	BaselineNone = "none"
)

// SmallTable is the number of rows under which a sequential scan is as good as
// an index: such a table fits in a few pages.
const SmallTable = 1000

// RuleConfig is the setting of one rule.
type RuleConfig struct {
	Level   Severity
	Options map[string]any
}

// Level is the effective severity of a rule.
func (c *Config) Level(r *Rule) Severity {
	if l := c.Rules[r.ID].Level; l != DefaultSeverity {
		return l
	}
	return r.Level()
}

// Ignored reports whether findings about a path are switched off.
func (c *Config) Ignored(p string) bool {
	if len(c.Ignore) == 0 {
		return false
	}
	rel := strings.TrimPrefix(strings.TrimPrefix(p, c.Dir), "/")
	for _, glob := range c.Ignore {
		glob = strings.TrimSuffix(path.Clean(strings.TrimPrefix(glob, "./")), "/")
		if ok, _ := doublestar.Match(glob, rel); ok || strings.HasPrefix(rel, glob+"/") {
			return true
		}
		if ok, _ := doublestar.Match(glob+"/**", rel); ok {
			return true
		}
	}
	return false
}

// Small reports whether the user said that a table is small.
func (c *Config) Small(table string) bool {
	rows, ok := c.TableSizes[table]
	return ok && rows < SmallTable
}
