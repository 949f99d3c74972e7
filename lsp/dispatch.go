package lsp

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// answer is the part of a request that runs beside the reader.
type answer func(ctx context.Context) (any, error)

// now is an answer that is known at once.
func now(v any, err error) (answer, error) {
	return func(context.Context) (any, error) { return v, err }, nil
}

// requests by method. Each runs on the reader: it decodes and takes what it
// needs of the state; what it returns runs elsewhere.
var requests = map[string]func(*server, []byte) (answer, error){
	"initialize":               (*server).initialize,
	"shutdown":                 (*server).shutdown,
	"textDocument/diagnostic":  (*server).documentDiagnostic,
	"workspace/diagnostic":     (*server).workspaceDiagnostic,
	"textDocument/codeAction":  (*server).codeAction,
	"textDocument/hover":       (*server).hover,
	"textDocument/codeLens":    (*server).codeLens,
	"workspace/executeCommand": (*server).executeCommand,
}

// inline are the requests whose answer must be out before the next message is
// looked at.
var inline = map[string]bool{"initialize": true, "shutdown": true}

// notifications by method; all run on the reader, in order.
var notifications = map[string]func(*server, []byte) error{
	"initialized":                         (*server).initialized,
	"textDocument/didOpen":                (*server).didOpen,
	"textDocument/didChange":              (*server).didChange,
	"textDocument/didSave":                (*server).didSave,
	"textDocument/didClose":               (*server).didClose,
	"workspace/didChangeConfiguration":    (*server).didChangeConfiguration,
	"workspace/didChangeWatchedFiles":     (*server).didChangeWatchedFiles,
	"workspace/didChangeWorkspaceFolders": (*server).didChangeWorkspaceFolders,
	"workspace/didCreateFiles":            (*server).filesOperated,
	"workspace/didRenameFiles":            (*server).filesOperated,
	"workspace/didDeleteFiles":            (*server).filesOperated,
	"window/workDoneProgress/cancel":      (*server).progressCancelled,
	"$/cancelRequest":                     (*server).cancelRequest,
}

var (
	errNotInitialized = jsonrpc2.NewError(jsonrpc2.ServerNotInitialized, "the server is not initialized")
	errShutDown       = jsonrpc2.NewError(jsonrpc2.InvalidRequest, "the server is shut down")
	errCancelled      = jsonrpc2.NewError(protocol.CodeRequestCancelled, "cancelled")
	errInternal       = jsonrpc2.NewError(jsonrpc2.InternalError, "dbwise failed here; its log says more")
)

// handle is called by the connection for every message, on the reader. A
// request leaves the reader once it has what it needs of the state.
func (s *server) handle(ctx context.Context, req *jsonrpc2.Request) (any, error) {
	if !req.IsCall() {
		s.notified(req.Method(), req.Params())
		return nil, nil
	}
	method := req.Method()
	prepare := requests[method]
	switch life := s.state(); {
	case life == shutDown:
		return nil, errShutDown
	case life == created && method != "initialize":
		return nil, errNotInitialized
	case prepare == nil:
		return nil, jsonrpc2.Errorf(jsonrpc2.MethodNotFound, "dbwise has no %s", clip(method, 100))
	}
	work, err := s.prepared(method, prepare, req.Params())
	if err != nil {
		return nil, err
	}
	if inline[method] {
		return s.answered(ctx, method, work)
	}
	ctx, done := s.cancels.add(ctx, req.ID())
	defer done()
	jsonrpc2.Async(ctx)
	return s.answered(ctx, method, work)
}

func (s *server) notified(method string, params []byte) {
	if method == "exit" {
		s.quit()
		return
	}
	f := notifications[method]
	if f == nil || s.state() == created {
		return
	}
	defer s.survive(method)
	if err := f(s, params); err != nil {
		s.log.Warn("a notification was not understood", "method", method, "error", err)
	}
}

// prepared runs the part of a request that belongs to the reader.
func (s *server) prepared(method string, f func(*server, []byte) (answer, error), params []byte) (work answer, err error) {
	defer func() {
		if v := recover(); v != nil {
			s.panicked(method, v)
			err = errInternal
		}
	}()
	return f(s, params)
}

func (s *server) answered(ctx context.Context, method string, work answer) (result any, err error) {
	defer func() {
		if v := recover(); v != nil {
			s.panicked(method, v)
			result, err = nil, errInternal
		}
	}()
	result, err = work(ctx)
	var coded *jsonrpc2.Error
	switch {
	case err == nil || errors.As(err, &coded):
	case ctx.Err() != nil:
		err = errCancelled
	default:
		s.log.Error("a request failed", "method", method, "error", err)
		err = jsonrpc2.NewError(jsonrpc2.InternalError, err.Error())
	}
	return result, err
}

// survive ends a panic in what it is deferred by.
func (s *server) survive(what string) {
	if v := recover(); v != nil {
		s.panicked(what, v)
	}
}

func (s *server) panicked(what string, v any) {
	s.log.Error("dbwise panicked", "in", what, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
}

// cancels knows the requests that run, by id. Numbers and strings are different
// ids, as they are in JSON.
type cancels struct {
	mu      sync.Mutex // guards running
	running map[jsonrpc2.ID]context.CancelFunc
}

func (c *cancels) add(ctx context.Context, id jsonrpc2.ID) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	c.mu.Lock()
	if c.running == nil {
		c.running = map[jsonrpc2.ID]context.CancelFunc{}
	}
	c.running[id] = cancel
	c.mu.Unlock()
	return ctx, func() {
		c.mu.Lock()
		delete(c.running, id)
		c.mu.Unlock()
		cancel()
	}
}

func (s *server) cancelRequest(params []byte) error {
	var p struct {
		ID any `json:"id"`
	}
	if err := decode(params, &p); err != nil {
		return err
	}
	var id jsonrpc2.ID
	switch v := p.ID.(type) {
	case float64:
		id = jsonrpc2.NewNumberID(int64(v))
	case string:
		id = jsonrpc2.NewStringID(v)
	}
	s.cancels.mu.Lock()
	cancel := s.cancels.running[id]
	s.cancels.mu.Unlock()
	if cancel != nil {
		cancel()
	}
	return nil
}

func (s *server) shutdown([]byte) (answer, error) {
	s.become(shutDown)
	return now(nil, nil)
}
