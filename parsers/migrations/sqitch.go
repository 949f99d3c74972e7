package migrations

import (
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
)

// sqitch: deploy/name.sql in the order of sqitch.plan, revert/name.sql undoes
// it. Scripts bring their own BEGIN and COMMIT (sqitch.org, "sqitchtutorial").
var sqitch = layout{
	runner: "sqitch",
	find: func(w *world) (out []*History) {
		for _, p := range w.files {
			if path.Base(p) != "sqitch.plan" {
				continue
			}
			dir := path.Dir(p)
			h := &History{Dir: dir, journal: &listing{path: p, text: w.read(p)}}
			if g := sqitchEngine.FindSubmatch(w.read(path.Join(dir, "sqitch.conf"))); g != nil {
				h.Dialect = query.DialectNamed(string(g[1]))
			}
			for _, name := range planned(h.journal.text) {
				for _, kind := range []string{"deploy", "revert"} {
					file := path.Join(dir, kind, name+".sql")
					if !w.here[file] {
						continue
					}
					m := schema.Migration{Path: file, Version: name, Name: name, Tx: schema.TxNone}
					direct(&m, w.sheet(file), kind == "revert")
					h.Migrations = append(h.Migrations, m)
				}
			}
			for _, kind := range []string{"deploy", "revert", "verify"} {
				w.claimed[path.Join(dir, kind)] = true
			}
			if len(h.Migrations) > 0 {
				out = append(out, h)
			}
		}
		return out
	},
	write: func(p *planner) {
		if !p.scheduled() {
			return
		}
		wrap := func(sql string) string {
			if p.NoTx {
				return sql
			}
			return "BEGIN;\n\n" + sql + "\nCOMMIT;\n"
		}
		p.file("deploy/"+p.Name+".sql", "-- Deploy "+p.Name+"\n\n"+wrap(p.Up))
		p.file("revert/"+p.Name+".sql", "-- Revert "+p.Name+"\n\n"+wrap(p.Down))
	},
}

var (
	sqitchEngine = regexp.MustCompile(`(?m)^\s*engine\s*=\s*(\w+)`)
	sqitchLine   = regexp.MustCompile(`^([^%@\s#+-][^\s]*)(?:\s+\[[^\]]*\])?\s+(\S+Z)\s+(.+?>)`)
)

// planned are the changes of a plan, in order; a change that is reworked under
// the same name counts once.
func planned(plan []byte) []string {
	var out []string
	seen := map[string]bool{}
	for _, line := range strings.Split(string(plan), "\n") {
		if g := sqitchLine.FindStringSubmatch(line); g != nil && !seen[g[1]] {
			seen[g[1]] = true
			out = append(out, g[1])
		}
	}
	return out
}

// scheduled adds a line to sqitch.plan, by the planner of the last change and a
// second after it, or after the one planned before; false if there is no such line.
func (p *planner) scheduled() bool {
	j := p.h.journal
	if j == nil {
		return false
	}
	lines := strings.Split(strings.TrimRight(string(j.text), "\n"), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		g := sqitchLine.FindStringSubmatch(lines[i])
		if g == nil {
			continue
		}
		when, err := time.Parse(time.RFC3339, g[2])
		if err != nil {
			return false
		}
		line := p.Name + " " + when.Add(time.Duration(1+len(p.plan.Edits))*time.Second).Format(time.RFC3339) + " " + g[3] + "\n"
		at := len(j.text)
		if at > 0 && j.text[at-1] != '\n' && len(p.plan.Edits) == 0 {
			line = "\n" + line
		}
		p.plan.Edits = append(p.plan.Edits, Edit{Path: j.path, Edit: source.Edit{Span: source.Span{Start: at, End: at}, Text: line}})
		return true
	}
	return false
}
