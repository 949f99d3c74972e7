package pgtest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/dbwise/dbwise/parsers/postgres/pgserver"
	"github.com/dbwise/dbwise/parsers/schema"
	gocmp "github.com/google/go-cmp/cmp"
)

// run holds the golden's history to its promises on one server. Two databases
// with rows see it, without the fixes and with them, to compare what they hold
// in the end; there the fixes are measured. Where rows make a statement fail, two
// without rows tell the schema that the history ends with.
func (g *golden) run(t *testing.T, s *pgserver.Server, x *exceptions) {
	x.begin(g)
	without, with := g.both(t, s, x, true)
	if t.Failed() {
		return
	}
	if with.judged == 0 && !x.allowed(onlyRemoves, g.rule) {
		t.Errorf("the fix wrote nothing that could be measured")
	}
	was, is := contents(t, without.db), contents(t, with.db)
	if x.failsOnRows(g.base) {
		without, with = g.both(t, s, x, false)
	}
	was, is = append(was, describe(t, without.db)...), append(is, describe(t, with.db)...)
	less, more := x.meant(intents, g.rule, slices.Clone(was), is, false), x.meant(intents, g.rule, slices.Clone(is), was, true)
	if diff := gocmp.Diff(less, more); diff != "" {
		t.Errorf("what the history ends with differs (-without the fix +with it):\n%s", diff)
	}
}

// both runs the history without the fixes and with them.
func (g *golden) both(t *testing.T, s *pgserver.Server, x *exceptions, rows bool) (without, with *run) {
	t.Helper()
	same := 0
	for same < min(len(g.before), len(g.after)) && g.before[same].key() == g.after[same].key() {
		same++
	}
	without, with = &run{g, x, s.Database(t), rows, 0}, &run{g, x, s.Database(t), rows, 0}
	for _, r := range []*run{without, with} {
		if setup := given[g.base]; setup != "" {
			r.db.Exec(t, setup)
		}
		for i := range g.before[:same] {
			r.meant(t, &g.before[i])
		}
		if rows {
			r.fill(t)
		}
	}
	for i := range g.before[same:] {
		without.meant(t, &g.before[same+i])
	}
	with.apply(t, g.after[same:])
	return without, with
}

// run is one history under way on one server.
type run struct {
	*golden
	x  *exceptions
	db *pgserver.Database
	// rows: the tables are filled, and what the fixes wrote is measured.
	rows bool
	// judged is how many statements of fixes were.
	judged int
}

func describe(t *testing.T, db *pgserver.Database) []string {
	t.Helper()
	text, err := db.Schema()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(text, "\n")
}

func (r *run) fill(t *testing.T) {
	t.Helper()
	empty, err := r.db.Fill()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range empty {
		if table, _, _ := strings.Cut(e, ":"); !r.x.allowed(noRows, r.base+" "+table) {
			t.Errorf("without rows: %s", e)
		}
	}
}

// meant runs the statements of a file one by one, whatever the tool would put
// around them: what the migration was meant to do.
func (r *run) meant(t *testing.T, f *file) {
	t.Helper()
	for _, st := range f.statements() {
		sql := st.Span.In([]byte(f.text))
		if boundary(st.Head) || r.refused(t, f, sql) {
			continue
		}
		if _, err := r.db.Query(sql); err != nil {
			t.Errorf("%s: %s: %v", f.Path, sql, err)
		}
	}
}

func boundary(head string) bool { return opens(head) || closes(head) }
func opens(head string) bool    { return head == "BEGIN" || head == "START TRANSACTION" }
func closes(head string) bool   { return head == "COMMIT" || head == "END" }

// refused tries a statement of which the table of refusals says that the server
// refuses it here, and reports whether there was one to try.
func (r *run) refused(t *testing.T, f *file, sql string) bool {
	t.Helper()
	e := r.x.refusal(r.base, sql, r.rows)
	if e == nil {
		return false
	}
	_, err := r.db.Query(sql)
	if refused := (*pgserver.Error)(nil); !errors.As(err, &refused) || refused.SQLState != e.state {
		t.Errorf("%s: %s: not refused with %s any more: %v", f.Path, sql, e.state, err)
	}
	if e.meant != "" {
		r.db.Exec(t, e.meant)
	}
	return true
}

// statement is one of a transaction, with the file it stands in.
type statement struct {
	*file
	sql string
}

// apply runs files as their tool does: what one transaction holds at once.
func (r *run) apply(t *testing.T, files []file) {
	t.Helper()
	var unit []statement
	flush := func() {
		if len(unit) > 0 {
			r.transaction(t, unit)
		}
		unit = nil
	}
	for i := range files {
		f := &files[i]
		stmts := f.statements()
		if f.Tx != schema.TxBatch {
			flush()
		}
		open := f.Tx == schema.TxFile || f.Tx == schema.TxBatch || f.Tx == schema.TxImplicit && len(stmts) > 1
		for _, st := range stmts {
			sql := st.Span.In([]byte(f.text))
			switch {
			case opens(st.Head):
				open = true
			case closes(st.Head):
				flush()
				open = false
			case r.x.refusal(r.base, sql, r.rows) != nil:
				flush()
				r.refused(t, f, sql)
			default:
				unit = append(unit, statement{f, sql})
				if !open {
					flush()
				}
			}
		}
		if f.Tx != schema.TxBatch {
			flush()
		}
	}
	flush()
}

// transaction runs one, and judges each statement that a fix wrote in its place.
func (r *run) transaction(t *testing.T, unit []statement) {
	t.Helper()
	sql := make([]string, len(unit))
	for i, st := range unit {
		sql[i] = st.sql
	}
	if !r.rows {
		if err := r.execute(sql); err != nil {
			t.Errorf("%s: %v\n%s", unit[0].Path, err, strings.Join(sql, ";\n"))
		}
		return
	}
	truths, err := r.db.MeasureEach(sql...)
	if err != nil {
		t.Errorf("%s, with rows: %v\n%s", unit[0].Path, err, strings.Join(sql, ";\n"))
		return
	}
	for i, truth := range truths {
		if !r.written(unit[i]) {
			continue
		}
		r.judged++
		if truth.Class >= schema.LongBlockWrites && !r.x.allowed(blocking, r.base+" "+unit[i].sql) {
			t.Errorf("%s: the fix still blocks: %v\n%s", unit[i].Path, truth, strings.Join(sql[:i+1], ";\n"))
		}
	}
}

// execute runs the statements of a transaction; one alone has none, as some
// allow none.
func (r *run) execute(sql []string) error {
	if len(sql) > 1 {
		sql = slices.Concat([]string{"BEGIN"}, sql, []string{"COMMIT"})
	}
	for _, s := range sql {
		if _, err := r.db.Query(s); err != nil {
			r.db.Query("ROLLBACK") // the reason is err
			return err
		}
	}
	return nil
}

// written reports whether a fix wrote a statement, or changed what surrounds it.
func (g *golden) written(st statement) bool {
	for _, old := range g.before {
		if old.Path == st.Path && old.Part == st.Part {
			return old.Tx != st.Tx || !strings.Contains(old.text, st.sql)
		}
	}
	return true
}

// TestAtOnce holds what fixes rest on: statements that a tool sends at once are
// a transaction, for which SET LOCAL holds.
func TestAtOnce(t *testing.T) {
	pgserver.Each(t, func(t *testing.T, s *pgserver.Server) {
		rows, err := s.Database(t).Query("SET LOCAL lock_timeout = '5s'; SELECT current_setting('lock_timeout')")
		if err != nil || len(rows) != 1 || rows[0][0] != "5s" {
			t.Error(rows, err)
		}
	})
}
