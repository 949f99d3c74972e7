package pgtest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/parsers/postgres/pgserver"
	"github.com/dbwise/dbwise/parsers/schema"
	"github.com/google/go-cmp/cmp"
)

// run holds the golden's history to its promises on one server.
func (g *golden) run(t *testing.T, s *pgserver.Server) {
	same := 0
	for same < min(len(g.before), len(g.after)) && texts(g.before[same : same+1])[0] == texts(g.after[same : same+1])[0] {
		same++
	}
	plain, fixed := s.Database(t), s.Database(t)
	for _, db := range []*pgserver.Database{plain, fixed} {
		if err := meant(db, g.before[:same]); err != nil {
			t.Logf("nothing to run on: %v", err)
			return
		}
	}
	was := describe(t, fixed)
	empty, err := fixed.Fill()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range empty {
		t.Logf("without rows: %s", e)
	}
	refused := meant(plain, g.before[same:])
	if missing(refused) {
		t.Logf("nothing to run on: %v", refused)
		return
	}
	r := &run{golden: g, db: fixed, broken: refused != nil}
	for i := range g.after[same:] {
		r.apply(t, &g.after[same+i])
	}
	if t.Failed() {
		return
	}
	now, without := describe(t, fixed), describe(t, plain)
	if elsewhere[g.rule] {
		if kept, had := lostColumns(was, now), lostColumns(was, without); len(had) > 0 && len(kept) >= len(had) {
			t.Errorf("columns are nowhere any more: %s", strings.Join(kept, ", "))
		}
		return
	}
	if refused != nil || r.broken {
		t.Logf("the server refuses the migration without the fix: %v", refused)
		return
	}
	have := strings.Split(now, "\n")
	if adds[g.rule] { // an index is what was missing
		have = slices.DeleteFunc(have, func(l string) bool { return !strings.Contains("\n"+without+"\n", "\n"+l+"\n") })
	}
	if diff := cmp.Diff(strings.Split(without, "\n"), have); diff != "" {
		t.Errorf("the schema differs (-without the fix +with it):\n%s", diff)
	}
}

// run is one history with its fixes under way on one server.
type run struct {
	*golden
	db *pgserver.Database
	// broken: a statement that no fix is for failed, so not all was done.
	broken bool
}

func describe(t *testing.T, db *pgserver.Database) string {
	t.Helper()
	text, err := db.Schema()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// missing reports whether a statement failed as it names what no file makes.
func missing(err error) bool {
	refused := (*pgserver.Error)(nil)
	return errors.As(err, &refused) && slices.Contains([]string{"42P01", "3F000", "42704"}, refused.SQLState)
}

// meant runs statements one by one, whatever the tool would put around them:
// what the migration was meant to do.
func meant(db *pgserver.Database, files []file) error {
	for i := range files {
		for _, st := range files[i].statements() {
			if boundary(st.Head) {
				continue
			}
			if _, err := db.Query(st.Span.In([]byte(files[i].text))); err != nil {
				return err
			}
		}
	}
	return nil
}

func boundary(head string) bool { return opens(head) || closes(head) }
func opens(head string) bool    { return head == "BEGIN" || head == "START TRANSACTION" }
func closes(head string) bool   { return head == "COMMIT" || head == "END" }

// apply runs a file as its tool does, each transaction measured.
func (r *run) apply(t *testing.T, f *file) {
	t.Helper()
	stmts := f.statements()
	open := f.Tx == schema.TxFile || f.Tx == schema.TxBatch || f.Tx == schema.TxImplicit && len(stmts) > 1
	var unit []string
	flush := func() {
		if len(unit) > 0 {
			r.measure(t, f, unit)
		}
		unit = nil
	}
	for _, st := range stmts {
		switch {
		case opens(st.Head):
			open = true
		case closes(st.Head):
			flush()
			open = false
		default:
			unit = append(unit, st.Span.In([]byte(f.text)))
			if !open {
				flush()
			}
		}
	}
	flush()
}

// measure judges a transaction that a fix wrote. Where statements that no fix
// is for stand beside, each is judged alone, so that theirs is not blamed on it.
func (r *run) measure(t *testing.T, f *file, unit []string) {
	t.Helper()
	pieces := [][]string{unit}
	if r.mixed(f, unit) {
		pieces = nil
		for _, s := range unit {
			pieces = append(pieces, []string{s})
		}
	}
	for _, piece := range pieces {
		truth, err := r.db.Measure(piece...)
		refused := (*pgserver.Error)(nil)
		switch written := r.written(f, piece); {
		case err != nil && written && !r.broken && !(errors.As(err, &refused) && refused.SQLState == "23503" && elsewhere[r.rule]):
			t.Errorf("%s: %v", f.Path, err)
		case err != nil: // the golden's own mistake, or rows that others still refer to
			r.broken = true
			t.Logf("%s: %v", f.Path, err)
		case written && truth.Class >= schema.LongBlockWrites:
			t.Errorf("%s: the fix still blocks: %v\n%s", f.Path, truth, strings.Join(piece, ";\n"))
		}
	}
}

// mixed reports whether a transaction holds statements both new and old.
func (g *golden) mixed(f *file, unit []string) bool {
	n := 0
	for _, s := range unit {
		if g.written(f, []string{s}) {
			n++
		}
	}
	return n < len(unit)
}

// written reports whether a fix wrote one of the statements, or changed what
// surrounds them.
func (g *golden) written(f *file, unit []string) bool {
	for _, old := range g.before {
		if old.Path == f.Path {
			return old.Tx != f.Tx || slices.ContainsFunc(unit, func(s string) bool { return !strings.Contains(old.text, s) })
		}
	}
	return true
}

// lostColumns are names of columns that no table has any more.
func lostColumns(was, now string) (lost []string) {
	have := map[string]bool{}
	for line := range strings.SplitSeq(now, "\n") {
		have[column(line)] = true
	}
	for line := range strings.SplitSeq(was, "\n") {
		if c := column(line); !have[c] {
			lost = append(lost, c)
		}
	}
	return lost
}

func column(line string) string {
	name, ok := strings.CutPrefix(line, "column ")
	if !ok {
		return ""
	}
	name, _, _ = strings.Cut(name, " ")
	return name[strings.LastIndexByte(name, '.')+1:]
}
