package workspace

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// ignoreList is the .gitignore of a folder and of those around it.
type ignoreList struct {
	outer    *ignoreList
	dir      string
	patterns []ignorePattern
}

// ignorePattern is one line of a .gitignore (gitignore manual, "PATTERN FORMAT").
type ignorePattern struct {
	glob    string
	negated bool
	dirOnly bool
	// base: the pattern has no slash and matches names at any depth.
	base bool
}

// with adds a folder's .gitignore.
func (l *ignoreList) with(dir string, text []byte) *ignoreList {
	n := &ignoreList{outer: l, dir: dir}
	for _, line := range strings.Split(string(text), "\n") {
		if p, ok := readPattern(line); ok {
			n.patterns = append(n.patterns, p)
		}
	}
	if len(n.patterns) == 0 {
		return l
	}
	return n
}

func readPattern(line string) (ignorePattern, bool) {
	line = strings.TrimRight(line, "\r")
	if trimmed := strings.TrimRight(line, " \t"); !strings.HasSuffix(trimmed, `\`) {
		line = trimmed
	}
	if line == "" || line[0] == '#' {
		return ignorePattern{}, false
	}
	var p ignorePattern
	if line[0] == '!' {
		p.negated, line = true, line[1:]
	}
	if rest, ok := strings.CutSuffix(line, "/"); ok {
		p.dirOnly, line = true, rest
	}
	p.base = !strings.Contains(line, "/")
	line = strings.TrimPrefix(line, "/")
	// Braces are plain characters here, doublestar reads alternatives.
	p.glob = strings.NewReplacer("{", `\{`, "}", `\}`).Replace(line)
	return p, p.glob != "" && doublestar.ValidatePattern(p.glob)
}

// matches reports whether a path is ignored: the last pattern that speaks
// about it decides, inner files before outer ones.
func (l *ignoreList) matches(p string, dir bool) bool {
	for ; l != nil; l = l.outer {
		rel := strings.TrimPrefix(strings.TrimPrefix(p, l.dir), "/")
		for i := len(l.patterns) - 1; i >= 0; i-- {
			if l.patterns[i].matches(rel, dir) {
				return !l.patterns[i].negated
			}
		}
	}
	return false
}

func (p *ignorePattern) matches(rel string, dir bool) bool {
	if p.dirOnly && !dir {
		return false
	}
	name := rel
	if p.base {
		name = path.Base(rel)
	}
	ok, _ := doublestar.Match(p.glob, name)
	return ok
}

// outerIgnores are the .gitignore files above root, up to the folder that
// holds .git.
func outerIgnores(root string) *ignoreList {
	var dirs []string
	for at := root; ; {
		if _, err := os.Stat(filepath.Join(at, ".git")); err == nil {
			break
		}
		parent := filepath.Dir(at)
		if parent == at {
			return nil // no repository
		}
		at = parent
		dirs = append(dirs, at)
	}
	var list *ignoreList
	for i := len(dirs) - 1; i >= 0; i-- {
		if text, err := os.ReadFile(filepath.Join(dirs[i], ".gitignore")); err == nil {
			list = list.with(filepath.ToSlash(dirs[i]), text)
		}
	}
	return list
}

// Ignored reports whether a single file, changed on disk, is one that Walk
// below root would leave out.
func Ignored(root, p string) bool {
	rel, err := filepath.Rel(filepath.FromSlash(root), filepath.FromSlash(p))
	if err != nil || strings.HasPrefix(rel, "..") || !Reads(p) {
		return true
	}
	list := outerIgnores(filepath.FromSlash(root))
	at := filepath.FromSlash(root)
	parts := strings.Split(filepath.ToSlash(rel), "/")
	w := &walker{}
	for i, part := range parts {
		if text, err := os.ReadFile(filepath.Join(at, ".gitignore")); err == nil {
			list = list.with(filepath.ToSlash(at), text)
		}
		at = filepath.Join(at, part)
		if i == len(parts)-1 {
			return list.matches(filepath.ToSlash(at), false)
		}
		if w.skips(at, part, list, i) != "" {
			return true
		}
	}
	return false
}
