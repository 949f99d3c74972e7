//go:build !linux

package pgserver

import "os/exec"

// account is whom a server runs as: the user itself.
type account struct{}

func unprivileged() (account, error) { return account{}, nil }

func (account) reachable(bin, _ string) (string, error) { return bin, nil }

func (account) own(string) error { return nil }

func (account) command(cmd *exec.Cmd) *exec.Cmd { return cmd }

// supervise starts a server and gives what stops it.
func supervise(cmd *exec.Cmd, exited chan<- error) (stop func(), err error) {
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	done := make(chan struct{})
	go func() {
		exited <- cmd.Wait()
		close(done)
	}()
	return func() {
		cmd.Process.Kill()
		<-done
	}, nil
}
