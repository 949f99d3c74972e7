package lsptest

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dbwise/dbwise/lsp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what the sessions say as what they should")

// settled is how long nothing must come before a set of findings is final.
const settled = 500 * time.Millisecond

// Sessions runs every txtar file of a folder as a conversation. Its comment
// says why it exists. The member "session" is what the editor does, one step
// per line; "want" is what was said; every other member is a file of the
// workspace. The steps:
//
//	init push|pull [{"capabilities to merge": ...}] [options JSON]
//	capabilities                           prints the answer to init
//	open FILE [LANGUAGE [TEXT as JSON]]    TEXT: the file's own if not given
//	change FILE L:C-L:C "TEXT" ...         several changes in one message
//	replace FILE "TEXT"                    the whole text
//	close FILE
//	write FILE "TEXT" / remove FILE / watch KIND FILE...
//	published FILE                         waits until findings are final
//	pull FILE [PREVIOUS]                   PREVIOUS: last, or an id
//	workspace [PREVIOUS]                   the whole workspace's findings
//	actions FILE L:C-L:C [KIND...]         KIND: only these; "auto": no user asked
//	apply "TITLE"                          makes the edit of an action of the last list
//	hover FILE L:C
//	lenses FILE
//	request METHOD JSON / notify METHOD JSON
//	wait METHOD...                         prints the next message of each name, come in any order
//	quit
func Sessions(t *testing.T, glob string, o lsp.Options) {
	files, err := filepath.Glob(glob)
	if err != nil || len(files) == 0 {
		t.Fatalf("no sessions match %s: %v", glob, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			runSession(t, file, o)
		})
	}
}

type session struct {
	t       *testing.T
	e       *Editor
	out     strings.Builder
	texts   map[string]string
	at      int
	actions []json.RawMessage
	intro   json.RawMessage
	results map[string]string
}

func runSession(t *testing.T, file string, o lsp.Options) {
	ar, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := &session{t: t, e: Start(t, "", o), texts: map[string]string{}, results: map[string]string{}}
	var script, want string
	for _, f := range ar.Files {
		switch f.Name {
		case "session":
			script = string(f.Data)
		case "want":
			want = string(f.Data)
		default:
			s.texts[f.Name] = string(f.Data)
			s.e.Write(f.Name, string(f.Data))
		}
	}
	for _, line := range strings.Split(script, "\n") {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			fmt.Fprintf(&s.out, "> %s\n", line)
			s.step(line)
		}
	}
	got := s.out.String()
	if *update {
		rewrite(t, file, ar, got)
		return
	}
	if got != want {
		t.Errorf("%s: got\n%s\nwant\n%s", file, got, want)
	}
}

func rewrite(t *testing.T, file string, ar *txtar.Archive, got string) {
	found := false
	for i := range ar.Files {
		if ar.Files[i].Name == "want" {
			ar.Files[i].Data, found = []byte(got), true
		}
	}
	if !found {
		ar.Files = append(ar.Files, txtar.File{Name: "want", Data: []byte(got)})
	}
	if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
		t.Fatal(err)
	}
}

// say prints JSON on lines of its own, without what differs from run to run.
func (s *session) say(label string, raw json.RawMessage) {
	text := strings.ReplaceAll(string(raw), s.e.Root, "ROOT")
	for name, id := range s.results {
		text = strings.ReplaceAll(text, id, "RESULT "+name)
	}
	var b bytes.Buffer
	if json.Indent(&b, []byte(text), "  ", "  ") != nil {
		b.WriteString(text)
	}
	fmt.Fprintf(&s.out, "< %s%s\n", label, b.String())
}

func (s *session) print(format string, args ...any) { fmt.Fprintf(&s.out, format, args...) }

// fields cuts a line at spaces, JSON values whole.
func fields(t *testing.T, line string) []string {
	var out []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		if c := line[0]; c == '"' || c == '{' || c == '[' {
			var raw json.RawMessage
			d := json.NewDecoder(strings.NewReader(line))
			if err := d.Decode(&raw); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			out, line = append(out, string(raw)), line[d.InputOffset():]
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		out, line = append(out, word), rest
	}
	return out
}

func unquote(t *testing.T, s string) string {
	text, err := strconv.Unquote(s)
	if err != nil {
		if json.Unmarshal([]byte(s), &text) != nil {
			t.Fatalf("no string: %s", s)
		}
	}
	return text
}

func parsePosition(t *testing.T, s string) Position {
	var p Position
	if _, err := fmt.Sscanf(s, "%d:%d", &p.Line, &p.Character); err != nil {
		t.Fatalf("no position: %s", s)
	}
	return p
}

func parseRange(t *testing.T, s string) Range {
	a, b, ok := strings.Cut(s, "-")
	r := Range{Start: parsePosition(t, a), End: parsePosition(t, a)}
	if ok {
		r.End = parsePosition(t, b)
	}
	return r
}
