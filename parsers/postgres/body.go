package postgres

import pg "github.com/pganalyze/pg_query_go/v5"

func (l *lowerer) function(x *pg.CreateFunctionStmt) {}
func (l *lowerer) do(x *pg.DoStmt)                   {}
