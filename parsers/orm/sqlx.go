package orm

import (
	"maps"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/query"
)

// sqlx: database/sql and more. Get and Select have the destination first; the
// functions of the package have a connection before it. In, Rebind, Named and
// BindNamed only build.
var _ = add(&Library{
	Name:    "sqlx",
	Reads:   isGo,
	Modules: []string{"github.com/jmoiron/sqlx"},
	Roots:   sqlxRoots(),
	Steps:   sqlxSteps(),
	Results: map[string]string{
		"db Queryx": "Rows inst", "db QueryxContext": "Rows inst", "db NamedQuery": "Rows inst", "db NamedQueryContext": "Rows inst",
		"db QueryRowx": "Row inst", "db QueryRowxContext": "Row inst",
	},
	Handles: []facts.Handle{
		{Kind: "db", Methods: sqlxMethods.methods()},
		{Kind: "sqlxStmt", Methods: sqlxMethods.methods()},
		{Kind: "package", Methods: sqlxFuncs.methods()},
	},
	Read: readSqlx,
})

var sqlxMethods = func() goMethods {
	m := goMethods{
		"Get": {text: 1, row: true}, "GetContext": {text: 2, row: true}, "Select": {text: 1}, "SelectContext": {text: 2},
		"Queryx": {}, "QueryxContext": {text: 1}, "QueryRowx": {row: true}, "QueryRowxContext": {text: 1, row: true},
		"NamedQuery": {}, "NamedQueryContext": {text: 1}, "NamedExec": {}, "NamedExecContext": {text: 1},
		"MustExec": {}, "MustExecContext": {text: 1},
	}
	maps.Copy(m, goSQL)
	return m
}()

// sqlxFuncs are the functions of the package: sqlx.Get(db, &dest, text).
var sqlxFuncs = goMethods{
	"Get": {text: 2, row: true}, "GetContext": {text: 3, row: true}, "Select": {text: 2}, "SelectContext": {text: 3},
	"NamedQuery": {text: 1}, "NamedQueryContext": {text: 2}, "NamedExec": {text: 1}, "NamedExecContext": {text: 2},
	"MustExec": {text: 1}, "MustExecContext": {text: 2},
}

func sqlxRoots() map[string]string {
	roots := map[string]string{
		"DB inst": "db", "Tx inst": "db", "Conn inst": "db", "Ext inst": "db", "ExtContext inst": "db", "Queryer inst": "db", "QueryerContext inst": "db",
		"Execer inst": "db", "ExecerContext inst": "db", "Stmt inst": "sqlxStmt", "NamedStmt inst": "sqlxStmt",
		"Open ()": "db", "Connect ()": "db", "MustConnect ()": "db", "MustOpen ()": "db", "ConnectContext ()": "db", "NewDb ()": "db",
		"*": "package",
	}
	for name := range sqlxFuncs { // a function of the package is found at the package
		roots[name] = "package"
	}
	return roots
}

func sqlxSteps() map[string]string {
	steps := map[string]string{
		"db .Beginx ()": "db", "db .BeginTxx ()": "db", "db .MustBegin ()": "db", "db .MustBeginTx ()": "db", "db .Connx ()": "db", "db .Unsafe ()": "db",
		"db .Preparex ()": "sqlxStmt", "db .PreparexContext ()": "sqlxStmt", "db .PrepareNamed ()": "sqlxStmt", "db .PrepareNamedContext ()": "sqlxStmt",
		"db .Stmtx ()": "sqlxStmt", "db .NamedStmt ()": "sqlxStmt", "db .DB": "db",
	}
	maps.Copy(steps, sqlSteps)
	return steps
}

func readSqlx(c *call) bool {
	link := c.Links[0]
	switch c.kind {
	case "package":
		return c.goSQL(sqlxFuncs, query.Generic)
	case "sqlxStmt":
		m, ok := sqlxMethods[link.Name]
		return ok && link.Called && c.goText(c.prepared(), m, driverDialect(c.env.File()))
	}
	return c.goSQL(sqlxMethods, query.Generic)
}
