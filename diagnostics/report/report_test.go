package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
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

// contract is what programs build on: fields may be added, none may change or
// go. A name ends in [] if it is of every item of a list; types are those of
// package encoding/json.
const contract = `
version float64
diagnostics []interface {}
diagnostics[].rule string
diagnostics[].category string
diagnostics[].severity string
diagnostics[].path string
diagnostics[].line float64
diagnostics[].column float64
diagnostics[].endLine float64
diagnostics[].endColumn float64
diagnostics[].start float64
diagnostics[].end float64
diagnostics[].message string
diagnostics[].related []interface {}
diagnostics[].related[].path string
diagnostics[].related[].line float64
diagnostics[].related[].column float64
diagnostics[].related[].endLine float64
diagnostics[].related[].endColumn float64
diagnostics[].related[].message string
diagnostics[].fixes []interface {}
diagnostics[].fixes[].title string
diagnostics[].fixes[].safety string
diagnostics[].fixes[].edits []interface {}
diagnostics[].fixes[].edits[].path string
diagnostics[].fixes[].edits[].start float64
diagnostics[].fixes[].edits[].end float64
diagnostics[].fixes[].edits[].text string
diagnostics[].fixes[].create []interface {}
diagnostics[].fixes[].create[].path string
diagnostics[].fixes[].create[].text string
summary map[string]interface {}
summary.files float64
summary.tables float64
summary.queries float64
summary.callSites float64
summary.errors float64
summary.warnings float64
summary.infos float64
summary.elapsedMs float64
problems []interface {}
problems[].path string
problems[].message string
`

// TestContract: a finding with all there may be, and one with nothing, have
// every field of the contract with its type; no list is null.
func TestContract(t *testing.T) {
	file := source.NewFile(base+"/db/a.sql", source.SQL, []byte("select 'é', x\nfrom t;"))
	span := source.Span{Start: 13, End: 19}
	r := &report.Report{Base: base, File: func(string) *source.File { return file }, Problems: []report.Problem{{Path: file.Path, Message: "p"}},
		Diagnostics: []diagnostics.Diagnostic{{Rule: "bare", Path: file.Path}, {
			Rule: "n-plus-one", Category: diagnostics.Performance, Severity: diagnostics.Error, Path: file.Path, Span: span, Message: "m",
			Related: []diagnostics.Related{{Location: source.Location{Path: file.Path, Span: span}, Message: "r"}},
			Fixes: []diagnostics.Fix{{Title: "bare"}, {Title: "t", Safety: diagnostics.Safe, Create: []diagnostics.NewFile{{Path: base + "/m/1.sql", Text: "x"}},
				Edits: []diagnostics.FileEdit{{Path: file.Path, Edit: source.Edit{Span: span}}}}}}}}
	var out bytes.Buffer
	if err := report.JSON(&out, r); err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(out.Bytes(), &v); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(strings.TrimSpace(contract)) {
		name, want, _ := strings.Cut(strings.TrimSpace(line), " ")
		values := fields(v, name)
		if len(values) == 0 {
			t.Errorf("nothing has the field %s", name)
		}
		for _, value := range values {
			if got := fmt.Sprintf("%T", value); got != want {
				t.Errorf("%s is %s, want %s", name, got, want)
			}
		}
	}
	full := fields(v, "diagnostics[]")[1].(map[string]any)
	for name, want := range map[string]any{"path": "db/a.sql", "severity": "error", "line": 1.0, "column": 13.0, "endLine": 2.0, "endColumn": 5.0, "start": 13.0, "end": 19.0} {
		if full[name] != want {
			t.Errorf("%s is %v, want %v", name, full[name], want)
		}
	}
}

// fields are all values with a name of the contract.
func fields(v any, name string) []any {
	key, rest, more := strings.Cut(name, ".")
	key, each := strings.CutSuffix(key, "[]")
	object, _ := v.(map[string]any)
	values := []any{object[key]}
	if each {
		values, _ = object[key].([]any)
	}
	if !more {
		return values
	}
	var out []any
	for _, value := range values {
		out = append(out, fields(value, rest)...)
	}
	return out
}

// TestUnknownRule: SARIF does not ascribe a finding to a rule that is not listed.
func TestUnknownRule(t *testing.T) {
	var out bytes.Buffer
	r := &report.Report{Rules: rules(), Diagnostics: []diagnostics.Diagnostic{{Rule: "gone", Severity: diagnostics.Error, Path: "a.sql"}}}
	if err := report.SARIF(&out, r); err != nil || !strings.Contains(out.String(), `"ruleIndex": -1`) {
		t.Errorf("%v %s", err, out.String())
	}
}

// TestLongLine: thousands of findings in one line of megabytes are printed in
// time that the line's length does not multiply.
func TestLongLine(t *testing.T) {
	unit := strings.Repeat("名x", 500) + " bad; "
	file := source.NewFile(base+"/a.sql", source.SQL, []byte(strings.Repeat(unit, 1000)))
	r := &report.Report{Base: base, File: func(string) *source.File { return file }}
	for i := range 1000 {
		at := i*len(unit) + strings.Index(unit, "bad")
		r.Diagnostics = append(r.Diagnostics, diagnostics.Diagnostic{Rule: "n-plus-one", Severity: diagnostics.Error, Path: file.Path, Span: source.Span{Start: at, End: at + 3}})
	}
	var out bytes.Buffer
	start := time.Now()
	for _, print := range []string{"json", "sarif", "github"} {
		if err := formats[print](io.Discard, r); err != nil {
			t.Fatal(err)
		}
	}
	if err := report.Text(&out, r, report.Style{Quiet: true}); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("took %s", took)
	}
	if n := strings.Count(out.String(), " ^^^\n"); n != 1000 || out.Len() > 1000*600 {
		t.Errorf("%d findings are marked in %d bytes", n, out.Len())
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
