package git

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// objects runs git on the objects of a repository, and on nothing else of it.
type objects struct {
	program string
	// home is a repository of our own, empty but for a configuration.
	home string
	env  []string
}

// open makes the folder in which git runs.
func (r *repository) open() (*objects, error) {
	program, err := exec.LookPath("git")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNone, err)
	}
	home, err := os.MkdirTemp("", "dbwise-git-")
	if err != nil {
		return nil, err
	}
	g := &objects{program: program, home: home}
	head := r.head()
	config := "[core]\n\trepositoryformatversion = 1\n\tbare = true\n"
	if len(head) == 64 {
		config += "[extensions]\n\tobjectFormat = sha256\n"
	}
	if head == "" {
		head = "ref: refs/heads/none"
	}
	err = errors.Join(os.Mkdir(filepath.Join(home, "refs"), 0o700), os.Mkdir(filepath.Join(home, "objects"), 0o700),
		os.WriteFile(filepath.Join(home, "HEAD"), []byte(head+"\n"), 0o600), os.WriteFile(filepath.Join(home, "config"), []byte(config), 0o600))
	if err != nil {
		g.close()
		return nil, err
	}
	// Nothing of the caller's environment: a hook of git's, for one, sets
	// variables that name another repository. No protocol is allowed, no file
	// configures anything, and nobody is asked.
	g.env = []string{"GIT_DIR=" + home, "GIT_OBJECT_DIRECTORY=" + filepath.FromSlash(path.Join(r.common, "objects")),
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_ATTR_NOSYSTEM=1", "GIT_NO_REPLACE_OBJECTS=1",
		"GIT_ALLOW_PROTOCOL=none", "GIT_NO_LAZY_FETCH=1", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "HOME=" + home, "LC_ALL=C"}
	if shallow := path.Join(r.common, "shallow"); small(shallow) != "" {
		g.env = append(g.env, "GIT_SHALLOW_FILE="+filepath.FromSlash(shallow))
	}
	return g, nil
}

func (g *objects) close() { _ = os.RemoveAll(g.home) }

// maxOutput bounds what is read of git.
const maxOutput = 64 << 20

// run gives what git prints.
func (g *objects) run(ctx context.Context, in string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, g.program, append([]string{"--no-pager"}, args...)...)
	cmd.Dir, cmd.Env, cmd.Stdin = g.home, g.env, strings.NewReader(in)
	cmd.WaitDelay = time.Second
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &bounded{&out, maxOutput}, &bounded{&said, maxSmall}
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(said.String()))
	}
	return out.Bytes(), nil
}

// bounded refuses more than limit bytes, which ends who writes them.
type bounded struct {
	to    *bytes.Buffer
	limit int
}

var errTooMuch = errors.New("too much output")

func (b *bounded) Write(p []byte) (int, error) {
	if b.to.Len()+len(p) > b.limit {
		return 0, errTooMuch
	}
	return b.to.Write(p)
}

// maxDirs bounds the arguments of one command; with more folders the whole tree
// is listed.
const maxDirs = 500

// files are the blobs below folders, by path from the top.
func (g *objects) files(ctx context.Context, revision string, dirs []string) (map[string]string, error) {
	args := []string{"ls-tree", "-r", "-z", "--full-tree", revision, "--"}
	whole := len(dirs) > maxDirs
	for _, d := range dirs {
		whole = whole || d == ""
	}
	if !whole {
		args = append(args, dirs...)
	}
	text, err := g.run(ctx, "", args...)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for entry := range strings.SplitSeq(string(text), "\x00") {
		about, rel, _ := strings.Cut(entry, "\t")
		mode, rest, _ := strings.Cut(about, " ")
		kind, id, _ := strings.Cut(rest, " ")
		if kind == "blob" && mode != "120000" && isID(id) && reads(rel) { // a link holds no text
			out[rel] = id
		}
	}
	return out, nil
}

// mergeBase is the last commit that two have in common, "" if it is not at
// hand.
func (g *objects) mergeBase(ctx context.Context, a, b string) string {
	text, err := g.run(ctx, "", "merge-base", a, b)
	if id := strings.TrimSpace(string(text)); err == nil && isID(id) {
		return id
	}
	return ""
}

// blobs are the texts of blobs.
func (g *objects) blobs(ctx context.Context, ids []string) (map[string][]byte, error) {
	out := map[string][]byte{}
	if len(ids) == 0 {
		return out, nil
	}
	text, err := g.run(ctx, strings.Join(ids, "\n")+"\n", "cat-file", "--batch")
	if err != nil {
		return nil, err
	}
	r := bufio.NewReader(bytes.NewReader(text))
	for _, id := range ids {
		line, err := r.ReadString('\n')
		if err != nil {
			return nil, err
		}
		f := strings.Fields(line)
		if len(f) != 3 || f[1] != "blob" {
			return nil, fmt.Errorf("git has no blob %s", id)
		}
		n, err := strconv.Atoi(f[2])
		if err != nil || n < 0 || n > len(text) {
			return nil, fmt.Errorf("git tells no size of blob %s", id)
		}
		blob := make([]byte, n+1) // a line break follows
		if _, err := io.ReadFull(r, blob); err != nil {
			return nil, err
		}
		out[id] = blob[:n]
	}
	return out, nil
}

// blobID is what git calls a text, by the kind of id it is to be compared with.
func blobID(like string, text []byte) string {
	head := []byte("blob " + strconv.Itoa(len(text)) + "\x00")
	if len(like) == 64 {
		sum := sha256.Sum256(append(head, text...))
		return hex.EncodeToString(sum[:])
	}
	sum := sha1.New()
	sum.Write(head)
	sum.Write(text)
	return hex.EncodeToString(sum.Sum(nil))
}
