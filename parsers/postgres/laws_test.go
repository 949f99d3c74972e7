package postgres

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dbwise/dbwise/parsers/query"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// laws holds for every statement ever parsed: spans lie inside the text and on
// the bounds of code points, and a column's span holds its name.
func laws(t testing.TB, text string, s *Statement) {
	t.Helper()
	check := func(where string, at source.Span) {
		if at.Start < 0 || at.End > len(text) || at.Start > at.End {
			t.Errorf("%s: span %v outside the %d bytes of %q", where, at, len(text), text)
			return
		}
		for _, off := range []int{at.Start, at.End} {
			if off < len(text) && !utf8.RuneStart(text[off]) && utf8.ValidString(text) {
				t.Errorf("%s: offset %d splits a rune of %q", where, off, text)
			}
		}
	}
	visit(reflect.ValueOf(s), "statement", func(where string, v reflect.Value) {
		switch x := v.Interface().(type) {
		case source.Span:
			check(where, x)
		case query.Column:
			if x.Name == "" || strings.Contains(strings.ToLower(text), "uescape") || strings.Contains(text, "`") {
				return
			}
			// The parser sees a NUL as a blank.
			if got := sqltext.Unquote(x.Span.In([]byte(sqltext.Sanitize(text)))); !sameName(got, x.Name) {
				t.Errorf("%s: column %q has the span of %q in %q", where, x.Name, got, text)
			}
		}
	})
}

// sameName forgives the cut to 63 bytes that the parser makes.
func sameName(span, name string) bool {
	return strings.EqualFold(span, name) || len(name) >= 60 && strings.HasPrefix(strings.ToLower(span), strings.ToLower(name))
}

func visit(v reflect.Value, where string, f func(string, reflect.Value)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			visit(v.Elem(), where, f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			visit(v.Index(i), where, f)
		}
	case reflect.Struct:
		f(where, v)
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				visit(v.Field(i), where+"."+v.Type().Field(i).Name, f)
			}
		}
	}
}
