package lsp_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/lsp/lsptest"
)

// repository is an editor whose workspace is under git.
type repository struct {
	*lsptest.Editor
	t *testing.T
}

func (r *repository) git(args ...string) {
	r.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = r.Root
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=x", "GIT_AUTHOR_EMAIL=x@example.com",
		"GIT_COMMITTER_NAME=x", "GIT_COMMITTER_EMAIL=x@example.com")
	if out, err := cmd.CombinedOutput(); err != nil {
		r.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
}

const clear2 = "migrations/000002_clear.up.sql"

func newRepository(t *testing.T) *repository {
	r := &repository{lsptest.Start(t, "", options()), t}
	r.Write("migrations/000001_init.up.sql", "CREATE TABLE users (id bigint PRIMARY KEY, email text);\n")
	r.Write("migrations/000001_init.down.sql", "DROP TABLE users;\n")
	r.Write(clear2, "DELETE FROM users;\n")
	r.Write("migrations/000002_clear.down.sql", "SELECT 1;\n")
	r.git("init", "-q", "-b", "main")
	r.git("add", ".")
	r.git("commit", "-q", "-m", "x")
	return r
}

// levels are the severities of no-where in a file: 1 is an error,
// 3 information.
func (r *repository) levels(name string) string {
	r.t.Helper()
	m := r.Request("textDocument/diagnostic", map[string]any{"textDocument": map[string]any{"uri": r.URI(name)}})
	var report struct{ Items []lsptest.Diagnostic }
	if m.Error != nil || json.Unmarshal(m.Result, &report) != nil {
		r.t.Fatalf("%v %s", m.Error, m.Result)
	}
	var b strings.Builder
	for _, d := range report.Items {
		if d.Code == "no-where" {
			b.WriteByte(byte('0' + d.Severity))
		}
	}
	return b.String()
}

func (r *repository) want(what, name, levels string) {
	r.t.Helper()
	if got := r.levels(name); got != levels {
		r.t.Errorf("%s: %s has levels %q, want %q", what, name, got, levels)
	}
}

// events tells of a change on disk and waits until it is taken up: whoever asks
// about the workspace waits for that.
func (r *repository) events(names ...string) {
	r.Watch(2, names...)
	r.Request("workspace/diagnostic", map[string]any{"previousResultIds": []any{}})
}

// TestLandings: what the default branch holds is information, and the server
// follows the branch.
func TestLandings(t *testing.T) {
	r := newRepository(t)
	r.git("update-ref", "refs/remotes/origin/main", "HEAD")
	r.Initialize(lsptest.PullCaps, nil)
	r.Open(clear2, "sql", "DELETE FROM users;\n")
	r.want("on the branch", clear2, "3")
	r.Change(clear2, lsptest.Change{Text: "DELETE FROM users;\nDELETE FROM ONLY users;\n"})
	r.want("edited", clear2, "31")
	r.Change(clear2, lsptest.Change{Text: "-- why\nDELETE FROM users;\n"})
	r.want("with a comment", clear2, "3")
	r.Write("migrations/000003_more.up.sql", "DELETE FROM users;\n")
	r.events("migrations/000003_more.up.sql")
	r.want("new", "migrations/000003_more.up.sql", "1")
	r.git("add", ".")
	r.git("commit", "-q", "-m", "y")
	r.git("update-ref", "refs/remotes/origin/main", "HEAD")
	r.events(".git/refs/remotes/origin/main")
	r.want("pushed", "migrations/000003_more.up.sql", "3")
	r.Write("dbwise.json", `{"baseline": "none"}`)
	r.events("dbwise.json")
	r.want("switched off", "migrations/000003_more.up.sql", "1")
	r.Write("dbwise.json", `{"baseline": "HEAD~1"}`)
	r.events("dbwise.json")
	r.want("a revision", "migrations/000003_more.up.sql", "1")
	r.want("a revision", clear2, "3")
	r.Write("dbwise.json", `{"baseline": "nowhere"}`)
	r.events("dbwise.json")
	r.want("a revision that is not there", clear2, "1")
	r.Write("dbwise.json", `{"baseline": "none", "applied": {"migrations": "000002"}}`)
	r.events("dbwise.json")
	r.want("applied", clear2, "")
	r.want("not applied", "migrations/000003_more.up.sql", "1")
	r.Quit()
}

// TestLandingsUntrusted: git is not started where the user trusts nobody, and
// without a remote nothing has landed.
func TestLandingsUntrusted(t *testing.T) {
	r := newRepository(t)
	r.git("update-ref", "refs/remotes/origin/main", "HEAD")
	r.Initialize(lsptest.PullCaps, json.RawMessage(`{"trusted": false}`))
	r.want("untrusted", clear2, "1")
	r.Quit()

	r = newRepository(t)
	r.Initialize(lsptest.PullCaps, json.RawMessage(`{"trusted": true}`))
	r.want("no remote", clear2, "1")
	r.Quit()
}
