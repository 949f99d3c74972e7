package sqltext

import (
	"strings"
	"testing"
)

func lexed(d Dialect, text string) string {
	names := [...]string{"?", "w", "q", "s", "n", "o", "p", "h", "c", "b", "m"}
	var out []string
	for _, t := range d.Lex(text) {
		out = append(out, names[t.Kind]+t.In(text))
	}
	return strings.Join(out, " ")
}

func TestLex(t *testing.T) {
	cases := []struct {
		d          Dialect
		text, want string
	}{
		{PostgreSQL, "select a.b,é_1$", "wselect wa p. wb p, wé_1$"},
		{PostgreSQL, "1 1.5 .5 1e-3 1_000 0xfF 1..2 1.", "n1 n1.5 n.5 n1e-3 n1_000 n0xfF n1 o.. n2 n1."},
		{PostgreSQL, `'a''b' e'\'' B'1' x'f' N'x' u&'x' U&"y" "a""b"`, `s'a''b' se'\'' sB'1' sx'f' sN'x' su&'x' qU&"y" q"a""b"`},
		{PostgreSQL, "$$a$$ $t$ $$ $t$ $1 $a", "s$$a$$ s$t$ $$ $t$ h$1 h$a"},
		{PostgreSQL, "a->>b a=-1 a@-1 a<=b::int a||b a:=1 -+-", "wa o->> wb wa o= o- n1 wa o@- n1 wa o<= wb o:: wint wa o|| wb wa o:= n1 o- o+ o-"},
		{PostgreSQL, "a/*b/*c*/d*/e--f\n*/g", "wa b/*b/*c*/d*/ we c--f o*/ wg"},
		{PostgreSQL, "a=-- x\nb", "wa o= c-- x wb"},
		{PostgreSQL, "\\d x\nselect \\gset y", "m\\d x wselect m\\gset y"},
		{PostgreSQL, "a # b [x] `y`", "wa o# wb p[ wx p] q`y`"},
		{MySQL, "'it\\'s' \"a\\\"\" # c", `s'it\'s' s"a\"" c# c`},
		{SQLServer, "[a]]b] 'x\\'", `q[a]]b] s'x\'`},
	}
	for _, c := range cases {
		if got := lexed(c.d, c.text); got != c.want {
			t.Errorf("%q\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}
