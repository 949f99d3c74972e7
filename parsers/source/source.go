// Package source holds the ground state every analysis starts from: files,
// byte spans, line indexes, SQL fragments lifted out of host code, and edits.
//
// It imports nothing of dbwise. Every position is a 0-based byte offset into
// the text of one file; UTF-16 exists only in package lsp.
//
//	f := source.NewFile("/app/users.ts", source.TypeScript, text)
//	line, col := f.Lines().Position(off)
package source

import (
	"bytes"
	"crypto/sha256"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
)

// Lang is the language a file is read with.
type Lang string

// The languages dbwise reads. JavaScript covers JSX; TSX is a language of its
// own because the plain TypeScript grammar and the JSX one exclude each other.
const (
	Unknown    Lang = ""
	SQL        Lang = "sql"
	TypeScript Lang = "typescript"
	TSX        Lang = "tsx"
	JavaScript Lang = "javascript"
	Go         Lang = "go"
	Prisma     Lang = "prisma"
	// Changelog is a change log of Liquibase in XML or YAML.
	Changelog Lang = "changelog"
)

var byExt = map[string]Lang{
	".sql": SQL, ".psql": SQL, ".pgsql": SQL, ".ddl": SQL,
	".ts": TypeScript, ".mts": TypeScript, ".cts": TypeScript,
	".tsx": TSX,
	".js":  JavaScript, ".mjs": JavaScript, ".cjs": JavaScript, ".jsx": JavaScript,
	".go":     Go,
	".prisma": Prisma,
	".xml":    Changelog, ".yaml": Changelog, ".yml": Changelog,
}

// Extensions are those of the files that may be read, with the dot, sorted.
func Extensions() []string { return slices.Sorted(maps.Keys(byExt)) }

// LangOf tells the language of a path by its extension; Unknown if dbwise does
// not read such files. Of XML and YAML it reads what is called a change log or
// stands in a folder of them.
func LangOf(p string) Lang {
	lang := byExt[strings.ToLower(path.Ext(p))]
	if lang == Changelog && !changelog(strings.ToLower(p)) {
		return Unknown
	}
	return lang
}

func changelog(p string) bool {
	dir, base := path.Split(p)
	if strings.Contains(base, "changelog") || strings.Contains(base, "changeset") {
		return true
	}
	for _, part := range strings.Split(dir, "/") {
		switch part {
		case "changelog", "changelogs", "changesets", "liquibase":
			return true
		}
	}
	return false
}

// Host reports whether l is a programming language that may hold queries.
func (l Lang) Host() bool { return l == Go || l.Script() }

// Script reports whether l is TypeScript or JavaScript in any dress.
func (l Lang) Script() bool { return l == TypeScript || l == TSX || l == JavaScript }

// Hash identifies a text by its content.
type Hash [16]byte

// HashOf is the truncated SHA-256 of text.
func HashOf(text []byte) Hash {
	sum := sha256.Sum256(text)
	return Hash(sum[:16])
}

// File is one version of one text. It is immutable once made.
type File struct {
	// Path is absolute with forward slashes for files on disk. Documents that
	// live elsewhere (untitled:, git:) carry their whole URI instead.
	Path string
	Lang Lang
	Text []byte
	// Version is the editor's number of an open document, 0 for disk.
	Version int32
	Hash    Hash

	linesOnce sync.Once
	lines     *LineIndex
}

// NewFile makes a file of text, which the caller must not change afterwards.
func NewFile(path string, lang Lang, text []byte) *File {
	return &File{Path: path, Lang: lang, Text: text, Hash: HashOf(text)}
}

// Lines is the line index of the text, made on first use.
func (f *File) Lines() *LineIndex {
	f.linesOnce.Do(func() { f.lines = NewLineIndex(f.Text) })
	return f.lines
}

// Span is a half-open range of bytes.
type Span struct{ Start, End int }

// Len is the number of bytes.
func (s Span) Len() int { return s.End - s.Start }

// Empty reports whether the span holds no byte.
func (s Span) Empty() bool { return s.End <= s.Start }

// Contains reports whether off lies inside or at the end of the span, as a
// cursor does.
func (s Span) Contains(off int) bool { return s.Start <= off && off <= s.End }

// Covers reports whether o lies wholly inside s.
func (s Span) Covers(o Span) bool { return s.Start <= o.Start && o.End <= s.End }

// Overlaps reports whether both share a byte, or one is empty and lies in the other.
func (s Span) Overlaps(o Span) bool {
	if s.Empty() || o.Empty() {
		return s.Start <= o.End && o.Start <= s.End
	}
	return s.Start < o.End && o.Start < s.End
}

// Shift moves the span by delta bytes.
func (s Span) Shift(delta int) Span { return Span{s.Start + delta, s.End + delta} }

// Union is the smallest span covering both.
func (s Span) Union(o Span) Span { return Span{min(s.Start, o.Start), max(s.End, o.End)} }

// In cuts the span out of text; spans beyond the text are clipped.
func (s Span) In(text []byte) string {
	start, end := max(0, min(s.Start, len(text))), max(0, min(s.End, len(text)))
	if start >= end {
		return ""
	}
	return string(text[start:end])
}

// Location is a span in a named file.
type Location struct {
	Path string
	Span Span
}

// IsBinary guesses whether text is not source code: a NUL byte among the first 8 KiB.
func IsBinary(text []byte) bool {
	return bytes.IndexByte(text[:min(len(text), 8192)], 0) >= 0
}
