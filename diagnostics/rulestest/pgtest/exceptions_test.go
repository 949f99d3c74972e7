package pgtest

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// refusal is a statement of a golden, written by no fix, that servers refuse:
// the hazard that the golden is about, most often. It is tried all the same.
type refusal struct {
	golden string
	// stmt is the whole statement, state the SQLSTATE.
	stmt, state string
	// rows: only where tables have rows. before: only servers older than that
	// major version, 0 for all.
	rows   bool
	before int
	// meant is what the author wanted to say, and the fix says: the schemas are
	// compared with that done instead. "" for nothing.
	meant string
	why   string
}

var refusals = []*refusal{
	{golden: "add-fk-validating.partitioned", stmt: "ALTER TABLE events ADD CONSTRAINT events_user2_fk FOREIGN KEY (owner_id) REFERENCES users (id) NOT VALID", state: "42809", before: 18,
		why: "the hazard itself: a partitioned table cannot do it"},
	{golden: "add-column-required", stmt: "ALTER TABLE users ADD COLUMN plan text NOT NULL", state: "23502", rows: true,
		meant: "ALTER TABLE users ADD COLUMN plan text NOT NULL DEFAULT ''", why: "the hazard itself"},
	{golden: "drop-table.cascade", stmt: "DROP DATABASE shop", state: "3D000", why: "there is no other database"},
	{golden: "drop-column-referenced.stars", stmt: "ALTER TABLE orders DROP COLUMN note", state: "2BP01", why: "the hazard itself: a view rests on it"},
	{golden: "drop-index-not-concurrent", stmt: "DROP INDEX users_email_key", state: "2BP01",
		why: "the index of a constraint goes with the constraint; the rule is silent about it"},
	{golden: "add-check-validating.nolint", stmt: "ALTER TABLE orders ADD CONSTRAINT orders_total_even CHECK (total % 2 = 0)", state: "23514", rows: true,
		why: "half of the rows are odd; a comment of another linter silences the rule"},
	{golden: "add-column-required", stmt: "ALTER TABLE users ADD COLUMN ip inet NOT NULL", state: "23502", rows: true, why: "the hazard itself: inet has no default to offer"},
	{golden: "index-concurrent-on-partitioned", stmt: "CREATE INDEX CONCURRENTLY events_at_idx ON events (at)", state: "0A000",
		meant: "CREATE INDEX events_at_idx ON events (at)", why: "the hazard itself: a partitioned table cannot do it"},
	{golden: "not-null-without-default-for-old-code", stmt: "ALTER TABLE users ALTER COLUMN b SET NOT NULL", state: "23502", rows: true,
		why: "the hazard of another rule: the new column has no values"},
}

// noRows are the tables, behind their golden, that no rows can be made for.
var noRows = map[string]string{
	"detach-not-concurrent logs_rest": "the default partition refuses what others take, whatever the value",
}

// noMatter are the fixed files, behind their golden, that no server can run.
var noMatter = map[string]string{
	"drop-and-add-column.enum /src/main/resources/migrations/postgres/V3__backfill_users_kind.sql.conf": "Flyway's own settings",
	"missing-index.gorm /models.go":              "a model, which the ORM turns into SQL",
	"missing-index.prisma /prisma/schema.prisma": "a model, which the ORM turns into SQL",
	"n-plus-one /users.ts":                       "a program",
	"select-star /users.go":                      "a program",
	"select-star /queries/users.sql":             "a query with parameters changes no schema",
	"unknown-suppression /cleanup.sql":           "only a comment changes",
	"unused-suppression /cleanup.sql":            "only a comment changes",
}

// given is what a golden takes for granted, as it is about a schema that no
// file describes.
var given = map[string]string{
	"add-check-validating.script":           "CREATE TABLE accounts (id bigint PRIMARY KEY, balance int)",
	"index-not-concurrent.alone":            "CREATE TABLE orders (id bigint PRIMARY KEY, status text)",
	"drop-column-referenced.schemas":        "CREATE SCHEMA shop",
	"exclusive-lock-brief.kinds":            role("app"),
	"add-column-volatile-default.functions": "CREATE FUNCTION public.uuid_generate_v4() RETURNS uuid LANGUAGE plpgsql VOLATILE AS 'BEGIN RETURN md5(random()::text)::uuid; END'",
	"security-rls":                          role("anon") + role("service_role") + "CREATE SCHEMA auth; CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'",
}

// blocking are the statements, behind their golden, that block for long as they
// did without the fix, which is about something else.
var blocking = map[string]string{
	"index-concurrent-in-transaction.reindex REINDEX SCHEMA public": "it leaves the transaction that refuses it; reindex-not-concurrent speaks of the lock",
}

// alone are the scripts, behind their golden, that do not build on the
// migrations beside them.
var alone = map[string]string{
	"index-not-concurrent.remade /resources/copy.sql": "it makes its tables itself, for a database of its own",
}

// role makes a role, which all databases of a server share.
func role(name string) string {
	return "DO $$ BEGIN CREATE ROLE " + name + "; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;\n"
}

// onlyRemoves are the rules whose fixes write no statement that is run forward.
var onlyRemoves = map[string]string{
	"drop-column-referenced":                "the statement is taken out",
	"missing-down":                          "the way back is written, and run by TestBack",
	"not-null-without-default-for-old-code": "DROP DEFAULT is taken out",
	"test-on-prod-like-data":                "only a comment is written",
	"transaction-nesting":                   "BEGIN and COMMIT are taken out",
}

// intent is how the schema with the fixes may differ from that without: lines
// of the description that only the one or the other has, as expressions.
type intent struct{ more, less, why string }

// intents are the rules whose fixes mean to end elsewhere.
var intents = map[string]intent{
	"alter-column-type-rewrite":             {`^(column|values) \w+\.\w+_old `, ``, "the old column is kept under another name"},
	"add-column-stored-generated":           {`^(column|function keep_|trigger CREATE TRIGGER keep_)`, `^column .* s default `, "a trigger writes a plain column, or the column is virtual"},
	"add-column-constrained-domain":         {`^(column|constraint) `, `^column `, "the base type and a CHECK are in place of the domain"},
	"domain-constraint-scan":                {`NOT VALID valid=false$`, ` valid=true$`, "a comment says how the constraint is validated"},
	"missing-index":                         {`^index `, ``, "an index is what was missing"},
	"fk-without-index":                      {`^index `, ``, "an index is what was missing"},
	"drop-column":                           {`^(relation|column|values) \w+_backup\b`, ``, "a copy is kept"},
	"backup-before-destructive":             {`^(relation|column|values) \w+_backup\b`, ``, "a copy is kept"},
	"drop-table":                            {`_deprecated_|^(relation|column|values) \w+_backup\b`, ``, "the table is kept under another name, or a copy"},
	"rename-table":                          {`^(relation \w+ v|column|view) ?`, ``, "a view keeps the old name"},
	"drop-column-referenced":                {`.`, `.`, "what is still named is kept"},
	"add-column-default-rewrite-old":        {`^values .* 0$`, `^values `, "old rows are left to a program, as no SQL before 11 commits in between"},
	"drop-and-add-column":                   {`^values .* [1-9]\d*$|^(relation|column|values) \w+_backup\b`, `^values .* 0$`, "the values are kept, or a copy of them"},
	"add-column-required":                   {`^column .* default `, `^column .* not null`, "the rows that are there need a value"},
	"irreversible-step":                     {`^(relation|column|values) \w+_backup\b`, ``, "a copy is kept"},
	"security-rls":                          {`^relation .* rls=true`, `^relation .* rls=false`, "row level security is what was missing"},
	"narrowing-type":                        {`^column .* (text|character varying)|CHECK \(\(char_length`, `^column .* character varying\(`, "the length is limited by a CHECK"},
	"not-null-without-default-for-old-code": {`^column .* default `, `^column `, "the default is kept"},
}

// backs are the goldens whose way back gives less than there was.
var backs = map[string]intent{
	"missing-down.fix": {`^column users.note text$`, `^column users.note text not null$|^constraint users users_note_not_null `, "the values are lost, so the column that returns cannot be NOT NULL"},
}

// exceptions notes on one server which of them were met.
type exceptions struct {
	major int
	mu    sync.Mutex
	used  map[any]bool
	// ran are the goldens that were run, met their rules.
	ran, met map[string]bool
}

// refusal is the one that holds for a statement, nil if there is none.
func (x *exceptions) refusal(golden, sql string, rows bool) *refusal {
	for _, e := range refusals {
		if e.golden == golden && sql == e.stmt && (rows || !e.rows) && (e.before == 0 || x.major < e.before) {
			x.mu.Lock()
			x.used[e] = true
			x.mu.Unlock()
			return e
		}
	}
	return nil
}

// failsOnRows reports whether rows make a statement of a golden fail.
func (x *exceptions) failsOnRows(golden string) bool {
	return slices.ContainsFunc(refusals, func(e *refusal) bool { return e.golden == golden && e.rows })
}

// begin notes that a golden is run.
func (x *exceptions) begin(g *golden) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ran[g.base], x.met[g.rule] = true, true
}

// meant takes those of the lines that only one schema has away that a
// row of a table means to differ in.
func (x *exceptions) meant(table map[string]intent, name string, lines []string, than []string, more bool) []string {
	in, ok := table[name]
	expr := in.less
	if more {
		expr = in.more
	}
	if !ok || expr == "" {
		return lines
	}
	match := regexp.MustCompile(expr)
	return slices.DeleteFunc(lines, func(l string) bool {
		differs := !slices.Contains(than, l) && match.MatchString(l)
		if differs {
			x.mu.Lock()
			x.used[in] = true
			x.mu.Unlock()
		}
		return differs
	})
}

// entry is a row of one of the maps.
type entry struct{ name, reason string }

func (x *exceptions) allowed(table map[string]string, name string) bool {
	reason := table[name]
	if reason != "" {
		x.mu.Lock()
		x.used[entry{name, reason}] = true
		x.mu.Unlock()
	}
	return reason != ""
}

// stale fails for the exceptions that nothing needed on this server.
func (x *exceptions) stale(t *testing.T) {
	t.Helper()
	for _, e := range refusals {
		if !x.used[e] && x.ran[e.golden] && (e.before == 0 || x.major < e.before) {
			t.Errorf("%s: %s is not refused, or gone: it is no exception", e.golden, e.stmt)
		}
	}
	for rule, in := range intents {
		if x.met[rule] && !x.used[in] {
			t.Errorf("the schema that the fixes of %s end with is no other: they are no exception", rule)
		}
	}
	for name, reason := range blocking {
		if golden, _, _ := strings.Cut(name, " "); x.ran[golden] && !x.used[entry{name, reason}] {
			t.Errorf("%s does not block: it is no exception", name)
		}
	}
	for name, reason := range noRows {
		if golden, _, _ := strings.Cut(name, " "); x.ran[golden] && !x.used[entry{name, reason}] {
			t.Errorf("%s has rows: it is no exception", name)
		}
	}
	for name, reason := range onlyRemoves {
		if x.met[name] && !x.used[entry{name, reason}] {
			t.Errorf("the fix of %s wrote a statement: it is no exception", name)
		}
	}
}
