package lsp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"reflect"
	"strings"
	"sync"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/query"
	"go.lsp.dev/protocol"
)

// settings are what the user set in the editor, as it stands there: the keys of
// the configuration file, over which they win, and config, the path of that
// file where it is not the nearest one.
type settings = json.RawMessage

// configPath is the path the settings name, "" if none.
func configPath(set settings) string {
	var p struct {
		Config string `json:"config"`
	}
	_ = decode(set, &p)
	return p.Config
}

// distrusted reports whether the editor says that the user does not trust the
// workspace. Most editors know no such thing.
func distrusted(set settings) bool {
	var p struct {
		Trusted *bool `json:"trusted"`
	}
	return decode(set, &p) == nil && p.Trusted != nil && !*p.Trusted
}

// configState is the configuration of every folder. It does not change.
type configState struct {
	roots []rootConfig
	// rest is for documents in no folder.
	rest *diagnostics.Config
}

type rootConfig struct {
	dir string
	// own is what the file says, effective that with the editor's settings.
	own, effective *diagnostics.Config
}

var noConfig = &configState{rest: &diagnostics.Config{}}

// of is the configuration for a file: that of the innermost folder around it.
func (c *configState) of(p string) *diagnostics.Config {
	best, cfg := -1, c.rest
	for _, r := range c.roots {
		if len(r.dir) > best && below(p, r.dir) {
			best, cfg = len(r.dir), r.effective
		}
	}
	return cfg
}

// below reports whether p is dir or lies in it.
func below(p, dir string) bool {
	rest, ok := strings.CutPrefix(p, strings.TrimSuffix(dir, "/"))
	return ok && (rest == "" || rest[0] == '/')
}

// slashed is a path with slashes.
func slashed(p string) string { return filepath.ToSlash(p) }

// configs holds the configuration.
type configs struct {
	// turn is held by the reading that runs.
	turn sync.Mutex

	mu     sync.Mutex // guards what follows
	client settings
	now    *configState
	opts   workspace.Options
	// warned holds what the user was told of a file, so as not to repeat it.
	warned map[string]string
}

func (c *configs) state() *configState {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now == nil {
		return noConfig
	}
	return c.now
}

// readConfig reads the configuration files of the folders. A file that cannot
// be read leaves its folder as it was.
func (s *server) readConfig(ctx context.Context, roots []string) {
	c := &s.config
	c.turn.Lock()
	defer c.turn.Unlock()
	before := c.state()
	c.mu.Lock()
	client := c.client
	c.mu.Unlock()
	over := s.fromEditor(client)
	next := &configState{rest: (&diagnostics.Config{}).Merge(over)}
	opts := workspace.Options{Applied: map[string]string{}}
	for _, dir := range roots {
		own := s.readFolder(dir, configPath(client), before)
		r := rootConfig{dir: dir, own: own, effective: own.Merge(over)}
		next.roots = append(next.roots, r)
		o := r.effective.Workspace()
		if opts.Dialect == query.Generic {
			opts.Dialect = o.Dialect
		}
		if opts.ServerVersion == 0 {
			opts.ServerVersion = o.ServerVersion
		}
		opts.Migrations = append(opts.Migrations, o.Migrations...)
		maps.Copy(opts.Applied, o.Applied)
	}
	if ctx.Err() != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !reflect.DeepEqual(c.now, next) {
		c.now = next
	}
	if !reflect.DeepEqual(c.opts, opts) {
		c.opts = opts
		s.store.Configure(opts)
	}
}

// readFolder is what the configuration file of a folder says.
func (s *server) readFolder(dir, set string, before *configState) *diagnostics.Config {
	file := diagnostics.FindConfig(dir)
	if set != "" {
		if file = slashed(set); !isFile(file) {
			file = path.Join(dir, file)
		}
	}
	if file == "" {
		return &diagnostics.Config{Dir: dir}
	}
	cfg, problems, err := diagnostics.LoadConfig(file, s.opts.Rules)
	if err != nil {
		s.warnConfig(file, fmt.Sprintf("dbwise keeps its previous settings: %v", err))
		for _, r := range before.roots {
			if r.dir == dir {
				return r.own
			}
		}
		return &diagnostics.Config{Dir: dir}
	}
	text := ""
	if len(problems) > 0 {
		text = problems[0].String()
		if more := len(problems) - 1; more > 0 {
			text += fmt.Sprintf(" (and %d more)", more)
		}
		text = fmt.Sprintf("%s:%s", path.Base(file), text)
	}
	s.warnConfig(file, text)
	return cfg
}

// warnConfig tells the user once what is wrong with a file, "" if nothing is.
func (s *server) warnConfig(file, text string) {
	c := &s.config
	c.mu.Lock()
	old := c.warned[file]
	if c.warned == nil {
		c.warned = map[string]string{}
	}
	c.warned[file] = text
	c.mu.Unlock()
	if text != "" && text != old {
		s.log.Warn("configuration", "file", file, "problem", text)
		s.client.showMessage(protocol.MessageTypeWarning, text)
	}
}

// fromEditor is what the editor's settings say.
func (s *server) fromEditor(client settings) *diagnostics.Config {
	if len(client) == 0 {
		return &diagnostics.Config{}
	}
	cfg, problems, err := diagnostics.ParseSettings(client, s.opts.Rules)
	if err != nil {
		s.log.Warn("the settings of the editor are not understood", "error", err)
		return &diagnostics.Config{}
	}
	for _, p := range problems {
		s.log.Warn("a setting of the editor is not understood", "problem", p.Message)
	}
	return cfg
}

// rule finds a rule by its id or a former one; nil if there is none.
func (s *server) rule(id string) *diagnostics.Rule { return diagnostics.FindRule(s.opts.Rules, id) }

// reconfigure reads the configuration again in the background.
func (s *server) reconfigure() {
	s.catchUp("configuration", func(ctx context.Context) {
		s.readConfig(ctx, s.index.rootsNow())
		s.land(ctx)
		s.changed()
	})
}

// askSettings asks the editor for its settings. Null means that it has none,
// then what it said at the start stays.
func (s *server) askSettings() {
	s.spawn("settings", func(ctx context.Context) {
		var got []json.RawMessage
		err := s.client.call(ctx, "workspace/configuration", json.RawMessage(`{"items":[{"section":"dbwise"}]}`), &got)
		if err == nil && len(got) > 0 {
			s.setSettings(got[0])
		}
	})
}

func (s *server) setSettings(set settings) {
	if set = bytes.TrimSpace(set); len(set) == 0 || set[0] != '{' {
		return
	}
	s.config.mu.Lock()
	same := bytes.Equal(set, s.config.client)
	s.config.client = set
	s.config.mu.Unlock()
	if !same {
		s.reconfigure()
	}
}

func (s *server) didChangeConfiguration(params []byte) error {
	if s.caps.Workspace.Configuration {
		s.askSettings()
		return nil
	}
	var p struct {
		Settings struct {
			Dbwise json.RawMessage `json:"dbwise"`
		} `json:"settings"`
	}
	if err := decode(params, &p); err != nil {
		return err
	}
	s.setSettings(p.Settings.Dbwise)
	return nil
}
