package query

import (
	"reflect"
	"testing"

	"github.com/dbwise/dbwise/parsers/source"
)

func sample() *Query {
	at := source.Span{Start: 1, End: 2}
	col := Column{Table: "u", Name: "id", Span: at}
	value := Operand{Kind: List, Items: []Operand{{Kind: Param, Text: "$1", Span: at}}, Column: col, Span: at}
	set := []Assignment{{Column: col, Operand: value}}
	cond := []Predicate{{Column: col, Op: In, Operand: value, Rest: set, Span: at},
		{Or: [][]Predicate{{{Column: col, Op: Eq, Operand: value, Span: at}}, {{Op: Exists, Operand: Operand{Kind: Subselect, Sub: 1, Span: at}, Span: at}}}, Span: at}}
	cols := []Column{col}
	return &Query{Op: Update, Library: "sql", Span: at, Head: at, Tables: []Table{{Schema: "app", Name: "users", Alias: "u", Span: at}},
		Where: cond, Having: cond, ConflictWhere: cond, Joins: []Join{{Table: 0, Kind: "left", On: cond, Span: at}}, GroupBy: cols,
		OrderBy: []Order{{Column: col, Desc: true, Nulls: "last", Span: at}}, Limit: value, Offset: value, Columns: cols,
		Stars: []Star{{Table: "u", Span: at}}, Outputs: []Output{{Name: "n", Column: col, Span: at}}, Sets: set, Conflict: cols,
		Returning: cols, Refs: cols, DistinctOn: cols, Unknown: UnknownWhere | UnknownLimit,
		Subqueries: []*Query{{Op: Select, Role: Condition, Span: at, Head: at, Refs: cols}}}
}

// TestMapSpans: every span moves, and the original keeps its own.
func TestMapSpans(t *testing.T) {
	q := sample()
	moved := q.MapSpans(func(s source.Span) source.Span { return s.Shift(10) })
	count := 0
	var walk func(v reflect.Value, start int)
	walk = func(v reflect.Value, start int) {
		if s, ok := v.Interface().(source.Span); ok {
			if s.End != 0 && s.End != 10 { // spans of absent parts stay empty
				count++
				if s.Start != start {
					t.Errorf("a span starts at %d, want %d", s.Start, start)
				}
			}
			return
		}
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				walk(v.Elem(), start)
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i), start)
			}
		case reflect.Struct:
			for i := range v.NumField() {
				walk(v.Field(i), start)
			}
		}
	}
	walk(reflect.ValueOf(q), 1)
	before := count
	walk(reflect.ValueOf(moved), 11)
	if count != 2*before || before == 0 {
		t.Errorf("%d spans before, %d after", before, count-before)
	}
	if q.Dump() != moved.Dump() {
		t.Error("moving spans changed the query")
	}
}

func TestDump(t *testing.T) {
	const want = `update app.users u unknown:where,limit
  join left u on u.id in (<$1>) then u.id := (<$1>) and (u.id = (<$1>) or exists subquery#1)
  where u.id in (<$1>) then u.id := (<$1>) and (u.id = (<$1>) or exists subquery#1)
  group by u.id
  having u.id in (<$1>) then u.id := (<$1>) and (u.id = (<$1>) or exists subquery#1)
  order by u.id desc nulls last
  limit (<$1>)
  offset (<$1>)
  distinct on u.id
  columns u.id
  star u.*
  outputs u.id n
  set u.id := (<$1>)
  conflict (u.id) where u.id in (<$1>) then u.id := (<$1>) and (u.id = (<$1>) or exists subquery#1)
  returning u.id
  refs u.id
    [condition] select
      refs u.id
`
	if got := sample().Dump(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestFilters(t *testing.T) {
	plain, inOr := 0, 0
	Filters(sample().Where, func(_ Predicate, or bool) {
		if or {
			inOr++
		} else {
			plain++
		}
	})
	if plain != 1 || inOr != 2 {
		t.Errorf("%d conditions outside, %d inside OR", plain, inOr)
	}
}
