//go:build !windows

package lsp

import (
	"errors"
	"syscall"
)

// alive reports whether a process runs; one that may not be asked does.
func alive(pid int) bool {
	return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}
