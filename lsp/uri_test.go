package lsp

import "testing"

func TestURI(t *testing.T) {
	for _, c := range []struct {
		uri, posix, windows string
	}{
		{"file:///home/a/b.sql", "/home/a/b.sql", "/home/a/b.sql"},
		{"file:///home/a%20b/%C3%A9.sql", "/home/a b/é.sql", "/home/a b/é.sql"},
		{"file:///home/é.sql", "/home/é.sql", "/home/é.sql"},
		{"file:///c%3A/src/a.sql", "/c:/src/a.sql", "c:/src/a.sql"},
		{"file:///C:/src/a.sql", "/C:/src/a.sql", "c:/src/a.sql"},
		{"file://server/share/a.sql", "/share/a.sql", "//server/share/a.sql"},
		{"file://localhost/a.sql", "/a.sql", "/a.sql"},
		{"file:/a.sql", "/a.sql", "/a.sql"},
		{"FILE:///a.sql", "/a.sql", "/a.sql"},
		{"file:///a/../b//c.sql", "/b/c.sql", "/b/c.sql"},
		{"file:///a%23b%3F.sql#L3", "/a#b?.sql", "/a#b?.sql"},
		{"file:///100%.sql", "/100%.sql", "/100%.sql"},
		{"file:///%zz%4", "/%zz%4", "/%zz%4"},
		{"file:", "/", "/"},
		{"file://", "/", "/"},
		{"untitled:Untitled-1", "untitled:Untitled-1", "untitled:Untitled-1"},
		{"git:/a/b.sql?{}", "git:/a/b.sql?{}", "git:/a/b.sql?{}"},
		{"", "", ""},
		{"nonsense", "nonsense", "nonsense"},
	} {
		if got := pathFor(c.uri, false); got != c.posix {
			t.Errorf("%s: %q, want %q", c.uri, got, c.posix)
		}
		if got := pathFor(c.uri, true); got != c.windows {
			t.Errorf("%s on Windows: %q, want %q", c.uri, got, c.windows)
		}
	}
}

// FuzzURI holds that a path comes back from its URI, and that no URI is too odd.
func FuzzURI(f *testing.F) {
	for _, s := range []string{"/a b/é😀.sql", "///c:/x", "//host/a", "x", "///%41%", "/\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, windows := range []bool{false, true} {
			p := pathFor("file:"+s, windows)
			if again := pathFor(uriOf(p), windows); again != p {
				t.Errorf("%q: %q is %q is %q", s, p, uriOf(p), again)
			}
		}
	})
}
