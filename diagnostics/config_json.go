package diagnostics

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/dbwise/dbwise/parsers/source"
	"github.com/tidwall/jsonc"
)

type jsonKind uint8

const (
	jsonNull jsonKind = iota
	jsonBool
	jsonNumber
	jsonString
	jsonArray
	jsonObject
)

// jsonValue is a JSON value that knows its place.
type jsonValue struct {
	kind    jsonKind
	span    source.Span
	truth   bool
	number  float64
	text    string
	items   []*jsonValue
	members []jsonMember
}

type jsonMember struct {
	key     string
	keySpan source.Span
	value   *jsonValue
}

func (v *jsonValue) describe() string {
	switch v.kind {
	case jsonBool:
		return fmt.Sprint(v.truth)
	case jsonNumber:
		return fmt.Sprint(v.number)
	case jsonString:
		return strconv.Quote(v.text)
	case jsonArray:
		return "a list"
	case jsonObject:
		return "an object"
	}
	return "null"
}

// jsonError is why a text is no JSON.
type jsonError struct {
	at      int
	message string
}

// maxJSONDepth bounds nesting; no configuration is that deep.
const maxJSONDepth = 100

// jsonReader reads tokens and their places. jsonc blanks comments and trailing
// commas in place, so the offsets are those of the file.
type jsonReader struct {
	text []byte
	dec  *json.Decoder
}

// readJSON reads one value and nothing behind it.
func readJSON(text []byte) (*jsonValue, *jsonError) {
	if !utf8.Valid(text) {
		return nil, &jsonError{0, "the file is no UTF-8 text"}
	}
	plain := jsonc.ToJSON(text)
	if rest, bom := bytes.CutPrefix(plain, []byte("\ufeff")); bom {
		plain = append([]byte("   "), rest...)
	}
	r := &jsonReader{text: plain, dec: json.NewDecoder(bytes.NewReader(plain))}
	v, err := r.value(0)
	if err != nil {
		return nil, err
	}
	end := r.skip(int(r.dec.InputOffset()))
	if end < len(plain) {
		return nil, &jsonError{end, "there is text behind the end of the configuration"}
	}
	return v, nil
}

// skip moves over what may stand between tokens.
func (r *jsonReader) skip(at int) int {
	for at < len(r.text) && bytes.IndexByte([]byte(" \t\r\n,:"), r.text[at]) >= 0 {
		at++
	}
	return at
}

func (r *jsonReader) token() (json.Token, source.Span, *jsonError) {
	start := r.skip(int(r.dec.InputOffset()))
	tok, err := r.dec.Token()
	if err == nil {
		return tok, source.Span{Start: start, End: int(r.dec.InputOffset())}, nil
	}
	e := &jsonError{start, err.Error()}
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		e.at, e.message = len(r.text), "the file ends too early"
	case errors.As(err, &syntax):
		e.at = max(0, min(start, len(r.text)-1))
	}
	return nil, source.Span{}, e
}

func (r *jsonReader) value(depth int) (*jsonValue, *jsonError) {
	tok, span, err := r.token()
	if err != nil {
		return nil, err
	}
	v := &jsonValue{span: span}
	switch t := tok.(type) {
	case bool:
		v.kind, v.truth = jsonBool, t
	case float64:
		v.kind, v.number = jsonNumber, t
	case string:
		v.kind, v.text = jsonString, t
	case json.Delim:
		if depth >= maxJSONDepth {
			return nil, &jsonError{span.Start, "nested too deep"}
		}
		return r.container(v, t, depth+1)
	}
	return v, nil
}

func (r *jsonReader) container(v *jsonValue, open json.Delim, depth int) (*jsonValue, *jsonError) {
	v.kind = jsonObject
	if open == '[' {
		v.kind = jsonArray
	}
	for r.dec.More() {
		if v.kind == jsonArray {
			item, err := r.value(depth)
			if err != nil {
				return nil, err
			}
			v.items = append(v.items, item)
			continue
		}
		key, at, err := r.token()
		if err != nil {
			return nil, err
		}
		value, err := r.value(depth)
		if err != nil {
			return nil, err
		}
		name, _ := key.(string)
		v.members = append(v.members, jsonMember{name, at, value})
	}
	_, end, err := r.token()
	v.span.End = end.End
	return v, err
}

// meant is the end of a message about an unknown word: what it was most likely
// meant to be.
func meant(word string, known []string) string {
	if best := nearest(word, known); best != "" {
		return fmt.Sprintf(", did you mean %q?", best)
	}
	return ""
}

// nearest is the known word with the fewest edits from a word, at most a third
// of its length; "" if none is that near.
func nearest(word string, known []string) string {
	best, least := "", max(2, len(word)/3)+1
	for _, k := range known {
		if d := editDistance(word, k); d < least {
			best, least = k, d
		}
	}
	return best
}

// editDistance is the number of insertions, deletions and replacements of
// bytes that make b of a (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
