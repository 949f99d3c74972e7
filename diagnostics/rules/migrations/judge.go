package migrations

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/dbwise/dbwise/diagnostics"
	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// verdict is what the dialect says about one clause: the effect that decides,
// and how far it is known.
type verdict struct {
	*schema.Effect
	// also are the other relations the clause keeps from readers or writers.
	also []*schema.Effect
	// sure: table and all that decides are known, and the clause is reached.
	sure bool
}

// long are the effects that make others wait for as long as there are rows.
func long(e *schema.Effect) bool { return e.Blocks != schema.BlocksNone && e.Long() }

// brief are those that make others wait for catalog work only.
func brief(e *schema.Effect) bool { return e.Blocks != schema.BlocksNone && !e.Long() }

// judge picks the worst of the effects that follow from a step's clause and
// that a rule speaks about. There is none where nobody waits: the relation is
// new, the user calls it small, the file only describes a schema.
func judge(p *diagnostics.Pass, s *schema.Step, speaks func(*schema.Effect) bool) (verdict, bool) {
	var v verdict
	if s.Impact == nil || s.Impact.Unread || s.Impact.Fails || describes(p, s.Path) {
		return v, false
	}
	var rest []*schema.Effect
	for _, e := range s.Impact.Of(s.Change) {
		switch {
		case e.New || p.Config.Small(e.Relation.Name):
		case speaks(e) && (v.Effect == nil || e.Class() > v.Class()):
			if v.Effect != nil {
				rest = append(rest, v.Effect)
			}
			v.Effect = e
		case e.Blocks != schema.BlocksNone:
			rest = append(rest, e)
		}
	}
	if v.Effect == nil {
		return v, false
	}
	for _, e := range rest {
		if e.Object != "index" && e.Object != "sequence" && e.Relation != v.Relation {
			v.also = append(v.also, e)
		}
	}
	v.sure = !v.May && !s.Conditional
	v.Effect = strongest(s.Impact, v.Effect)
	return v, true
}

// strongest is an effect with the strongest lock that its statement takes on
// the relation: all clauses run under it.
func strongest(im *schema.Impact, e *schema.Effect) *schema.Effect {
	out := *e
	for i := range im.Effects {
		if o := &im.Effects[i]; o.Relation == e.Relation && o.Object == e.Object {
			out.Lock, out.Blocks = max(out.Lock, o.Lock), max(out.Blocks, o.Blocks)
		}
	}
	return &out
}

// level is the rule's own severity where the effect is known, a warning where
// it is likely or stands in an undo section, which hardly ever runs, information
// where nobody knows whether the file is ever run.
func (v verdict) level(s *schema.Step) diagnostics.Severity {
	switch {
	case v.sure && !s.Down:
		return diagnostics.DefaultSeverity
	case v.sure:
		return diagnostics.Warning
	case s.Migration == nil:
		return diagnostics.Info
	}
	return diagnostics.Warning
}

// maxAlso is how many further tables a message names.
const maxAlso = 2

// costs is the sentence that tells what waits for what: "Building index `x`
// takes a SHARE lock on `orders`: every INSERT, UPDATE and DELETE waits until
// the index is built."
func (v verdict) costs(doing string) string {
	locks := locked(v.Effect)
	for i, e := range v.also {
		if i == maxAlso && len(v.also) > maxAlso+1 {
			locks += fmt.Sprintf(", and locks on %d more tables", len(v.also)-maxAlso)
			break
		}
		locks += " and " + locked(e)
	}
	why := ""
	if v.Why != "" {
		why = ", because " + v.Why
	}
	if !v.sure {
		return fmt.Sprintf("%s may hold %s %s: %s would wait%s.", doing, locks, v.until(), waiting(v.Blocks), why)
	}
	return fmt.Sprintf("%s takes %s: %s waits %s%s.", doing, locks, waiting(v.Blocks), v.until(), why)
}

// locked is "a SHARE lock on `orders`".
func locked(e *schema.Effect) string { return mode(e.Lock) + " lock on " + relation(e) }

// relation is the name of what an effect is about; one that stands for all
// tables is no name.
func relation(e *schema.Effect) string {
	if e.Relation == (schema.Name{Name: "every table"}) {
		return e.Relation.Name
	}
	return "`" + e.Relation.String() + "`"
}

// mode is the lock's name with its article.
func mode(l schema.Lock) string {
	if l >= schema.Exclusive || l <= schema.AccessShare {
		return "an " + l.String()
	}
	return "a " + l.String()
}

func waiting(b schema.Blocking) string {
	if b == schema.BlocksAll {
		return "every read and write"
	}
	return "every INSERT, UPDATE and DELETE"
}

// until is when the wait ends.
func (v verdict) until() string {
	object := v.Object
	if object == "" || object == "index" {
		object = "table"
	}
	switch v.Work {
	case schema.Rewrite:
		return "until the whole " + object + " has been written anew"
	case schema.BuildIndex:
		return "until the whole " + object + " has been read and the index is built"
	case schema.CheckRows, schema.ScanRows:
		return "until the whole " + object + " has been read"
	case schema.WriteRows:
		return "until its rows have been written"
	}
	return "until the transaction ends"
}

// finding is a diagnostic about a step's clause.
func (v verdict) finding(p *diagnostics.Pass, s *schema.Step, doing string) diagnostics.Diagnostic {
	d := diagnostics.Diagnostic{Span: firstLine(p.File, s.Span), Severity: v.level(s), Message: v.costs(doing)}
	if long(v.Effect) && s.Migration != nil && s.Migration.Tx == schema.TxBatch && !s.Down {
		d.Message += " " + batched(s)
	}
	return d
}

// batched says why there is no fix where one transaction surrounds all pending
// migrations, and what is left to do.
func batched(s *schema.Step) string {
	if s.Kind == schema.CreateIndex && s.Migration.Runner == "drizzle" {
		return "Drizzle runs all pending migrations in one transaction, which refuses CONCURRENTLY: build the index by hand before, and say IF NOT EXISTS here."
	}
	return "Steps that keep nobody waiting have to be deployed one by one: " + s.Migration.Runner + " runs all pending migrations in one transaction."
}

// firstLine is what of a span is worth underlining.
func firstLine(f *source.File, span source.Span) source.Span {
	text := span.In(f.Text)
	if i := strings.IndexAny(text, "\r\n"); i > 0 {
		span.End = span.Start + len(strings.TrimRight(text[:i], " \t"))
	}
	return span
}

// report adds a finding with its fix, if there is one.
func report(p *diagnostics.Pass, d diagnostics.Diagnostic, fix diagnostics.Fix, ok bool) {
	if ok && !templated(p, d, fix) {
		d.Fixes = append(d.Fixes, fix)
	}
	p.Report(d)
}

// newStatement is the beginning of what names its table itself.
var newStatement = regexp.MustCompile(`(?i)\b(?:alter|create|drop|update|delete|truncate)\s`)

// templated reports whether a fix writes statements about a table that the file
// names by way of a template, as in {{ .Schema }}.users: they would name another.
func templated(p *diagnostics.Pass, d diagnostics.Diagnostic, fix diagnostics.Fix) bool {
	writes := len(fix.Create) > 0 || slices.ContainsFunc(fix.Edits, func(e diagnostics.FileEdit) bool { return newStatement.MatchString(e.Text) })
	return writes && slices.ContainsFunc(p.Facts.Statements, func(st facts.Statement) bool {
		return st.Span.Covers(d.Span) && slices.ContainsFunc(sqltext.Lex(st.Span.In(p.File.Text)), func(t sqltext.Token) bool { return t.Kind == sqltext.Hole })
	})
}

// example is the documentation's workspace: two tables that exist, and the
// migration in question.
func example(change string) string {
	return "-- migrations/1_init.up.sql --\n" +
		"CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, name text);\n" +
		"CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, status text, total numeric(10,2));\n" +
		"-- migrations/2_change.up.sql --\n" + change
}

// word is a token of the file outside brackets.
type word struct {
	text string
	end  int
}

func (w word) is(s string) bool { return strings.EqualFold(w.text, s) }
func (w word) start() int       { return w.end - len(w.text) }

// lexed are the tokens of a span that stand in no brackets, except that a pair
// of brackets ends at its closing one: varchar(10) gives varchar and ).
func lexed(p *diagnostics.Pass, span source.Span) []word { return lexedOf(p.File, span) }

func lexedOf(f *source.File, span source.Span) []word {
	var out []word
	depth := 0
	text := span.In(f.Text)
	for _, t := range sqltext.Lex(text) {
		w := word{t.Span.In([]byte(text)), span.Start + t.Span.End}
		switch w.text {
		case "(", "[":
			depth++
			continue
		case ")", "]":
			depth--
		}
		if depth == 0 && t.Kind != sqltext.LineComment && t.Kind != sqltext.BlockComment {
			out = append(out, w)
		}
	}
	return out
}

// typeName is a type's name as the catalog keeps domains.
func typeName(t string) schema.Name {
	if i := strings.LastIndexByte(t, '.'); i >= 0 {
		return schema.Name{Schema: t[:i], Name: t[i+1:]}
	}
	return schema.Name{Name: t}
}

// related is a place of the same file that explains a finding.
func related(p *diagnostics.Pass, span source.Span, message string) diagnostics.Related {
	return diagnostics.Related{Location: source.Location{Path: p.File.Path, Span: firstLine(p.File, span)}, Message: message}
}
