package lsp

import (
	"context"
	"time"
)

// parentEvery is how often the server looks whether its editor still runs.
const parentEvery = 3 * time.Second

// watchParent ends the server when the process that started it is gone: an
// editor that crashed closes no pipe if others hold it as well.
func (s *server) watchParent(pid int) {
	if !alive(pid) {
		// A process of another namespace (a container, a remote) cannot be seen.
		return
	}
	s.spawn("parent", func(ctx context.Context) {
		tick := time.NewTicker(parentEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if !alive(pid) {
					s.log.Info("the editor's process is gone")
					s.quit()
					return
				}
			}
		}
	})
}
