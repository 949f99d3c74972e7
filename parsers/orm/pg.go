package orm

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
)

// node-postgres: query(text, values) or query({ text, values }) on a pool or
// a client sends at once.
var _ = add(&Library{
	Name:    "pg",
	Reads:   source.Lang.Script,
	Modules: []string{"pg", "pg-pool"},
	Roots: map[string]string{
		"Pool inst": "client", "Client inst": "client", "PoolClient inst": "client", "ClientBase inst": "client",
		"native .Pool inst": "client", "native .Client inst": "client",
		"default inst": "client", // pg-pool exports the class itself
	},
	Steps: map[string]string{
		"client .connect ()":            "client",
		"client .connect callback(0,1)": "client",
	},
	Handles: []facts.Handle{{Kind: "client", Methods: names("query")}},
	Read:    readPg,
})

func readPg(c *call) bool {
	link := c.Links[0]
	if link.Name != "query" || !link.Called || len(link.Args) == 0 {
		return false
	}
	n := link.Args[0]
	v := c.value(n)
	switch {
	case v.Kind == code.Object && v.Get("text") != nil:
		n = v.Get("text")
	case v.Kind == code.New && len(v.Args()) > 0: // new Query(text), new Cursor(text)
		n = v.Args()[0]
	case v.Kind == code.Tagged && len(v.Kids) > 1: // sql-template-strings
		n = v.Kids[1]
	}
	return c.sqlText(n, query.PostgreSQL)
}
