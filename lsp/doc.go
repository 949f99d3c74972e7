// Package lsp serves the Language Server Protocol: it keeps the documents of an
// editor, runs the rules over the workspace around them, and answers with
// diagnostics, code actions and hovers.
//
// It is the only importer of go.lsp.dev. UTF-16 and protocol types exist here
// and nowhere below; everything it is told by others is byte spans.
//
// How it runs: one goroutine reads messages. Notifications are handled there,
// in order. A request takes its snapshot there and then works in a goroutine
// of its own, so a cancellation is read while the request runs. Nothing on the
// reading goroutine waits for the editor or for an analysis.
//
//	code := lsp.Serve(ctx, os.Stdin, os.Stdout, lsp.Options{Rules: rules.All(), Version: "0.1"})
package lsp
