package schema

import (
	"fmt"
	"strings"
)

// The words for impacts. The code lens, the hover and the command line all
// take them from here, so that one thing has one name.

// waits says who waits for what blocks so much.
var waits = [...]string{"nobody waits", "writes wait", "reads and writes wait"}

// Waits is who waits for the level: "writes wait".
func (b Blocking) Waits() string { return waits[b] }

// doings say what is done to a table; whiles the same of those who wait for it.
var (
	doings = [...]string{"", "reads every row", "writes most rows", "checks every row", "builds an index", "rewrites the table"}
	whiles = [...]string{"", "while every row is read", "while the rows are written", "while every row is checked", "while the index is built", "while the table is rewritten"}
)

// Does is what the work is, as a verb: "rewrites the table"; "" for none.
func (w Work) Does() string { return doings[w] }

// String is the loss in words: "column orders.note", "name a (now b)".
func (l Loss) String() string {
	text := l.Kind.String() + " " + l.Name.String()
	if l.Column != "" {
		text += "." + l.Column
	}
	if l.Renamed != "" {
		text += " (now " + l.Renamed + ")"
	}
	return text
}

// Lasts is how long the lock is held, and why: "briefly", or "grows with the
// table: rewrite, because ...".
func (e *Effect) Lasts() string {
	if !e.Long() {
		return "briefly"
	}
	text := "grows with the table: " + e.Work.String()
	if e.Why != "" {
		text += ", because " + e.Why
	}
	return text
}

// Short is the effect in one line: "SHARE on orders · writes wait while the
// index is built".
func (e *Effect) Short() string {
	text := e.Lock.String() + " on " + e.Relation.String()
	switch {
	case e.Work == Rewrite && e.Blocks == BlocksAll:
		text += " · rewrites the table"
	case e.Long() && e.Blocks != BlocksNone:
		text += " · " + e.Blocks.Waits() + " " + whiles[e.Work]
	case e.Long():
		text += " · " + e.Work.Does() + ", nobody waits"
	case e.Blocks != BlocksNone:
		text += " · " + e.Blocks.Waits() + ", briefly"
	}
	if e.May {
		text = "may take " + text
	}
	return text
}

// maxLosses is how many losses a line names.
const maxLosses = 3

// losses are all of them, the statement's own first, as a line names them.
func (i *Impact) losses() []string {
	var out []string
	for _, l := range i.Lost {
		out = append(out, l.String())
	}
	for k := range i.Effects {
		if i.Effects[k].New {
			continue
		}
		for _, l := range i.Effects[k].Lost {
			out = append(out, l.String())
		}
	}
	if len(out) > maxLosses {
		out = append(out[:maxLosses:maxLosses], fmt.Sprintf("%d more", len(out)-maxLosses))
	}
	return out
}

// Summary is the impact in one line; "" if nothing blocks, lasts, is lost or
// fails.
func (i *Impact) Summary() string {
	if i == nil || i.Unread {
		return ""
	}
	var parts []string
	worst := i.Worst()
	if worst != nil {
		parts = append(parts, worst.Short())
		if more := i.others(worst); more > 0 {
			parts[0] += fmt.Sprintf(" (and %d more)", more)
		}
	}
	if lost := i.losses(); len(lost) > 0 {
		parts = append(parts, "loses "+strings.Join(lost, ", "))
	}
	if i.Carried != nil {
		parts = append(parts, "while "+i.Carried.Lock.String()+" on "+i.Carried.Relation.String()+" is held")
	}
	if i.Fails {
		parts = append(parts, "fails")
	}
	return strings.Join(parts, " · ")
}

// others counts the relations besides that of worst that block or last.
func (i *Impact) others(worst *Effect) int {
	seen := map[Name]bool{worst.Relation: true}
	for k := range i.Effects {
		if e := &i.Effects[k]; !e.New && (e.Blocks != BlocksNone || e.Long()) {
			seen[e.Relation] = true
		}
	}
	return len(seen) - 1
}

// headlines say what a class means to those who use the database.
var headlines = [...]string{
	"What it does to a running database is not known",
	"Nobody waits for it",
	"Takes as long as the table is large; nobody waits for it",
	"Writes wait for it, briefly",
	"Reads and writes wait for it, briefly",
	"Writes wait for it, for as long as the table is large",
	"Reads and writes wait for it, for as long as the table is large",
}

// Headline says what the class means, as a sentence without its full stop.
func (c Class) Headline() string { return headlines[c] }

// Markdown is the impact at length: a headline, a table of relations, and what
// a table cannot say.
func (i *Impact) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**\n", i.Class.Headline())
	may := i.table(&b)
	line := func(format string, args ...any) { fmt.Fprintf(&b, "\n"+format+"\n", args...) }
	if len(i.Lost) > 0 {
		lost := make([]string, len(i.Lost))
		for k, l := range i.Lost {
			lost[k] = cell(l.String())
		}
		line("Loses %s.", strings.Join(lost, ", "))
	}
	if may {
		line("“May”: no file describes what decides it.")
	}
	if c := i.Carried; c != nil {
		line("The transaction holds %s on `%s` since an earlier statement: %s until it ends.", c.Lock, c.Relation, c.Blocks.Waits())
	}
	switch {
	case i.Fails || i.Refusal != "":
		line("The server refuses it: %s", strings.TrimSuffix(i.Refusal, ".")+".")
	case i.NoTransaction:
		line("It cannot run in a transaction block.")
	}
	return strings.TrimRight(b.String(), "\n")
}

// table writes one row for each relation that was there before, and reports
// whether any of it is but likely.
func (i *Impact) table(b *strings.Builder) (may bool) {
	heading := "\n| relation | lock | waits | duration | lost |\n|---|---|---|---|---|\n"
	for k := range i.Effects {
		e := &i.Effects[k]
		if e.New {
			continue
		}
		b.WriteString(heading)
		heading = ""
		lock := e.Lock.String()
		if e.May {
			may, lock = true, "may: "+lock
		}
		if e.Held > e.Lock {
			lock += ", held before: " + e.Held.String()
		}
		lost := make([]string, len(e.Lost))
		for n, l := range e.Lost {
			lost[n] = cell(l.String())
		}
		name := "`" + cell(e.Relation.String()) + "`"
		if e.Object != "" && e.Object != "table" {
			name = e.Object + " " + name
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", name, lock, e.Blocks.Waits(), cell(e.Lasts()), strings.Join(lost, ", "))
	}
	return may
}

// cell keeps a text in one cell of a Markdown table.
func cell(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", `\|`)
}

// Plain is the impact at length, without Markdown: for a box of the editor.
func (i *Impact) Plain() string {
	lines := []string{i.Class.Headline() + "."}
	for k := range i.Effects {
		e := &i.Effects[k]
		if e.New {
			continue
		}
		text := e.Lock.String() + " on " + e.Relation.String() + ": " + e.Blocks.Waits() + ", " + e.Lasts()
		if e.May {
			text = "May take " + text
		}
		lines = append(lines, text+".")
	}
	if lost := i.losses(); len(lost) > 0 {
		lines = append(lines, "Loses "+strings.Join(lost, ", ")+".")
	}
	if c := i.Carried; c != nil {
		lines = append(lines, c.Lock.String()+" on "+c.Relation.String()+" is held until the transaction ends.")
	}
	if i.Refusal != "" {
		lines = append(lines, i.Refusal)
	}
	return strings.Join(lines, "\n")
}
