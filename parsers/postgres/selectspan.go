package postgres

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/dbwise/dbwise/parsers/source"
)

// selectSpan covers a SELECT: found from its first known token back to its
// first keyword, and on to the bracket, or the set operation, that ends it.
func (l *lowerer) selectSpan(x *pg.SelectStmt, whole bool) source.Span {
	if whole {
		return l.stmt
	}
	from := l.selectStart(x)
	if from < 0 || from >= len(l.list) {
		return l.stmt
	}
	depth := l.list[from].depth
	stops := []string{";", "UNION", "INTERSECT", "EXCEPT", "RETURNING"}
	if x.Op > pg.SetOperation_SETOP_NONE {
		stops = []string{";", "RETURNING"}
	}
	end := from + 1
	for ; end < len(l.list) && l.list[end].End <= l.stmt.End; end++ {
		if d := l.list[end].depth; d < depth || d == depth && (l.any(end, stops...) || l.seq(end, "ON", "CONFLICT")) {
			break
		}
	}
	return l.span(from, end)
}

// selectStart is the token a SELECT begins with.
func (l *lowerer) selectStart(x *pg.SelectStmt) int {
	if w := x.WithClause; w != nil {
		return l.at(int(w.Location))
	}
	if x.Op > pg.SetOperation_SETOP_NONE {
		start := l.selectStart(x.Larg)
		if l.is(start-1, "(") && l.any(l.list[start-1].match+1, "UNION", "INTERSECT", "EXCEPT") {
			start--
		}
		return start
	}
	at := -1
	for _, list := range [][]*pg.Node{x.TargetList, x.ValuesLists, x.FromClause} {
		if len(list) > 0 && at < 0 {
			at = location(list[0])
			if e := l.extent(list[0]); at < 0 && e.Start <= e.End {
				at = e.Start
			}
		}
	}
	if at < 0 {
		return -1
	}
	i := l.at(at)
	if i >= len(l.list) {
		return -1
	}
	depth := l.list[i].depth
	if len(x.ValuesLists) > 0 && !l.is(i, "(") {
		depth--
	}
	return l.back(i, depth, "SELECT", "VALUES", "TABLE")
}
