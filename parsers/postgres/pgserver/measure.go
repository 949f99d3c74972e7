package pgserver

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dbwise/dbwise/parsers/schema"
)

// Truth is what one transaction really did to what stood there before it.
type Truth struct {
	// Class is judged as the engine judges: blocked is a table that has rows,
	// or partitions, on which a second session could not plan a read or a write;
	// long is such a table written anew, read whole, or given an index.
	Class schema.Class
	// Locks are the strongest mode on each relation.
	Locks map[string]schema.Lock
	// Reads and Writes are the tables on which those were blocked.
	Reads, Writes []string
	// Rewritten and Scanned are tables, Built the tables of indexes.
	Rewritten, Scanned, Built []string
	// NoTransaction: the server refused it in a transaction block.
	NoTransaction bool
}

func (tr *Truth) String() string {
	var b strings.Builder
	b.WriteString(tr.Class.String())
	for _, name := range slices.Sorted(maps.Keys(tr.Locks)) {
		fmt.Fprintf(&b, "; %s on %s", tr.Locks[name], name)
	}
	for _, part := range []struct {
		what  string
		names []string
	}{{"rewrites", tr.Rewritten}, {"scans", tr.Scanned}, {"builds an index of", tr.Built}} {
		if len(part.names) > 0 {
			fmt.Fprintf(&b, "; %s %s", part.what, strings.Join(part.names, ", "))
		}
	}
	return b.String()
}

// Measure runs statements in one transaction, commits it, and tells what it
// did. A statement that no transaction may hold runs alone, if it is the only
// one, while others hold locks that make it wait where its own show.
func (d *Database) Measure(stmts ...string) (*Truth, error) {
	if _, err := d.Query("ANALYZE"); err != nil {
		return nil, err
	}
	return one(d.measure([][]string{stmts}, "COMMIT"))
}

// Try is Measure of a transaction that is then rolled back, on a database that
// was analysed when it was filled. What no transaction may hold is done for
// good, and the truth says so.
func (d *Database) Try(stmts ...string) (*Truth, error) {
	return one(d.measure([][]string{stmts}, "ROLLBACK"))
}

func one(truths []*Truth, err error) (*Truth, error) {
	if err != nil {
		return nil, err
	}
	return truths[0], nil
}

// MeasureEach runs statements in one transaction as Measure does, and tells of
// each what it did in its place: the work is its own, the locks are all that
// the transaction holds behind it. A table that is read whole before others are
// locked out of it makes nobody wait; read behind that, it does.
func (d *Database) MeasureEach(stmts ...string) ([]*Truth, error) {
	parts := make([][]string, len(stmts))
	for i, stmt := range stmts {
		parts[i] = []string{stmt}
	}
	if _, err := d.Query("ANALYZE"); err != nil {
		return nil, err
	}
	return d.measure(parts, "COMMIT")
}

func (d *Database) measure(parts [][]string, end string) ([]*Truth, error) {
	before, err := look(d.Conn, nil)
	if err != nil {
		return nil, err
	}
	truths, err := d.inTransaction(before, parts, end)
	if refused := (*Error)(nil); len(parts) == 1 && len(parts[0]) == 1 && errors.As(err, &refused) && outside(refused) {
		tr := &Truth{Locks: map[string]schema.Lock{}, NoTransaction: true}
		if err = d.alone(tr, before, parts[0][0]); err == nil {
			tr.judge(before)
		}
		truths = []*Truth{tr}
	}
	return truths, err
}

// outside reports whether the server wants no transaction around a statement: it
// cannot run in one, or commits by itself (2D000, invalid_transaction_termination).
func outside(e *Error) bool {
	return e.SQLState == "25001" || e.SQLState == "2D000" || strings.Contains(e.Message, "transaction block")
}

const (
	// wholeTables makes every read of a whole table a sequential scan, which
	// the statistics count; a statement of the user's own is planned as ever.
	wholeTables = "SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off; SET enable_nestloop = off"
	asEver      = "RESET enable_indexscan; RESET enable_indexonlyscan; RESET enable_bitmapscan; RESET enable_nestloop"

	statistics = "SELECT relid, seq_tup_read, n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
)

// inTransaction runs the parts of one transaction, with a look behind each, and
// ends it.
func (d *Database) inTransaction(before map[int]*relation, parts [][]string, end string) ([]*Truth, error) {
	prober, err := d.Connect()
	if err != nil {
		return nil, err
	}
	defer prober.Close()
	if _, err := d.Query("BEGIN"); err != nil {
		return nil, err
	}
	truths := make([]*Truth, len(parts))
	was := before
	for i, stmts := range parts {
		truths[i] = &Truth{Locks: map[string]schema.Lock{}}
		if was, err = d.part(truths[i], prober, was, stmts); err != nil {
			d.Query("ROLLBACK") // the reason is err
			return nil, err
		}
		truths[i].judge(before)
	}
	_, err = d.Query(end)
	return truths, err
}

// part runs statements inside a transaction and tells what they did to what
// was there before it, which it gives as it is now.
func (d *Database) part(tr *Truth, prober *Conn, was map[int]*relation, stmts []string) (map[int]*relation, error) {
	// The view also shows what earlier transactions did not report yet.
	base, err := d.counters()
	if err != nil {
		return nil, err
	}
	for _, stmt := range stmts {
		plan := wholeTables
		if isQuery(stmt) {
			plan = asEver
		}
		_, err := d.Query(plan)
		if err == nil {
			_, err = d.Query(stmt)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", head(stmt), err)
		}
	}
	now, err := d.counters()
	after, err2 := look(d.Conn, was)
	_, err3 := d.Query(asEver)
	if err = errors.Join(err, err2, err3, tr.observe(prober, d.PID, was)); err == nil {
		err = tr.probe(prober, was)
	}
	if err != nil {
		return nil, err
	}
	for oid, r := range was {
		if read := now[oid][0] - base[oid][0]; r.rows > 0 && read >= r.rows {
			tr.Scanned = append(tr.Scanned, r.name)
		}
	}
	tr.files(was, after)
	return carried(was, after), nil
}

// carried are the relations of before a transaction as a statement left them,
// under the names by which other sessions know them, and the indexes it made.
func carried(was, after map[int]*relation) map[int]*relation {
	out := map[int]*relation{}
	for oid, now := range after {
		r := was[oid]
		switch {
		case r == nil && now.kind == "i":
			out[oid] = now
		case r != nil && r.file == now.file:
			out[oid] = r
		case r != nil:
			kept := *r
			kept.file, kept.rows = now.file, now.rows
			out[oid] = &kept
		}
	}
	return out
}

func isQuery(stmt string) bool {
	switch word, _, _ := strings.Cut(strings.ToUpper(stmt), " "); word {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "WITH":
		return true
	}
	return false
}

func head(stmt string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(stmt), "\n")
	return line
}

func (d *Database) counters() (map[int][2]int, error) {
	rows, err := d.Query(statistics)
	out := map[int][2]int{}
	for _, r := range rows {
		out[number(r[0])] = [2]int{number(r[1]), number(r[2])}
	}
	return out, err
}

func number(s string) int {
	n, _ := strconv.Atoi(s) // NULL is 0
	return n
}

var modes = map[string]schema.Lock{
	"AccessShareLock": schema.AccessShare, "RowShareLock": schema.RowShare, "RowExclusiveLock": schema.RowExclusive,
	"ShareUpdateExclusiveLock": schema.ShareUpdateExclusive, "ShareLock": schema.Share, "ShareRowExclusiveLock": schema.ShareRowExclusive,
	"ExclusiveLock": schema.Exclusive, "AccessExclusiveLock": schema.AccessExclusive,
}

// observe notes the locks that a session holds or waits for.
func (tr *Truth) observe(c *Conn, pid int, before map[int]*relation) error {
	rows, err := c.Query(fmt.Sprintf("SELECT relation, mode FROM pg_locks WHERE pid = %d AND locktype = 'relation'", pid))
	for _, r := range rows {
		if rel := before[number(r[0])]; rel != nil {
			tr.Locks[rel.name] = max(tr.Locks[rel.name], modes[r[1]])
		}
	}
	return err
}

// probe tries to plan a read and a write of every table.
func (tr *Truth) probe(c *Conn, before map[int]*relation) error {
	if _, err := c.Query("SET lock_timeout = '10ms'"); err != nil {
		return err
	}
	waits := func(sql string) bool {
		_, err := c.Query(sql)
		refused := (*Error)(nil)
		return errors.As(err, &refused) && refused.SQLState == "55P03"
	}
	for oid, r := range before {
		if tr.Locks[r.name] < schema.Share && !tr.indexLocked(before, oid) || !strings.Contains("rpm", r.kind) {
			continue
		}
		switch {
		case waits("EXPLAIN SELECT * FROM " + r.quoted):
			tr.Reads = append(tr.Reads, r.name)
			if r.kind != "m" {
				tr.Writes = append(tr.Writes, r.name)
			}
		case r.kind != "m" && waits("EXPLAIN DELETE FROM "+r.quoted):
			tr.Writes = append(tr.Writes, r.name)
		}
	}
	return nil
}

// indexLocked: whoever plans a query of a table locks its indexes too.
func (tr *Truth) indexLocked(before map[int]*relation, table int) bool {
	for _, r := range before {
		if r.table == table && tr.Locks[r.name] >= schema.Share {
			return true
		}
	}
	return false
}

// alone runs a statement outside a transaction. Three sessions hold ever weaker
// locks on all tables, and let go one after the other when it waits, so that
// each stronger lock it asks for is seen.
func (d *Database) alone(tr *Truth, before map[int]*relation, stmt string) error {
	monitor, err := d.Connect()
	if err != nil {
		return err
	}
	defer monitor.Close()
	var holders []*Conn
	defer func() {
		for _, h := range holders {
			h.Close()
		}
	}()
	for _, mode := range []string{"SHARE UPDATE EXCLUSIVE", "ROW EXCLUSIVE", "ACCESS SHARE"} {
		h, err := d.Connect()
		if err != nil {
			return err
		}
		holders = append(holders, h)
		if _, err := h.Query("BEGIN"); err != nil {
			return err
		}
		for _, r := range before {
			if r.kind == "r" || r.kind == "p" {
				if _, err := h.Query("LOCK TABLE " + r.quoted + " IN " + mode + " MODE"); err != nil {
					return err
				}
			}
		}
	}
	done := make(chan error, 1)
	go func() {
		_, err := d.Query(stmt)
		done <- err
	}()
	waiting := fmt.Sprintf("SELECT 1 FROM pg_stat_activity WHERE pid = %d AND wait_event_type = 'Lock'", d.PID)
	for deadline := time.After(20 * time.Second); ; {
		select {
		case err = <-done:
		case <-deadline:
			return fmt.Errorf("%s: waits for ever", head(stmt))
		default:
			rows, err := monitor.Query(waiting)
			if err = errors.Join(err, tr.observe(monitor, d.PID, before)); err != nil {
				return err
			}
			if len(rows) > 0 && len(holders) > 0 {
				holders[0].Close()
				holders = holders[1:]
			}
			time.Sleep(3 * time.Millisecond)
			continue
		}
		break
	}
	if err != nil {
		return fmt.Errorf("%s: %w", head(stmt), err)
	}
	for _, r := range before {
		if b := tr.Locks[r.name].Blocks(); strings.Contains("rpm", r.kind) && b != schema.BlocksNone {
			tr.Writes = append(tr.Writes, r.name)
			if b == schema.BlocksAll {
				tr.Reads = append(tr.Reads, r.name)
			}
		}
	}
	after, err := look(d.Conn, before)
	tr.files(before, after)
	return err
}
