package postgres

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// conditions are the AND-list of a check's expression, nil if it is not read.
func conditions(expr string) []query.Predicate {
	if expr == "" {
		return nil
	}
	st := Parse("SELECT FROM t WHERE " + expr)
	if st.Problem != nil || len(st.Queries) == 0 {
		return nil
	}
	return st.Queries[0].Where
}

// valid are the conditions that hold for every row of a table: those of its
// validated checks.
func valid(t *schema.Table) []query.Predicate {
	var out []query.Predicate
	for _, k := range t.Constraints {
		if k.Kind == schema.Check && !k.NotValid {
			out = append(out, conditions(k.Expr)...)
		}
	}
	return out
}

// provesNotNull reports whether conditions that hold imply that a column is
// not null. As the server's proof does, it asks for IS NOT NULL itself
// (manual, ALTER TABLE, SET NOT NULL).
func provesNotNull(list []query.Predicate, name string) bool {
	for _, p := range list {
		if p.Op == query.IsNotNull && p.Wrapped == "" && p.Column.Name == name {
			return true
		}
		if len(p.Or) > 0 && !slices.ContainsFunc(p.Or, func(arm []query.Predicate) bool { return !provesNotNull(arm, name) }) {
			return true
		}
	}
	return false
}

// limits is a partition bound over one column: a range [from, to) or a list.
type limits struct {
	column   string
	from, to string // "" for MINVALUE and MAXVALUE
	list     []string
	null     bool
}

// limitsOf reads the bound of a partition by one plain column; false for hash,
// several columns, expressions and DEFAULT.
func limitsOf(by, bound string) (limits, bool) {
	method, key, _ := strings.Cut(strings.TrimSpace(by), "(")
	key = strings.TrimSuffix(strings.TrimSpace(key), ")")
	method = strings.ToUpper(strings.TrimSpace(method))
	if key == "" || strings.ContainsAny(key, ",( ") {
		return limits{}, false
	}
	l := limits{column: sqltext.Unquote(key)}
	lists := bracketsOf(bound)
	switch {
	case method == "RANGE" && len(lists) == 2 && len(lists[0]) == 1 && len(lists[1]) == 1:
		l.from, l.to = lists[0][0], lists[1][0]
		if strings.EqualFold(l.from, "minvalue") {
			l.from = ""
		}
		if strings.EqualFold(l.to, "maxvalue") {
			l.to = ""
		}
		return l, true
	case method == "LIST" && len(lists) == 1:
		for _, v := range lists[0] {
			if strings.EqualFold(v, "null") {
				l.null = true
				continue
			}
			l.list = append(l.list, v)
		}
		return l, true
	}
	return limits{}, false
}

// bracketsOf are the values of each pair of brackets at the top level, without
// quotes and casts.
func bracketsOf(text string) [][]string {
	out := cellsOf(text)
	for _, values := range out {
		for i, v := range values {
			values[i] = literal(v)
		}
	}
	return out
}

// cellsOf are the values of each pair of brackets at the top level as written.
func cellsOf(text string) [][]string {
	var out [][]string
	t := lex(text)
	for i := 0; i < len(t.list); i++ {
		if !t.is(i, "(") || t.list[i].match <= i {
			continue
		}
		var values []string
		for _, cell := range t.items(i+1, t.list[i].match, t.list[i].depth+1) {
			values = append(values, strings.TrimSpace(t.span(cell[0], cell[1]).In([]byte(text))))
		}
		out = append(out, values)
		i = t.list[i].match
	}
	return out
}

// literal is a constant's value without quotes, casts and type names.
func literal(text string) string {
	text = strings.TrimSpace(text)
	if i := strings.IndexByte(text, '\''); i >= 0 {
		if j := strings.IndexByte(text[i+1:], '\''); j >= 0 {
			return text[i+1 : i+1+j]
		}
	}
	if i := strings.Index(text, "::"); i >= 0 {
		text = text[:i]
	}
	return strings.TrimSpace(text)
}

// compare orders two constants of one type as far as their texts tell: numbers
// by value, anything else, such as ISO dates, by text.
func compare(a, b string) int {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	if errX == nil && errY == nil {
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	}
	return strings.Compare(dateText(a), dateText(b))
}

// dateText makes a date and its midnight one.
func dateText(s string) string {
	for _, tail := range []string{"+00", "Z", " 00:00:00", "T00:00:00", " 00:00"} {
		s = strings.TrimSuffix(s, tail)
	}
	return s
}

// inside reports whether conditions that hold imply that every row lies within
// the bound; notNull says that the column cannot be null.
func (l limits) inside(list []query.Predicate, notNull bool) bool {
	if !notNull && !l.null && !provesNotNull(list, l.column) {
		return false
	}
	low, high, in := l.from == "" && l.list == nil, l.to == "" && l.list == nil, false
	for _, p := range list {
		if p.Wrapped != "" || p.Column.Name != l.column {
			continue
		}
		v := p.Operand.Text
		switch p.Op {
		case query.Ge, query.Gt:
			low = low || l.list == nil && compare(v, l.from) >= 0
		case query.Lt:
			high = high || l.list == nil && compare(v, l.to) <= 0
		case query.Le:
			high = high || l.list == nil && compare(v, l.to) < 0
		case query.Eq:
			in = in || l.has(v)
			if l.list == nil && (l.from == "" || compare(v, l.from) >= 0) && (l.to == "" || compare(v, l.to) < 0) {
				low, high = true, true
			}
		case query.In:
			all := len(p.Operand.Items) > 0
			for _, it := range p.Operand.Items {
				all = all && l.has(it.Text)
			}
			in = in || all
		case query.Between:
			if len(p.Operand.Items) == 2 && l.list == nil {
				low = low || compare(p.Operand.Items[0].Text, l.from) >= 0
				high = high || compare(p.Operand.Items[1].Text, l.to) < 0
			}
		}
	}
	if l.list != nil || l.null {
		return in
	}
	return low && high
}

func (l limits) has(v string) bool {
	for _, x := range l.list {
		if compare(x, v) == 0 {
			return true
		}
	}
	return false
}

// outside reports whether conditions that hold imply that no row lies within
// the bound: what a DEFAULT partition must promise not to be read.
func (l limits) outside(list []query.Predicate) bool {
	for _, p := range list {
		if len(p.Or) == 0 {
			if l.excludes(p) {
				return true
			}
			continue
		}
		all := true
		for _, arm := range p.Or {
			some := false
			for _, q := range arm {
				some = some || l.excludes(q) || q.Op == query.IsNull && q.Column.Name == l.column && !l.null
			}
			all = all && some
		}
		if all {
			return true
		}
	}
	return false
}

// excludes reports whether one condition keeps all rows out of the bound.
func (l limits) excludes(p query.Predicate) bool {
	if p.Wrapped != "" || p.Column.Name != l.column {
		return false
	}
	v := p.Operand.Text
	switch p.Op {
	case query.Lt:
		return l.list == nil && l.from != "" && compare(v, l.from) <= 0 || l.list != nil && l.all(func(x string) bool { return compare(x, v) >= 0 })
	case query.Le:
		return l.list == nil && l.from != "" && compare(v, l.from) < 0 || l.list != nil && l.all(func(x string) bool { return compare(x, v) > 0 })
	case query.Ge:
		return l.list == nil && l.to != "" && compare(v, l.to) >= 0 || l.list != nil && l.all(func(x string) bool { return compare(x, v) < 0 })
	case query.Gt:
		return l.list == nil && l.to != "" && compare(v, l.to) >= 0 || l.list != nil && l.all(func(x string) bool { return compare(x, v) <= 0 })
	case query.Ne:
		return len(l.list) == 1 && l.has(v)
	case query.NotIn:
		return l.list != nil && l.all(func(x string) bool {
			for _, it := range p.Operand.Items {
				if compare(it.Text, x) == 0 {
					return true
				}
			}
			return false
		})
	case query.Eq:
		return l.list != nil && !l.has(v) || l.list == nil && (l.from != "" && compare(v, l.from) < 0 || l.to != "" && compare(v, l.to) >= 0)
	case query.In:
		for _, it := range p.Operand.Items {
			if l.list != nil && l.has(it.Text) {
				return false
			}
		}
		return l.list != nil && len(p.Operand.Items) > 0
	}
	return false
}

func (l limits) all(f func(string) bool) bool {
	for _, x := range l.list {
		if !f(x) {
			return false
		}
	}
	return len(l.list) > 0
}
