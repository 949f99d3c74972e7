package lsp

import (
	"slices"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// initializeParams is what the server reads of the editor's introduction.
type initializeParams struct {
	ProcessID        *int64            `json:"processId"`
	ClientInfo       clientInfo        `json:"clientInfo"`
	RootPath         string            `json:"rootPath"`
	RootURI          string            `json:"rootUri"`
	WorkspaceFolders []workspaceFolder `json:"workspaceFolders"`
	Capabilities     clientCaps        `json:"capabilities"`
	Options          settings          `json:"initializationOptions"`
}

// clientCaps are the abilities of an editor that the server makes use of.
type clientCaps struct {
	General struct {
		PositionEncodings []string `json:"positionEncodings"`
	} `json:"general"`
	Workspace struct {
		Configuration         bool       `json:"configuration"`
		DidChangeWatchedFiles registered `json:"didChangeWatchedFiles"`
		DidChangeConfig       registered `json:"didChangeConfiguration"`
		Diagnostics           struct {
			RefreshSupport bool `json:"refreshSupport"`
		} `json:"diagnostics"`
		CodeLens struct {
			RefreshSupport bool `json:"refreshSupport"`
		} `json:"codeLens"`
		WorkspaceEdit struct {
			DocumentChanges    bool     `json:"documentChanges"`
			ResourceOperations []string `json:"resourceOperations"`
		} `json:"workspaceEdit"`
	} `json:"workspace"`
	Window struct {
		WorkDoneProgress bool `json:"workDoneProgress"`
		ShowDocument     struct {
			Support bool `json:"support"`
		} `json:"showDocument"`
	} `json:"window"`
	TextDocument struct {
		Diagnostic         *struct{} `json:"diagnostic"`
		PublishDiagnostics struct {
			RelatedInformation     bool `json:"relatedInformation"`
			VersionSupport         bool `json:"versionSupport"`
			CodeDescriptionSupport bool `json:"codeDescriptionSupport"`
		} `json:"publishDiagnostics"`
		Hover struct {
			ContentFormat []string `json:"contentFormat"`
		} `json:"hover"`
		CodeAction struct {
			Literal     *struct{} `json:"codeActionLiteralSupport"`
			IsPreferred bool      `json:"isPreferredSupport"`
		} `json:"codeAction"`
	} `json:"textDocument"`
	// Experimental.Commands names commands that the editor runs itself, as
	// rust-analyzer's clients say it.
	Experimental struct {
		Commands struct {
			Commands []string `json:"commands"`
		} `json:"commands"`
	} `json:"experimental"`
}

type registered struct {
	DynamicRegistration bool `json:"dynamicRegistration"`
}

type clientInfo struct {
	Name string `json:"name"`
}

// forgetsOpen reports whether an editor, told to ask again, asks for the whole
// workspace and then ignores what it hears of open documents: Neovim 0.12 does
// (runtime/lua/vim/lsp/diagnostic.lua, on_refresh), unless the server has no
// findings of the workspace to give.
func (c clientInfo) forgetsOpen() bool { return c.Name == "Neovim" }

type workspaceFolder struct {
	URI  string `json:"uri"`
	Name string `json:"name"`
}

// pulls reports whether the editor asks for diagnostics. Then nothing is
// pushed: an editor that does both would show everything twice.
func (c *clientCaps) pulls() bool { return c.TextDocument.Diagnostic != nil }

// creates reports whether an edit may make a file.
func (c *clientCaps) creates() bool {
	return slices.Contains(c.Workspace.WorkspaceEdit.ResourceOperations, "create")
}

// versioned reports whether edits name the version they were made for. Neovim
// does not say so, but what it does say has meaning in such edits only.
func (c *clientCaps) versioned() bool {
	return c.Workspace.WorkspaceEdit.DocumentChanges || len(c.Workspace.WorkspaceEdit.ResourceOperations) > 0
}

func (c *clientCaps) markdown() bool {
	formats := c.TextDocument.Hover.ContentFormat
	return len(formats) == 0 || slices.Contains(formats, "markdown")
}

func (s *server) initialize(params []byte) (answer, error) {
	if s.state() != created {
		return nil, jsonrpc2.NewError(jsonrpc2.InvalidRequest, "the server is initialized already")
	}
	var p initializeParams
	if err := decode(params, &p); err != nil {
		return nil, err
	}
	s.caps = p.Capabilities
	if slices.Contains(s.caps.General.PositionEncodings, "utf-8") {
		s.enc = utf8bytes
	}
	s.config.client = p.Options
	s.untrusted = distrusted(p.Options)
	s.index.setRoots(rootsOf(&p))
	if p.ProcessID != nil && *p.ProcessID > 0 {
		s.watchParent(int(*p.ProcessID))
	}
	s.become(initialized)
	return now(s.introduction(p.ClientInfo), nil)
}

// rootsOf are the folders the editor has open: the modern list, or else the
// older ways of naming one.
func rootsOf(p *initializeParams) []string {
	var roots []string
	for _, f := range p.WorkspaceFolders {
		roots = append(roots, pathOf(f.URI))
	}
	switch {
	case len(roots) > 0:
	case p.RootURI != "":
		roots = []string{pathOf(p.RootURI)}
	case p.RootPath != "":
		roots = []string{pathOf(uriOf(slashed(p.RootPath)))}
	}
	return slices.DeleteFunc(roots, func(r string) bool { return !isFile(r) })
}

func (s *server) introduction(editor clientInfo) *protocol.InitializeResult {
	yes, sync := true, protocol.TextDocumentSyncKindIncremental
	caps := protocol.ServerCapabilities{
		PositionEncoding: s.enc.kind(),
		TextDocumentSync: &protocol.TextDocumentSyncOptions{OpenClose: &yes, Change: &sync, Save: &protocol.SaveOptions{}},
		HoverProvider:    protocol.Boolean(true),
		CodeLensProvider: &protocol.CodeLensOptions{},
		CodeActionProvider: &protocol.CodeActionOptions{CodeActionKinds: []protocol.CodeActionKind{
			protocol.CodeActionKindQuickFix, protocol.CodeActionKindSourceFixAll, fixAllKind}},
		ExecuteCommandProvider: protocol.ExecuteCommandOptions{Commands: s.commands()},
		Workspace: &protocol.WorkspaceOptions{
			WorkspaceFolders: &protocol.WorkspaceFoldersServerCapabilities{Supported: &yes, ChangeNotifications: protocol.Boolean(true)},
			FileOperations:   &protocol.FileOperationOptions{DidCreate: everyFile, DidRename: everyFile, DidDelete: everyFile},
		},
	}
	if s.caps.pulls() {
		name := "dbwise"
		caps.DiagnosticProvider = &protocol.DiagnosticOptions{Identifier: &name, InterFileDependencies: true, WorkspaceDiagnostics: !editor.forgetsOpen()}
	}
	return &protocol.InitializeResult{Capabilities: caps,
		ServerInfo: protocol.ServerInfo{Name: "dbwise", Version: protocol.NewOptional(s.opts.Version)}}
}

// everyFile asks to be told of operations on files and folders alike.
var everyFile = protocol.FileOperationRegistrationOptions{Filters: []protocol.FileOperationFilter{
	{Pattern: protocol.FileOperationPattern{Glob: "**/*"}}}}

// initialized is where work begins: the answer to initialize waits for nothing.
func (s *server) initialized([]byte) error {
	s.registerCapabilities()
	s.index.start(s)
	return nil
}
