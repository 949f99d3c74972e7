package postgres

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/dbwise/dbwise/parsers/schema"
)

func (l *lowerer) truncate(x *pg.TruncateStmt) {
	for _, n := range x.Relations {
		v := n.GetRangeVar()
		at, _ := l.relation(v)
		c := schema.Change{Kind: schema.Truncate, Table: nameOf(v), NameSpan: at, Cascade: x.Behavior == pg.DropBehavior_DROP_CASCADE,
			RestartIdentity: x.RestartSeqs, Only: !v.GetInh(), Object: "table"}
		if len(x.Relations) > 1 {
			c.Span = at
		}
		l.change(c)
	}
}

// transaction lowers transaction control; savepoints are OtherDDL, since they
// neither open nor end a transaction.
func (l *lowerer) transaction(x *pg.TransactionStmt) {
	c := schema.Change{Kind: schema.OtherDDL, Column: x.SavepointName}
	switch x.Kind {
	case pg.TransactionStmtKind_TRANS_STMT_BEGIN, pg.TransactionStmtKind_TRANS_STMT_START:
		c.Kind = schema.Begin
	case pg.TransactionStmtKind_TRANS_STMT_COMMIT:
		c.Kind = schema.Commit
	case pg.TransactionStmtKind_TRANS_STMT_ROLLBACK:
		c.Kind = schema.Rollback
	case pg.TransactionStmtKind_TRANS_STMT_SAVEPOINT:
		c.Action = "savepoint"
	case pg.TransactionStmtKind_TRANS_STMT_RELEASE:
		c.Action = "release savepoint"
	case pg.TransactionStmtKind_TRANS_STMT_ROLLBACK_TO:
		c.Action = "rollback to savepoint"
	case pg.TransactionStmtKind_TRANS_STMT_PREPARE:
		c.Kind, c.Action = schema.Commit, "prepare transaction"
	case pg.TransactionStmtKind_TRANS_STMT_COMMIT_PREPARED:
		c.Action = "commit prepared"
	case pg.TransactionStmtKind_TRANS_STMT_ROLLBACK_PREPARED:
		c.Action = "rollback prepared"
	}
	if x.Chain {
		c.To = "chain"
	}
	l.change(c)
}

// set lowers SET and RESET; To is the value as written, without its quotes
// where it is one string.
func (l *lowerer) set(x *pg.VariableSetStmt) {
	c := schema.Change{Kind: schema.SetParameter, Column: strings.ToLower(x.Name), Local: x.IsLocal}
	switch x.Kind {
	case pg.VariableSetKind_VAR_SET_VALUE:
		var values []string
		for _, n := range x.Args {
			if k := n.GetAConst(); k != nil {
				values = append(values, constText(k))
			} else if t := n.GetTypeCast(); t != nil {
				values = append(values, constText(t.Arg.GetAConst()))
			}
		}
		c.To = strings.Join(values, ", ")
	case pg.VariableSetKind_VAR_SET_DEFAULT:
		c.To = "DEFAULT"
	case pg.VariableSetKind_VAR_RESET:
		c.Action = "reset"
	case pg.VariableSetKind_VAR_RESET_ALL:
		c.Action = "reset all"
	default:
		c.Action = "set " + strings.ToLower(x.Name)
	}
	if s := l.named(l.first+1, l.end(), x.Name); !s.Empty() {
		c.NameSpan = s
	}
	l.change(c)
}
