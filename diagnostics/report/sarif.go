package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
)

// The types below are the part of SARIF 2.1.0 (OASIS standard of 27 March
// 2020, with errata 01) that is written.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver sarifDriver `json:"driver"`
		} `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		ColumnKind  string            `json:"columnKind"`
		Results     []sarifResult     `json:"results"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID        string       `json:"id"`
		Former    []string     `json:"deprecatedIds,omitempty"`
		Short     sarifMessage `json:"shortDescription"`
		Full      sarifMessage `json:"fullDescription"`
		Help      sarifMessage `json:"help"`
		Configure struct {
			Level string `json:"level"`
		} `json:"defaultConfiguration"`
		Properties struct {
			Tags []string `json:"tags"`
		} `json:"properties"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level     string          `json:"level"`
		Message   sarifMessage    `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifMessage struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      sarifMessage      `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Related      []sarifLocation   `json:"relatedLocations,omitempty"`
		Fixes        []sarifFix        `json:"fixes,omitempty"`
		Fingerprints map[string]string `json:"partialFingerprints"`
	}
	sarifLocation struct {
		ID       *int          `json:"id,omitempty"`
		Physical sarifPhysical `json:"physicalLocation"`
		Message  *sarifMessage `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
	sarifFix struct {
		Description sarifMessage  `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion  `json:"deletedRegion"`
		Inserted *sarifInsert `json:"insertedContent,omitempty"`
	}
	sarifInsert struct {
		Text string `json:"text"`
	}
)

const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

var sarifLevels = map[diagnostics.Severity]string{
	diagnostics.Off: "none", diagnostics.Hint: "note", diagnostics.Info: "note", diagnostics.Warning: "warning", diagnostics.Error: "error",
}

// SARIF prints the report as a SARIF 2.1.0 log with one run.
func SARIF(w io.Writer, r *Report) error {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}, Invocations: []sarifInvocation{{Successful: true}}}
	run.Tool.Driver = sarifDriver{Name: "dbwise", Version: r.Version, InformationURI: "https://github.com/dbwise/dbwise", Rules: []sarifRule{}}
	index := map[string]int{}
	for i, rule := range r.Rules {
		index[rule.ID] = i
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, describe(rule))
	}
	for _, p := range r.Problems {
		level := "warning"
		if p.Minor {
			level = "note"
		}
		run.Invocations[0].Notifications = append(run.Invocations[0].Notifications, sarifNotification{
			Level: level, Message: sarifMessage{Text: p.Message}, Locations: []sarifLocation{{Physical: sarifPhysical{Artifact: r.artifact(p.Path)}}}})
	}
	same := map[string]int{}
	for _, d := range r.Diagnostics {
		rule, known := index[d.Rule]
		if !known {
			rule = -1 // as SARIF says it, 3.27.6
		}
		run.Results = append(run.Results, r.sarif(d, rule, same))
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}})
}

func describe(rule *diagnostics.Rule) sarifRule {
	out := sarifRule{ID: rule.ID, Former: rule.Aliases, Short: sarifMessage{Text: rule.Doc.Title}, Full: sarifMessage{Text: rule.Doc.Why},
		Help: sarifMessage{Text: rule.Doc.Title + "\n\n" + rule.Doc.Why, Markdown: rule.Markdown()}}
	out.Configure.Level = sarifLevels[rule.Level()]
	out.Properties.Tags = []string{string(rule.Category), "database"}
	return out
}

// sarif is one finding. same counts findings that look alike, which tells them
// apart in the fingerprint.
func (r *Report) sarif(d diagnostics.Diagnostic, rule int, same map[string]int) sarifResult {
	text := d.Message
	for _, f := range d.Fixes {
		text += fmt.Sprintf("\nFix: %s (%s).", f.Title, f.Safety)
	}
	out := sarifResult{RuleID: d.Rule, RuleIndex: rule, Level: sarifLevels[d.Severity], Message: sarifMessage{Text: text},
		Locations: []sarifLocation{{Physical: r.physical(d.Path, r.place(d.Path, d.Span))}}}
	for i, rel := range d.Related {
		out.Related = append(out.Related, sarifLocation{ID: &i, Physical: r.physical(rel.Path, r.place(rel.Path, rel.Span)),
			Message: &sarifMessage{Text: rel.Message}})
	}
	for _, f := range d.Fixes {
		if fix, ok := r.sarifFix(f); ok {
			out.Fixes = append(out.Fixes, fix)
		}
	}
	key := d.Rule + "\n" + r.rel(d.Path) + "\n" + r.line(d)
	same[key]++
	sum := sha256.Sum256([]byte(key))
	out.Fingerprints = map[string]string{"dbwiseLine/v1": fmt.Sprintf("%s:%d", hex.EncodeToString(sum[:8]), same[key])}
	return out
}

// line is the line that a finding begins in, of a long one the part around it,
// without the space to its sides.
func (r *Report) line(d diagnostics.Diagnostic) string {
	f := r.file(d.Path)
	if f == nil {
		return ""
	}
	n, _ := f.Lines().Position(d.Span.Start)
	return strings.TrimSpace(near(f.Text, f.Lines().Line(n), d.Span.Start).In(f.Text))
}

// sarifFix is a fix that edits files. SARIF cannot say that a file is made.
func (r *Report) sarifFix(f diagnostics.Fix) (sarifFix, bool) {
	out := sarifFix{Description: sarifMessage{Text: fmt.Sprintf("%s (%s)", f.Title, f.Safety)}}
	at := map[string]int{}
	for _, e := range f.Edits {
		i, seen := at[e.Path]
		if !seen {
			i = len(out.Changes)
			at[e.Path] = i
			out.Changes = append(out.Changes, sarifChange{Artifact: r.artifact(e.Path)})
		}
		rep := sarifReplacement{Deleted: region(r.place(e.Path, e.Span))}
		if e.Text != "" {
			rep.Inserted = &sarifInsert{e.Text}
		}
		out.Changes[i].Replacements = append(out.Changes[i].Replacements, rep)
	}
	return out, len(f.Create) == 0 && len(f.Edits) > 0
}

func (r *Report) physical(p string, at place) sarifPhysical {
	reg := region(at)
	return sarifPhysical{Artifact: r.artifact(p), Region: &reg}
}

func region(p place) sarifRegion {
	return sarifRegion{StartLine: p.line, StartColumn: p.column, EndLine: p.endLine, EndColumn: p.endColumn}
}

// artifact is a path as a URI: relative if it is.
func (r *Report) artifact(p string) sarifArtifact {
	rel := r.rel(p)
	if path.IsAbs(rel) {
		return sarifArtifact{(&url.URL{Scheme: "file", Path: rel}).String()}
	}
	return sarifArtifact{(&url.URL{Path: rel}).String()}
}
