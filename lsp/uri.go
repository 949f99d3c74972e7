package lsp

import (
	"path"
	"runtime"
	"strings"
)

// A document is known to everything below by its path: the slash path of a
// file, or the whole URI of what is no file (untitled:, git:). Nothing here can
// fail, whatever an editor sends.

// pathOf is the path a URI stands for.
func pathOf(uri string) string { return pathFor(uri, runtime.GOOS == "windows") }

func pathFor(uri string, windows bool) string {
	rest, ok := cutFold(uri, "file:")
	if !ok {
		return uri
	}
	rest, _, _ = strings.Cut(rest, "#")
	rest, _, _ = strings.Cut(rest, "?")
	host := ""
	if after, ok := strings.CutPrefix(rest, "//"); ok {
		host, rest, _ = strings.Cut(after, "/")
		rest = "/" + rest
	}
	rest = unescape(rest)
	if rest == "" || rest[0] != '/' {
		rest = "/" + rest
	}
	rest = path.Clean(rest)
	if windows {
		if len(rest) >= 3 && rest[2] == ':' && letter(rest[1]) {
			return strings.ToLower(rest[1:2]) + rest[2:]
		}
		if host != "" && !strings.EqualFold(host, "localhost") {
			return "//" + strings.ToLower(unescape(host)) + rest
		}
	}
	return rest
}

// uriOf is the URI of a path, percent-encoded as VS Code does it.
func uriOf(p string) string {
	if !isFile(p) {
		return p
	}
	rest, host := p, ""
	switch {
	case strings.HasPrefix(p, "//"):
		host, rest, _ = strings.Cut(p[2:], "/")
		rest = "/" + rest
	case p[0] != '/':
		rest = "/" + p
	}
	return "file://" + escape(host) + escape(rest)
}

// isFile reports whether a path is one of the file system, by its form.
func isFile(p string) bool {
	return strings.HasPrefix(p, "/") || len(p) >= 3 && letter(p[0]) && p[1] == ':' && p[2] == '/'
}

func letter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func cutFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

const hexDigits = "0123456789ABCDEF"

func escape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if letter(c) || '0' <= c && c <= '9' || strings.IndexByte("-._~/", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hexDigits[c>>4])
		b.WriteByte(hexDigits[c&15])
	}
	return b.String()
}

// unescape decodes percent signs; one that is followed by no two digits stands
// for itself.
func unescape(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			hi, lo := unhex(s[i+1]), unhex(s[i+2])
			if hi >= 0 && lo >= 0 {
				b = append(b, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}
