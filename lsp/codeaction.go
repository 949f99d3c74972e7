package lsp

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/source"
	"go.lsp.dev/protocol"
)

// fixAllKind is what users name in their settings to have safe fixes applied
// when they save.
const fixAllKind = protocol.CodeActionKind("source.fixAll.dbwise")

// automatic is the trigger of a request that no user made: the editor wants to
// know whether to show a light bulb.
const automatic = 2

type codeActionParams struct {
	TextDocument textDocument `json:"textDocument"`
	Range        textRange    `json:"range"`
	Context      struct {
		Only        []string `json:"only"`
		TriggerKind int      `json:"triggerKind"`
		Diagnostics []struct {
			Range  textRange `json:"range"`
			Code   any       `json:"code"`
			Source string    `json:"source"`
		} `json:"diagnostics"`
	} `json:"context"`
}

// wants reports whether the editor asked for a kind. Source actions must be
// asked for by name.
func (p *codeActionParams) wants(kind protocol.CodeActionKind) bool {
	for _, k := range p.Context.Only {
		if k == "" || string(kind) == k || strings.HasPrefix(string(kind), k+".") {
			return true
		}
	}
	return len(p.Context.Only) == 0 && !strings.HasPrefix(string(kind), "source")
}

func (s *server) codeAction(params []byte) (answer, error) {
	var p codeActionParams
	if err := decode(params, &p); err != nil {
		return nil, err
	}
	path := pathOf(p.TextDocument.URI)
	w := s.world()
	return func(ctx context.Context) (any, error) {
		f := w.snap.File(path)
		r, err := s.diagnose(ctx, w, path)
		if err != nil {
			return nil, err
		}
		if r == nil {
			return json.RawMessage("[]"), nil
		}
		a := &actions{s: s, w: w, f: f, m: s.mapper(f), all: r.diags}
		if p.wants(protocol.CodeActionKindQuickFix) {
			a.forFindings(&p)
		}
		if p.wants(fixAllKind) {
			a.fixAll()
		}
		if _, version := s.uri(path); version != nil && *version != f.Version {
			return nil, errModified
		}
		return a.list()
	}, nil
}

// actions collects the actions for one request.
type actions struct {
	s   *server
	w   world
	f   *source.File
	m   *mapper
	all []diagnostics.Diagnostic
	out []protocol.CodeAction
}

func (a *actions) list() (any, error) {
	out := []byte{'['}
	for i := range a.out {
		if i > 0 {
			out = append(out, ',')
		}
		next, err := protocol.AppendMarshal(out, &a.out[i])
		if err != nil {
			return nil, err
		}
		out = next
	}
	return json.RawMessage(append(out, ']')), nil
}

// forFindings offers what can be done about the findings the user points at:
// first what mends them, then what hides them, then what explains them.
func (a *actions) forFindings(p *codeActionParams) {
	found := a.selected(p)
	rules := []string{}
	seen := map[string]bool{}
	for _, d := range found {
		a.fixes(d)
		if !seen[d.Rule] {
			seen[d.Rule] = true
			rules = append(rules, d.Rule)
		}
	}
	if p.Context.TriggerKind == automatic {
		return
	}
	for _, id := range rules {
		a.fixRule(id)
	}
	lines := map[string]bool{}
	for _, d := range found {
		line, _ := a.f.Lines().Position(d.Span.Start)
		if key := fmt.Sprint(d.Rule, line); !lines[key] && a.suppressible(d) {
			lines[key] = true
			a.suppressLine(d)
		}
	}
	for _, d := range found {
		if seen[d.Rule] {
			seen[d.Rule] = false
			if a.suppressible(d) {
				a.suppressFile(d)
			}
			a.explain(d)
		}
	}
}

// selected are the findings the selection touches, and those the editor itself
// names: some send the cursor and the findings of its line.
func (a *actions) selected(p *codeActionParams) []*diagnostics.Diagnostic {
	sel := a.m.span(p.Range)
	named := map[string]bool{}
	for _, d := range p.Context.Diagnostics {
		if d.Source == "dbwise" {
			named[fmt.Sprint(d.Code, a.m.span(d.Range))] = true
		}
	}
	var out []*diagnostics.Diagnostic
	for i := range a.all {
		d := &a.all[i]
		if d.Span.Overlaps(sel) || named[fmt.Sprint(d.Rule, d.Span)] {
			out = append(out, d)
		}
	}
	return out
}

// fixes offers each fix of a finding; the first safe one is preferred.
func (a *actions) fixes(d *diagnostics.Diagnostic) {
	preferred := false
	for _, fix := range d.Fixes {
		edit := a.edit(fix.Edits, fix.Create)
		if edit == nil {
			continue
		}
		act := a.action(fix.Title, protocol.CodeActionKindQuickFix, d)
		act.Edit = edit
		if fix.Safety == diagnostics.Safe && !preferred {
			preferred = true
			if a.s.caps.TextDocument.CodeAction.IsPreferred {
				act.IsPreferred = &preferred
			}
		}
		a.out = append(a.out, act)
	}
}

func (a *actions) action(title string, kind protocol.CodeActionKind, d *diagnostics.Diagnostic) protocol.CodeAction {
	act := protocol.CodeAction{Title: title, Kind: &kind}
	if d != nil {
		act.Diagnostics = []protocol.Diagnostic{a.s.diagnostic(a.w, a.m, d)}
	}
	return act
}

// fixRule offers to mend all findings of a rule in the file, if there are
// several that can safely be.
func (a *actions) fixRule(id string) {
	edits, n := a.safeEdits(func(d *diagnostics.Diagnostic) bool { return d.Rule == id })
	if n < 2 {
		return
	}
	if edit := a.edit(edits, nil); edit != nil {
		act := a.action(fmt.Sprintf("Fix all `%s` in this file", id), protocol.CodeActionKindQuickFix, nil)
		act.Edit = edit
		a.out = append(a.out, act)
	}
}

// fixAll offers every safe fix of the file in one edit.
func (a *actions) fixAll() {
	edits, n := a.safeEdits(func(*diagnostics.Diagnostic) bool { return true })
	if n == 0 {
		return
	}
	if edit := a.edit(edits, nil); edit != nil {
		act := a.action("Apply all safe fixes of dbwise", fixAllKind, nil)
		act.Edit = edit
		a.out = append(a.out, act)
	}
}

// safeEdits collects safe fixes that can be made together. Those that make
// files are left to be chosen one by one: who saves does not expect new files.
func (a *actions) safeEdits(want func(*diagnostics.Diagnostic) bool) (edits []diagnostics.FileEdit, n int) {
	var taken []diagnostics.Fix
	for i := range a.all {
		if !want(&a.all[i]) {
			continue
		}
		for _, fix := range a.all[i].Fixes {
			if fix.Safety != diagnostics.Safe || len(fix.Create) > 0 || !a.fresh(fix.Edits) {
				continue
			}
			if !conflicts(taken, fix) {
				taken = append(taken, fix)
				edits = append(edits, fix.Edits...)
				n++
			}
			break
		}
	}
	return edits, n
}

func conflicts(taken []diagnostics.Fix, fix diagnostics.Fix) bool {
	for _, t := range taken {
		if t.Conflict(fix) {
			return true
		}
	}
	return false
}

// explain offers the rule's documentation: as a page where there is one and
// the editor shows pages, else as the command of editors that show the text.
func (a *actions) explain(d *diagnostics.Diagnostic) {
	title := fmt.Sprintf("Open documentation of `%s`", d.Rule)
	id, _ := json.Marshal(d.Rule)
	command := explainCommand
	if a.s.opensPages() {
		command = openDocCommand
	}
	act := a.action(title, protocol.CodeActionKindQuickFix, d)
	act.Command = protocol.Command{Title: title, Command: command, Arguments: []protocol.LSPAny{id}}
	a.out = append(a.out, act)
}
