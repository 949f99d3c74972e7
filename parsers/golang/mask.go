package golang

import (
	"bytes"
	"regexp"
)

// typeOperand matches what follows new( if that can be a type: a name, or the
// sign or word another type begins with.
var typeOperand = regexp.MustCompile(`^\s*(?:[*\[(]|<-|(?:map|chan|func|struct|interface)\b|[\pL_][\pL\d_]*(?:\.[\pL_][\pL\d_]*)?\s*(?:[),\n]|\[[^\d"'` + "`" + `]|$))`)

// operandBytes is how far typeOperand looks: the decision must not depend on
// text far away, or an edit would change what it did not touch.
const operandBytes = 128

// mask gives the text that is handed to the grammar, of the same length. Since
// Go 1.26 new takes values, new(42), which the grammar does not know and gets
// lost in; there the name is replaced by one that is nothing special to it.
func mask(text []byte) []byte {
	out := text
	for at := 0; ; {
		n := bytes.Index(text[at:], []byte("new("))
		if n < 0 {
			return out
		}
		start := at + n
		at = start + len("new(")
		if start > 0 && inName(text[start-1]) || typeOperand.Match(text[at:min(at+operandBytes, len(text))]) {
			continue
		}
		if &out[0] == &text[0] {
			out = bytes.Clone(text)
		}
		copy(out[start:], "ne_")
	}
}

func inName(b byte) bool {
	return b == '_' || b >= 0x80 || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}
