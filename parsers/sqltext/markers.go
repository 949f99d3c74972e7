package sqltext

import (
	"strings"

	"github.com/dbwise/dbwise/parsers/source"
)

// Tool names the migration tool a marker belongs to.
type Tool string

// The tools whose files carry markers.
const (
	Goose         Tool = "goose"
	Dbmate        Tool = "dbmate"
	SQLMigrate    Tool = "sql-migrate"
	Tern          Tool = "tern"
	NodePgMigrate Tool = "node-pg-migrate"
	Rambler       Tool = "rambler"
	Drizzle       Tool = "drizzle"
	Atlas         Tool = "atlas"
	Liquibase     Tool = "liquibase"
	SQLx          Tool = "sqlx"
)

// MarkerKind is what a marker says.
type MarkerKind uint8

// The kinds of markers.
const (
	Directive      MarkerKind = iota + 1 // anything else the tool reads; Args holds it whole
	Up                                   // the statements up to the next section apply the migration
	Down                                 // the statements up to the next section undo it
	StatementBegin                       // what follows is one statement, whatever it holds
	StatementEnd                         // its end
	NoTransaction                        // the file runs outside a transaction
	Breakpoint                           // ends a statement
	Header                               // says that the file is for the tool
	Changeset                            // begins a change of its own; Args names it
	Rollback                             // Args is the statement that undoes the change
)

var kindNames = [...]string{
	"", "directive", "up", "down", "statement-begin", "statement-end", "no-transaction", "breakpoint",
	"header", "changeset", "rollback",
}

func (k MarkerKind) String() string { return kindNames[k] }

// Marker is a comment by which a migration tool is steered.
type Marker struct {
	Span source.Span // the comment, without the line break
	Tool Tool
	Kind MarkerKind
	Args string // what follows the marker's name: options, an author and id, a statement
}

// Markers finds the markers of text. As the tools do, it goes by lines and
// looks into strings as well; drizzle's breakpoint may follow a statement.
// Liquibase's count only behind its header, since they are common words.
func Markers(text []byte) []Marker {
	t := view(text)
	var out []Marker
	liquibase := false
	for at := 0; ; {
		n := strings.Index(t[at:], "--")
		if n < 0 {
			return out
		}
		start := at + n
		end := lineEnd(t, start)
		at = end
		m, ok := marker(t[start:end])
		if !ok || m.Kind != Breakpoint && !blankBefore(t, start) {
			continue
		}
		if liquibase = liquibase || m.Kind == Header; m.Tool == Liquibase && !liquibase {
			continue
		}
		m.Span = source.Span{Start: start, End: start + len(strings.TrimRight(t[start:end], " \t"))}
		m.Args = strings.Clone(m.Args)
		out = append(out, m)
	}
}

func blankBefore(t string, off int) bool {
	start := strings.LastIndexAny(t[:off], "\r\n") + 1
	return strings.Trim(t[start:off], " \t\ufeff") == ""
}

// endsStatement reports whether line, a -- comment, ends any statement before it.
func endsStatement(line string) bool {
	m, ok := marker(line)
	return ok && m.section()
}

func (m Marker) section() bool {
	switch m.Kind {
	case Up, Down, Breakpoint, Changeset, StatementBegin, StatementEnd:
		return true
	}
	return false
}

// marker reads a -- comment. Sources: goose internal/sqlparser, dbmate
// pkg/dbmate/migration.go, sql-migrate sqlparse, tern migrate, node-pg-migrate
// sqlMigration.ts, rambler, drizzle-orm migrator.ts, atlasgo.io "Directives",
// Liquibase "Formatted SQL", sqlx-core migrate.
func marker(line string) (Marker, bool) {
	body := strings.TrimLeft(line[2:], " \t-")
	if body == "" {
		return Marker{}, false
	}
	switch body[0] | 0x20 {
	case '+':
		return plusMarker(body)
	case '>':
		if strings.HasPrefix(line, "--> statement-breakpoint") {
			return Marker{Tool: Drizzle, Kind: Breakpoint}, true
		}
	case 'm':
		return dbmateMarker(body)
	case 'c':
		if strings.HasPrefix(line, "---- create above / drop below ----") {
			return Marker{Tool: Tern, Kind: Down}, true
		}
		if rest, ok := cutFold(body, "changeset "); ok && strings.Contains(rest, ":") {
			return Marker{Tool: Liquibase, Kind: Changeset, Args: rest}, true
		}
	case 'l':
		if rest, ok := cutFold(body, "liquibase formatted sql"); ok {
			return Marker{Tool: Liquibase, Kind: Header, Args: rest}, true
		}
	case 'r':
		return rMarker(body)
	case 'u':
		if rest, ok := cutFold(body, "up migration"); ok {
			return Marker{Tool: NodePgMigrate, Kind: Up, Args: rest}, true
		}
	case 'd':
		if rest, ok := cutFold(body, "down migration"); ok {
			return Marker{Tool: NodePgMigrate, Kind: Down, Args: rest}, true
		}
	case 'a':
		return atlasMarker(body)
	case 'n':
		if strings.TrimRight(line, " \t") == "-- no-transaction" {
			return Marker{Tool: SQLx, Kind: NoTransaction}, true
		}
	}
	return Marker{}, false
}

// plusMarker reads "+goose X" and "+migrate X".
func plusMarker(body string) (Marker, bool) {
	tool := Goose
	rest, ok := cutFold(body, "+goose ")
	if !ok {
		if rest, ok = cutFold(body, "+migrate "); !ok {
			return Marker{}, false
		}
		tool = SQLMigrate
	}
	name, args, _ := strings.Cut(rest, " ")
	m := Marker{Tool: tool, Args: strings.TrimSpace(args)}
	switch strings.ToLower(name) {
	case "up":
		m.Kind = Up
	case "down":
		m.Kind = Down
	case "statementbegin":
		m.Kind = StatementBegin
	case "statementend":
		m.Kind = StatementEnd
	default:
		m.Kind, m.Args = Directive, rest
		if strings.EqualFold(rest, "no transaction") {
			m.Kind, m.Args = NoTransaction, ""
		}
	}
	return m, true
}

func dbmateMarker(body string) (Marker, bool) {
	for _, s := range []struct {
		name string
		kind MarkerKind
	}{{"migrate:up", Up}, {"migrate:down", Down}} {
		if rest, ok := strings.CutPrefix(body, s.name); ok && (rest == "" || classes[rest[0]] == cBlank) {
			return Marker{Tool: Dbmate, Kind: s.kind, Args: strings.TrimSpace(rest)}, true
		}
	}
	return Marker{}, false
}

func rMarker(body string) (Marker, bool) {
	for _, s := range []struct {
		name string
		tool Tool
		kind MarkerKind
	}{{"rambler up", Rambler, Up}, {"rambler down", Rambler, Down}, {"rollback ", Liquibase, Rollback}} {
		if rest, ok := cutFold(body, s.name); ok {
			return Marker{Tool: s.tool, Kind: s.kind, Args: rest}, true
		}
	}
	return Marker{}, false
}

// atlasMarker reads "atlas:name args". The transaction mode none is told apart.
func atlasMarker(body string) (Marker, bool) {
	rest, ok := strings.CutPrefix(body, "atlas:")
	if !ok {
		return Marker{}, false
	}
	rest = strings.TrimSpace(rest)
	m := Marker{Tool: Atlas, Kind: Directive, Args: rest}
	if f := strings.Fields(rest); len(f) == 2 && f[0] == "txmode" && f[1] == "none" {
		m.Kind, m.Args = NoTransaction, ""
	}
	return m, true
}

// cutFold cuts prefix off s without regard to case and trims what is left.
func cutFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return "", false
	}
	return strings.TrimSpace(s[len(prefix):]), true
}
