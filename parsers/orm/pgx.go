package orm

import (
	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/query"
)

// pgx, versions 3 to 5. A context comes first since version 4. Queueing in a
// Batch sends nothing; SendBatch is one round trip of unknown content.
var _ = add(&Library{
	Name:  "pgx",
	Reads: isGo,
	Modules: []string{
		"github.com/jackc/pgx/v5", "github.com/jackc/pgx/v5/pgxpool", "github.com/jackc/pgx/v4", "github.com/jackc/pgx/v4/pgxpool", "github.com/jackc/pgx",
		"github.com/jackc/pgconn",
	},
	Roots: map[string]string{
		"Conn inst": "db", "Pool inst": "db", "Tx inst": "db", "ConnPool inst": "db",
		"Connect ()": "db", "ConnectConfig ()": "db", "ConnectWithOptions ()": "db", "New ()": "db", "NewWithConfig ()": "db", "NewConnPool ()": "db",
		"BeginFunc callback(2,0)": "db", "BeginTxFunc callback(3,0)": "db",
	},
	Steps: map[string]string{
		"db .Begin ()": "db", "db .BeginTx ()": "db", "db .BeginEx ()": "db", "db .Acquire ()": "db", "db .Conn ()": "db", "db .Hijack ()": "db",
		"db .AcquireFunc callback(1,0)": "db", "db .BeginFunc callback(1,0)": "db", "db .BeginTxFunc callback(2,0)": "db",
	},
	Results: map[string]string{"db Query": "Rows inst", "db QueryRow": "Row inst", "db Exec": "CommandTag inst", "db SendBatch": "BatchResults inst"},
	Handles: []facts.Handle{{Kind: "db", Methods: names("Query QueryRow QueryEx QueryRowEx QueryFunc Exec ExecEx SendBatch CopyFrom")}},
	Read:    readPgx,
})

func readPgx(c *call) bool {
	link := c.Links[0]
	if !link.Called {
		return false
	}
	switch link.Name {
	case "SendBatch":
		return c.sqlText(nil, query.PostgreSQL)
	case "CopyFrom":
		return c.copyFrom(link.Args)
	case "Query", "QueryRow", "QueryEx", "QueryRowEx", "QueryFunc", "Exec", "ExecEx":
	default:
		return false
	}
	at := 1
	if len(link.Args) == 0 {
		return false
	}
	if c.env.String(link.Args[0]) != nil { // version 3 has no context
		at = 0
	}
	if len(link.Args) <= at {
		return false
	}
	return c.goText(link.Args[at], goMethod{row: link.Name == "QueryRow" || link.Name == "QueryRowEx"}, query.PostgreSQL)
}

// copyFrom reads CopyFrom(ctx, pgx.Identifier{"s", "t"}, []string{"a"}, rows).
func (c *call) copyFrom(args []*code.Node) bool {
	q := &query.Query{Op: query.Insert, Dialect: query.PostgreSQL}
	c.q = q
	if len(args) > 0 && c.value(args[0]).Kind != code.Array {
		args = args[1:]
	}
	if len(args) < 2 {
		return false
	}
	table, known := c.strings(args[0])
	switch {
	case known && len(table) == 1:
		q.Tables = []query.Table{{Name: table[0].Name, Span: table[0].Span}}
	case known && len(table) == 2:
		q.Tables = []query.Table{{Schema: table[0].Name, Name: table[1].Name, Span: table[1].Span}}
	default:
		q.Unknown |= query.UnknownTable
	}
	columns, known := c.strings(args[1])
	if !known {
		q.Unknown |= query.UnknownColumns
	}
	for _, col := range columns {
		q.Sets = append(q.Sets, query.Assignment{Column: col})
	}
	return true
}

// strings reads a list of strings as names; false if it is not all written out.
func (c *call) strings(n *code.Node) ([]query.Column, bool) {
	v := c.value(n)
	if v.Kind != code.Array {
		return nil, false
	}
	var out []query.Column
	for _, k := range v.Kids {
		s, ok := "", false
		if k != nil {
			s, ok = c.stringOf(k)
		}
		if !ok {
			return out, false
		}
		out = append(out, column(s, k.Span))
	}
	return out, true
}
