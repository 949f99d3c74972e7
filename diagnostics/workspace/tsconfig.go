package workspace

import (
	"encoding/json"
	"path"
	"strings"

	"github.com/tidwall/jsonc"
)

// tsConfig is what a tsconfig.json says about names, its bases included.
type tsConfig struct {
	baseURL string // absolute, "" if not set
	// pathsDir is what the targets of paths are relative to.
	pathsDir string
	paths    map[string][]string
}

// config reads a tsconfig.json or jsconfig.json with what it extends.
func (m *modules) config(p string, depth int) *tsConfig {
	if c, ok := m.configs[p]; ok {
		return c
	}
	f := m.snapshot.files[p]
	if f == nil || depth > 8 {
		return nil
	}
	m.configs[p] = nil // a file that extends itself
	var doc struct {
		Extends         any
		CompilerOptions struct {
			BaseURL string              `json:"baseUrl"`
			Paths   map[string][]string `json:"paths"`
		} `json:"compilerOptions"`
	}
	if json.Unmarshal(jsonc.ToJSON(f.src.Text), &doc) != nil {
		return nil
	}
	c := &tsConfig{}
	for _, base := range leaves(doc.Extends, 0) {
		if b := m.config(m.extended(path.Dir(p), base), depth+1); b != nil {
			*c = *b
		}
	}
	if doc.CompilerOptions.BaseURL != "" {
		c.baseURL = path.Join(path.Dir(p), doc.CompilerOptions.BaseURL)
	}
	if doc.CompilerOptions.Paths != nil {
		c.paths, c.pathsDir = doc.CompilerOptions.Paths, path.Dir(p)
		if c.baseURL != "" {
			c.pathsDir = c.baseURL
		}
	}
	m.configs[p] = c
	return c
}

// extended is the file that "extends" names: relative, or in a package of the
// workspace.
func (m *modules) extended(dir, name string) string {
	full := path.Join(dir, name)
	if !strings.HasPrefix(name, ".") {
		pkg, rest := m.packageOf(name)
		if pkg == nil {
			return ""
		}
		full = path.Join(pkg.dir, rest)
	}
	for _, p := range []string{full, full + ".json", full + "/tsconfig.json"} {
		if m.snapshot.files[p] != nil {
			return p
		}
	}
	return ""
}

// configOf is the configuration nearest to a file.
func (m *modules) configOf(p string) *tsConfig {
	for dir := path.Dir(p); ; dir = path.Dir(dir) {
		for _, name := range []string{"/tsconfig.json", "/jsconfig.json", "/tsconfig.base.json", "/tsconfig.app.json"} {
			if c := m.configs[dir+name]; c != nil && (c.paths != nil || c.baseURL != "") {
				return c
			}
		}
		if dir == "/" || dir == "." || path.Dir(dir) == dir {
			return nil
		}
	}
}

// mapped applies paths, the longest pattern first, then baseUrl.
func (m *modules) mapped(c *tsConfig, spec string) string {
	best, star := "", ""
	for pattern := range c.paths {
		before, after, wild := strings.Cut(pattern, "*")
		switch {
		case !wild && pattern == spec:
			best, star = pattern, ""
		case wild && strings.HasPrefix(spec, before) && strings.HasSuffix(spec, after) && len(spec) >= len(before)+len(after) && len(pattern) > len(best):
			best, star = pattern, spec[len(before):len(spec)-len(after)]
		}
	}
	for _, target := range c.paths[best] {
		if p := m.file(path.Join(c.pathsDir, strings.Replace(target, "*", star, 1))); p != "" {
			return p
		}
	}
	if c.baseURL != "" {
		return m.file(path.Join(c.baseURL, spec))
	}
	return ""
}
