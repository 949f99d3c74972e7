package lsptest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Position and Range are as the protocol has them.
type (
	Position struct {
		Line      int `json:"line"`
		Character int `json:"character"`
	}
	Range struct {
		Start Position `json:"start"`
		End   Position `json:"end"`
	}
)

// Change is a change of a document; without a range it is the whole text.
type Change struct {
	Range *Range `json:"range,omitempty"`
	Text  string `json:"text"`
}

// Diagnostic is what a test looks at of a finding.
type Diagnostic struct {
	Range    Range  `json:"range"`
	Severity int    `json:"severity"`
	Code     string `json:"code"`
	Source   string `json:"source"`
	Message  string `json:"message"`
	Related  []struct {
		Location struct {
			URI   string `json:"uri"`
			Range Range  `json:"range"`
		} `json:"location"`
		Message string `json:"message"`
	} `json:"relatedInformation"`
}

// Published is one publishDiagnostics.
type Published struct {
	URI         string       `json:"uri"`
	Version     *int         `json:"version"`
	Diagnostics []Diagnostic `json:"diagnostics"`
}

// The capabilities of two kinds of editor.
const (
	PushCaps = `{"general":{"positionEncodings":["utf-16"]},
"workspace":{"workspaceEdit":{"documentChanges":true,"resourceOperations":["create"]},"configuration":true,
 "didChangeWatchedFiles":{"dynamicRegistration":true}},
"window":{"workDoneProgress":true},
"textDocument":{"publishDiagnostics":{"versionSupport":true,"relatedInformation":true},
 "codeAction":{"isPreferredSupport":true,"codeActionLiteralSupport":{}},"hover":{"contentFormat":["markdown"]}}}`
	PullCaps = `{"general":{"positionEncodings":["utf-8","utf-16"]},
"workspace":{"workspaceEdit":{"documentChanges":true,"resourceOperations":["create"]},"diagnostics":{"refreshSupport":true},
 "didChangeWatchedFiles":{"dynamicRegistration":true}},
"textDocument":{"diagnostic":{},"publishDiagnostics":{"relatedInformation":true},
 "codeAction":{"isPreferredSupport":true,"codeActionLiteralSupport":{}},"hover":{"contentFormat":["markdown"]}}}`
)

// Initialize introduces the editor with the workspace as its only folder, and
// gives the server's answer.
func (e *Editor) Initialize(caps string, options any) json.RawMessage {
	e.t.Helper()
	m := e.Request("initialize", map[string]any{
		"processId": nil, "rootUri": e.URI(""), "capabilities": json.RawMessage(caps), "initializationOptions": options,
		"workspaceFolders": []any{map[string]string{"uri": strings.TrimSuffix(e.URI(""), "/"), "name": "root"}},
	})
	if m.Error != nil {
		e.t.Fatalf("initialize: %s", m.Error.Message)
	}
	e.Notify("initialized", struct{}{})
	return m.Result
}

// Open opens a document.
func (e *Editor) Open(name, language, text string) {
	e.mu.Lock()
	e.versions[name] = 1
	e.mu.Unlock()
	e.Notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{
		"uri": e.URI(name), "languageId": language, "version": 1, "text": text}})
}

// Change edits a document and gives its new version.
func (e *Editor) Change(name string, changes ...Change) int {
	e.mu.Lock()
	e.versions[name]++
	v := e.versions[name]
	e.mu.Unlock()
	e.Notify("textDocument/didChange", map[string]any{
		"textDocument": map[string]any{"uri": e.URI(name), "version": v}, "contentChanges": changes})
	return v
}

// Close closes a document.
func (e *Editor) Close(name string) {
	e.Notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": e.URI(name)}})
}

// Watch tells of files that changed on disk.
func (e *Editor) Watch(kind int, names ...string) {
	var list []any
	for _, n := range names {
		list = append(list, map[string]any{"uri": e.URI(n), "type": kind})
	}
	e.Notify("workspace/didChangeWatchedFiles", map[string]any{"changes": list})
}

// Published waits for a publish about a document that is wanted, and gives the
// first one.
func (e *Editor) Published(name string, want func(Published) bool) Published {
	e.t.Helper()
	var p Published
	e.Wait("findings of "+name, func(m Message) bool {
		p = Published{}
		return m.Method == "textDocument/publishDiagnostics" && json.Unmarshal(m.Params, &p) == nil && p.URI == e.URI(name) && want(p)
	})
	return p
}

// Latest is the last publish about a document; false if there was none.
func (e *Editor) Latest(name string) (Published, bool) {
	log := e.Log()
	for _, m := range slices.Backward(log) {
		var p Published
		if m.Method == "textDocument/publishDiagnostics" && json.Unmarshal(m.Params, &p) == nil && p.URI == e.URI(name) {
			return p, true
		}
	}
	return Published{}, false
}

// At is a request's document and position.
func (e *Editor) At(name string, line, character int) map[string]any {
	return map[string]any{"textDocument": map[string]any{"uri": e.URI(name)}, "position": Position{line, character}}
}

// Text prints findings, one per line.
func Text(list []Diagnostic) string {
	var b strings.Builder
	for _, d := range list {
		fmt.Fprintf(&b, "%d:%d-%d:%d %s %d: %s\n", d.Range.Start.Line, d.Range.Start.Character, d.Range.End.Line, d.Range.End.Character,
			d.Code, d.Severity, d.Message)
		for _, r := range d.Related {
			fmt.Fprintf(&b, "  %s:%d: %s\n", r.Location.URI[strings.LastIndex(r.Location.URI, "/")+1:], r.Location.Range.Start.Line, r.Message)
		}
	}
	return b.String()
}
