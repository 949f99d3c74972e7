package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/dbwise/dbwise/diagnostics/workspace"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// lockReport is what locks prints about one file.
type lockReport struct {
	Path       string          `json:"path"`
	Class      string          `json:"class"`
	Statements []lockStatement `json:"statements"`
}

type lockStatement struct {
	Line    int          `json:"line"` // from 1
	Text    string       `json:"text"`
	Class   string       `json:"class"`
	Effects []lockEffect `json:"effects"`
	// Refused says why the server does not run it.
	Refused string `json:"refused,omitempty"`
	// Carried is the relation whose lock, taken before in the same
	// transaction, is held while this statement works.
	Carried string   `json:"carried,omitempty"`
	Lost    []string `json:"lost,omitempty"`
}

type lockEffect struct {
	Relation string   `json:"relation"`
	Lock     string   `json:"lock"`
	Blocks   string   `json:"blocks"`
	Long     bool     `json:"long"`
	Reason   string   `json:"reason"`
	New      bool     `json:"new,omitempty"`
	May      bool     `json:"may,omitempty"`
	Lost     []string `json:"lost"`
	// short and why are what the text output says.
	short, why string
}

func reportOf(path string, src *source.File, list []workspace.StatementImpact) lockReport {
	out := lockReport{Path: path, Statements: []lockStatement{}}
	worst := schema.ClassUnknown
	t := &transaction{}
	for _, st := range list {
		if st.Down {
			continue
		}
		worst = max(worst, t.add(st))
		line, _ := src.Lines().Position(st.Span.Start)
		out.Statements = append(out.Statements, statementOf(line+1, st, src))
	}
	out.Class = worst.String()
	return out
}

// transaction adds up what the statements of one transaction do: it blocks as
// the strongest of its locks does, for as long as all of them take.
type transaction struct {
	open   bool
	blocks schema.Blocking
	long   bool
}

func (t *transaction) add(st workspace.StatementImpact) schema.Class {
	for i := range st.Changes {
		switch st.Changes[i].Kind {
		case schema.Begin:
			*t = transaction{open: true}
		case schema.Commit, schema.Rollback:
			*t = transaction{}
		}
	}
	if st.Unread {
		return schema.ClassUnknown
	}
	if !t.open {
		return st.Class
	}
	for i := range st.Effects {
		if e := &st.Effects[i]; !e.New {
			t.blocks, t.long = max(t.blocks, e.Blocks), t.long || e.Long()
		}
	}
	return max(st.Class, schema.ClassOf(t.blocks, t.long))
}

func statementOf(line int, st workspace.StatementImpact, src *source.File) lockStatement {
	out := lockStatement{Line: line, Text: strings.TrimSpace(st.Span.In(src.Text)), Class: st.Class.String(), Effects: []lockEffect{}, Refused: st.Refusal}
	if st.Unread {
		out.Refused = "the statement could not be read"
	}
	if st.Carried != nil {
		out.Carried = st.Carried.Relation.String()
	}
	out.Lost = lostOf(st.Lost)
	for i := range st.Effects {
		e := &st.Effects[i]
		reason := e.Work.String()
		if e.Why != "" {
			reason += ": " + e.Why
		}
		out.Effects = append(out.Effects, lockEffect{Relation: e.Relation.String(), Lock: e.Lock.String(), Blocks: e.Blocks.String(),
			Long: e.Long(), Reason: reason, New: e.New, May: e.May, Lost: lostOf(e.Lost),
			short: e.Short(), why: e.Why})
	}
	return out
}

func lostOf(list []schema.Loss) []string {
	out := []string{}
	for _, l := range list {
		out = append(out, l.String())
	}
	return out
}

// print writes the report for a reader.
func (r *lockReport) print(w io.Writer, heading bool) error {
	var b strings.Builder
	if heading {
		fmt.Fprintf(&b, "%s\n\n", r.Path)
	}
	for _, st := range r.Statements {
		fmt.Fprintf(&b, "%4d  %s\n      %s\n", st.Line, sqltext.Truncate(strings.Join(strings.Fields(st.Text), " "), 110), st.Class)
		for _, e := range st.Effects {
			fmt.Fprintf(&b, "      %s\n", e.line())
			for _, l := range e.Lost {
				fmt.Fprintf(&b, "        loses %s\n", l)
			}
		}
		for _, l := range st.Lost {
			fmt.Fprintf(&b, "      loses %s\n", l)
		}
		if st.Carried != "" {
			fmt.Fprintf(&b, "      while the lock on %s of this transaction is held\n", st.Carried)
		}
		if st.Refused != "" {
			fmt.Fprintf(&b, "      fails: %s\n", st.Refused)
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "%s\n", r.Class)
	_, err := io.WriteString(w, b.String())
	return err
}

// line is the effect as lens and hover word it, with its reason.
func (e *lockEffect) line() string {
	switch {
	case e.New:
		return e.Lock + " on " + e.Relation + ", which is new"
	case e.why != "":
		return e.short + ", because " + e.why
	}
	return e.short
}
