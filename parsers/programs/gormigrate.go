package programs

import (
	"github.com/dbwise/dbwise/parsers/code"
)

// gormigrate: lists of gormigrate.Migration{ID, Migrate, Rollback}, without a
// transaction unless the options ask for one (gormigrate documentation,
// Options.UseTransaction). The handle is a *gorm.DB.
var gormigrate = runner{name: "gormigrate", reads: isGo, find: findGormigrate, call: callGORM}

var gormigrateModules = []string{"github.com/go-gormigrate/gormigrate/v2", "github.com/go-gormigrate/gormigrate", "gopkg.in/gormigrate.v1", "gopkg.in/gormigrate.v2"}

func findGormigrate(f *code.File) (out []entry) {
	if imported(f, "*", gormigrateModules...) == "" {
		return nil
	}
	for _, top := range f.Body {
		top.Walk(func(n *code.Node) bool {
			if n.Kind != code.Object || n.Type == nil || !typed(f, n, "Migration", gormigrateModules...) {
				return true
			}
			up := localFunction(f, n.Get("Migrate"))
			if up == nil {
				return true
			}
			e := entry{up: up, down: localFunction(f, n.Get("Rollback"))}
			id := strip(n.Get("ID"))
			if id != nil && id.Kind == code.Ident {
				id = strip(topLevel(f, id.Text))
			}
			if id != nil && id.Kind == code.String {
				e.version = id.Text
			}
			out = append(out, e)
			return false
		})
	}
	return out
}

// localFunction is a function of the file, also one that a variable of the
// function around holds, or one converted as in gormigrate.MigrateFunc(up).
func localFunction(f *code.File, n *code.Node) *code.Node {
	n = strip(n)
	if n != nil && n.Kind == code.Call && len(n.Kids) == 2 && n.Kids[0] != nil && (n.Kids[0].Text == "MigrateFunc" || n.Kids[0].Text == "RollbackFunc") {
		n = strip(n.Kids[1])
	}
	if n == nil || n.Kind != code.Ident {
		return function(f, n)
	}
	s := &scope{vars: map[string]*code.Node{}}
	s.surround(f, n.Span)
	if v, ok := s.vars[n.Text]; ok {
		return function(f, v)
	}
	return function(f, n)
}
