package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
)

// target is a path named on the command line, absolute.
type target struct {
	path   string
	folder bool
}

// holds reports whether a file, with slashes, is the target or lies in it.
func (t target) holds(p string) bool {
	own := filepath.ToSlash(t.path)
	return p == own || t.folder && strings.HasPrefix(p, strings.TrimSuffix(own, "/")+"/")
}

// project is a folder that is analysed as a whole, and what of it to report.
type project struct {
	root    string
	targets []target
}

// projectsOf finds the folder to analyse for each path: findings about one file
// depend on schema and code elsewhere.
func projectsOf(dir string, paths []string) ([]*project, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	var out []*project
	for _, p := range paths {
		if p == "" { // a variable that is not set; the current folder is not what it meant
			return nil, errors.New("one PATH is empty")
		}
		t := target{path: p}
		if !filepath.IsAbs(p) {
			t.path = filepath.Join(dir, p)
		}
		t.path = filepath.Clean(t.path)
		info, err := os.Stat(t.path)
		if err != nil {
			return nil, fmt.Errorf("cannot read %s: %w", p, bare(err))
		}
		t.folder = info.IsDir()
		if !t.folder && !info.Mode().IsRegular() { // reading a pipe may never end
			return nil, fmt.Errorf("cannot read %s: it is neither a file nor a folder", p)
		}
		root := rootOf(t)
		i := slices.IndexFunc(out, func(have *project) bool { return have.root == root })
		if i < 0 {
			i = len(out)
			out = append(out, &project{root: root})
		}
		if !slices.Contains(out[i].targets, t) {
			out[i].targets = append(out[i].targets, t)
		}
	}
	return out, nil
}

// bare is what is wrong with a path, without the path.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// The files that tell where a project begins, and where several belong together.
var (
	projectFiles = append(slices.Clone(diagnostics.ConfigNames), "go.mod", "package.json", ".git", "pyproject.toml", "Cargo.toml", "pom.xml", "build.gradle", "composer.json")
	groupFiles   = append(slices.Clone(diagnostics.ConfigNames), "go.work", "pnpm-workspace.yaml", "lerna.json", "nx.json", "turbo.json", "rush.json")
)

func anyOf(dir string, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		_, err := os.Stat(filepath.Join(dir, name))
		return err == nil
	})
}

// rootOf is the folder to analyse for a target: the project around it, or the
// group of projects around that within the repository. A folder with projects
// in it is a project, whatever lies above. The user's home and the top of the
// file system are never meant by a file deep inside, whatever was left there.
func rootOf(t target) string {
	start := t.path
	if !t.folder {
		start = filepath.Dir(start)
	}
	root := ""
	if t.folder && holdsProjects(start) {
		root = start
	}
	home, _ := os.UserHomeDir()
	for dir := start; ; {
		parent := filepath.Dir(dir)
		if dir != start && (dir == home || dir == parent) {
			break
		}
		if root == "" && anyOf(dir, projectFiles) {
			root = dir
		}
		if anyOf(dir, groupFiles) {
			return dir
		}
		if parent == dir || anyOf(dir, []string{".git"}) {
			break
		}
		dir = parent
	}
	if root == "" {
		return start
	}
	return root
}

func holdsProjects(dir string) bool {
	entries, _ := os.ReadDir(dir)
	return slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return e.IsDir() && e.Name() != "node_modules" && e.Name() != "vendor" && anyOf(filepath.Join(dir, e.Name()), projectFiles)
	})
}
