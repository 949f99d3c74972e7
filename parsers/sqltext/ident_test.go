package sqltext

import "testing"

func TestUnquote(t *testing.T) {
	for in, want := range map[string]string{
		"Users": "users", `"Users"`: "Users", `"a""b"`: `a"b`, "`a``b`": "a`b", "[a]]b]": "a]b", "ÄB": "Äb", "": "", `"`: `"`,
		`U&"d\0061t\+000061 \\ \zz"`: `data \ \zz`, `u&""`: "", "a": "a", `""`: "",
	} {
		if got := Unquote(in); got != want {
			t.Errorf("Unquote(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestQuoteIdent(t *testing.T) {
	for in, want := range map[string]string{
		"users": "users", "Users": `"Users"`, "order": `"order"`, "name": "name", "left": `"left"`, "int": `"int"`,
		"a b": `"a b"`, `a"b`: `"a""b"`, "1a": `"1a"`, "_1": "_1", "": `""`, "é": `"é"`, "a$": `"a$"`,
	} {
		if got := QuoteIdent(in); got != want {
			t.Errorf("QuoteIdent(%q) = %q, want %q", in, got, want)
		}
		if in != "" && Unquote(want) != in {
			t.Errorf("%q is read back as %q", want, Unquote(want))
		}
	}
}

func TestKeywords(t *testing.T) {
	for _, w := range []string{"SELECT", "left", "int", "Name"} {
		if !IsKeyword(w) {
			t.Errorf("%s is a key word", w)
		}
	}
	if IsKeyword("users") || IsReserved("name") || IsReserved("int") || !IsReserved("Left") || !IsReserved("order") {
		t.Error("wrong category")
	}
}
