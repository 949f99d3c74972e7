package sqltext

import (
	"strings"
	"testing"
)

func TestComplexity(t *testing.T) {
	rep := strings.Repeat
	cases := []struct {
		name, text   string
		chain, depth int
	}{
		{"nothing", "", 0, 0},
		{"sum", "select 1" + rep("+1", 500), 500, 0},
		{"bracketed terms", "select (1)" + rep("+(1)", 500), 500, 1},
		{"casts", "select a" + rep("::int", 500), 500, 0},
		{"not", "select " + rep("not ", 500) + "a", 500, 0},
		{"signs", "select " + rep("- ", 500) + "1", 500, 0},
		{"glued signs", "select " + rep("-+", 250) + "1", 500, 0},
		{"unions", "select 1" + rep(" union select 1", 500), 500, 0},
		{"joins", "select * from a" + rep(" join b on a.x = b.x", 500), 501, 0},
		{"flat or", "select * from t where a = 1" + rep(" or a = 1", 500), 1, 0},
		{"ranges", "select a between 1 and 2" + rep(" and b between 3 and 4", 500), 1, 0},
		{"nested ranges", "select " + rep("a between 1 and ", 500) + "2", 500, 0},
		{"flat in", "select a in (1" + rep(", 1", 500) + ")", 1, 1},
		{"rows", "insert into t values (1, 2 + 3)" + rep(", (1, 2 + 3)", 500), 1, 1},
		{"brackets", "select " + rep("(", 500) + "1" + rep(")", 500), 0, 500},
		{"subscripts", "select " + rep("a[", 300) + "1" + rep("]", 300), 0, 300},
		{"cases", "select " + rep("case when a then ", 300) + "1" + rep(" end", 300), 0, 300},
		{"chain below a chain", "select (1" + rep("+1", 300) + ")" + rep("+1", 300), 600, 1},
		{"string", "select '" + rep("+1", 500) + "' -- " + rep("+1", 500), 0, 0},
		{"stray", ") ] end select 1 + 1 (", 1, 1},
	}
	for _, c := range cases {
		if chain, depth := Complexity(c.text); chain != c.chain || depth != c.depth {
			t.Errorf("%s: got %d, %d, want %d, %d", c.name, chain, depth, c.chain, c.depth)
		}
	}
}

func TestTrimValues(t *testing.T) {
	cases := []struct{ text, want string }{
		{"insert into t values (1), (2)", "insert into t values (1), (2)"},
		{"insert into t values (1),(2), (f(3)), ('),(') on conflict do nothing", "insert into t values (1),(2)                  on conflict do nothing"},
		{"insert into t values (1),(2),(3) -- x\n,(4) returning a", "insert into t values (1),(2)               returning a"},
		{"select * from (values (1),(2),(3)) v where a in (1, 2, 3)", "select * from (values (1),(2)    ) v where a in (1, 2, 3)"},
		{"insert into t values (1) on duplicate key update a = values(a), b = values(b), c = values(c)", "insert into t values (1) on duplicate key update a = values(a), b = values(b), c = values(c)"},
		{"values (1),(2),(3", "values (1),(2),(3"},
	}
	for _, c := range cases {
		if got := TrimValues(c.text, 2); got != c.want || len(got) != len(c.text) {
			t.Errorf("got %q\nwant %q", got, c.want)
		}
	}
}
