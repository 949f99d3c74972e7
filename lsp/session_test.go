package lsp_test

import (
	"testing"

	"github.com/dbwise/dbwise/lsp/lsptest"
)

func TestSessions(t *testing.T) { lsptest.Sessions(t, "testdata/*.txtar", options()) }
