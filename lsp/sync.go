package lsp

import (
	"sync"

	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/source"
	"go.lsp.dev/jsonrpc2"
)

// document is one open document.
type document struct {
	// uri is the name as the editor writes it, and wants to read it.
	uri, path string
	lang      source.Lang
	version   int32
	text      *text
	// stored says that the store has this version.
	stored bool
}

// documents are the open documents by path.
type documents struct {
	mu   sync.Mutex // guards what follows, and the order of edits in the store
	open map[string]*document
}

type textDocument struct {
	URI string `json:"uri"`
	// Version is absent or null for some editors.
	Version    *int32 `json:"version"`
	LanguageID string `json:"languageId"`
	Text       string `json:"text"`
}

// languages are the names editors use for what dbwise reads.
var languages = map[string]source.Lang{
	"sql": source.SQL, "postgres": source.SQL, "postgresql": source.SQL, "pgsql": source.SQL, "plpgsql": source.SQL, "psql": source.SQL,
	"typescript": source.TypeScript, "typescriptreact": source.TSX,
	"javascript": source.JavaScript, "javascriptreact": source.JavaScript,
	"go": source.Go, "prisma": source.Prisma,
}

// langOf tells the language of a document: its name decides, for the index read
// the file by its name as well; the editor decides where the name says nothing.
func langOf(path, id string) source.Lang {
	if l := source.LangOf(path); l != source.Unknown && isFile(path) {
		return l
	}
	return languages[id]
}

func (s *server) didOpen(params []byte) error {
	var p struct {
		TextDocument textDocument `json:"textDocument"`
	}
	if err := decode(params, &p); err != nil {
		return err
	}
	t := &p.TextDocument
	if t.URI == "" {
		return jsonrpc2.NewError(jsonrpc2.InvalidParams, "a document without URI")
	}
	d := &document{uri: t.URI, path: pathOf(t.URI), text: newText(t.Text)}
	d.lang = langOf(d.path, t.LanguageID)
	if t.Version != nil {
		d.version = *t.Version
	}
	s.docs.mu.Lock()
	s.docs.open[d.path] = d
	s.docs.mu.Unlock()
	s.edited(d.path)
	return nil
}

func (s *server) didChange(params []byte) error {
	var p struct {
		TextDocument textDocument `json:"textDocument"`
		Changes      []change     `json:"contentChanges"`
	}
	if err := decode(params, &p); err != nil {
		return err
	}
	path := pathOf(p.TextDocument.URI)
	if !s.docs.change(path, p.TextDocument.Version, p.Changes, s.enc) {
		return jsonrpc2.Errorf(jsonrpc2.InvalidParams, "a change of %s, which is not open", p.TextDocument.URI)
	}
	s.edited(path)
	return nil
}

// change edits an open document; false if it is not open.
func (ds *documents) change(path string, version *int32, changes []change, e encoding) bool {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	d := ds.open[path]
	if d == nil {
		return false
	}
	d.text.apply(changes, e)
	if version != nil {
		d.version = *version
	} else {
		d.version++
	}
	d.stored = false
	return true
}

// didSave changes nothing about the document: what was typed is known already.
// Where nobody watches the disk it is the moment to look what else changed.
func (s *server) didSave([]byte) error {
	s.lookAgain()
	if !s.caps.Workspace.DidChangeWatchedFiles.DynamicRegistration {
		s.index.again(s)
	}
	return nil
}

func (s *server) didClose(params []byte) error {
	var p struct {
		TextDocument textDocument `json:"textDocument"`
	}
	if err := decode(params, &p); err != nil {
		return err
	}
	path := pathOf(p.TextDocument.URI)
	s.docs.mu.Lock()
	d := s.docs.open[path]
	if d != nil {
		delete(s.docs.open, path)
		if d.stored || s.store.Snapshot().File(path) != nil {
			s.store.CloseDocument(path)
		}
	}
	s.docs.mu.Unlock()
	if d != nil {
		s.closed(d)
	}
	return nil
}

// snapshot is the workspace with every document as it is typed.
func (s *server) snapshot() *workspace.Snapshot {
	s.docs.mu.Lock()
	defer s.docs.mu.Unlock()
	for _, d := range s.docs.open {
		if d.stored || d.lang == source.Unknown {
			continue
		}
		f := source.NewFile(d.path, d.lang, d.text.lend())
		f.Version = d.version
		s.store.Edit(f)
		d.stored = true
	}
	return s.store.Snapshot()
}

// uri is what the editor calls a path, and the version of the document, nil if
// it is not open.
func (s *server) uri(path string) (string, *int32) {
	s.docs.mu.Lock()
	defer s.docs.mu.Unlock()
	if d := s.docs.open[path]; d != nil {
		v := d.version
		return d.uri, &v
	}
	return uriOf(path), nil
}

// current reports whether f is what the editor shows, or the disk has, now.
func (s *server) current(path string, version int32) bool {
	s.docs.mu.Lock()
	defer s.docs.mu.Unlock()
	d := s.docs.open[path]
	return d != nil && d.version == version
}

// openPaths lists the paths of open documents that dbwise reads.
func (s *server) openPaths() []string {
	s.docs.mu.Lock()
	defer s.docs.mu.Unlock()
	var out []string
	for p, d := range s.docs.open {
		if d.lang != source.Unknown {
			out = append(out, p)
		}
	}
	return out
}
