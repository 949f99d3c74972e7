package sqltext

import "strings"

// head gathers the command of a statement word by word.
type head struct {
	buf     [48]byte
	n       int
	words   int
	done    bool
	routine bool // a command whose body may hold statements
}

// skipped stand between CREATE, ALTER, DROP and the kind of object.
var skipped = wordSet(`OR REPLACE TEMP TEMPORARY GLOBAL LOCAL UNLOGGED UNIQUE RECURSIVE TRUSTED PROCEDURAL
	CONSTRAINT DEFINER ALGORITHM CLUSTERED NONCLUSTERED FULLTEXT SPATIAL VIRTUAL`)

// compound are the words that may need another to name a kind of object, with
// the ones that then follow (manual, part VI).
var compound = map[string]map[string]bool{
	"MATERIALIZED": wordSet("VIEW"), "FOREIGN": wordSet("TABLE DATA"), "EVENT": wordSet("TRIGGER"),
	"TEXT": wordSet("SEARCH"), "TEXT SEARCH": wordSet("CONFIGURATION DICTIONARY PARSER TEMPLATE"),
	"ACCESS": wordSet("METHOD"), "USER": wordSet("MAPPING"), "OPERATOR": wordSet("CLASS FAMILY"),
	"DEFAULT": wordSet("PRIVILEGES CONVERSION"), "LARGE": wordSet("OBJECT"), "OWNED": wordSet("BY"),
	"FOREIGN DATA": wordSet("WRAPPER"), "START": wordSet("TRANSACTION"), "REFRESH": wordSet("MATERIALIZED"),
	"REFRESH MATERIALIZED": wordSet("VIEW"), "SECURITY": wordSet("LABEL"), "IMPORT": wordSet("FOREIGN"),
	"IMPORT FOREIGN": wordSet("SCHEMA"), "REASSIGN": wordSet("OWNED"),
}

var routines = wordSet("FUNCTION PROCEDURE TRIGGER EVENT PACKAGE")

// feed adds a word.
func (h *head) feed(w string) {
	object := h.words > 0 && h.verb()
	if object && h.words == 1 && has(skipped, w) {
		return
	}
	follow := h.follow(object)
	if follow != nil && !has(follow, w) {
		h.finish()
		return
	}
	if h.n+len(w)+1 > len(h.buf) {
		h.finish()
		return
	}
	if h.words > 0 {
		h.buf[h.n] = ' '
		h.n++
	}
	for i := range len(w) {
		c := w[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		h.buf[h.n] = c
		h.n++
	}
	h.words++
	if h.words == 1 && h.verb() {
		return
	}
	if h.follow(h.verb()) == nil {
		h.finish()
	}
}

func (h *head) verb() bool {
	return h.prefixed("CREATE") || h.prefixed("ALTER") || h.prefixed("DROP")
}

func (h *head) prefixed(verb string) bool {
	return h.n >= len(verb) && string(h.buf[:len(verb)]) == verb && (h.n == len(verb) || h.buf[len(verb)] == ' ')
}

// follow are the words that may extend what was gathered, nil if none may.
func (h *head) follow(object bool) map[string]bool {
	if !object {
		return compound[string(h.buf[:h.n])]
	}
	for i := range h.n {
		if h.buf[i] == ' ' {
			return compound[string(h.buf[i+1:h.n])]
		}
	}
	return nil
}

func (h *head) finish() {
	h.done = true
	if h.prefixed("CREATE") || h.prefixed("ALTER") {
		for i := range h.n {
			if h.buf[i] == ' ' {
				h.routine = has(routines, string(h.buf[i+1:h.n]))
				return
			}
		}
	}
}

func (h *head) is(name string) bool { return string(h.buf[:h.n]) == name }

// String is the command; common ones are shared, not allocated.
func (h *head) String() string {
	if s, ok := commonHeads[string(h.buf[:h.n])]; ok {
		return s
	}
	return string(h.buf[:h.n])
}

var commonHeads = func() map[string]string {
	out := map[string]string{"": ""}
	for w := range starters {
		out[w] = w
	}
	for _, object := range strings.Fields("TABLE INDEX VIEW TYPE FUNCTION PROCEDURE TRIGGER SEQUENCE SCHEMA EXTENSION RULE POLICY DOMAIN") {
		for _, verb := range []string{"CREATE ", "ALTER ", "DROP "} {
			out[verb+object] = verb + object
		}
	}
	return out
}()
