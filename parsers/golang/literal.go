package golang

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/dbwise/dbwise/parsers/code"
	"github.com/dbwise/dbwise/parsers/source"
)

func stringLiteral(c *converter, i int) *code.Node {
	s := c.Span(i)
	lit := c.Source[s.Start:s.End]
	n := &code.Node{Kind: code.String, Span: s, Frag: decode(lit, s.Start)}
	if len(lit) > 0 && lit[0] == '`' {
		n.Flags = code.Raw
	}
	n.Text = n.Frag.Text
	return n
}

// decode reads a string literal, quotes included, that stands at host: one
// segment per stretch of plain text and one per escape. The text is what
// strconv.Unquote gives; an escape that Go does not know is kept as written,
// and a closing quote may be missing.
func decode(lit []byte, host int) *source.Fragment {
	if len(lit) == 0 {
		return &source.Fragment{}
	}
	d := decoder{text: make([]byte, 0, len(lit))}
	quote := lit[0]
	lit, host = lit[1:], host+1
	if n := len(lit); n > 0 && lit[n-1] == quote {
		lit = lit[:n-1]
	}
	special := byte('\\')
	if quote == '`' {
		special = '\r' // which Go drops from raw strings
	}
	for at := 0; at < len(lit); {
		n := bytes.IndexByte(lit[at:], special)
		if n < 0 {
			n = len(lit) - at
		}
		d.add(lit[at:at+n], host+at, n)
		if at += n; at == len(lit) {
			break
		}
		size := 1
		if special == '\\' {
			var text []byte
			text, size = escape(lit[at:])
			d.add(text, host+at, size)
		}
		at += size
	}
	return &source.Fragment{Text: string(d.text), Segs: d.segs}
}

// decoder collects a Fragment; a literal may hold a hundred thousand escapes.
type decoder struct {
	text []byte
	segs []source.Seg
}

func (d *decoder) add(text []byte, host, hostLen int) {
	if len(text) > 0 {
		d.segs = append(d.segs, source.Seg{At: len(d.text), Len: len(text), Host: host, HostLen: hostLen})
		d.text = append(d.text, text...)
	}
}

// escape decodes the escape sequence s starts with and tells its length.
func escape(s []byte) (text []byte, size int) {
	head := string(s[:min(len(s), len(`\U0010ffff`))])
	r, multibyte, tail, err := strconv.UnquoteChar(head, '"')
	if err != nil {
		return s[:1], 1
	}
	size = len(head) - len(tail)
	if multibyte {
		return utf8.AppendRune(nil, r), size
	}
	return []byte{byte(r)}, size
}
