package lsp

import (
	"context"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// client is the editor as the server talks to it. Nothing here waits on the
// reading goroutine: calls are made from goroutines, and an editor that never
// answers costs one of them until the time is over.
type client struct {
	conn jsonrpc2.Conn
	ctx  context.Context
}

// callTimeout is how long an editor may take to answer.
const callTimeout = 30 * time.Second

// notify sends a notification; that the editor is gone is found out elsewhere.
func (c *client) notify(method string, params any) {
	_ = c.conn.Notify(c.ctx, method, params)
}

// call asks the editor and waits. It must not run on the reading goroutine.
func (c *client) call(ctx context.Context, method string, params, result any) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	_, err := c.conn.Call(ctx, method, params, result)
	return err
}

// logMessage leaves a line in the editor's log of the server.
func (c *client) logMessage(kind protocol.MessageType, text string) {
	c.notify("window/logMessage", &protocol.LogMessageParams{Type: kind, Message: text})
}

// showMessage tells the user something.
func (c *client) showMessage(kind protocol.MessageType, text string) {
	c.notify("window/showMessage", &protocol.ShowMessageParams{Type: kind, Message: text})
}
