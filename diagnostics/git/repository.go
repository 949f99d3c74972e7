package git

import (
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// repository is where a repository keeps what is read here. Paths have slashes.
type repository struct {
	// top is the folder of the work tree, dir that of its HEAD, common that of
	// what all work trees share.
	top, dir, common string
}

// find is the repository around a folder, nil if there is none.
func find(folder string) *repository {
	for d := path.Clean(folder); ; d = path.Dir(d) {
		info, err := os.Stat(filepath.FromSlash(path.Join(d, ".git")))
		if err == nil {
			r := &repository{top: d, dir: path.Join(d, ".git")}
			if !info.IsDir() { // a further work tree, or a submodule
				to, ok := strings.CutPrefix(small(r.dir), "gitdir: ")
				if !ok {
					return nil
				}
				r.dir = from(d, to)
			}
			r.common = r.dir
			if to := small(path.Join(r.dir, "commondir")); to != "" {
				r.common = from(r.dir, to)
			}
			return r
		}
		if up := path.Dir(d); up == d || up == "." {
			return nil
		}
	}
}

// from is a path that may be relative to a folder.
func from(dir, p string) string {
	if filepath.IsAbs(filepath.FromSlash(p)) {
		return path.Clean(filepath.ToSlash(p))
	}
	return path.Join(dir, p)
}

// Limits of what is read: a reference is one line, and the largest
// repositories have some hundred thousand of them.
const (
	maxSmall  = 4 << 10
	maxPacked = 64 << 20
)

// small is the text of a file of one line, "" if there is none.
func small(p string) string { return strings.TrimSpace(string(limited(p, maxSmall))) }

func limited(p string, limit int64) []byte {
	p = filepath.FromSlash(p)
	if info, err := os.Stat(p); err != nil || !info.Mode().IsRegular() {
		return nil // a pipe would never open
	}
	f, err := os.Open(p)
	if err != nil {
		return nil
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, limit))
	if err != nil {
		return nil
	}
	return text
}

// isID reports whether a word is the id of an object, SHA-1 or SHA-256.
func isID(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}

// maxLinks bounds how often a reference names another.
const maxLinks = 5

// ref is the object that a reference names, and the reference it ends at; ""
// if there is none.
func (r *repository) ref(name string) (id, end string) {
	for range maxLinks {
		if name != "HEAD" && !strings.HasPrefix(name, "refs/") || strings.Contains(name, "..") {
			return "", ""
		}
		dir := r.common
		if name == "HEAD" {
			dir = r.dir
		}
		text := small(path.Join(dir, name))
		if to, ok := strings.CutPrefix(text, "ref: "); ok {
			name = strings.TrimSpace(to)
			continue
		}
		if isID(text) {
			return text, name
		}
		return r.packed(name), name
	}
	return "", ""
}

// packed looks a reference up in the list of those without a file.
func (r *repository) packed(name string) string {
	text := string(limited(path.Join(r.common, "packed-refs"), maxPacked))
	for line := range strings.Lines(text) {
		id, ref, ok := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		if ok && ref == name && isID(id) {
			return id
		}
	}
	return ""
}

// head is the commit that is checked out, "" if there is none yet.
func (r *repository) head() string {
	id, _ := r.ref("HEAD")
	return id
}

// remote is where the branches of a remote stand, as they were last seen.
const remote = "refs/remotes/"

// target is the commit to compare with, and what users call it.
func (r *repository) target(o Options) (name, id string, err error) {
	switch {
	case o.Revision != "":
		return r.revision(o.Revision)
	case o.Target != "":
		name = "origin/" + strings.TrimPrefix(o.Target, "refs/heads/")
		if id, _ = r.ref(remote + name); id == "" {
			return "", "", fmt.Errorf("%w: this checkout has no %s", ErrNone, name)
		}
		return name, id, nil
	}
	for _, branch := range []string{"HEAD", "main", "master"} {
		if id, end := r.ref(remote + "origin/" + branch); id != "" {
			return strings.TrimPrefix(end, remote), id, nil
		}
	}
	return "", "", ErrNone
}

// revision finds what a user names. What is more than a name, as in HEAD~1, is
// left to git.
func (r *repository) revision(name string) (string, string, error) {
	if isID(name) {
		return name, name, nil
	}
	for _, prefix := range []string{"", "refs/heads/", remote, "refs/tags/"} {
		if id, _ := r.ref(prefix + name); id != "" {
			return name, id, nil
		}
	}
	if rest, ok := strings.CutPrefix(name, "HEAD"); ok && strings.Trim(rest, "~^0123456789") == "" {
		return name, name, nil
	}
	return "", "", fmt.Errorf("%s is neither a branch, a tag nor a commit of this repository", name)
}
