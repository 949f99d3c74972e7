package pgserver

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// installation is the folder with the programs of one version.
type installation struct {
	bin   string
	major int
}

var version = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// installed finds the servers of this machine, one per major version, in the
// order of versions.
func installed() []installation {
	var bins []string
	add := func(pattern ...string) {
		found, _ := filepath.Glob(filepath.Join(pattern...)) // the patterns are well formed
		bins = append(bins, found...)
	}
	add("/usr/lib/postgresql/*/bin") // Debian
	if p, err := exec.LookPath("postgres"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			bins = append(bins, filepath.Dir(p))
		}
	}
	cache := os.Getenv("DBWISE_TEST_CACHE")
	if home, err := os.UserHomeDir(); cache == "" && err == nil {
		cache = filepath.Join(home, ".cache", "dbwise-test")
	}
	if cache != "" {
		add(cache, "postgres-*", "node_modules", "postgres-*", "native", "bin")
	}
	var out []installation
	for _, bin := range bins {
		text, err := exec.Command(filepath.Join(bin, "postgres"), "--version").Output()
		if err != nil {
			continue
		}
		g := version.FindSubmatch(text)
		if _, err := os.Stat(filepath.Join(bin, "initdb")); g == nil || err != nil {
			continue
		}
		major, err := strconv.Atoi(string(g[1]))
		if err == nil && !slices.ContainsFunc(out, func(in installation) bool { return in.major == major }) {
			out = append(out, installation{bin, major})
		}
	}
	slices.SortFunc(out, func(a, b installation) int { return cmp.Compare(a.major, b.major) })
	return out
}
