package lsp_test

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/lsp/lsptest"
)

func begin(t *testing.T, caps string) *lsptest.Editor {
	e := lsptest.Start(t, "", options())
	e.Initialize(caps, nil)
	return e
}

// Before initialize only initialize is answered; after shutdown nothing is; the
// exit code tells whether the end was asked for.
func TestLifecycle(t *testing.T) {
	e := lsptest.Start(t, "", options())
	if m := e.Request("textDocument/hover", e.At("a.sql", 0, 0)); m.Error == nil || m.Error.Code != -32002 {
		t.Errorf("before initialize: %+v", m)
	}
	e.Notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": "file:///a.sql", "text": "x"}})
	e.Initialize(lsptest.PushCaps, nil)
	if m := e.Request("initialize", map[string]any{}); m.Error == nil || m.Error.Code != -32600 {
		t.Errorf("second initialize: %+v", m)
	}
	if m := e.Request("textDocument/rename", map[string]any{}); m.Error == nil || m.Error.Code != -32601 {
		t.Errorf("unknown method: %+v", m)
	}
	e.Notify("$/setTrace", map[string]string{"value": "verbose"})
	e.Notify("$/somethingNew", nil)
	if m := e.Request("shutdown", nil); m.Error != nil || string(m.Result) != "null" {
		t.Errorf("shutdown: %+v", m)
	}
	if m := e.Request("textDocument/hover", e.At("a.sql", 0, 0)); m.Error == nil || m.Error.Code != -32600 {
		t.Errorf("after shutdown: %+v", m)
	}
	e.Notify("exit", nil)
	if c := e.Code(); c != 0 {
		t.Errorf("exit code %d", c)
	}
}

func TestExitWithoutShutdown(t *testing.T) {
	e := begin(t, lsptest.PushCaps)
	e.Notify("exit", nil)
	if c := e.Code(); c != 1 {
		t.Errorf("exit code %d", c)
	}
}

func TestEndOfInput(t *testing.T) {
	e := begin(t, lsptest.PushCaps)
	e.Open("a.sql", "sql", "select * from users;")
	e.Hang()
	if c := e.Code(); c != 1 {
		t.Errorf("exit code %d", c)
	}
}

// The server ends when the process that started it is gone.
func TestParentGone(t *testing.T) {
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	e := lsptest.Start(t, "", options())
	e.Request("initialize", map[string]any{"processId": cmd.Process.Pid, "capabilities": map[string]any{}})
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if c := e.Code(); c != 1 {
		t.Errorf("exit code %d", c)
	}
}

// 5,000 edits arrive in order: the text at the end is the text typed.
func TestOrder(t *testing.T) {
	e := begin(t, lsptest.PullCaps)
	e.Open("a.sql", "sql", "")
	want := ""
	v := 0
	for i := range 5000 {
		word := fmt.Sprintf("%d,", i)
		v = e.Change("a.sql", lsptest.Change{Range: &lsptest.Range{
			Start: lsptest.Position{Character: len(want)}, End: lsptest.Position{Character: len(want)}}, Text: word})
		want += word
	}
	e.Change("a.sql", lsptest.Change{Range: &lsptest.Range{}, Text: "select 1, "},
		lsptest.Change{Range: &lsptest.Range{Start: lsptest.Position{Character: len(want) + 9}, End: lsptest.Position{Character: len(want) + 10}}, Text: " from users; select * from users;"})
	m := e.Request("textDocument/diagnostic", map[string]any{"textDocument": map[string]any{"uri": e.URI("a.sql")}})
	var r struct{ Items []lsptest.Diagnostic }
	if err := json.Unmarshal(m.Result, &r); err != nil || len(r.Items) != 1 {
		t.Fatalf("version %d: %s", v, m.Result)
	}
	if at := r.Items[0].Range.Start.Character; at != len(want)+9+len(" from users; select ") {
		t.Errorf("the star stands at %d", at)
	}
	e.Quit()
}

// slow is a rule that works until somebody gives up, or for a second.
func slow(begun chan<- string) *diagnostics.Rule {
	return &diagnostics.Rule{ID: "slow", Category: diagnostics.Style, Doc: diagnostics.Doc{Title: "Slow."},
		Query: func(p *diagnostics.Pass, q *workspace.Query) {
			select {
			case begun <- p.File.Path:
			default:
			}
			time.Sleep(300 * time.Millisecond)
		}}
}

// A request is cancelled by its id, be it a number or a string, and answered
// exactly once; another with the same digits as the other kind lives on.
func TestCancel(t *testing.T) {
	begun := make(chan string, 8)
	o := options()
	o.Rules = append([]*diagnostics.Rule{slow(begun)}, o.Rules...)
	e := lsptest.Start(t, "", o)
	e.Initialize(lsptest.PullCaps, nil)
	for i, c := range []struct {
		id, cancel any
		gone       bool
	}{{77, 77, true}, {"77", "77", true}, {78, "78", false}, {"79", 79, false}} {
		name := fmt.Sprintf("%d.sql", i)
		e.Open(name, "sql", "select * from users;")
		e.Send(c.id, "textDocument/diagnostic", map[string]any{"textDocument": map[string]any{"uri": e.URI(name)}})
		<-begun
		for _, id := range []any{c.cancel, c.cancel, 12345, nil} {
			e.Notify("$/cancelRequest", map[string]any{"id": id})
		}
		m := e.Await(c.id)
		if gone := m.Error != nil && m.Error.Code == -32800; gone != c.gone {
			t.Errorf("%v cancelled by %v: %s %+v", c.id, c.cancel, m.Result, m.Error)
		}
	}
	e.Quit()
	answers := map[string]int{}
	for _, m := range e.Log() {
		if m.Method == "" {
			answers[string(m.ID)]++
		}
	}
	for id, n := range answers {
		if n != 1 {
			t.Errorf("%d answers to %s", n, id)
		}
	}
}

// A slow request stops no other: neither requests nor edits.
func TestSlowRequest(t *testing.T) {
	begun := make(chan string, 8)
	o := options()
	o.Rules = append([]*diagnostics.Rule{slow(begun)}, o.Rules...)
	e := lsptest.Start(t, "", o)
	e.Initialize(lsptest.PullCaps, nil)
	e.Open("a.sql", "sql", "select * from users;")
	e.Send(1000, "textDocument/diagnostic", map[string]any{"textDocument": map[string]any{"uri": e.URI("a.sql")}})
	<-begun
	e.Open("b.sql", "sql", "-- nothing")
	e.Request("textDocument/hover", e.At("b.sql", 0, 0))
	for _, m := range e.Log() {
		if string(m.ID) == "1000" && m.Method == "" {
			t.Error("the slow request was answered first")
		}
	}
	e.Send(1001, "textDocument/codeAction", map[string]any{"textDocument": map[string]any{"uri": e.URI("a.sql")}, "range": lsptest.Range{}})
	e.Send(1002, "textDocument/hover", e.At("a.sql", 0, 7))
	e.Change("a.sql", lsptest.Change{Text: "select 1;"})
	for _, id := range []int{1001, 1002} {
		if m := e.Await(id); m.Error == nil || m.Error.Code != -32801 {
			t.Errorf("an answer about a text that is gone: %s %+v", m.Result, m.Error)
		}
	}
	if m := e.Await(1000); m.Error == nil || m.Error.Code != -32802 || !strings.Contains(string(m.Error.Data), `"retriggerRequest":true`) {
		t.Errorf("a result for a text that is gone: %s %+v", m.Result, m.Error)
	}
	e.Quit()
}

// An editor that never answers and one that does not read: neither stops the
// server.
func TestSilentEditor(t *testing.T) {
	e := lsptest.Start(t, "", options())
	e.Answer(func(string, json.RawMessage) (any, bool) { return nil, false })
	e.Initialize(lsptest.PushCaps, nil)
	e.Open("a.sql", "sql", "select * from users;")
	e.Published("a.sql", func(p lsptest.Published) bool { return len(p.Diagnostics) == 1 })
	e.Quit()
}

// An editor that does not read is read nevertheless, and gets everything once
// it does.
func TestEditorThatDoesNotRead(t *testing.T) {
	e := begin(t, lsptest.PushCaps)
	resume := e.Pause()
	e.Open("a.sql", "sql", "")
	for i := range 300 {
		e.Send(5000+i, "textDocument/hover", e.At("a.sql", 0, 0))
		e.Change("a.sql", lsptest.Change{Text: fmt.Sprintf("select * from users; -- %d", i)})
	}
	resume()
	for i := range 300 {
		e.Await(5000 + i)
	}
	e.Published("a.sql", func(p lsptest.Published) bool { return *p.Version == 301 && len(p.Diagnostics) == 1 })
	e.Quit()
}

// Where the rules have a page and the editor shows pages, it is asked to.
func TestOpenDoc(t *testing.T) {
	o := options()
	o.Docs = "https://example.org/rules"
	e := lsptest.Start(t, "", o)
	intro := e.Initialize(`{"window":{"showDocument":{"support":true}},"textDocument":{"publishDiagnostics":{"codeDescriptionSupport":true}}}`, nil)
	if !strings.Contains(string(intro), `"commands":["dbwise.showImpact","dbwise.openDoc"]`) {
		t.Errorf("%s", intro)
	}
	e.Open("a.sql", "sql", "select * from users;")
	m := e.Wait("findings", func(m lsptest.Message) bool { return m.Method == "textDocument/publishDiagnostics" })
	if !strings.Contains(string(m.Params), `"href":"https://example.org/rules#star"`) {
		t.Errorf("%s", m.Params)
	}
	if m := e.Request("workspace/executeCommand", map[string]any{"command": "dbwise.openDoc", "arguments": []string{"star"}}); m.Error != nil {
		t.Errorf("%+v", m.Error)
	}
	m = e.Wait("the page", func(m lsptest.Message) bool { return m.Method == "window/showDocument" })
	if !strings.Contains(string(m.Params), `"uri":"https://example.org/rules#star"`) {
		t.Errorf("%s", m.Params)
	}
	e.Quit()
}

// What is no message is refused, and the next one is understood.
func TestJunk(t *testing.T) {
	e := begin(t, lsptest.PushCaps)
	frame := func(body string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body) }
	for i, junk := range []string{
		"\x00\xff\xfe binary\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"Content-Length: zwölf\r\n\r\n",
		"Content-Length: -5\r\n\r\n",
		"Content-Length: 0\r\n\r\n",
		"Content-Type: text/plain\r\n\r\n",
		strings.Repeat("x", 100_000) + "\r\n\r\n",
		frame(`{"jsonrpc":"2.0","id":1,"method":`),
		frame(`nonsense`),
		frame(`[]`),
		frame(`[{"jsonrpc":"2.0","id":1,"method":"shutdown"}]`),
		frame(`{"jsonrpc":"2.0"}`),
		frame(`{"jsonrpc":"2.0","id":{},"method":"shutdown"}`),
		frame(strings.Repeat("[", 100_000)),
		frame(`"` + strings.Repeat("\\u0000", 1000) + `"`),
	} {
		before := len(e.Log())
		e.Raw(junk)
		_, m := e.WaitFrom(before, fmt.Sprintf("a refusal of %.40q", junk), func(m lsptest.Message) bool { return m.Method == "" })
		if m.Error == nil {
			t.Errorf("%d %.40q: %+v", i, junk, m)
		}
	}
	// A response nobody waits for, odd parameters, and headers in odd case.
	e.Raw(frame(`{"jsonrpc":"2.0","id":99999,"result":null}`))
	e.Raw("content-length:58\nContent-Type: x; charset=utf-8\r\n\n" + `{"jsonrpc":"2.0","method":"textDocument/didOpen","params":3}`[:58])
	for _, params := range []string{"3", `"x"`, "[]", "{}", `{"textDocument":7}`, `{"textDocument":{"uri":null,"version":"x","text":9}}`,
		`{"textDocument":{"uri":"%zz://\u0000"},"position":{"line":-1,"character":1e99},"range":null,"context":[],"contentChanges":{}}`} {
		for _, method := range []string{"textDocument/didOpen", "textDocument/didChange", "textDocument/didClose", "textDocument/didSave", "workspace/didChangeWatchedFiles",
			"workspace/didChangeConfiguration", "workspace/didChangeWorkspaceFolders", "workspace/didRenameFiles", "$/cancelRequest"} {
			e.Notify(method, json.RawMessage(params))
		}
		for _, method := range []string{"textDocument/hover", "textDocument/codeAction", "textDocument/diagnostic", "workspace/executeCommand"} {
			e.Request(method, json.RawMessage(params))
		}
	}
	e.Open("a.sql", "sql", "select * from users;")
	e.Published("a.sql", func(p lsptest.Published) bool { return len(p.Diagnostics) == 1 })
	e.Quit()
}

// A message that is too long is refused; one that cannot be true ends the
// connection without its memory being taken.
func TestHugeLength(t *testing.T) {
	e := begin(t, lsptest.PushCaps)
	before := len(e.Log())
	e.Raw("Content-Length: 999999999999999999999\r\n\r\n{}")
	_, m := e.WaitFrom(before, "a refusal", func(m lsptest.Message) bool { return m.Method == "" })
	if m.Error == nil {
		t.Errorf("%+v", m)
	}
	if c := e.Code(); c != 1 {
		t.Errorf("exit code %d", c)
	}
}

// A rule that panics is silent about that text; the others speak.
func TestBrokenRule(t *testing.T) {
	e := begin(t, lsptest.PushCaps)
	e.Open("a.sql", "sql", "select * from broken;")
	p := e.Published("a.sql", func(p lsptest.Published) bool { return len(p.Diagnostics) > 0 })
	if len(p.Diagnostics) != 1 || p.Diagnostics[0].Code != "star" {
		t.Errorf("%+v", p)
	}
	e.Quit()
}

// Names that are no files are documents like others.
func TestSchemes(t *testing.T) {
	for _, name := range []string{"untitled:Untitled-1", "git:/a/b.sql?%7B%22ref%22%3A%22~%22%7D", "vscode-notebook-cell:/x.ipynb#W0", "file:relative", "FILE:///X.sql", "", "%", "file://%zz", "file:///c%3A/x y.sql", "file:///c:/é.sql"} {
		t.Run(name, func(t *testing.T) {
			e := begin(t, lsptest.PushCaps)
			if name == "" {
				e.Notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": "", "text": "x"}})
				e.Quit()
				return
			}
			doc := map[string]any{"uri": name, "languageId": "sql", "version": 3, "text": "select * from users;"}
			e.Notify("textDocument/didOpen", map[string]any{"textDocument": doc})
			e.Wait("findings", func(m lsptest.Message) bool {
				var p lsptest.Published
				return m.Method == "textDocument/publishDiagnostics" && json.Unmarshal(m.Params, &p) == nil && p.URI == name && len(p.Diagnostics) == 1 && *p.Version == 3
			})
			e.Notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": name}})
			e.Quit()
		})
	}
}
