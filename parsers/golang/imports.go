package golang

import (
	"regexp"
	"strings"
	"unicode"
)

var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

// assumedName guesses the package name of an import without an alias, as the
// go tools do before they read the package: the last element of the path that
// is no major version, without a go- prefix, up to the first character that
// cannot stand in a name. It also tells where in path the name stands.
func assumedName(path string) (name string, at int) {
	at = strings.LastIndexByte(path, '/') + 1
	base := path[at:]
	if majorVersion.MatchString(base) && at > 1 {
		path = path[:at-1]
		at = strings.LastIndexByte(path, '/') + 1
		base = path[at:]
	}
	if rest, ok := strings.CutPrefix(base, "go-"); ok {
		base, at = rest, at+len("go-")
	}
	if i := strings.IndexFunc(base, notInName); i >= 0 {
		base = base[:i]
	}
	return base, at
}

func notInName(r rune) bool {
	return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

var generatedLine = regexp.MustCompile(`^// Code generated .* DO NOT EDIT\.$`)

// headerBytes bounds the comments in front of a package clause.
const headerBytes = 64 << 10

// generated reports whether a comment line in front of the package clause says
// that a program wrote the file (go.dev/s/generatedcode).
func generated(text []byte) bool {
	inBlock := false
	for line := range strings.Lines(string(text[:min(len(text), headerBytes)])) {
		line = strings.TrimRight(line, "\r\n")
		trimmed := strings.TrimSpace(line)
		switch {
		case inBlock:
			inBlock = !strings.Contains(trimmed, "*/")
		case strings.HasPrefix(trimmed, "/*"):
			inBlock = !strings.Contains(trimmed[2:], "*/")
		case strings.HasPrefix(trimmed, "//"):
			if generatedLine.MatchString(line) {
				return true
			}
		case trimmed != "":
			return false
		}
	}
	return false
}
