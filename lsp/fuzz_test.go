package lsp_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/dbwise/dbwise/lsp"
)

// FuzzServe holds that whatever comes in, before and after the introduction,
// the server ends when its input does and says nothing but messages.
func FuzzServe(f *testing.F) {
	frame := func(s string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(s), s) }
	open := frame(`{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"untitled:a","languageId":"sql","version":1,"text":"select * from users"}}}`)
	f.Add([]byte("x\n\n"), false)
	f.Add([]byte(open), true)
	f.Add([]byte(frame(`{"jsonrpc":"2.0","id":"a","method":"textDocument/codeAction","params":{"textDocument":{"uri":"untitled:a"},"range":{"start":{"line":0,"character":7}}}}`)), true)
	f.Add([]byte(frame(`{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"untitled:a","version":9},"contentChanges":[{"range":{"start":{"line":9,"character":7},"end":{"line":0,"character":-7}},"text":"\ud800"}]}}`)), true)
	f.Add([]byte("Content-Length: 10\r\nContent-Length: 3\r\n\r\n{}"), true)
	f.Fuzz(func(t *testing.T, data []byte, introduced bool) {
		input := string(data)
		if introduced {
			input = frame(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}`) +
				frame(`{"jsonrpc":"2.0","method":"initialized"}`) + open + input
		}
		var out bytes.Buffer
		done := make(chan int)
		go func() { done <- lsp.Serve(context.Background(), bytes.NewReader([]byte(input)), &out, options()) }()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			t.Fatalf("the server does not end: %q", data)
		}
		checkFrames(t, out.Bytes())
	})
}
