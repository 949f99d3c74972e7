package typescript

import (
	"bytes"
	"regexp"
)

// gap is syntax that the grammars do not know and get lost in.
type gap struct {
	// word occurs in every match and is cheap to look for.
	word string
	// match finds it. What its first group covers is blanked, or replaced by
	// with, which has as many bytes.
	match *regexp.Regexp
	with  string
}

// gaps of tree-sitter-typescript 0.21.2. Blanking leaves the same program for
// all that is read from it. The matches look no further than a line break and
// some words, so that an edit changes only what it touches.
var gaps = []gap{
	{word: "export type *", match: regexp.MustCompile(`\bexport (type) \*`)},
	{word: "default abstract class", match: regexp.MustCompile(`\bexport default (abstract) class\b`)},
	{word: "import defer", match: regexp.MustCompile(`\bimport (defer) \*`)},
	{word: "(using ", match: regexp.MustCompile(`\bfor(?: await)? ?\((using) [\pL_$][\pL\d_$]* of\b`), with: "const"},
	{word: " assert ", match: regexp.MustCompile(`["'] (assert \{[^{}\n]{0,100}\})`)},
	{word: " with ", match: regexp.MustCompile(`["'] (with \{[^{}\n]{0,100}\})`)},
	{word: "<in ", match: regexp.MustCompile(`\b(?:interface|class|type) [\pL_$][\pL\d_$]*<(in(?: out)?) [\pL_$]`)},
	{word: "<out ", match: regexp.MustCompile(`\b(?:interface|class|type) [\pL_$][\pL\d_$]*<(out) [\pL_$]`)},
}

// mask gives the text that is handed to the grammar, of the same length. What
// it changes inside of a string does no harm: texts are read from the original.
func mask(text []byte) []byte {
	out := text
	for _, g := range gaps {
		if !bytes.Contains(text, []byte(g.word)) {
			continue
		}
		for _, m := range g.match.FindAllSubmatchIndex(text, -1) {
			if &out[0] == &text[0] {
				out = bytes.Clone(text)
			}
			if g.with != "" {
				copy(out[m[2]:m[3]], g.with)
				continue
			}
			for i := m[2]; i < m[3]; i++ {
				out[i] = ' '
			}
		}
	}
	return out
}
