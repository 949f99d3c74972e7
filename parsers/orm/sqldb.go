package orm

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/query"
)

// database/sql. The text stands first, or second after a context; a statement
// that was prepared in sight is followed to its text.
var _ = add(&Library{
	Name:    "database/sql",
	Reads:   isGo,
	Modules: []string{"database/sql", "github.com/jackc/pgx/v5/stdlib", "github.com/jackc/pgx/v4/stdlib", "github.com/jackc/pgx/stdlib", "go.nhat.io/otelsql", "github.com/XSAM/otelsql"},
	Roots: map[string]string{
		"DB inst": "db", "Tx inst": "db", "Conn inst": "db", "Stmt inst": "stmt",
		"Open ()": "db", "OpenDB ()": "db", "OpenDBFromPool ()": "db",
	},
	Steps: sqlSteps,
	Results: map[string]string{
		"db Query": "Rows inst", "db QueryContext": "Rows inst", "db QueryRow": "Row inst", "db QueryRowContext": "Row inst",
		"db Exec": "Result inst", "db ExecContext": "Result inst",
	},
	Handles: []facts.Handle{{Kind: "db", Methods: goSQL.methods()}, {Kind: "stmt", Methods: goSQL.methods()}},
	Read:    func(c *call) bool { return c.goSQL(goSQL, query.Generic) },
})

var sqlSteps = map[string]string{
	"db .Begin ()": "db", "db .BeginTx ()": "db", "db .Conn ()": "db",
	"db .Prepare ()": "stmt", "db .PrepareContext ()": "stmt",
	"db .Stmt ()": "stmt", "db .StmtContext ()": "stmt",
}

// goMethod is a method that sends SQL: which argument is the text, and what
// it gives.
type goMethod struct {
	text int
	row  bool
}

type goMethods map[string]goMethod

func (m goMethods) methods() map[string]bool {
	out := map[string]bool{}
	for name := range m {
		out[name] = true
	}
	return out
}

var goSQL = goMethods{
	"Query": {}, "QueryContext": {text: 1}, "QueryRow": {row: true}, "QueryRowContext": {text: 1, row: true},
	"Exec": {}, "ExecContext": {text: 1},
}

// goSQL reads a call of one of these methods, on a connection, on a statement
// prepared in the same chain, or on one prepared elsewhere.
func (c *call) goSQL(methods goMethods, d query.Dialect) bool {
	if d == query.Generic {
		d = driverDialect(c.env.File())
	}
	link := c.Links[0]
	if c.kind == "stmt" {
		m, ok := methods[link.Name]
		return ok && link.Called && c.goText(c.prepared(), m, d)
	}
	if at, ok := prepares[link.Name]; ok && link.Called && len(c.Links) > 1 {
		m, ok := methods[c.Links[1].Name]
		if !ok || !c.Links[1].Called || len(link.Args) <= at {
			return false
		}
		c.exec = 1
		return c.goText(link.Args[at], m, d)
	}
	m, ok := methods[link.Name]
	return ok && link.Called && len(link.Args) > m.text && c.goText(link.Args[m.text], m, d)
}

// prepared is the text of the statement that a chain starts at, if it was
// prepared in the same function.
func (c *call) prepared() *code.Node {
	def := c.assigned(c.Root)
	if at, ok := prepares[method(def)]; ok && len(def.Args()) > at {
		return def.Args()[at]
	}
	return nil
}

// expanded looks through functions of sqlx that give the same text for another
// form of arguments: q, args, err := sqlx.In("...", ids).
//
// lists says that In put a list in the place of every placeholder in brackets.
func (c *call) expanded(n *code.Node) (text *code.Node, lists bool) {
	for range maxDepth {
		if n == nil || c.env.String(n) != nil {
			return n, lists
		}
		def := n
		if n.Kind == code.Ident {
			def = c.assigned(n)
		}
		switch name := method(def); {
		case (name == "Rebind" || name == "BindNamed" || name == "In" || name == "Named") && len(def.Args()) > 0:
			n, lists = def.Args()[0], lists || name == "In"
			if c.env.String(n) == nil && len(def.Args()) > 1 && name == "Rebind" {
				n = def.Args()[1] // sqlx.Rebind(kind, text)
			}
		default:
			return n, lists
		}
	}
	return n, lists
}

func (c *call) goText(n *code.Node, m goMethod, d query.Dialect) bool {
	lists := false
	if c.lib.Name == "sqlx" || c.lib.Name == "database/sql" {
		n, lists = c.expanded(n)
	}
	c.sqlText(n, d)
	if lists {
		c.q.Where = mapOperands(c.q.Where, func(o query.Operand) query.Operand {
			o.Open = o.Open || o.Kind == query.List && len(o.Items) == 1 && o.Items[0].Kind == query.Param
			return o
		})
	}
	c.q.Row = c.q.Row || m.row
	return true
}

// prepares tells where the text of a statement stands.
var prepares = map[string]int{"Prepare": 0, "PrepareContext": 1, "Preparex": 0, "PreparexContext": 1, "PrepareNamed": 0, "PrepareNamedContext": 1}

// drivers are the modules whose import tells the dialect of a file's SQL.
var drivers = map[string]query.Dialect{
	"github.com/lib/pq": query.PostgreSQL, "github.com/jackc/pgx/v5/stdlib": query.PostgreSQL, "github.com/jackc/pgx/v4/stdlib": query.PostgreSQL,
	"github.com/go-sql-driver/mysql": query.MySQL, "github.com/mattn/go-sqlite3": query.SQLite, "modernc.org/sqlite": query.SQLite,
	"gorm.io/driver/postgres": query.PostgreSQL, "gorm.io/driver/mysql": query.MySQL, "gorm.io/driver/sqlite": query.SQLite, "github.com/glebarez/sqlite": query.SQLite,
}

// driverDialect is the dialect of the only driver a file imports.
func driverDialect(f *code.File) query.Dialect {
	found := query.Generic
	if f == nil {
		return found
	}
	for _, n := range f.Body {
		if n == nil || n.Kind != code.Import {
			continue
		}
		if d, ok := drivers[n.Text]; ok {
			if found != query.Generic && found != d {
				return query.Generic
			}
			found = d
		}
	}
	return found
}
