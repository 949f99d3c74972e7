// Package changelog reads the change logs of Liquibase that are no SQL: XML and
// YAML. Each changeset becomes a migration whose changes are written down as the
// SQL that Liquibase sends, in their place in the file (Liquibase documentation,
// "Change Types").
//
// What is not known (a change type, a property no file sets, what stands in
// another file) makes the changeset partial. The package imports floor 0 only.
//
//	list, statements, includes := changelog.Read(file, parse)
package changelog

import (
	"slices"
	"strings"

	"github.com/dbwise/dbwise/parsers/facts"
	"github.com/dbwise/dbwise/parsers/source"
	"github.com/dbwise/dbwise/parsers/sqltext"
)

// reader reads one file.
type reader struct {
	file  *source.File
	parse func(sql string) facts.Statement
	// properties are the values that ${name} stands for.
	properties map[string]string
	out        []facts.Statement
	prog       *facts.Program
	spans      []source.Span
	// guarded: the changeset asks first and is left out if the answer is no.
	guarded bool
}

// Read gives the changesets of a file, their statements, and the files it
// includes, as written; nothing for a file that is no change log.
func Read(f *source.File, parse func(sql string) facts.Statement) (list []facts.Program, statements []facts.Statement, includes []string) {
	defer func() {
		if recover() != nil {
			list, statements, includes = nil, nil, nil
		}
	}()
	root := parseTree(f)
	if root == nil {
		return nil, nil, nil
	}
	r := &reader{file: f, parse: parse, properties: map[string]string{}}
	for _, k := range root.kids {
		if k.is("property") && (k.attrs["dbms"].text == "" || speaks(k.attrs["dbms"].text)) {
			r.properties[k.attrs["name"].text] = k.attrs["value"].text
		}
	}
	for _, k := range root.kids {
		switch {
		case k.is("include"):
			includes = append(includes, k.attrs["file"].text)
		case k.is("includeAll"):
			includes = append(includes, strings.TrimSuffix(k.attrs["path"].text, "/")+"/")
		case k.is("changeSet") && k.attrs["ignore"].text != "true" && (k.attrs["dbms"].text == "" || speaks(k.attrs["dbms"].text)):
			list = append(list, r.changeSet(k))
		}
	}
	return list, r.out, includes
}

// speaks reports whether a list of databases holds PostgreSQL, or only names
// others with !.
func speaks(dbms string) bool {
	not := false
	for _, name := range strings.Split(strings.ToLower(dbms), ",") {
		name = strings.TrimSpace(name)
		switch {
		case name == "postgresql" || name == "cockroachdb" || name == "all":
			return true
		case name == "!postgresql" || name == "none":
			return false
		case strings.HasPrefix(name, "!"):
			not = true
		}
	}
	return not
}

func (r *reader) changeSet(n *node) facts.Program {
	p := &facts.Program{Runner: string(sqltext.Liquibase), Name: "changeset " + n.attrs["author"].text + ":" + n.attrs["id"].text,
		NoTx: n.attrs["runInTransaction"].text == "false", First: len(r.out)}
	r.prog, r.spans = p, []source.Span{n.span}
	p.Up = r.spans
	var undo []*node
	changes := n.kids
	if c := n.kid("changes"); c != nil { // YAML, where all that is said of a changeset stands beside them
		changes = slices.Clone(c.kids)
		for _, k := range n.kids {
			if k.is("rollback") || k.is("preConditions") {
				changes = append(changes, k)
			}
		}
	}
	r.guarded = false
	for _, k := range changes {
		if k.is("preConditions") && (k.attrs["onFail"].text == "MARK_RAN" || k.attrs["onFail"].text == "CONTINUE") {
			r.guarded = true
		}
	}
	for _, k := range changes {
		switch {
		case k.is("rollback"):
			undo = append(undo, k)
		case k.is("preConditions") || k.is("comment") || k.is("validCheckSum") || k.is("tagDatabase") || k.is("modifySql"):
		default:
			r.change(k)
		}
	}
	p.Statements = len(r.out) - p.First
	partial := p.Partial
	p.Partial = false
	for _, k := range undo {
		p.Down = append(p.Down, k.span)
		r.rollback(k)
	}
	p.DownPartial, p.Partial = p.Partial, partial
	p.End = len(r.out)
	return *p
}

// rollback holds SQL or changes.
func (r *reader) rollback(n *node) {
	if text := strings.TrimSpace(n.text); text != "" {
		r.sql(n, n.text, n.textSpan)
	}
	for _, k := range n.kids {
		r.change(k)
	}
}

// partial says that the changeset does what is not told.
func (r *reader) partial() { r.prog.Partial = true }

// value is an attribute with its properties filled in; ok is false if one is
// not known.
func (r *reader) value(s string) (string, bool) {
	for range 20 {
		start := strings.Index(s, "${")
		if start < 0 {
			return s, true
		}
		end := strings.IndexByte(s[start:], '}')
		if end < 0 {
			return s, false
		}
		v, ok := r.properties[s[start+2:start+end]]
		if !ok {
			return s, false
		}
		s = s[:start] + v + s[start+end+1:]
	}
	return s, false
}

// sql reads the statements of a text; where the file holds it as it is sent,
// they stand in their own places.
func (r *reader) sql(n *node, text string, at source.Span) {
	plain := !at.Empty() && at.In(r.file.Text) == text
	filled, ok := r.value(text)
	if !ok {
		r.partial()
		return
	}
	plain = plain && filled == text
	for _, piece := range sqltext.Split([]byte(filled)) {
		if piece.Kind != sqltext.SQL || piece.Span.Empty() {
			continue
		}
		one := filled[piece.Span.Start:piece.Span.End]
		st := r.parse(one)
		st.SQL, st.Head, st.Built = one, piece.Head, !plain
		host := func(s source.Span) source.Span {
			if s == (source.Span{}) || !plain {
				return n.span
			}
			return s.Shift(piece.Span.Start + at.Start)
		}
		if st.Problem != nil {
			r.partial()
		}
		r.add(st, host, len(one))
	}
}

// add puts a statement of n bytes that was read by itself into its place.
func (r *reader) add(st facts.Statement, host func(source.Span) source.Span, n int) {
	st = st.Placed(r.file.Path, n, host)
	for i := range st.Changes {
		if r.guarded {
			st.Changes[i].Guard()
		}
	}
	r.out = append(r.out, st)
}
