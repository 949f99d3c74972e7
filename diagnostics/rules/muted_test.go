package rules_test

import (
	"context"
	"log/slog"
	"testing"
)

// muted is a log in which a rule that panicked fails the test.
type muted struct{ t *testing.T }

func (m *muted) logger() *slog.Logger { return slog.New(m) }

func (m *muted) Enabled(context.Context, slog.Level) bool { return true }

func (m *muted) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		m.t.Errorf("%s: %s = %s", r.Message, a.Key, a.Value)
		return true
	})
	return nil
}

func (m *muted) WithAttrs([]slog.Attr) slog.Handler { return m }

func (m *muted) WithGroup(string) slog.Handler { return m }
