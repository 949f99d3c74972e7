package lsp

import (
	"slices"

	"github.com/dbwise/dbwise/diagnostics"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// errModified says that the text an answer was made for is no longer there.
var errModified = jsonrpc2.NewError(jsonrpc2.Code(protocol.LSPErrorCodesContentModified), "the document changed meanwhile")

// fresh reports whether edits were made for the texts of the world.
func (a *actions) fresh(edits []diagnostics.FileEdit) bool {
	for _, e := range edits {
		f := a.w.snap.File(e.Path)
		if f == nil || f.Hash != e.Hash || e.Span.Start < 0 || e.Span.Start > e.Span.End || e.Span.End > len(f.Text) {
			return false
		}
	}
	return true
}

// edit is a fix as the editor applies it; nil if it cannot be: the text is
// another by now, or the editor makes no files.
func (a *actions) edit(edits []diagnostics.FileEdit, create []diagnostics.NewFile) *protocol.WorkspaceEdit {
	if !a.fresh(edits) || len(create) > 0 && !a.s.caps.creates() || len(edits)+len(create) == 0 {
		return nil
	}
	byPath := map[string][]diagnostics.FileEdit{}
	var paths []string
	for _, e := range edits {
		if byPath[e.Path] == nil {
			paths = append(paths, e.Path)
		}
		byPath[e.Path] = append(byPath[e.Path], e)
	}
	out := &protocol.WorkspaceEdit{}
	for _, n := range create {
		if a.w.snap.File(n.Path) != nil {
			return nil
		}
		a.create(out, n)
	}
	for _, p := range paths {
		list := byPath[p]
		slices.SortStableFunc(list, func(x, y diagnostics.FileEdit) int { return x.Span.Start - y.Span.Start })
		a.change(out, p, list)
	}
	return out
}

func (a *actions) create(out *protocol.WorkspaceEdit, n diagnostics.NewFile) {
	name := uri.URI(uriOf(n.Path))
	out.DocumentChanges = append(out.DocumentChanges, &protocol.CreateFile{Kind: "create", URI: name},
		&protocol.TextDocumentEdit{
			TextDocument: protocol.OptionalVersionedTextDocumentIdentifier{TextDocumentIdentifier: protocol.TextDocumentIdentifier{URI: name}},
			Edits:        []protocol.TextDocumentEditElement{&protocol.TextEdit{NewText: n.Text}},
		})
}

func (a *actions) change(out *protocol.WorkspaceEdit, path string, list []diagnostics.FileEdit) {
	f := a.w.snap.File(path)
	m := a.s.mapper(f)
	texts := make([]protocol.TextEdit, len(list))
	for i, e := range list {
		texts[i] = protocol.TextEdit{Range: m.rang(e.Span), NewText: e.Text}
	}
	name, open := a.s.uri(path)
	if !a.s.caps.versioned() {
		if out.Changes == nil {
			out.Changes = map[uri.URI][]protocol.TextEdit{}
		}
		out.Changes[uri.URI(name)] = texts
		return
	}
	doc := protocol.OptionalVersionedTextDocumentIdentifier{TextDocumentIdentifier: protocol.TextDocumentIdentifier{URI: uri.URI(name)}}
	if open != nil {
		v := f.Version
		doc.Version = &v
	}
	edit := &protocol.TextDocumentEdit{TextDocument: doc}
	for i := range texts {
		edit.Edits = append(edit.Edits, &texts[i])
	}
	out.DocumentChanges = append(out.DocumentChanges, edit)
}
