package lsp

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"go.lsp.dev/protocol"
)

// editorLog writes to the log it wraps, and warnings and errors to the editor's
// log of the server as well. Stacks stay in the former.
type editorLog struct {
	slog.Handler
	s     *server
	attrs []slog.Attr
}

func (l *editorLog) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn || l.Handler.Enabled(ctx, level)
}

func (l *editorLog) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelWarn {
		kind := protocol.MessageTypeWarning
		if r.Level >= slog.LevelError {
			kind = protocol.MessageTypeError
		}
		var b strings.Builder
		b.WriteString(r.Message)
		write := func(a slog.Attr) bool {
			if a.Key != "stack" {
				fmt.Fprintf(&b, " %s=%v", a.Key, a.Value)
			}
			return true
		}
		for _, a := range l.attrs {
			write(a)
		}
		r.Attrs(write)
		l.s.client.logMessage(kind, b.String())
	}
	if !l.Handler.Enabled(ctx, r.Level) {
		return nil
	}
	return l.Handler.Handle(ctx, r)
}

func (l *editorLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &editorLog{Handler: l.Handler.WithAttrs(attrs), s: l.s, attrs: append(l.attrs[:len(l.attrs):len(l.attrs)], attrs...)}
}

func (l *editorLog) WithGroup(name string) slog.Handler {
	return &editorLog{Handler: l.Handler.WithGroup(name), s: l.s, attrs: l.attrs}
}
