package lsp_test

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The binary speaks the protocol on its standard output, and nothing else.
func TestBinary(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "dbwise")
	if out, err := exec.Command("go", "build", "-o", bin, "../cmd/dbwise").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	var in strings.Builder
	for _, m := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{"textDocument":{"publishDiagnostics":{"versionSupport":true}}}}}`,
		`{"jsonrpc":"2.0","method":"initialized","params":{}}`,
		`{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"untitled:a.sql","languageId":"sql","version":1,"text":"delete from users;"}}}`,
		`{"jsonrpc":"2.0","id":2,"method":"textDocument/hover","params":{"textDocument":{"uri":"untitled:a.sql"},"position":{"line":0,"character":2}}}`,
		`{"jsonrpc":"2.0","id":3,"method":"shutdown"}`,
	} {
		fmt.Fprintf(&in, "Content-Length: %d\r\n\r\n%s", len(m), m)
	}
	for _, c := range []struct {
		args []string
		more string
		code int
	}{
		{[]string{"lsp"}, `{"jsonrpc":"2.0","method":"exit"}`, 0},
		{[]string{"lsp", "--stdio"}, "", 0},
	} {
		input := in.String()
		if c.more != "" {
			input += fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(c.more), c.more)
		}
		cmd := exec.Command(bin, c.args...)
		cmd.Stdin = strings.NewReader(input)
		var out, log bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &log
		_ = cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != c.code {
			t.Errorf("%v: exit code %d\n%s", c.args, code, log.String())
		}
		checkFrames(t, out.Bytes())
		for _, want := range []string{`"id":1`, `"id":3`} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%v: no answer %s:\n%s", c.args, want, out.String())
			}
		}
	}
}

var frameHeader = regexp.MustCompile(`^Content-Length: (\d+)\r\n\r\n`)

// checkFrames fails if anything stands beside the frames.
func checkFrames(t *testing.T, out []byte) {
	t.Helper()
	for len(out) > 0 {
		m := frameHeader.FindSubmatch(out)
		if m == nil {
			t.Fatalf("no frame: %.80q", out)
		}
		n, _ := strconv.Atoi(string(m[1]))
		if out = out[len(m[0]):]; n > len(out) || out[0] != '{' || out[n-1] != '}' {
			t.Fatalf("no message of %d bytes: %.80q", n, out)
		}
		out = out[n:]
	}
}
