package lsp

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// impactCommand, the command of every lens, shows the impact at length. Its
// arguments are the document and the line of the statement.
const impactCommand = "dbwise.showImpact"

// lenses remembers what the editor was told, to ask it to ask again when that
// is no longer true.
type lenses struct {
	mu   sync.Mutex // guards told
	told map[string]toldLenses
}

// lens is the protocol's CodeLens.
type lens struct {
	Range   protocol.Range `json:"range"`
	Command lensCommand    `json:"command"`
}

type lensCommand struct {
	Title     string `json:"title"`
	Command   string `json:"command"`
	Arguments []any  `json:"arguments"`
}

type toldLenses struct {
	version int32
	raw     []byte
}

// lensesOn reports whether the user wants lenses; codeLens.enable is true
// unless set.
func (s *server) lensesOn() bool {
	s.config.mu.Lock()
	client := s.config.client
	s.config.mu.Unlock()
	var p struct {
		CodeLens struct {
			Enable *bool `json:"enable"`
		} `json:"codeLens"`
	}
	_ = decode(client, &p)
	return p.CodeLens.Enable == nil || *p.CodeLens.Enable
}

func (s *server) codeLens(params []byte) (answer, error) {
	var p struct {
		TextDocument textDocument `json:"textDocument"`
	}
	if err := decode(params, &p); err != nil {
		return nil, err
	}
	path := pathOf(p.TextDocument.URI)
	w := s.world()
	return func(ctx context.Context) (any, error) {
		if !w.snap.Indexed() {
			s.index.wait(ctx, s.lensGrace())
			w = s.world()
		}
		f := w.snap.File(path)
		if f == nil {
			return json.RawMessage("[]"), nil
		}
		raw, err := s.lensesOf(w, f)
		if err != nil || ctx.Err() != nil {
			return nil, err
		}
		if _, version := s.uri(path); version != nil {
			if *version != f.Version {
				return nil, errModified
			}
			s.lenses.mu.Lock()
			s.lenses.told[path] = toldLenses{f.Version, raw}
			s.lenses.mu.Unlock()
			if s.world().gen != w.gen {
				// Whoever looked for what is no longer true did not know of this yet.
				s.changed()
			}
		}
		return json.RawMessage(raw), nil
	}, nil
}

// lensGrace is how long an answer waits for the index.
func (s *server) lensGrace() time.Duration {
	if s.caps.Workspace.CodeLens.RefreshSupport {
		return grace
	}
	return longGrace
}

// lensesOf writes one lens above each statement that blocks, lasts or loses
// something. Before all files are read nothing is known of what stands before.
func (s *server) lensesOf(w world, f *source.File) ([]byte, error) {
	list := []lens{}
	if w.snap.Indexed() && s.lensesOn() {
		name, _ := s.uri(f.Path)
		m := s.mapper(f)
		for _, st := range w.snap.Impacts(f.Path) {
			title := st.Summary()
			if title == "" || !changesSchema(&st) {
				continue
			}
			line, _ := f.Lines().Position(st.Span.Start)
			span := source.Span{Start: st.Span.Start, End: min(st.Span.End, f.Lines().Line(line).End)}
			r := m.rang(span)
			list = append(list, lens{r, lensCommand{title, impactCommand, []any{name, r.Start.Line}}})
		}
	}
	return json.Marshal(list)
}

// changesSchema reports whether a statement is DDL.
func changesSchema(st *workspace.StatementImpact) bool {
	return slices.ContainsFunc(st.Changes, func(c schema.Change) bool {
		switch c.Kind {
		case schema.Begin, schema.Commit, schema.Rollback, schema.SetParameter:
			return false
		}
		return true
	})
}

// impactAt is the impact of the DDL statement at a place, as Markdown; "" if
// there is none. What a schema file says of new tables is no news.
func impactAt(snap *workspace.Snapshot, path string, off int) (string, source.Span) {
	if !snap.Indexed() {
		return "", source.Span{}
	}
	for _, st := range snap.Impacts(path) {
		if !st.Span.Contains(off) || !changesSchema(&st) {
			continue
		}
		if st.Unread || st.Summary() == "" && snap.Migration(path) == nil {
			break
		}
		return st.Markdown(), st.Span
	}
	return "", source.Span{}
}

// refreshLenses asks the editor to ask again if what it was told of an open
// document is no longer true.
func (s *server) refreshLenses(ctx context.Context) {
	if !s.caps.Workspace.CodeLens.RefreshSupport {
		return
	}
	s.lenses.mu.Lock()
	told := make(map[string]toldLenses, len(s.lenses.told))
	for path, t := range s.lenses.told {
		told[path] = t
	}
	s.lenses.mu.Unlock()
	w := s.world()
	for path, t := range told {
		f := w.snap.File(path)
		if ctx.Err() != nil {
			return
		}
		if f == nil || f.Version != t.version {
			continue // it is asked about anyway
		}
		raw, err := s.lensesOf(w, f)
		if err != nil || bytes.Equal(raw, t.raw) {
			continue
		}
		s.spawn("refresh of lenses", func(ctx context.Context) {
			_ = s.client.call(ctx, "workspace/codeLens/refresh", nil, nil)
		})
		return
	}
}

func (l *lenses) forget(path string) {
	l.mu.Lock()
	delete(l.told, path)
	l.mu.Unlock()
}

// showImpact shows the impact of the statement that begins in a line.
func (s *server) showImpact(args []json.RawMessage) (answer, error) {
	var uri string
	var line int64 = -1
	if len(args) == 2 {
		_, _ = json.Unmarshal(args[0], &uri), json.Unmarshal(args[1], &line)
	}
	path := pathOf(uri)
	w := s.world()
	f := w.snap.File(path)
	if f == nil || line < 0 || line >= int64(f.Lines().Len()) {
		return nil, jsonrpc2.NewError(jsonrpc2.InvalidParams, "no statement begins there")
	}
	return func(context.Context) (any, error) {
		for _, st := range w.snap.Impacts(path) {
			if at, _ := f.Lines().Position(st.Span.Start); int64(at) == line && changesSchema(&st) {
				s.client.showMessage(protocol.MessageTypeInfo, st.Plain())
				break
			}
		}
		return nil, nil
	}, nil
}
