package pgserver

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// account is whom a server runs as: PostgreSQL refuses to run as root.
type account struct {
	credential *syscall.Credential // nil for the user itself
}

func unprivileged() (account, error) {
	if os.Getuid() != 0 {
		return account{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if errors.Join(err1, err2) == nil {
			return account{&syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
		}
	}
	return account{}, errors.New("root needs a user named postgres or nobody to run PostgreSQL as")
}

// reachable is a folder of programs that the account can run. A cache in a
// home folder is not, so the installation around it is copied.
func (a account) reachable(bin, dir string) (string, error) {
	if a.credential == nil || strings.HasPrefix(bin, "/usr/") {
		return bin, nil
	}
	to := filepath.Join(dir, "native")
	if err := os.CopyFS(to, os.DirFS(filepath.Dir(bin))); err != nil {
		return "", fmt.Errorf("copy %s: %w", bin, err)
	}
	return filepath.Join(to, filepath.Base(bin)), nil
}

func (a account) own(path string) error {
	if a.credential == nil {
		return nil
	}
	return os.Chown(path, int(a.credential.Uid), int(a.credential.Gid))
}

// command makes cmd run as the account, outside of folders it may not enter.
func (a account) command(cmd *exec.Cmd) *exec.Cmd {
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: a.credential}
	return cmd
}

// supervise starts a server that stops at once when this process dies, and
// gives what stops it. The signal of a dead parent is that of the thread that
// started the child, hence the locked goroutine.
func supervise(cmd *exec.Cmd, exited chan<- error) (stop func(), err error) {
	cmd.SysProcAttr.Pdeathsig = syscall.SIGQUIT
	started, done := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			exited <- cmd.Wait()
		}
		close(done)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return func() {
		cmd.Process.Signal(syscall.SIGQUIT)
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			cmd.Process.Kill()
			<-done
		}
	}, nil
}
