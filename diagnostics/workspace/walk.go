package workspace

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers"
	"github.com/dbwise/dbwise/parsers/source"
)

// Omitted is a file or folder that was left out, and why.
type Omitted struct{ Path, Reason string }

// Found is what Walk found below a root.
type Found struct {
	// Files are absolute paths with forward slashes, sorted: those of a
	// language dbwise reads, and the configuration of tools it knows.
	Files []string
	// Omitted are files and folders that were left out, sorted.
	Omitted []Omitted
}

// skippedDirs hold other people's code or what a build makes.
var skippedDirs = map[string]string{
	"node_modules": "dependencies", "vendor": "dependencies", "bower_components": "dependencies", "third_party": "dependencies",
	"__pycache__": "build output",
}

// builtDirs hold what a build makes, unless Go source stands in them: Go
// packages may be called build.
var builtDirs = map[string]bool{"dist": true, "build": true, "out": true, "coverage": true, "target": true}

// configFiles are read for what they say about other files.
var configFiles = map[string]bool{
	"go.mod": true, "go.work": true, "package.json": true, "jsconfig.json": true, "pnpm-workspace.yaml": true,
	"sqlc.yaml": true, "sqlc.yml": true, "sqlc.json": true, "migration_lock.toml": true, "_journal.json": true,
	"atlas.sum": true, "sqitch.plan": true, "sqitch.conf": true, "tern.conf": true, "Cargo.toml": true, "metadata.toml": true,
	"flyway.conf": true, "flyway.toml": true, "snapshot.json": true,
	"pom.xml": true, "build.gradle": true, "build.gradle.kts": true,
}

// IsConfig reports whether a file that holds no program and no SQL still tells
// dbwise something.
func IsConfig(p string) bool {
	base := path.Base(p)
	return configFiles[base] || strings.HasSuffix(base, ".sql.conf") ||
		strings.HasPrefix(base, "tsconfig") && strings.HasSuffix(base, ".json")
}

// Reads reports whether a path is of interest by its name.
func Reads(p string) bool { return source.LangOf(p) != source.Unknown || IsConfig(p) }

// Globs are patterns for those who watch the disk: of all that Reads takes, and
// of some that it does not.
func Globs() []string {
	exts := strings.ReplaceAll(strings.Join(source.Extensions(), ","), ".", "")
	return []string{"**/*.{" + exts + "}", "**/{" + strings.Join(slices.Sorted(maps.Keys(configFiles)), ",") + "}", "**/*.sql.conf", "**/tsconfig*.json"}
}

// Walk lists the files below root. It keeps to .gitignore, also those above
// root up to the repository's top, follows no links to folders, and leaves out
// dependencies, build output and hidden folders. The error is that of reading
// root itself, or ctx's.
func Walk(ctx context.Context, root string) (Found, error) {
	w := &walker{ctx: ctx}
	root = filepath.Clean(root)
	info, err := os.Stat(root)
	if err != nil {
		return Found{}, err
	}
	if !info.IsDir() {
		w.found.Files = append(w.found.Files, filepath.ToSlash(root))
		return w.found, nil
	}
	if err := w.dir(root, outerIgnores(root), 0); err != nil {
		return Found{}, err
	}
	slices.Sort(w.found.Files)
	slices.SortFunc(w.found.Omitted, func(a, b Omitted) int { return strings.Compare(a.Path, b.Path) })
	return w.found, nil
}

type walker struct {
	ctx   context.Context
	found Found
}

// maxDepth bounds how deep folders are nested.
const maxDepth = 200

func (w *walker) omit(p, reason string) {
	w.found.Omitted = append(w.found.Omitted, Omitted{Path: filepath.ToSlash(p), Reason: reason})
}

func (w *walker) dir(dir string, ignores *ignoreList, depth int) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		if depth == 0 {
			return err
		}
		w.omit(dir, "unreadable")
		return nil
	}
	if text, err := os.ReadFile(filepath.Join(dir, ".gitignore")); err == nil {
		ignores = ignores.with(filepath.ToSlash(dir), text)
	}
	for _, e := range entries {
		p := filepath.Join(dir, e.Name())
		switch {
		case e.IsDir():
			if reason := w.skips(p, e.Name(), ignores, depth); reason != "" {
				if reason != "hidden" {
					w.omit(p, reason)
				}
				continue
			}
			if err := w.dir(p, ignores, depth+1); err != nil {
				return err
			}
		default:
			w.file(p, e, ignores)
		}
	}
	return nil
}

// skips tells why a folder is left out; "" if it is not.
func (w *walker) skips(p, name string, ignores *ignoreList, depth int) string {
	switch {
	case strings.HasPrefix(name, "."):
		return "hidden"
	case skippedDirs[name] != "":
		return skippedDirs[name]
	case ignores.matches(filepath.ToSlash(p), true):
		return "in .gitignore"
	case builtDirs[name] && !holdsGo(p):
		return "build output"
	case depth >= maxDepth:
		return "nested too deep"
	}
	return ""
}

func holdsGo(dir string) bool {
	entries, _ := os.ReadDir(dir)
	return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return strings.HasSuffix(e.Name(), ".go") })
}

func (w *walker) file(p string, e fs.DirEntry, ignores *ignoreList) {
	slash := filepath.ToSlash(p)
	if !Reads(slash) {
		return
	}
	if ignores.matches(slash, false) {
		w.omit(p, "in .gitignore")
		return
	}
	info, err := os.Stat(p) // follows a link to a file
	switch {
	case err != nil:
		w.omit(p, "unreadable")
	case !info.Mode().IsRegular():
		if e.Type()&fs.ModeSymlink != 0 {
			w.omit(p, "a link to a folder")
		}
	case info.Size() > limitOf(slash):
		w.omit(p, "too large")
	default:
		w.found.Files = append(w.found.Files, slash)
	}
}

func limitOf(p string) int64 {
	if source.LangOf(p) == source.SQL {
		return parsers.MaxSQL
	}
	return parsers.MaxHost
}

// unfit tells why a text is not read; "" if it is. Minified text has lines of
// more than 500 bytes on the average.
func unfit(p string, text []byte) string {
	lang := source.LangOf(p)
	switch {
	case source.IsBinary(text):
		return "binary"
	case int64(len(text)) > limitOf(p):
		return "too large"
	case lang.Script() && len(text) > 5000 && len(text)/(1+countLines(text)) > 500:
		return "minified"
	}
	return ""
}

func countLines(text []byte) int {
	n := 0
	for _, c := range text {
		if c == '\n' {
			n++
		}
	}
	return n
}
