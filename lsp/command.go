package lsp

import (
	"context"
	"encoding/json"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// The commands. explainCommand gives a rule's documentation as Markdown. It is
// not announced: editors with a command of that name of their own (ours for VS
// Code and Neovim) would find two, and VS Code then refuses to start.
const (
	openDocCommand = "dbwise.openDoc"
	explainCommand = "dbwise.explain"
)

// opensPages reports whether documentation can be opened as a page.
func (s *server) opensPages() bool { return s.opts.Docs != "" && s.caps.Window.ShowDocument.Support }

// commands are those the editor is told of.
func (s *server) commands() []string {
	if s.opensPages() {
		return []string{impactCommand, openDocCommand}
	}
	return []string{impactCommand}
}

func (s *server) executeCommand(params []byte) (answer, error) {
	var p struct {
		Command   string            `json:"command"`
		Arguments []json.RawMessage `json:"arguments"`
	}
	if err := decode(params, &p); err != nil {
		return nil, err
	}
	if p.Command == impactCommand {
		return s.showImpact(p.Arguments)
	}
	if p.Command != openDocCommand && p.Command != explainCommand {
		return nil, jsonrpc2.Errorf(jsonrpc2.InvalidParams, "dbwise has no command %s", clip(p.Command, 100))
	}
	var id string
	if len(p.Arguments) > 0 {
		_ = json.Unmarshal(p.Arguments[0], &id)
	}
	rule := s.rule(id)
	if rule == nil {
		return nil, jsonrpc2.Errorf(jsonrpc2.InvalidParams, "dbwise has no rule %q", clip(id, 100))
	}
	if p.Command == explainCommand || !s.opensPages() {
		text, err := json.Marshal(rule.Markdown())
		return now(json.RawMessage(text), err)
	}
	return func(ctx context.Context) (any, error) {
		yes := true
		err := s.client.call(ctx, "window/showDocument", &protocol.ShowDocumentParams{URI: uri.URI(s.href(rule.ID)), External: &yes}, nil)
		return nil, err
	}, nil
}
