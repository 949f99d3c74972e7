package workspace

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/source"
)

// modules finds the file or folder that an import means.
type modules struct {
	snapshot *Snapshot
	// goModules are the folders of go.mod files by module path, longest first.
	goModules []goModule
	// packages are the folders of package.json files by package name.
	packages map[string]*npmPackage
	// nearestPackage and configs are by folder.
	nearestPackage map[string]*npmPackage
	configs        map[string]*tsConfig
	goDirs         map[string][]string
}

type goModule struct{ path, dir string }

type npmPackage struct {
	dir     string
	entries []string
	exports map[string][]string
	imports map[string][]string
}

func newModules(s *Snapshot) *modules {
	m := &modules{snapshot: s, packages: map[string]*npmPackage{}, nearestPackage: map[string]*npmPackage{}, configs: map[string]*tsConfig{}, goDirs: map[string][]string{}}
	for _, p := range s.paths {
		switch path.Base(p) {
		case "go.mod":
			m.goMod(p)
		case "package.json":
			m.packageJSON(p)
		}
		if s.files[p].src.Lang == source.Go {
			m.goDirs[path.Dir(p)] = append(m.goDirs[path.Dir(p)], p)
		}
	}
	slices.SortFunc(m.goModules, func(a, b goModule) int { return len(b.path) - len(a.path) })
	for _, p := range s.paths {
		if strings.HasPrefix(path.Base(p), "tsconfig") || path.Base(p) == "jsconfig.json" {
			m.config(p, 0)
		}
	}
	return m
}

// goMod reads the module line and replacements by folders (go.dev/ref/mod).
func (m *modules) goMod(p string) {
	block := ""
	for _, line := range strings.Split(string(m.snapshot.files[p].src.Text), "\n") {
		line, _, _ = strings.Cut(line, "//")
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		if len(f) == 2 && f[1] == "(" {
			block = f[0]
			continue
		}
		if f[0] == ")" {
			block = ""
			continue
		}
		if block != "" {
			f = append([]string{block}, f...)
		}
		switch {
		case f[0] == "module" && len(f) > 1:
			m.goModules = append(m.goModules, goModule{strings.Trim(f[1], `"`), path.Dir(p)})
		case f[0] == "replace":
			if at := slices.Index(f, "=>"); at > 1 && at+1 < len(f) && strings.HasPrefix(f[at+1], ".") {
				m.goModules = append(m.goModules, goModule{strings.Trim(f[1], `"`), path.Join(path.Dir(p), f[at+1])})
			}
		}
	}
}

// goPackage is the folder of an import path inside the workspace, "" for
// packages from elsewhere.
func (m *modules) goPackage(importPath string) string {
	for _, mod := range m.goModules {
		if importPath != mod.path && !strings.HasPrefix(importPath, mod.path+"/") {
			continue
		}
		dir := path.Join(mod.dir, strings.TrimPrefix(importPath, mod.path))
		if len(m.goDirs[dir]) > 0 {
			return dir
		}
	}
	return ""
}

func (m *modules) packageJSON(p string) {
	var doc struct {
		Name, Main, Module, Types, Source string
		Exports, Imports                  any
	}
	if json.Unmarshal(m.snapshot.files[p].src.Text, &doc) != nil {
		return
	}
	pkg := &npmPackage{dir: path.Dir(p), exports: conditional(doc.Exports, "."), imports: conditional(doc.Imports, "")}
	for _, e := range []string{doc.Source, doc.Types, doc.Module, doc.Main} {
		if e != "" {
			pkg.entries = append(pkg.entries, e)
		}
	}
	m.nearestPackage[pkg.dir] = pkg
	if doc.Name != "" && m.packages[doc.Name] == nil {
		m.packages[doc.Name] = pkg
	}
}

// conditional flattens an exports or imports field: for every subpath all files
// that some condition leads to (Node.js documentation, "Packages").
func conditional(v any, root string) map[string][]string {
	out := map[string][]string{}
	top, isMap := v.(map[string]any)
	subpaths := false
	for k := range top {
		subpaths = subpaths || strings.HasPrefix(k, ".") || strings.HasPrefix(k, "#")
	}
	if !isMap || !subpaths {
		if files := leaves(v, 0); len(files) > 0 {
			out[root] = files
		}
		return out
	}
	for k, val := range top {
		out[k] = leaves(val, 0)
	}
	return out
}

func leaves(v any, depth int) []string {
	if depth > 8 {
		return nil
	}
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, x := range v {
			out = append(out, leaves(x, depth+1)...)
		}
		return out
	case map[string]any:
		var out []string
		for _, k := range slices.Sorted(keysOf(v)) {
			out = append(out, leaves(v[k], depth+1)...)
		}
		return out
	}
	return nil
}

// script is the file that an import in a script means; "" for modules from
// elsewhere.
func (m *modules) script(from, spec string) string {
	switch {
	case strings.HasPrefix(spec, "./"), strings.HasPrefix(spec, "../"), spec == ".", spec == "..":
		return m.file(path.Join(path.Dir(from), spec))
	case strings.HasPrefix(spec, "/"):
		return m.file(spec)
	case strings.HasPrefix(spec, "#"):
		if p := m.imported(from, spec); p != "" {
			return p
		}
	}
	if c := m.configOf(from); c != nil {
		if p := m.mapped(c, spec); p != "" {
			return p
		}
	}
	pkg, rest := m.packageOf(spec)
	if pkg == nil {
		return ""
	}
	return m.entry(pkg, rest)
}

// imported resolves "#name" by the imports of the nearest package.json.
func (m *modules) imported(from, spec string) string {
	for dir := path.Dir(from); ; dir = path.Dir(dir) {
		if pkg := m.nearestPackage[dir]; pkg != nil {
			return m.listed(pkg, pkg.imports, spec)
		}
		if dir == "/" || dir == "." || path.Dir(dir) == dir {
			return ""
		}
	}
}

// packageOf is the workspace's package that a name begins with, and the rest.
func (m *modules) packageOf(spec string) (*npmPackage, string) {
	for name := spec; name != "." && name != "" && name != "/"; name = path.Dir(name) {
		if pkg := m.packages[name]; pkg != nil {
			return pkg, strings.TrimPrefix(spec[len(name):], "/")
		}
	}
	return nil, ""
}

// entry is the source file behind a package's entry point or subpath.
func (m *modules) entry(pkg *npmPackage, rest string) string {
	if rest == "" {
		if p := m.listed(pkg, pkg.exports, "."); p != "" {
			return p
		}
		for _, e := range pkg.entries {
			if p := m.source(pkg, e); p != "" {
				return p
			}
		}
		for _, e := range []string{"src/index", "index", "lib/index", "src/main"} {
			if p := m.file(path.Join(pkg.dir, e)); p != "" {
				return p
			}
		}
		return ""
	}
	if p := m.listed(pkg, pkg.exports, "./"+rest); p != "" {
		return p
	}
	for _, dir := range []string{"", "src"} {
		if p := m.file(path.Join(pkg.dir, dir, rest)); p != "" {
			return p
		}
	}
	return ""
}

// listed looks a subpath up in exports or imports, with one * as a pattern.
func (m *modules) listed(pkg *npmPackage, table map[string][]string, spec string) string {
	for _, pattern := range slices.Sorted(keysOf(table)) {
		before, after, wild := strings.Cut(pattern, "*")
		star := ""
		switch {
		case pattern == spec:
		case wild && strings.HasPrefix(spec, before) && strings.HasSuffix(spec, after) && len(spec) >= len(before)+len(after):
			star = spec[len(before) : len(spec)-len(after)]
		default:
			continue
		}
		for _, target := range table[pattern] {
			if p := m.source(pkg, strings.ReplaceAll(target, "*", star)); p != "" {
				return p
			}
		}
	}
	return ""
}

// source is the file behind a path of a package; of what a build will make,
// the source it is made of.
func (m *modules) source(pkg *npmPackage, target string) string {
	target = path.Clean(target)
	if p := m.file(path.Join(pkg.dir, target)); p != "" {
		return p
	}
	first, rest, ok := strings.Cut(target, "/")
	if !ok || !builtDirs[first] && first != "lib" && first != "esm" && first != "cjs" && first != "types" {
		return ""
	}
	for _, sub := range []string{"esm/", "cjs/", "types/", "src/", ""} {
		if cut, ok := strings.CutPrefix(rest, sub); ok {
			for _, dir := range []string{"src", ""} {
				if p := m.file(path.Join(pkg.dir, dir, cut)); p != "" {
					return p
				}
			}
		}
	}
	return ""
}

// sourceExts are the endings tried on a path without one, and written are those
// that stand for a source with another (TypeScript handbook, "Module resolution").
var (
	sourceExts = []string{".ts", ".tsx", ".mts", ".cts", ".d.ts", ".js", ".jsx", ".mjs", ".cjs"}
	written    = map[string][]string{".js": {".ts", ".tsx", ".d.ts"}, ".jsx": {".tsx"}, ".mjs": {".mts"}, ".cjs": {".cts"}}
)

// file is the file that a path without regard to its ending means.
func (m *modules) file(p string) string {
	has := func(p string) bool { f := m.snapshot.files[p]; return f != nil && f.src.Lang.Script() }
	if has(p) {
		return p
	}
	ext := path.Ext(p)
	for _, as := range written[ext] {
		if q := strings.TrimSuffix(p, ext) + as; has(q) {
			return q
		}
	}
	if base := strings.TrimSuffix(strings.TrimSuffix(p, ".ts"), ".d"); base+".d.ts" == p {
		p = base
	}
	for _, e := range sourceExts {
		if has(p + e) {
			return p + e
		}
	}
	for _, e := range sourceExts {
		if has(p + "/index" + e) {
			return p + "/index" + e
		}
	}
	return ""
}
