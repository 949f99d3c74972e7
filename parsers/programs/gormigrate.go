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
			up := function(f, n.Get("Migrate"))
			if up == nil {
				return true
			}
			e := entry{up: up, down: function(f, n.Get("Rollback"))}
			if id := strip(n.Get("ID")); id != nil && id.Kind == code.String {
				e.version = id.Text
			}
			out = append(out, e)
			return false
		})
	}
	return out
}
