package git_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/diagnostics/git"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/google/go-cmp/cmp"
)

// repo is a repository made for a test.
type repo struct {
	t   *testing.T
	dir string
}

func newRepo(t *testing.T, args ...string) *repo {
	t.Helper()
	r := &repo{t, filepath.ToSlash(t.TempDir())}
	r.git(append([]string{"init", "-q", "-b", "main"}, args...)...)
	return r
}

// git runs git as a user does, without what the machine has configured.
func (r *repo) git(args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=x", "GIT_AUTHOR_EMAIL=x@example.com",
		"GIT_COMMITTER_NAME=x", "GIT_COMMITTER_EMAIL=x@example.com")
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (r *repo) write(name, text string) {
	r.t.Helper()
	p := filepath.Join(r.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(text), 0o666); err != nil {
		r.t.Fatal(err)
	}
}

func (r *repo) commit(names ...string) {
	r.t.Helper()
	for i := 0; i+1 < len(names); i += 2 {
		r.write(names[i], names[i+1])
	}
	r.git("add", "-A")
	r.git("commit", "-q", "--allow-empty", "-m", "x")
}

// publish says that the remote's main branch is where HEAD is.
func (r *repo) publish() { r.git("update-ref", "refs/remotes/origin/main", "HEAD") }

// lose takes away an object.
func (r *repo) lose(id string) {
	r.t.Helper()
	if err := os.Remove(filepath.Join(r.dir, ".git", "objects", id[:2], id[2:])); err != nil {
		r.t.Fatal(err)
	}
}

// read prints a baseline with paths relative to the repository.
func (r *repo) read(o git.Options, dirs ...string) string {
	r.t.Helper()
	for i := range dirs {
		dirs[i] = r.dir + "/" + dirs[i]
	}
	base, err := git.Baseline(context.Background(), o, dirs, func(p string) []byte {
		text, _ := os.ReadFile(filepath.FromSlash(p))
		return text
	})
	if err != nil {
		if errors.Is(err, git.ErrNone) {
			return "none\n"
		}
		return "error\n"
	}
	return r.render(base)
}

func (r *repo) render(base *workspace.Baseline) string {
	var lines []string
	for p, texts := range base.Files {
		lines = append(lines, fmt.Sprintf("%s %q\n", strings.TrimPrefix(p, r.dir+"/"), texts))
	}
	for _, p := range base.Gone {
		lines = append(lines, "gone "+strings.TrimPrefix(p, r.dir+"/")+"\n")
	}
	slices.Sort(lines)
	return base.Branch + "\n" + strings.Join(lines, "")
}

func want(t *testing.T, what, got, want string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// TestStates: what a file may be, seen from the branch.
func TestStates(t *testing.T) {
	r := newRepo(t)
	r.commit("m/1.sql", "one\n", "m/2.sql", "two\n", "m/3.sql", "three\n", "m/x.md", "no\n", "other/4.sql", "four\n", "m/5.sql", "five\n")
	want(t, "no remote", r.read(git.Options{}, "m"), "none\n")
	r.publish()
	r.git("checkout", "-q", "-b", "feature")
	r.commit("m/2.sql", "two, mine\n", "m/6.sql", "six\n")
	r.git("rm", "-q", "m/5.sql")
	r.commit()
	r.git("checkout", "-q", "main")
	r.commit("m/3.sql", "three, theirs\n", "m/7.sql", "seven\n")
	r.publish()
	r.git("checkout", "-q", "feature")
	r.write("m/8.sql", "eight\n")
	r.write("m/1.sql", "one\r\n")
	all := "origin/main\ngone m/5.sql\nm/1.sql [\"one\\r\\n\"]\nm/2.sql [\"two\\n\"]\nm/3.sql [\"three, theirs\\n\" \"three\\n\"]\nm/5.sql []\nm/7.sql []\n"
	want(t, "branch that went on", r.read(git.Options{}, "m"), all)
	want(t, "two folders", r.read(git.Options{}, "m", "other"), all+"other/4.sql [\"four\\n\"]\n")
	r.git("pack-refs", "--all")
	r.git("gc", "-q")
	want(t, "packed", r.read(git.Options{}, "m"), all)
	r.git("update-ref", "refs/remotes/origin/trunk", "HEAD")
	r.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
	want(t, "the remote's own choice", strings.SplitN(r.read(git.Options{}, "m"), "\n", 2)[0], "origin/trunk")
	want(t, "CI", strings.SplitN(r.read(git.Options{Target: "refs/heads/main"}, "m"), "\n", 2)[0], "origin/main")
	want(t, "CI of a branch that is not there", r.read(git.Options{Target: "release"}, "m"), "none\n")
	for _, revision := range []string{"main", "origin/main", "HEAD~1", r.git("rev-parse", "main")} {
		if got := r.read(git.Options{Revision: revision}, "m"); !strings.HasPrefix(got, revision+"\n") {
			t.Errorf("%s: %s", revision, got)
		}
	}
	for _, revision := range []string{"none", "--help", "../../HEAD", "HEAD:m", "", "refs/../../x"} {
		if got := r.read(git.Options{Revision: revision}, "m"); revision != "" && got != "error\n" {
			t.Errorf("%s: %s", revision, got)
		}
	}
}

// TestKinds: repositories of other makes.
func TestKinds(t *testing.T) {
	r := newRepo(t)
	r.commit("m/1.sql", "one\n")
	r.publish()
	want(t, "no file", r.read(git.Options{}, "m"), "origin/main\nm/1.sql [\"one\\n\"]\n")

	tree := &repo{t, filepath.ToSlash(filepath.Join(t.TempDir(), "tree"))}
	r.git("worktree", "add", "-q", tree.dir)
	tree.write("m/2.sql", "two\n")
	want(t, "work tree", tree.read(git.Options{}, "m"), "origin/main\nm/1.sql [\"one\\n\"]\n")

	r.commit("m/1.sql", "again\n")
	r.publish()
	shallow := &repo{t, filepath.ToSlash(t.TempDir())}
	shallow.git("clone", "-q", "--depth", "1", "file://"+r.dir, ".")
	shallow.commit("m/1.sql", "mine\n")
	want(t, "shallow", shallow.read(git.Options{}, "m"), "origin/main\nm/1.sql [\"again\\n\"]\n")

	long := newRepo(t, "--object-format=sha256")
	long.commit("m/1.sql", "one\n", "m/2.sql", "two\n")
	long.publish()
	long.write("m/2.sql", "mine\n")
	want(t, "SHA-256", long.read(git.Options{}, "m"), "origin/main\nm/1.sql [\"one\\n\"]\nm/2.sql [\"two\\n\"]\n")

	empty := newRepo(t)
	empty.write("m/1.sql", "one\n")
	want(t, "no commit", empty.read(git.Options{}, "m"), "none\n")
	plain := &repo{t, filepath.ToSlash(t.TempDir())}
	want(t, "no repository", plain.read(git.Options{}, "m"), "none\n")
	plain.write(".git", "gitdir: /nowhere\n")
	want(t, "a repository that is gone", plain.read(git.Options{}, "m"), "none\n")

	// Variables of a hook of git's name another repository.
	t.Setenv("GIT_DIR", long.dir+"/.git")
	t.Setenv("GIT_INDEX_FILE", "x")
	t.Setenv("GIT_OBJECT_DIRECTORY", "/nowhere")
	want(t, "in a hook", tree.read(git.Options{}, "m"), "origin/main\nm/1.sql [\"again\\n\" \"one\\n\"]\n")
}

// TestPointer: a text that is kept elsewhere is taken for the one at hand.
func TestPointer(t *testing.T) {
	r := newRepo(t)
	r.commit("m/1.sql", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 4\n")
	r.publish()
	r.write("m/1.sql", "one\n")
	want(t, "pointer", r.read(git.Options{}, "m"), "origin/main\nm/1.sql [\"one\\n\"]\n")
}

// TestBroken: a repository that lacks objects, or git itself, tells nothing.
func TestBroken(t *testing.T) {
	r := newRepo(t)
	r.commit("m/1.sql", "one\n")
	r.publish()
	r.write("m/1.sql", "mine\n")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := git.Baseline(ctx, git.Options{}, []string{r.dir + "/m"}, func(string) []byte { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	path := os.Getenv("PATH")
	t.Setenv("PATH", t.TempDir())
	want(t, "no git", r.read(git.Options{}, "m"), "none\n")
	t.Setenv("PATH", path)
	r.lose(r.git("rev-parse", "HEAD:m/1.sql"))
	want(t, "a lost object", r.read(git.Options{}, "m"), "error\n")
}

// TestUntrusted: nothing that a repository names is run: no hook, helper,
// filter, pager, monitor or transport.
func TestUntrusted(t *testing.T) {
	r := newRepo(t)
	ran := filepath.Join(t.TempDir(), "ran")
	evil := filepath.Join(r.dir, "evil")
	r.write("evil", "#!/bin/sh\necho \"$0 $*\" >> "+ran+"\nexit 0\n")
	if err := os.Chmod(evil, 0o755); err != nil {
		t.Fatal(err)
	}
	r.commit("m/1.sql", "one\n", "m/2.sql", "two\n", ".gitattributes", "*.sql filter=evil diff=evil merge=evil\n")
	r.publish()
	r.git("checkout", "-q", "-b", "feature")
	r.commit("m/3.sql", "three\n")
	blob := r.git("rev-parse", "HEAD:m/1.sql")
	for key, value := range map[string]string{
		"core.fsmonitor": evil, "core.hooksPath": r.dir + "/hooks", "core.sshCommand": evil, "core.gitProxy": evil, "core.pager": evil,
		"core.alternateRefsCommand": evil, "core.editor": evil, "core.askPass": evil, "pager.ls-tree": evil, "pager.cat-file": evil,
		"alias.ls-tree": "!" + evil, "alias.cat-file": "!" + evil, "alias.merge-base": "!" + evil, "filter.evil.clean": evil,
		"filter.evil.smudge": evil, "filter.evil.process": evil, "diff.evil.textconv": evil, "diff.external": evil, "credential.helper": evil,
		"remote.origin.url": "ext::" + evil, "remote.origin.fetch": "+refs/heads/*:refs/remotes/origin/*", "protocol.ext.allow": "always",
		"remote.origin.promisor": "true", "remote.origin.partialclonefilter": "blob:none", "remote.origin.uploadpack": evil,
		"uploadpack.packObjectsHook": evil, "gpg.program": evil, "trace2.eventTarget": ran,
	} {
		r.git("config", key, value)
	}
	r.git("config", "core.repositoryformatversion", "1")
	r.git("config", "extensions.partialClone", "origin")
	for _, hook := range []string{"post-checkout", "reference-transaction", "post-index-change", "pre-auto-gc"} {
		r.write("hooks/"+hook, "#!/bin/sh\n"+evil+"\n")
		_ = os.Chmod(filepath.Join(r.dir, "hooks", hook), 0o755)
	}
	_ = os.Remove(ran)

	// The trap works: git itself runs the program.
	_ = exec.Command("git", "-C", r.dir, "status").Run()
	if _, err := os.Stat(ran); err != nil {
		t.Fatal("git runs nothing of the configuration, so this test holds nothing")
	}
	_ = os.Remove(ran)

	r.write("m/1.sql", "mine\n")
	want(t, "untrusted", r.read(git.Options{}, "m"), "origin/main\nm/1.sql [\"one\\n\"]\nm/2.sql [\"two\\n\"]\n")
	// A lost object would be fetched.
	r.lose(blob)
	_ = os.Remove(ran)
	want(t, "untrusted, a lost object", r.read(git.Options{}, "m"), "error\n")
	for _, revision := range []string{"HEAD~1", "main", "--exec=" + evil, "--upload-pack=" + evil} {
		r.read(git.Options{Revision: revision}, "m")
	}
	if text, err := os.ReadFile(ran); err == nil {
		t.Errorf("the repository ran programs:\n%s", text)
	}
}

// TestStamp: it changes with the branch and with what is checked out.
func TestStamp(t *testing.T) {
	r := newRepo(t)
	stamps := map[string]bool{}
	fresh := func(what string) {
		t.Helper()
		s := git.Stamp(git.Options{}, []string{r.dir + "/m"})
		if stamps[s] {
			t.Errorf("%s: the stamp is %q as before", what, s)
		}
		stamps[s] = true
		if again := git.Stamp(git.Options{}, []string{r.dir + "/m"}); again != s {
			t.Errorf("%s: the stamp changes by itself", what)
		}
	}
	fresh("nothing")
	r.commit("m/1.sql", "one\n")
	fresh("a commit")
	r.publish()
	fresh("a push")
	r.commit("m/2.sql", "two\n")
	fresh("another commit")
}
