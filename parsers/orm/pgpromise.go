package orm

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
)

// pg-promise: the module's function gives the library, and that gives the
// database; tasks and transactions hand such a handle to a function. All
// methods send at once (pg-promise documentation, Database and Task).
var _ = add(&Library{
	Name:    "pg-promise",
	Reads:   source.Lang.Script,
	Modules: []string{"pg-promise"},
	Roots:   map[string]string{"default () ()": "db", "* () ()": "db", "IDatabase inst": "db", "ITask inst": "db", "IBaseProtocol inst": "db"},
	Steps: map[string]string{
		"db .task callback(0,0)": "db", "db .task callback(1,0)": "db",
		"db .tx callback(0,0)": "db", "db .tx callback(1,0)": "db",
		"db .taskIf callback(0,0)": "db", "db .taskIf callback(1,0)": "db",
		"db .txIf callback(0,0)": "db", "db .txIf callback(1,0)": "db",
		"db .connect ()": "db",
	},
	Handles: []facts.Handle{{Kind: "db", Methods: names("query none one oneOrNone many manyOrNone any result multi multiResult each map")}},
	Read:    readPgPromise,
})

// pgPromiseRow are the methods that take at most one row.
var pgPromiseRow = names("one oneOrNone")

func readPgPromise(c *call) bool {
	link := c.Links[0]
	if !c.lib.Handles[0].Methods[link.Name] || !link.Called || len(link.Args) == 0 {
		return false
	}
	n := link.Args[0]
	switch v := c.value(n); {
	case v.Kind == code.Object && v.Get("text") != nil: // a ParameterizedQuery or PreparedStatement written out
		n = v.Get("text")
	case v.Kind == code.New && len(v.Args()) > 0 && c.value(v.Args()[0]).Get("text") != nil:
		n = c.value(v.Args()[0]).Get("text")
	}
	if !c.sqlText(n, query.PostgreSQL) {
		return false
	}
	c.q.Row = pgPromiseRow[link.Name]
	return true
}
