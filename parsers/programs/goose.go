package programs

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/code"
)

// goose: goose.AddMigrationContext(up, down) in init, each in a transaction;
// the NoTx forms hand over the database itself (goose documentation, "Go
// migrations").
var goose = runner{name: "goose", reads: isGo, find: findGoose, call: callSQL}

func findGoose(f *code.File) (out []entry) {
	return registered(f, []string{"github.com/pressly/goose/v3", "github.com/pressly/goose"}, func(name string) (bool, bool) {
		return strings.HasPrefix(name, "AddMigration") || strings.HasPrefix(name, "AddNamedMigration"), strings.Contains(name, "NoTx")
	})
}

// registered finds the calls that register migrations with a package.
func registered(f *code.File, modules []string, is func(name string) (yes, noTx bool)) (out []entry) {
	local := ""
	for _, m := range modules {
		if n := imported(f, "*", m); n != "" {
			local = n
		}
	}
	if local == "" {
		return nil
	}
	for _, top := range f.Body {
		top.Walk(func(n *code.Node) bool {
			if n.Kind != code.Call || n.Kids[0] == nil || n.Kids[0].Kind != code.Member || n.Kids[0].Kids[0] == nil || n.Kids[0].Kids[0].Text != local {
				return true
			}
			yes, noTx := is(n.Kids[0].Text)
			if !yes {
				return true
			}
			e := entry{noTx: noTx}
			for _, a := range n.Args() {
				if fn := function(f, a); fn != nil && e.up == nil {
					e.up = fn
				} else if fn != nil {
					e.down = fn
				}
			}
			if e.up != nil {
				e.handle = max(0, len(e.up.Params())-1)
				out = append(out, e)
			}
			return false
		})
	}
	return out
}

// callSQL reads what is done with a database/sql handle.
func callSQL(r *reader, c *chain) bool {
	for i := range c.links {
		l := &c.links[i]
		switch l.name {
		case "Exec":
			r.sql(l.arg(0), c.scope)
			return true
		case "ExecContext":
			r.sql(l.arg(1), c.scope)
			return true
		case "Query", "QueryContext", "QueryRow", "QueryRowContext", "Prepare", "PrepareContext", "Commit", "Rollback", "Ping":
			return true
		}
	}
	return false
}
