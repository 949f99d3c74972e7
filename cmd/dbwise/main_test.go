package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/rules"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what dbwise prints into the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"dbwise": main})
}

// TestScripts runs testdata/script: each is a workspace and what dbwise says
// about it. `code N dbwise ...` runs it and wants exit code N.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", UpdateScripts: *update, RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			// A script may leave itself no other program than dbwise.
			env.Setenv("ALONE", filepath.SplitList(os.Getenv("PATH"))[0])
			// Nothing above the script's own folder is looked at.
			return os.Mkdir(filepath.Join(env.WorkDir, ".git"), 0o777)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"code": wantCode},
	})
}

func wantCode(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if err != nil || neg {
		ts.Fatalf("usage: code N command [arguments]")
	}
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// TestSchema: the editors' copy of the schema is up to date.
func TestSchema(t *testing.T) {
	have, err := os.ReadFile(filepath.Join(top, "editors/vscode/schemas/dbwise.schema.json"))
	if err != nil {
		t.Fatalf("%v: run make schema", err)
	}
	if diff := cmp.Diff(string(diagnostics.Schema(rules.All())), string(have)); diff != "" {
		t.Errorf("the schema of the editors is stale, run make schema:\n%s", diff)
	}
}

// TestServer: dbwise lsp speaks the protocol on standard input and output.
func TestServer(t *testing.T) {
	var in bytes.Buffer
	for _, message := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}`,
		`{"jsonrpc":"2.0","id":2,"method":"shutdown"}`,
		`{"jsonrpc":"2.0","method":"exit"}`,
	} {
		fmt.Fprintf(&in, "Content-Length: %d\r\n\r\n%s", len(message), message)
	}
	for _, args := range [][]string{{"lsp"}, {"lsp", "--stdio"}} {
		var out, log bytes.Buffer
		if code := run(context.Background(), args, bytes.NewReader(in.Bytes()), &out, &log); code != 0 {
			t.Errorf("%q ends with %d: %s", args, code, log.String())
		}
		if !strings.Contains(out.String(), `"name":"dbwise"`) {
			t.Errorf("%q answers %q", args, out.String())
		}
	}
	if code := run(context.Background(), []string{"lsp"}, strings.NewReader(""), &bytes.Buffer{}, &bytes.Buffer{}); code != 1 {
		t.Errorf("without a shutdown it ends with %d, want 1", code)
	}
}

// TestInterrupted: an interrupt is no finding.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, log bytes.Buffer
	if code := run(ctx, []string{"check", "."}, nil, &out, &log); code != exitBroken || out.Len() > 0 || log.String() != "dbwise: interrupted\n" {
		t.Errorf("code %d, %q, %q", code, out.String(), log.String())
	}
}

// TestChangedMeanwhile: if one file is no longer as it was analysed, none is
// written.
func TestChangedMeanwhile(t *testing.T) {
	dir := t.TempDir()
	slash := filepath.ToSlash(dir)
	put := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	put("a.sql", "SELECT 1;\n")
	put("b.sql", "SELECT 2; -- edited\n")
	before := workspace.Of(workspace.Options{}, slash, map[string][]byte{"a.sql": []byte("SELECT 1;\n"), "b.sql": []byte("SELECT 2;\n")})
	a := &analysis{checker: &checker{flags: &checkFlags{}, dir: dir}}
	fixed := func(names ...string) (files []diagnostics.NewFile) {
		for _, n := range names {
			files = append(files, diagnostics.NewFile{Path: slash + "/" + n, Text: "SELECT 3;\n"})
		}
		return files
	}
	for want, files := range map[string][]diagnostics.NewFile{
		"nothing was fixed: b.sql was changed meanwhile": fixed("a.sql", "b.sql"),
		"nothing was fixed: c.sql was made meanwhile":    fixed("a.sql", "c.sql"),
	} {
		put("c.sql", "")
		if err := a.write(before, files); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "a.sql")); string(text) != "SELECT 1;\n" {
		t.Errorf("a.sql was written: %q", text)
	}
}
