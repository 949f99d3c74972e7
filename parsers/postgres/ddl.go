package postgres

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/dbwise/dbwise/parsers/query"
)

func (l *lowerer) ddl(n *pg.Node, q *query.Query) {}
