package orm

import (
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
)

// KindOf is the kind of handle that a value of this origin is, "" for none.
// The origin has been followed to a symbol of a module outside the workspace,
// or to one of a generated file.
func (l *Library) KindOf(r code.Ref) string {
	steps, ok := normalise(&r)
	if !ok {
		return ""
	}
	rest, kind, at := r.Name, "", 0
	for ; at <= len(steps); at++ {
		if kind = l.root(r.Module, rest); kind != "" {
			break
		}
		if at < len(steps) {
			rest += " " + steps[at].String()
		}
	}
	for at < len(steps) && kind != "" {
		kind, at = l.step(kind, steps, at)
	}
	return kind
}

// normalise leaves out what does not change the kind of a value (await, the
// first of several results) and names members of a module by themselves. It
// fails for values that are no handle: the error of two results.
func normalise(r *code.Ref) ([]code.Step, bool) {
	if !r.Known() {
		return nil, false
	}
	var steps []code.Step
	for _, s := range r.Steps {
		switch {
		case s.Op == code.Result && s.N > 0:
			return nil, false
		case s.Op == code.Awaited || s.Op == code.Result:
		case s.Op == code.Inst && len(steps) > 0 && steps[len(steps)-1].Op == code.Inst:
			// A value and a type of one name: export const C = X; export type C = X.
		default:
			steps = append(steps, s)
		}
	}
	if (r.Name == "*" || r.Name == "default") && len(steps) > 0 && steps[0].Op == code.Get {
		r.Name, steps = steps[0].Name, steps[1:]
	}
	return steps, true
}

func (l *Library) root(module, rest string) string {
	if slices.Contains(l.Modules, module) {
		if kind := l.Roots[rest]; kind != "" {
			return kind
		}
	}
	if l.Root != nil {
		return l.Root(module, rest)
	}
	return ""
}

// step follows a member together with the call of it, as the tables name them.
func (l *Library) step(kind string, steps []code.Step, at int) (string, int) {
	n := 1
	if steps[at].Op == code.Get && at+1 < len(steps) && (steps[at+1].Op == code.Called || steps[at+1].Op == code.Callback) {
		n = 2
	}
	words := make([]string, n)
	for i := range words {
		words[i] = steps[at+i].String()
	}
	text := strings.Join(words, " ")
	if to := l.Steps[kind+" "+text]; to != "" {
		return to, at + n
	}
	if l.Step != nil {
		return l.Step(kind, text), at + n
	}
	return "", at + n
}

// InterfaceKind is the kind of handle an interface stands for that declares
// method with this first result, "" for none.
func (l *Library) InterfaceKind(method string, result code.Ref) string {
	steps, ok := normalise(&result)
	if !ok || !slices.ContainsFunc(l.Modules, func(m string) bool { return result.Module == m || strings.HasPrefix(result.Module, m+"/") }) {
		return ""
	}
	symbol := result.Name
	for _, s := range steps {
		symbol += " " + s.String()
	}
	for _, h := range l.Handles {
		if want := l.Results[h.Kind+" "+method]; want != "" && want == symbol {
			return h.Kind
		}
	}
	return ""
}
