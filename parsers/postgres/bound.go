package postgres

import (
	"regexp"
	"strings"

	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// BoundChecks are the conditions of two CHECK constraints about a partition's
// bound. The server takes a valid one as proof and reads no row: inside on the
// table that is attached, outside on the default partition (manual, ALTER
// TABLE, ATTACH PARTITION). The bound says IS NOT NULL besides, so a key that
// may be null says it as well. There are none for hash, a key of several
// columns or an expression, NULL in a list, and values that are no constants.
func BoundChecks(parent *schema.Table, bound string) (inside, outside string, ok bool) {
	if parent == nil {
		return "", "", false
	}
	l, ok := limitsOf(parent.PartitionBy, bound)
	col := parent.Column(l.column)
	lists := cellsOf(bound)
	if !ok || col == nil || l.null {
		return "", "", false
	}
	for _, list := range lists {
		for _, v := range list {
			if !constant.MatchString(v) {
				return "", "", false
			}
		}
	}
	key := sqltext.QuoteIdent(col.Name)
	if l.list != nil {
		values := strings.Join(lists[0], ", ")
		inside, outside = key+" IN ("+values+")", key+" NOT IN ("+values+")"
	} else {
		var in, out []string
		if l.from != "" {
			in, out = append(in, key+" >= "+lists[0][0]), append(out, key+" < "+lists[0][0])
		}
		if l.to != "" {
			in, out = append(in, key+" < "+lists[1][0]), append(out, key+" >= "+lists[1][0])
		}
		inside, outside = strings.Join(in, " AND "), strings.Join(out, " OR ")
	}
	if !col.NotNull {
		inside, outside = key+" IS NOT NULL AND "+inside, key+" IS NULL OR "+outside
	}
	return inside, outside, l.inside(conditions(inside), col.NotNull) && l.outside(conditions(outside))
}

// constant is a value that means the same in a bound and in a CHECK.
var constant = regexp.MustCompile(`(?i)^(-?\d+(\.\d+)?|'[^'\\]*'(::[a-z0-9_ ]+)?|(date|timestamp|timestamptz) '[^'\\]*'|minvalue|maxvalue)$`)
