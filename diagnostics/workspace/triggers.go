package workspace

import (
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// fired are the triggers of one table on the way through a history, and the
// trigger functions that name one of its columns as a field of NEW or OLD. The
// server looks at such a name when the trigger fires, not before (PostgreSQL
// manual, 43.10 "Trigger Functions"), so that nothing keeps the column.
type fired struct {
	table, column string
	// calls are the functions by trigger, fields the places by function.
	calls  map[string]string
	fields map[string]Dependent
}

func newFired(key mentionKey) *fired {
	return &fired{table: key.table, column: key.column, calls: map[string]string{}, fields: map[string]Dependent{}}
}

// follow takes one statement into account.
func (t *fired) follow(v *view, st *facts.Statement) {
	for i := range st.Changes {
		c := &st.Changes[i]
		mine := strings.EqualFold(c.Table.Name, t.table)
		switch {
		case c.MakesTrigger():
			if mine {
				t.calls[c.Column] = c.Other.Name
			}
		case c.Action == "drop trigger":
			if mine {
				delete(t.calls, c.Column)
			}
		case c.Routine != nil:
			delete(t.fields, c.Routine.Name.Name)
			if c.Routine.Returns != "trigger" || v.file == nil {
				continue
			}
			if span, ok := fieldIn(v.file.src.Text, st.Span, t.column); ok {
				t.fields[c.Routine.Name.Name] = Dependent{Location: source.Location{Path: v.file.src.Path, Span: span}, Object: c.Object, Name: c.Routine.Name}
			}
		}
	}
}

// dependents are the functions that a trigger of the table calls, but for those
// that are listed already.
func (t *fired) dependents(have []Dependent) []Dependent {
	var out []Dependent
	for name, d := range t.fields {
		called := false
		for _, f := range t.calls {
			called = called || f == name
		}
		if called && !slices.ContainsFunc(have, func(o Dependent) bool { return o.Name.Name == name }) {
			out = append(out, d)
		}
	}
	return out
}

// fieldIn finds NEW.column or OLD.column, in lower case, in the body of a CREATE
// FUNCTION.
func fieldIn(text []byte, stmt source.Span, column string) (source.Span, bool) {
	sql := stmt.In(text)
	if !strings.Contains(strings.ToLower(sql), column) { // most name others
		return source.Span{}, false
	}
	for _, t := range sqltext.Lex(sql) {
		if t.Kind != sqltext.String {
			continue
		}
		body, at := unquoted(t.In(sql))
		list := slices.DeleteFunc(sqltext.Lex(body), func(t sqltext.Token) bool {
			return t.Kind == sqltext.LineComment || t.Kind == sqltext.BlockComment
		})
		for i := 2; i < len(list); i++ {
			record := list[i-2].In(body)
			if list[i-1].In(body) != "." || !strings.EqualFold(record, "new") && !strings.EqualFold(record, "old") ||
				!strings.EqualFold(sqltext.Unquote(list[i].In(body)), column) {
				continue
			}
			from := stmt.Start + t.Span.Start + at
			return source.Span{Start: from + list[i].Span.Start, End: from + list[i].Span.End}, true
		}
	}
	return source.Span{}, false
}

// unquoted is what stands between the quotes of a string, and where.
func unquoted(s string) (string, int) {
	if strings.HasPrefix(s, "$") {
		if n := strings.IndexByte(s[1:], '$') + 2; n >= 2 && len(s) >= 2*n {
			return s[n : len(s)-n], n
		}
	}
	if n := strings.IndexByte(s, '\''); n >= 0 && len(s) > n+1 {
		return s[n+1 : len(s)-1], n + 1
	}
	return "", 0
}
