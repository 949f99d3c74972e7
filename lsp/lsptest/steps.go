package lsptest

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"sort"
	"strings"
	"time"
)

var languageOf = map[string]string{".sql": "sql", ".ts": "typescript", ".tsx": "typescriptreact", ".go": "go", ".prisma": "prisma", ".js": "javascript"}

func (s *session) step(line string) {
	f := fields(s.t, line)
	e, args := s.e, f[1:]
	switch f[0] {
	case "init":
		s.init(args)
	case "capabilities":
		s.say("", s.intro)
	case "open":
		s.open(args)
	case "change":
		var list []Change
		for i := 1; i+1 < len(args); i += 2 {
			r := parseRange(s.t, args[i])
			list = append(list, Change{Range: &r, Text: unquote(s.t, args[i+1])})
		}
		e.Change(args[0], list...)
	case "replace":
		e.Change(args[0], Change{Text: unquote(s.t, args[1])})
	case "close":
		e.Close(args[0])
	case "write":
		e.Write(args[0], unquote(s.t, args[1]))
	case "remove":
		e.Remove(args[0])
	case "watch":
		e.Watch(map[string]int{"created": 1, "changed": 2, "deleted": 3}[args[0]], args[1:]...)
	case "published":
		s.published(args[0])
	case "pull":
		s.pull(args)
	case "workspace":
		s.workspace(args)
	case "actions":
		s.ask(args)
	case "apply":
		s.apply(unquote(s.t, args[0]))
	case "hover":
		p := parsePosition(s.t, args[1])
		s.answer(e.Request("textDocument/hover", e.At(args[0], p.Line, p.Character)))
	case "lenses":
		s.lenses(args[0])
	case "request":
		s.answer(e.Request(args[0], s.params(args[1:])))
	case "notify":
		e.Notify(args[0], s.params(args[1:]))
	case "wait":
		s.wait(args)
	case "quit":
		e.Quit()
	default:
		s.t.Fatalf("unknown step: %s", line)
	}
}

// wait takes the next message of each name. They may come in any order: what
// the server does at the same time ends when it ends.
func (s *session) wait(methods []string) {
	from := s.at
	for _, method := range methods {
		next, m := s.e.WaitFrom(from, method, func(m Message) bool { return m.Method == method })
		s.at = max(s.at, next)
		s.say("", m.Params)
	}
}

func (s *session) params(args []string) any {
	if len(args) == 0 {
		return nil
	}
	return json.RawMessage(strings.ReplaceAll(args[0], "ROOT", s.e.Root))
}

func (s *session) init(args []string) {
	caps := map[string]any{}
	if err := json.Unmarshal([]byte(map[string]string{"push": PushCaps, "pull": PullCaps}[args[0]]), &caps); err != nil {
		s.t.Fatal(err)
	}
	if len(args) > 1 {
		var more map[string]any
		if err := json.Unmarshal([]byte(args[1]), &more); err != nil {
			s.t.Fatal(err)
		}
		merge(caps, more)
	}
	var options any
	if len(args) > 2 {
		options = json.RawMessage(args[2])
	}
	text, _ := json.Marshal(caps)
	s.intro = s.e.Initialize(string(text), options)
}

func merge(into, more map[string]any) {
	for k, v := range more {
		a, ok1 := into[k].(map[string]any)
		b, ok2 := v.(map[string]any)
		if ok1 && ok2 {
			merge(a, b)
		} else {
			into[k] = v
		}
	}
}

func (s *session) open(args []string) {
	name := args[0]
	lang, text := languageOf[path.Ext(name)], s.texts[name]
	if len(args) > 1 {
		lang = args[1]
	}
	if len(args) > 2 {
		text = unquote(s.t, args[2])
	}
	s.e.Open(name, lang, text)
}

// published waits until the workspace is read, which this request does as well,
// and nothing came about a document for a while.
func (s *session) published(name string) {
	s.e.Request("workspace/diagnostic", map[string]any{"previousResultIds": []any{}})
	s.e.Published(name, func(Published) bool { return true })
	n := -1
	for deadline := time.Now().Add(Patience); ; time.Sleep(settled) {
		if log := s.e.Log(); len(log) == n || time.Now().After(deadline) {
			break
		} else {
			n = len(log)
		}
	}
	p, _ := s.e.Latest(name)
	version := "none"
	if p.Version != nil {
		version = fmt.Sprint(*p.Version)
	}
	s.print("< version %s\n%s", version, indent(Text(p.Diagnostics)))
}

func indent(text string) string {
	if text == "" {
		return ""
	}
	return "  " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n  ") + "\n"
}

type report struct {
	URI      string       `json:"uri"`
	Version  *int         `json:"version"`
	Kind     string       `json:"kind"`
	ResultID string       `json:"resultId"`
	Items    []Diagnostic `json:"items"`
}

func (s *session) pull(args []string) {
	params := map[string]any{"textDocument": map[string]any{"uri": s.e.URI(args[0])}}
	if len(args) > 1 {
		params["previousResultId"] = args[1]
		if args[1] == "last" {
			params["previousResultId"] = s.results[args[0]]
		}
	}
	m := s.e.Request("textDocument/diagnostic", params)
	var r report
	if m.Error != nil || json.Unmarshal(m.Result, &r) != nil {
		s.answer(m)
		return
	}
	if r.ResultID != "" {
		s.results[args[0]] = r.ResultID
	}
	s.print("< %s\n%s", r.Kind, indent(Text(r.Items)))
}

func (s *session) workspace(args []string) {
	previous := []any{}
	if len(args) > 0 {
		for name, id := range s.results {
			previous = append(previous, map[string]string{"uri": s.e.URI(name), "value": id})
		}
	}
	m := s.e.Request("workspace/diagnostic", map[string]any{"previousResultIds": previous})
	var r struct {
		Items []report `json:"items"`
	}
	if m.Error != nil || json.Unmarshal(m.Result, &r) != nil {
		s.answer(m)
		return
	}
	sort.Slice(r.Items, func(i, j int) bool { return r.Items[i].URI < r.Items[j].URI })
	for _, it := range r.Items {
		name := strings.TrimPrefix(it.URI, s.e.URI(""))
		s.results[name] = it.ResultID
		s.print("< %s %s\n%s", name, it.Kind, indent(Text(it.Items)))
	}
}

func (s *session) answer(m Message) {
	if m.Error != nil {
		s.print("< error %d: %s\n", m.Error.Code, m.Error.Message)
		return
	}
	s.say("", m.Result)
}

func (s *session) ask(args []string) {
	context := map[string]any{"diagnostics": []any{}, "triggerKind": 1}
	var only []string
	for _, k := range args[2:] {
		if k == "auto" {
			context["triggerKind"] = 2
		} else {
			only = append(only, k)
		}
	}
	if only != nil {
		context["only"] = only
	}
	m := s.e.Request("textDocument/codeAction", map[string]any{
		"textDocument": map[string]any{"uri": s.e.URI(args[0])}, "range": parseRange(s.t, args[1]), "context": context})
	s.actions = nil
	if m.Error != nil || json.Unmarshal(m.Result, &s.actions) != nil {
		s.answer(m)
		return
	}
	for _, raw := range s.actions {
		var a struct {
			Title, Kind string
			IsPreferred bool
			Command     struct{ Command string }
			Diagnostics []Diagnostic
		}
		if err := json.Unmarshal(raw, &a); err != nil {
			s.t.Fatal(err)
		}
		s.print("< %s: %s", a.Kind, a.Title)
		if a.IsPreferred {
			s.print(" (preferred)")
		}
		if a.Command.Command != "" {
			s.print(" (%s)", a.Command.Command)
		}
		s.print("\n")
	}
}

// apply prints the edit of an action.
func (s *session) apply(title string) {
	i := slices.IndexFunc(s.actions, func(raw json.RawMessage) bool {
		var a struct{ Title string }
		return json.Unmarshal(raw, &a) == nil && a.Title == title
	})
	if i < 0 {
		s.t.Fatalf("no action %q", title)
	}
	var a struct{ Edit json.RawMessage }
	if err := json.Unmarshal(s.actions[i], &a); err != nil {
		s.t.Fatal(err)
	}
	s.say("", a.Edit)
}

// lenses prints the code lenses of a document, each with its command.
func (s *session) lenses(name string) {
	m := s.e.Request("textDocument/codeLens", map[string]any{"textDocument": map[string]any{"uri": s.e.URI(name)}})
	var list []struct {
		Range   Range
		Command struct{ Title, Command string }
	}
	if m.Error != nil || json.Unmarshal(m.Result, &list) != nil {
		s.answer(m)
		return
	}
	if len(list) == 0 {
		s.print("< none\n")
	}
	for _, l := range list {
		s.print("< %d:%d-%d:%d %s (%s)\n", l.Range.Start.Line, l.Range.Start.Character, l.Range.End.Line, l.Range.End.Character,
			l.Command.Title, l.Command.Command)
	}
}
