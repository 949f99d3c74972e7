package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/diagnostics/report"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what is printed into the goldens")

// base is where the files of a golden lie.
const base = "/shop"

// formats are the members of a golden that hold what is printed. An archive
// has those it wants to see.
var formats = map[string]func(io.Writer, *report.Report) error{
	"text":    func(w io.Writer, r *report.Report) error { return report.Text(w, r, report.Style{}) },
	"verbose": func(w io.Writer, r *report.Report) error { return report.Text(w, r, report.Style{Verbose: true}) },
	"quiet":   func(w io.Writer, r *report.Report) error { return report.Text(w, r, report.Style{Quiet: true}) },
	"colour": func(w io.Writer, r *report.Report) error {
		var b bytes.Buffer
		err := report.Text(&b, r, report.Style{Colour: true})
		_, _ = io.WriteString(w, strings.ReplaceAll(b.String(), "\x1b", "\\e"))
		return err
	},
	"json":   report.JSON,
	"sarif":  report.SARIF,
	"github": report.GitHub,
}

// finding is a diagnostic as a golden writes it; Find is the text underlined.
type finding struct {
	Rule, Severity, Path, Find, Message string
	Related                             []struct{ Path, Find, Message string }
	Fixes                               []struct {
		Title  string
		Safe   bool
		Edits  []struct{ Path, Find, Text string }
		Create []diagnostics.NewFile
	}
}

func rules() []*diagnostics.Rule {
	doc := diagnostics.Doc{Title: "A query in a loop", Why: "It costs.", Bad: "-- a.sql --\nselect 1;\n", Good: "-- a.sql --\nselect 2;\n", FixSafety: "None."}
	return []*diagnostics.Rule{
		{ID: "n-plus-one", Category: diagnostics.Performance, Since: "0.1", Doc: doc, Aliases: []string{"query-in-loop"}},
		{ID: "select-star", Category: diagnostics.Style, Since: "0.1", Doc: doc},
	}
}

func TestGoldens(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no goldens", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { golden(t, file) })
	}
}

func golden(t *testing.T, file string) {
	ar, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]*source.File{}
	for _, f := range ar.Files {
		if source.LangOf(f.Name) != source.Unknown {
			p := base + "/" + f.Name
			data := strings.NewReplacer(`\e`, "\x1b", `\r`, "\r", `\xff`, "\xff", `\u202e`, "\u202e").Replace(string(f.Data))
			texts[p] = source.NewFile(p, source.LangOf(p), []byte(data))
		}
	}
	r := &report.Report{Base: base, Version: "1.2.3", Rules: rules(), File: func(p string) *source.File { return texts[p] },
		Summary: report.Summary{Files: 3, Tables: 2, Queries: 1, CallSites: 4, Elapsed: 1234 * time.Millisecond}}
	for i := range ar.Files {
		f := &ar.Files[i]
		switch print := formats[f.Name]; {
		case f.Name == "findings":
			r.Diagnostics = read(t, f.Data, texts)
		case f.Name == "problems":
			if err := json.Unmarshal(f.Data, &r.Problems); err != nil {
				t.Fatal(err)
			}
		case print != nil:
			var out bytes.Buffer
			if err := print(&out, r); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(f.Data), out.String()); diff != "" && !*update {
				t.Errorf("%s of %s (-want +got):\n%s", f.Name, file, diff)
			}
			f.Data = out.Bytes()
		case texts[base+"/"+f.Name] == nil:
			t.Fatalf("unknown member %q", f.Name)
		}
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(ar), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// read reads findings, one JSON object after the other.
func read(t *testing.T, data []byte, texts map[string]*source.File) []diagnostics.Diagnostic {
	at := func(path, find string) (string, source.Span) {
		f := texts[base+"/"+path]
		if f == nil {
			return base + "/" + path, source.Span{Start: 7, End: 9}
		}
		n := strings.Index(string(f.Text), find)
		if n < 0 {
			t.Fatalf("%q does not stand in %s", find, path)
		}
		return f.Path, source.Span{Start: n, End: n + len(find)}
	}
	var out []diagnostics.Diagnostic
	for dec := json.NewDecoder(bytes.NewReader(data)); ; {
		var in finding
		if err := dec.Decode(&in); errors.Is(err, io.EOF) {
			return out
		} else if err != nil {
			t.Fatal(err)
		}
		d := diagnostics.Diagnostic{Rule: in.Rule, Category: diagnostics.Performance, Message: in.Message}
		d.Severity, _ = diagnostics.ParseSeverity(in.Severity)
		d.Path, d.Span = at(in.Path, in.Find)
		for _, rel := range in.Related {
			p, s := at(rel.Path, rel.Find)
			d.Related = append(d.Related, diagnostics.Related{Location: source.Location{Path: p, Span: s}, Message: rel.Message})
		}
		for _, fix := range in.Fixes {
			f := diagnostics.Fix{Title: fix.Title}
			if fix.Safe {
				f.Safety = diagnostics.Safe
			}
			for _, e := range fix.Edits {
				p, s := at(e.Path, e.Find)
				f.Edits = append(f.Edits, diagnostics.FileEdit{Path: p, Edit: source.Edit{Span: s, Text: e.Text}})
			}
			for _, c := range fix.Create {
				f.Create = append(f.Create, diagnostics.NewFile{Path: base + "/" + c.Path, Text: c.Text})
			}
			d.Fixes = append(d.Fixes, f)
		}
		out = append(out, d)
	}
}

// failing is a writer whose reader has gone.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestWriteErrors(t *testing.T) {
	r := &report.Report{Diagnostics: []diagnostics.Diagnostic{{Rule: "n-plus-one", Severity: diagnostics.Error, Path: "untitled:1"}}}
	for name, print := range formats {
		if name == "colour" {
			continue
		}
		if err := print(failing{}, r); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%s: the error of the writer is %v", name, err)
		}
	}
}

// FuzzFrame: any text and span gives a frame of bounded size whose marks stand
// below the text, and no control character reaches the terminal.
func FuzzFrame(f *testing.F) {
	f.Add("\tselect 名, é\nfrom x\r\n\x1b[31m", 3, 20)
	f.Add(strings.Repeat("x", 900)+"\n\n\n\n", 400, 902)
	f.Fuzz(func(t *testing.T, text string, start, end int) {
		start = max(0, min(start, len(text)))
		end = max(start, min(end, len(text)))
		file := source.NewFile("/a.sql", source.SQL, []byte(text))
		r := &report.Report{File: func(string) *source.File { return file }, Diagnostics: []diagnostics.Diagnostic{{
			Rule: "n-plus-one", Severity: diagnostics.Error, Path: "/a.sql", Span: source.Span{Start: start, End: end}}}}
		var out bytes.Buffer
		if err := report.Text(&out, r, report.Style{Quiet: true}); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(out.String(), "\n")
		if len(lines) > 12 {
			t.Fatalf("%d lines", len(lines))
		}
		for _, line := range lines {
			if strings.ContainsAny(line, "\x1b\r\x00\t\u202e") {
				t.Fatalf("%q is not plain", line)
			}
			if mark := strings.TrimLeft(strings.TrimPrefix(line, "        |"), " "); strings.HasPrefix(line, "        |") && len(line) > 8+1+1+2*130 {
				t.Fatalf("marks %q are too long", mark)
			}
		}
	})
}
