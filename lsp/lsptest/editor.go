// Package lsptest is a fake editor: it talks to a server over a pipe, byte for
// byte as a real one does, and remembers what it was told. It knows nothing of
// the server's insides, so that a mistake in those shows.
package lsptest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dbwise/dbwise/lsp"
)

// Patience is how long the editor waits for anything before the test fails.
const Patience = 20 * time.Second

// Message is one message of the server.
type Message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *Error          `json:"error"`
}

// Error is the error of an answer.
type Error struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data"`
}

// Editor is one editor with one server.
type Editor struct {
	t testing.TB
	// Root is the folder of the workspace.
	Root string
	pipe net.Conn
	exit chan int

	mu   sync.Mutex // guards what follows
	cond *sync.Cond
	// log is every message of the server, in order.
	log  []Message
	gone bool
	next int
	// answer gives the result of a request of the server; false: no answer.
	paused   bool
	answer   func(method string, params json.RawMessage) (any, bool)
	versions map[string]int
}

// Start starts a server for an empty folder, or the one given.
func Start(t testing.TB, root string, o lsp.Options) *Editor {
	t.Helper()
	if root == "" {
		root = t.TempDir()
	}
	here, there := net.Pipe()
	e := &Editor{t: t, Root: filepath.ToSlash(root), pipe: here, exit: make(chan int, 1), answer: Obliging, versions: map[string]int{}}
	e.cond = sync.NewCond(&e.mu)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		code := lsp.Serve(ctx, there, there, o)
		_ = there.Close()
		e.exit <- code
	}()
	go e.read()
	t.Cleanup(func() {
		cancel()
		_ = here.Close()
	})
	return e
}

// Obliging answers like an editor that agrees to everything and has no settings.
func Obliging(method string, _ json.RawMessage) (any, bool) {
	switch method {
	case "workspace/configuration":
		return []any{nil}, true
	case "window/showDocument":
		return map[string]bool{"success": true}, true
	}
	return nil, true
}

// Answer says how requests of the server are answered from now on.
func (e *Editor) Answer(f func(method string, params json.RawMessage) (any, bool)) {
	e.mu.Lock()
	e.answer = f
	e.mu.Unlock()
}

func (e *Editor) read() {
	r := bufio.NewReader(e.pipe)
	for {
		e.mu.Lock()
		for e.paused {
			e.cond.Wait()
		}
		e.mu.Unlock()
		m, err := readMessage(r)
		if err != nil {
			e.mu.Lock()
			e.gone = true
			e.mu.Unlock()
			e.cond.Broadcast()
			return
		}
		e.mu.Lock()
		e.log = append(e.log, m)
		answer := e.answer
		e.mu.Unlock()
		e.cond.Broadcast()
		if m.Method != "" && len(m.ID) > 0 {
			if result, ok := answer(m.Method, m.Params); ok {
				go e.send(map[string]any{"jsonrpc": "2.0", "id": m.ID, "result": result})
			}
		}
	}
}

// readMessage is strict: anything but frames on the wire is an error.
func readMessage(r *bufio.Reader) (Message, error) {
	var m Message
	line, err := r.ReadString('\n')
	if err != nil {
		return m, err
	}
	text, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "Content-Length: ")
	n, err := strconv.Atoi(text)
	if !ok || err != nil {
		return m, fmt.Errorf("no header: %q", line)
	}
	if line, err = r.ReadString('\n'); err != nil || line != "\r\n" {
		return m, fmt.Errorf("no end of header: %q", line)
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		return m, err
	}
	return m, json.Unmarshal(body, &m)
}

// Pause stops reading until resume is called; one message may still be read.
func (e *Editor) Pause() (resume func()) {
	set := func(paused bool) {
		e.mu.Lock()
		e.paused = paused
		e.mu.Unlock()
		e.cond.Broadcast()
	}
	set(true)
	return func() { set(false) }
}

func (e *Editor) send(v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	e.Raw(fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body))
}

// Raw sends bytes as they are.
func (e *Editor) Raw(s string) { _, _ = e.pipe.Write([]byte(s)) }

// Notify sends a notification.
func (e *Editor) Notify(method string, params any) {
	e.send(map[string]any{"jsonrpc": "2.0", "method": method, "params": params})
}

// Send sends a request with an id of its own; Await takes the answer.
func (e *Editor) Send(id any, method string, params any) {
	msg := map[string]any{"jsonrpc": "2.0", "id": id, "method": method}
	if params != nil {
		msg["params"] = params
	}
	e.send(msg)
}

// Await waits for the answer with an id.
func (e *Editor) Await(id any) Message {
	e.t.Helper()
	want, _ := json.Marshal(id)
	return e.Wait("answer "+string(want), func(m Message) bool { return m.Method == "" && string(m.ID) == string(want) })
}

// Request asks and waits for the answer.
func (e *Editor) Request(method string, params any) Message {
	e.t.Helper()
	e.mu.Lock()
	e.next++
	id := e.next
	e.mu.Unlock()
	e.Send(id, method, params)
	return e.Await(id)
}

// Wait gives the first message that is wanted, also if it came before.
func (e *Editor) Wait(what string, want func(Message) bool) Message {
	e.t.Helper()
	_, m := e.WaitFrom(0, what, want)
	return m
}

// WaitFrom looks at messages from the nth on; next is the one behind the found.
func (e *Editor) WaitFrom(n int, what string, want func(Message) bool) (next int, m Message) {
	e.t.Helper()
	late := false
	timer := time.AfterFunc(Patience, func() {
		e.mu.Lock()
		late = true
		e.mu.Unlock()
		e.cond.Broadcast()
	})
	defer timer.Stop()
	e.mu.Lock()
	defer e.mu.Unlock()
	for {
		for ; n < len(e.log); n++ {
			if want(e.log[n]) {
				return n + 1, e.log[n]
			}
		}
		if e.gone || late {
			e.t.Fatalf("%s did not come; server gone: %v; came: %s", what, e.gone, e.summary())
		}
		e.cond.Wait()
	}
}

func (e *Editor) summary() string {
	var b strings.Builder
	for _, m := range e.log {
		fmt.Fprintf(&b, "\n  %s %s %.300s%.300s", m.Method, m.ID, m.Params, m.Result)
		if m.Error != nil {
			fmt.Fprintf(&b, "%d %s", m.Error.Code, m.Error.Message)
		}
	}
	return b.String()
}

// Log is what the server sent so far.
func (e *Editor) Log() []Message {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]Message(nil), e.log...)
}

// Hang ends the connection as a crash does.
func (e *Editor) Hang() { _ = e.pipe.Close() }

// Code waits for the end of the server and gives its exit code.
func (e *Editor) Code() int {
	e.t.Helper()
	select {
	case c := <-e.exit:
		e.exit <- c
		return c
	case <-time.After(Patience):
		e.t.Fatal("the server does not end")
		return -1
	}
}

// Quit ends the server as editors do and fails the test if it says anything
// but 0.
func (e *Editor) Quit() {
	e.t.Helper()
	if m := e.Request("shutdown", nil); m.Error != nil {
		e.t.Fatalf("shutdown: %v", m.Error)
	}
	e.Notify("exit", nil)
	if c := e.Code(); c != 0 {
		e.t.Fatalf("exit code %d", c)
	}
}

// Write puts a file on the disk.
func (e *Editor) Write(name, text string) {
	e.t.Helper()
	p := filepath.Join(filepath.FromSlash(e.Root), filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		e.t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
		e.t.Fatal(err)
	}
}

// Remove takes a file or folder off the disk.
func (e *Editor) Remove(name string) {
	e.t.Helper()
	if err := os.RemoveAll(filepath.Join(filepath.FromSlash(e.Root), filepath.FromSlash(name))); err != nil {
		e.t.Fatal(err)
	}
}

// URI names a file of the workspace; what has a scheme is left as it is.
func (e *Editor) URI(name string) string {
	if strings.Contains(name, ":") {
		return name
	}
	return "file://" + e.Root + "/" + name
}
