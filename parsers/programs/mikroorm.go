package programs

import "github.com/dbwise/dbwise/parsers/code"

// mikroORM: class X extends Migration, whose up hands SQL to addSql; named by
// its time. isTransactional may refuse the transaction (MikroORM manual,
// "Migrations").
var mikroORM = runner{name: "mikro-orm", reads: script, find: findMikroORM, call: callMikroORM}

func findMikroORM(f *code.File) (out []entry) {
	local := imported(f, "Migration", "@mikro-orm/migrations")
	if local == "" {
		return nil
	}
	classes(f, func(class *code.Node) {
		if class.Type == nil || class.Type.Kind != code.Named || class.Type.Name != local {
			return
		}
		if up := method(class, "up"); up != nil {
			out = append(out, entry{name: class.Text, class: class, handle: -1, up: up, down: method(class, "down"),
				noTx: returnsFalse(method(class, "isTransactional"))})
		}
	})
	return out
}

func returnsFalse(f *code.Node) bool {
	if f == nil {
		return false
	}
	found := false
	f.Walk(func(n *code.Node) bool {
		found = found || n.Kind == code.Return && len(n.Kids) > 0 && n.Kids[0] != nil && n.Kids[0].Text == "false"
		return !found
	})
	return found
}

func callMikroORM(r *reader, c *chain) bool {
	l := &c.links[0]
	if !l.called {
		c.passive = true
		return true
	}
	switch l.name {
	case "addSql", "execute":
		r.sql(l.arg(0), c.scope)
		return true
	case "getKnex", "getEntityManager", "getContext":
		return true
	}
	if f := method(c.scope.class, l.name); f != nil {
		r.enter(f, l.args, c.scope)
		return true
	}
	return false
}
