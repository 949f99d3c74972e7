//go:build !windows

package lsp_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/dbwise/dbwise/lsp/lsptest"
)

// blocked is an editor whose workspace cannot be read to its end before the
// function is called: its configuration is a pipe nobody has written to.
func blocked(t *testing.T, caps string) (*lsptest.Editor, func()) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "dbwise.jsonc")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	e := lsptest.Start(t, dir, options())
	e.Write("schema.sql", "create table users (id int primary key);")
	e.Initialize(caps, nil)
	return e, func() {
		// Opened for both, so as not to wait for a reader.
		f, err := os.OpenFile(pipe, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		if _, err := f.WriteString("{}"); err != nil {
			t.Fatal(err)
		}
		// The end of a pipe is the end of its last writer; the reader has it
		// open by now, or never will.
		time.Sleep(100 * time.Millisecond)
		_ = f.Close()
	}
}

const twoFindings = "-- dbwise-ignore breaks: not known yet\nselect * from users;\ndelete from users;\n"

// Before the workspace is read a document shows what its text alone decides,
// afterwards everything.
func TestFindingsBeforeIndex(t *testing.T) {
	e, unblock := blocked(t, lsptest.PushCaps)
	e.Open("a.sql", "sql", twoFindings)
	p := e.Published("a.sql", func(lsptest.Published) bool { return true })
	if len(p.Diagnostics) != 1 || p.Diagnostics[0].Code != "star" {
		t.Errorf("before: %+v", p)
	}
	v := e.Change("a.sql", lsptest.Change{Range: &lsptest.Range{}, Text: "\n"})
	p = e.Published("a.sql", func(p lsptest.Published) bool { return *p.Version == v })
	if len(p.Diagnostics) != 1 {
		t.Errorf("edited: %+v", p)
	}
	unblock()
	e.Published("a.sql", func(p lsptest.Published) bool { return len(p.Diagnostics) == 3 })
	e.Quit()
}

// An editor that asks gets an answer that does not wait for long, and is told
// to ask again.
func TestAnswerBeforeIndex(t *testing.T) {
	e, unblock := blocked(t, lsptest.PullCaps)
	e.Open("a.sql", "sql", twoFindings)
	ask := func() int {
		m := e.Request("textDocument/diagnostic", map[string]any{"textDocument": map[string]any{"uri": e.URI("a.sql")}})
		var r struct{ Items []lsptest.Diagnostic }
		if err := json.Unmarshal(m.Result, &r); err != nil {
			t.Fatal(err)
		}
		return len(r.Items)
	}
	begin := time.Now()
	if n := ask(); n != 1 || time.Since(begin) > 3*time.Second {
		t.Errorf("%d findings after %v", n, time.Since(begin))
	}
	unblock()
	e.Wait("refresh", func(m lsptest.Message) bool { return m.Method == "workspace/diagnostic/refresh" })
	if n := ask(); n != 3 {
		t.Errorf("%d findings", n)
	}
	e.Quit()
}

// A server whose workspace cannot be read ends as others do.
func TestEndBeforeIndex(t *testing.T) {
	e, unblock := blocked(t, lsptest.PushCaps)
	e.Quit()
	unblock()
}
