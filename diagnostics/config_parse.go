package diagnostics

import (
	"fmt"
	"math"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
)

// ParseConfig reads the text of a configuration file, JSON with comments and
// trailing commas. The error names the place where it is no JSON.
func ParseConfig(file string, text []byte, rules []*Rule) (*Config, []ConfigProblem, error) {
	return parseConfig(file, text, rules, true)
}

// ParseSettings reads settings of an editor, which have the keys of a
// configuration file and others, that are not this package's business. Null is
// the empty configuration.
func ParseSettings(text []byte, rules []*Rule) (*Config, []ConfigProblem, error) {
	return parseConfig("settings", text, rules, false)
}

func parseConfig(file string, text []byte, rules []*Rule, strict bool) (*Config, []ConfigProblem, error) {
	root, err := readJSON(text)
	lines := source.NewLineIndex(text)
	if err != nil {
		line, col := lines.RuneColumn(err.at)
		return nil, nil, fmt.Errorf("%s:%d:%d: %s", path.Base(file), line+1, col+1, err.message)
	}
	r := &configReader{cfg: &Config{Dir: path.Dir(file)}, rules: rules, lines: lines, strict: strict}
	switch {
	case root.kind == jsonNull && !strict:
	case root.kind != jsonObject:
		r.wrong(root, "the configuration", "an object")
	default:
		r.object(root)
	}
	slices.SortStableFunc(r.problems, func(a, b ConfigProblem) int { return a.Span.Start - b.Span.Start })
	return r.cfg, r.problems, nil
}

// configReader fills a Config from JSON, one key at a time.
type configReader struct {
	cfg      *Config
	rules    []*Rule
	lines    *source.LineIndex
	strict   bool
	problems []ConfigProblem
}

// configKeys are the keys of a configuration file.
var configKeys = map[string]func(*configReader, *jsonValue){
	"$schema":       func(r *configReader, v *jsonValue) { r.text(v, "$schema") },
	"rules":         (*configReader).readRules,
	"dialect":       (*configReader).readDialect,
	"serverVersion": (*configReader).readVersion,
	"migrations":    func(r *configReader, v *jsonValue) { r.cfg.Migrations = r.texts(v, "migrations") },
	"applied":       (*configReader).readApplied,
	"baseline":      (*configReader).readBaseline,
	"ignore":        (*configReader).readIgnore,
	"tableSizes":    (*configReader).readSizes,
}

// dialects are those a configuration may name.
var dialects = []string{string(query.PostgreSQL), string(query.MySQL), string(query.SQLite)}

func (r *configReader) report(s source.Span, broken bool, format string, args ...any) {
	line, col := r.lines.RuneColumn(s.Start)
	r.problems = append(r.problems, ConfigProblem{Span: s, Line: line + 1, Column: col + 1, Message: fmt.Sprintf(format, args...), Broken: broken})
}

// wrong reports a value of another type than wanted.
func (r *configReader) wrong(v *jsonValue, what, want string) {
	r.report(v.span, true, "%s must be %s, not %s", what, want, v.describe())
}

func (r *configReader) object(root *jsonValue) {
	seen := map[string]bool{}
	for _, m := range root.members {
		read := configKeys[m.key]
		switch {
		case read == nil && r.strict:
			r.report(m.keySpan, false, "unknown key %q%s", m.key, meant(m.key, sortedKeys(configKeys)))
		case read == nil:
		case seen[m.key]:
			r.report(m.keySpan, true, "%q stands here twice", m.key)
		case m.value.kind == jsonNull && !r.strict:
		default:
			read(r, m.value)
		}
		seen[m.key] = true
	}
}

// text is a string, "" after a report if the value is none.
func (r *configReader) text(v *jsonValue, what string) string {
	if v.kind != jsonString {
		r.wrong(v, what, "a string")
	}
	return v.text
}

// texts is a list of strings, never nil: an empty list is a setting too.
func (r *configReader) texts(v *jsonValue, what string) []string {
	out := []string{}
	if v.kind != jsonArray {
		r.wrong(v, what, "a list of strings")
		return out
	}
	for _, item := range v.items {
		if item.kind != jsonString || item.text == "" {
			r.wrong(item, "an item of "+what, "a string")
			continue
		}
		out = append(out, item.text)
	}
	return out
}

// whole is a whole number between low and high.
func (r *configReader) whole(v *jsonValue, what string, low, high int) (int, bool) {
	if v.kind != jsonNumber || v.number != math.Trunc(v.number) || v.number < float64(low) || v.number > float64(high) {
		r.wrong(v, what, fmt.Sprintf("a whole number from %d to %d", low, high))
		return 0, false
	}
	return int(v.number), true
}

func (r *configReader) readDialect(v *jsonValue) {
	d := r.text(v, "dialect")
	for _, have := range dialects {
		if d == have {
			r.cfg.Dialect = query.Dialect(d)
			return
		}
	}
	if v.kind == jsonString {
		r.report(v.span, true, "unknown dialect %q: want %s", d, strings.Join(dialects, ", "))
	}
}

func (r *configReader) readVersion(v *jsonValue) {
	r.cfg.ServerVersion, _ = r.whole(v, "serverVersion", 1, 99)
}

func (r *configReader) readIgnore(v *jsonValue) {
	r.cfg.Ignore = []string{}
	for _, glob := range r.texts(v, "ignore") {
		if !doublestar.ValidatePattern(glob) {
			r.report(v.span, true, "%q is no valid glob", glob)
			continue
		}
		r.cfg.Ignore = append(r.cfg.Ignore, glob)
	}
}

// entries is an object whose members are all of one kind, nil after a report if
// the value is none. read tells whether it could read a member.
func entries[T any](r *configReader, v *jsonValue, what, want string, read func(key string, v *jsonValue) (T, bool)) map[string]T {
	if v.kind != jsonObject {
		r.wrong(v, what, want)
		return nil
	}
	out := map[string]T{}
	for _, m := range v.members {
		if value, ok := read(m.key, m.value); ok {
			out[m.key] = value
		}
	}
	return out
}

func (r *configReader) readApplied(v *jsonValue) {
	r.cfg.Applied = entries(r, v, "applied", "an object of folders and versions", r.version)
}

// version is a version, which users write as a number as well.
func (r *configReader) version(folder string, v *jsonValue) (string, bool) {
	switch {
	case v.kind == jsonString && v.text != "":
		return v.text, true
	case v.kind == jsonNumber && v.number == math.Trunc(v.number) && v.number >= 0 && v.number < maxRows:
		return fmt.Sprintf("%.0f", v.number), true
	}
	r.wrong(v, "the version of "+folder, "a string")
	return "", false
}

// readBaseline reads the name of a revision. One that begins with a dash would
// be an option to git.
func (r *configReader) readBaseline(v *jsonValue) {
	name := r.text(v, "baseline")
	if v.kind == jsonString && (name == "" || name[0] == '-') {
		r.report(v.span, true, "%q is no baseline: want %s, %s, or a branch or commit", name, BaselineGit, BaselineNone)
		return
	}
	r.cfg.Baseline = name
}

// maxRows is the largest size of a table: the numbers of JSON are exact up to it.
const maxRows = min(1<<53, math.MaxInt)

func (r *configReader) readSizes(v *jsonValue) {
	r.cfg.TableSizes = entries(r, v, "tableSizes", "an object of table names and row counts", func(table string, v *jsonValue) (int, bool) {
		return r.whole(v, "the size of "+table, 0, maxRows)
	})
}

func (r *configReader) readRules(v *jsonValue) {
	if v.kind != jsonObject {
		r.wrong(v, "rules", "an object of rule ids and levels")
		return
	}
	r.cfg.Rules = map[string]RuleConfig{}
	for _, m := range v.members {
		rule := FindRule(r.rules, m.key)
		if rule == nil {
			var ids []string
			for _, have := range r.rules {
				ids = append(ids, have.ID)
			}
			r.report(m.keySpan, false, "unknown rule %q%s", m.key, meant(m.key, ids))
			continue
		}
		if _, twice := r.cfg.Rules[rule.ID]; twice {
			r.report(m.keySpan, true, "rule %q is set twice", rule.ID)
			continue
		}
		r.cfg.Rules[rule.ID] = r.readRule(rule, m.value)
	}
}

func (r *configReader) readRule(rule *Rule, v *jsonValue) RuleConfig {
	var out RuleConfig
	switch v.kind {
	case jsonString:
		out.Level = r.level(rule, v)
		return out
	case jsonObject:
	default:
		r.wrong(v, "rule "+rule.ID, "a level or an object")
		return out
	}
	for _, m := range v.members {
		if m.key == "level" {
			out.Level = r.level(rule, m.value)
			continue
		}
		option := rule.option(m.key)
		if option == nil {
			r.report(m.keySpan, false, "rule %s has no option %q%s", rule.ID, m.key, meant(m.key, append(rule.optionNames(), "level")))
			continue
		}
		if value, ok := r.readOption(option, m.value); ok {
			if out.Options == nil {
				out.Options = map[string]any{}
			}
			out.Options[option.Name] = value
		}
	}
	return out
}

func (r *configReader) level(rule *Rule, v *jsonValue) Severity {
	if v.kind != jsonString {
		r.wrong(v, "the level of "+rule.ID, "a string")
		return DefaultSeverity
	}
	level, err := ParseSeverity(v.text)
	if err != nil {
		r.report(v.span, true, "%v", err)
	}
	return level
}

// readOption reads a value of the type that the option's default has.
func (r *configReader) readOption(o *Option, v *jsonValue) (any, bool) {
	what := "option " + o.Name
	switch o.Default.(type) {
	case bool:
		if v.kind != jsonBool {
			r.wrong(v, what, "true or false")
		}
		return v.truth, v.kind == jsonBool
	case int:
		return pair(r.whole(v, what, math.MinInt32, math.MaxInt32))
	case string:
		return r.text(v, what), v.kind == jsonString
	case []string:
		return r.texts(v, what), v.kind == jsonArray
	}
	panic(fmt.Sprintf("option %s has a default of type %T", o.Name, o.Default))
}

func pair(n int, ok bool) (any, bool) { return n, ok }

func (r *Rule) option(name string) *Option {
	for i := range r.Options {
		if r.Options[i].Name == name {
			return &r.Options[i]
		}
	}
	return nil
}

func (r *Rule) optionNames() []string {
	var out []string
	for _, o := range r.Options {
		out = append(out, o.Name)
	}
	return out
}
